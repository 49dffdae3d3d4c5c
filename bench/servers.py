"""The servers that are measured: almon, Kamailio, and one that does nothing but answer, the kernel's floor.

Each runs with one worker (one shard) on core 1, unless told otherwise; the load comes from core 0.
"""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

import machine

HERE = pathlib.Path(__file__).resolve().parent
BUILT = HERE.parent / "build" / "release"
ALMON = pathlib.Path(os.environ.get("ALMON", BUILT / "almon"))
START_LIMIT = 20  # seconds


class Server:
    """One that listens at 127.0.0.1:PORT; `place` keeps several of a kind apart."""

    core = 1

    def __init__(self, folder, place=0):
        self.port = self.first_port + place
        self.folder = pathlib.Path(folder) / f"{self.name}-{place}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.pid = self.process = None

    @property
    def target(self):
        return f"127.0.0.1:{self.port}"

    def run(self, command):
        self.process = subprocess.Popen(machine.pinned(self.core) + [str(word) for word in command],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=(self.folder / "log").open("w"))
        self.pid = self.process.pid

    def start(self):
        self.launch()
        answer_time(self.port)
        time.sleep(0.5)  # what goes on after the first answer belongs to the start
        return self

    def stop(self):
        """At once: a second SIGTERM does not let almon wait for calls. What does not go is killed, children too."""
        for patience in (0.3, 10):
            self.process.terminate()
            try:
                self.process.wait(patience)
                return
            except subprocess.TimeoutExpired:
                continue
        for member in machine.family(self.pid):
            os.kill(member, signal.SIGKILL)
        self.process.wait()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


class Almon(Server):
    name, first_port = "almon", 5075

    def __init__(self, folder, place=0, durability="memory", digest=False, shards=1, is_new=True):
        super().__init__(folder, place)
        self.program = ALMON
        trusted = "" if digest else '"127.0.0.0/8"'
        self.config = self.folder / "almon.toml"
        self.state = self.folder / "state"
        if is_new:
            shutil.rmtree(self.state, ignore_errors=True)
        self.config.write_text(f'[server]\nlisten = ["udp:{self.target}"]\nstate = "{self.state}"\nshards = {shards}\n'
                               f'domains = ["127.0.0.1"]\n[access]\ntrusted = [{trusted}]\n'
                               f'[store]\ndurability = "{durability}"\n[limits]\ntransactions = 10000000\n')

    def launch(self):
        self.run([self.program, "serve", self.config])

    def add_users(self, count, password):
        for number in range(1, count + 1):
            subprocess.run([self.program, "user", "add", f"user{number}@127.0.0.1", "--password", password,
                            "--state", self.state], check=True)

    def status(self):
        told = subprocess.run([self.program, "status", "--json", "--state", self.state], capture_output=True,
                              check=True)
        return json.loads(told.stdout)


class Kamailio(Server):
    name, first_port = "kamailio", 5175

    def __init__(self, folder, place=0, digest=False):
        super().__init__(folder, place)
        self.control = self.folder / "ctl"
        self.defines = ["-A", "CHILDREN=1", "-A", f'CONTROL="unix:{self.control}"']
        self.defines += ["-A", "WITH_AUTH"] if digest else []

    def launch(self):  # -DD: stay in the foreground
        self.run(["kamailio", "-DD", "-f", HERE / "peers" / "kamailio.cfg", "-l", f"udp:{self.target}", "-m", "6144",
                  "-M", "32", "-b", "4194304", "-x", "tlsf", "-X", "tlsf", *self.defines])

    def transactions(self):
        told = subprocess.run(["kamcmd", "-s", f"unix:{self.control}", "tm.stats"], capture_output=True, text=True,
                              check=True).stdout
        return int(told.partition("current:")[2].split()[0])


class Echo(Server):
    name, first_port = "echo", 5275

    def launch(self):
        self.run([BUILT / "bench" / "udp_echo", self.port, "batched"])


def register_text(user, call_id, port):
    return (f"REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};rport;branch=z9hG4bK-{call_id}\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:{user}@127.0.0.1>;tag=1\r\nTo: <sip:{user}@127.0.0.1>\r\n"
            f"Call-ID: {call_id}\r\nCSeq: 1 REGISTER\r\nContact: <sip:{user}@127.0.0.1:{port}>\r\n"
            f"Expires: 60\r\nContent-Length: 0\r\n\r\n").encode()


def answer_time(port):
    """Asks until a REGISTER is answered, a 401 counting too; the seconds that it took."""
    began = time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", 0))
        phone.connect(("127.0.0.1", port))
        phone.settimeout(0.001)
        for attempt in range(START_LIMIT * 1000):
            try:
                phone.send(register_text("first", f"first-{attempt}", phone.getsockname()[1]))
                phone.recv(65536)
                return time.monotonic() - began
            except ConnectionRefusedError:
                time.sleep(0.001)
            except TimeoutError:
                continue
    raise SystemExit(f"bench: no server answers at port {port}")


def need(*programs):
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        raise SystemExit(f"bench: {', '.join(missing)} missing; `./dev setup bench` installs it")
    unbuilt = [path for path in (ALMON, BUILT / "bench" / "sipload") if not path.exists()]
    if unbuilt:
        raise SystemExit(f"bench: {unbuilt[0]} is missing; `./dev bench` builds it")


def keep_program(folder):
    """A copy of almon for this run, which goes on when somebody builds meanwhile."""
    global ALMON
    ALMON = pathlib.Path(shutil.copy2(ALMON, pathlib.Path(folder) / "almon"))
