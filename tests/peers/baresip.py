"""baresip (Debian's baresip-core) as a scripted phone without sound hardware: it plays a tone from a file and
records what it hears; it is told what to do over its ctrl_tcp module, in netstrings of JSON."""
import glob
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

from .almon import wait_until
from .ports import free_port

CONFIG = """sip_listen 127.0.0.1:{sip_port}
net_interface 127.0.0.1
audio_source aufile,{folder}/send.wav
rtp_ports {rtp_first}-{rtp_last}
rtp_stats yes
jitter_buffer_delay 5-10
ringback_disabled yes
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module sndfile.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app debug_cmd.so
module_app contact.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control_port}
snd_path {folder}
"""

TONE_SECONDS = 25  # aufile sends no more when its file ends


class Baresip:
    """One phone, which registers at once. `answer`: "auto" or "manual"."""

    def __init__(self, user, password, server, transport="udp", tone_hz=440, answer="manual", expires=60,
                 more_config=""):
        self.user, self.password, self.server, self.transport = user, password, server, transport
        self.tone_hz, self.answer, self.expires = tone_hz, answer, expires
        self.folder = tempfile.mkdtemp(prefix=f"baresip-{user}.")
        self.sip_port, self.rtp_port, self.control_port = free_port(2), free_port(20), free_port()
        self.more_config = more_config
        self.process = self.control = None
        self.events, self.pending, self.answers, self.token = [], b"", {}, 0

    def __enter__(self):
        self._write("config", CONFIG.format(sip_port=self.sip_port, folder=self.folder,
                                            control_port=self.control_port,
                                            rtp_first=self.rtp_port, rtp_last=self.rtp_port + 19)
                    + self.more_config)
        self._write("contacts", "")
        mode = ";answermode=auto" if self.answer == "auto" else ""
        address = f"<sip:{self.user}@{self.server};transport={self.transport}>"
        self._write("accounts", f"{address};auth_user={self.user};auth_pass={self.password}"
                                f";regint={self.expires};audio_codecs=PCMU/8000{mode}\n")
        subprocess.run(["sox", "-n", "-r", "8000", "-c", "1", "-b", "16", f"{self.folder}/send.wav", "synth",
                        str(TONE_SECONDS), "sine", str(self.tone_hz), "gain", "-6"], check=True)
        with open(f"{self.folder}/log", "w") as log:
            self.process = subprocess.Popen(["baresip", "-4", "-f", self.folder, "-s", "-v", "-t", "300"],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        self.control = wait_until(self._connect, 10, f"baresip of {self.user} to listen")
        return self

    def __exit__(self, *_):
        self.kill()
        self.control.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def leave(self):
        """Un-registers and ends, as a person's phone does."""
        self._send("quit")
        try:
            self.process.wait(8)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"baresip of {self.user} does not leave; log:\n{self.log()[-3000:]}")

    def kill(self):
        """As if the cord were pulled."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    # --- What a person does.
    def dial(self, user):
        return self.command("dial", f"sip:{user}@{self.server}")

    def accept(self):
        return self.command("accept")

    def hang_up(self):
        """Ends the call, cancels it, or declines it."""
        return self.command("hangup")

    def wait_event(self, kind, seconds=10):
        """The first event of that kind."""
        def found():
            self._pump()
            return next((e for e in self.events if e.get("type") == kind), None)

        def trouble():
            seen = [e.get("type") for e in self.events]
            return f"{kind} at {self.user}; events {seen}; log:\n{self.log()[-3000:]}"
        return wait_until(found, seconds, trouble)

    def saw_event(self, kind):
        self._pump()
        return any(e.get("type") == kind for e in self.events)

    def heard(self):
        """(seconds, Hz) of what the last ended call brought to this phone's ear."""
        files = sorted(glob.glob(f"{self.folder}/dump-*-dec.wav"), key=os.path.getmtime)
        assert files, f"{self.user} has recorded nothing; log:\n{self.log()[-3000:]}"
        text = subprocess.run(["sox", files[-1], "-n", "stat"], capture_output=True, text=True).stderr
        figures = {line.split(":")[0].strip(): line.split(":")[1].strip() for line in text.splitlines()
                   if ":" in line}
        return float(figures["Length (seconds)"]), float(figures["Rough   frequency"])

    def log(self):
        with open(f"{self.folder}/log", errors="replace") as file:
            return file.read()

    def command(self, name, params=""):
        token = self._send(name, params)

        def answered():
            self._pump()
            return self.answers.pop(token, None)
        return wait_until(answered, 5, f"baresip of {self.user} to answer {name}")

    # --- The wire to it.
    def _send(self, name, params=""):
        self.token += 1
        body = json.dumps({"command": name, "params": params, "token": str(self.token)}).encode()
        self.control.sendall(b"%d:%s," % (len(body), body))
        return str(self.token)

    def _connect(self):
        if self.process.poll() is not None:
            raise AssertionError(f"baresip of {self.user} stopped: {self.log()}")
        try:
            connection = socket.create_connection(("127.0.0.1", self.control_port), 1)
            connection.setblocking(False)
            return connection
        except OSError:
            return None

    def _pump(self):
        try:
            while chunk := self.control.recv(65536):
                self.pending += chunk
        except BlockingIOError:
            pass
        except OSError:
            return
        while b":" in self.pending:
            length, rest = self.pending.split(b":", 1)
            size = int(length)
            if len(rest) < size + 1:
                return
            self.pending = rest[size + 1:]
            item = json.loads(rest[:size])
            if item.get("response"):
                self.answers[item.get("token")] = item
            else:
                item["at"] = time.monotonic()
                self.events.append(item)

    def _write(self, name, text):
        with open(f"{self.folder}/{name}", "w") as file:
            file.write(text)
