"""The almon server as a test runs it: its own state folder, its own ports, stopped at the end."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("ALMON", str(ROOT / "build" / "release" / "almon"))


def free_port(kind=socket.SOCK_STREAM):
    """A port that is free for TCP and UDP on loopback at this moment."""
    for _ in range(50):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            port = tcp.getsockname()[1]
            try:
                udp.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise RuntimeError("no free port")


def wait_until(condition, seconds=10.0, what="the condition"):
    """Polls until condition() is true; its value is returned. A test that waits in vain fails with `what`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:g} s in vain for {what}")
        time.sleep(0.02)


def run(*arguments, check=True, stdin=None):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, input=stdin, timeout=60)
    if check and done.returncode != 0:
        raise AssertionError(f"almon {' '.join(arguments)} exited with {done.returncode}: {done.stderr or done.stdout}")
    return done


class Almon:
    """A running server on loopback; `with Almon(...) as almon:`"""

    def __init__(self, users=(), config=None, arguments=(), host="127.0.0.1", transports=("udp", "tcp"), state=None, port=None):
        self.host = host
        self.port = port or free_port()
        self.folder = state or tempfile.mkdtemp(prefix="almon-test.")
        self.owns_folder = state is None
        self.log_path = os.path.join(self.folder, "log")
        self.users = users
        self.config = config
        self.arguments = list(arguments)
        self.transports = transports
        self.process = None

    @property
    def address(self):
        return f"{self.host}:{self.port}"

    def __enter__(self):
        os.makedirs(self.folder, exist_ok=True)
        for user in self.users:
            name, password = user.split(":")
            run("user", "add", name if "@" in name else f"{name}@{self.host}", "--password", password, "--state", self.folder)
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        if self.owns_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        command = [PROGRAM, "serve"]
        if self.config is not None:
            path = os.path.join(self.folder, "almon.toml")
            with open(path, "w") as file:
                file.write(self.config)
            command.append(path)
        for transport in self.transports:
            command += ["--listen", f"{transport}:{self.address}"]
        command += ["--state", self.folder, *self.arguments]
        self.process = subprocess.Popen(command, stdout=open(self.log_path, "a"), stderr=subprocess.STDOUT)
        wait_until(self.is_up, 20, f"the server to start; its log: {self.log()}")

    def is_up(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the server stopped with {self.process.returncode}: {self.log()}")
        return run("status", "--json", "--state", self.folder, check=False).returncode == 0

    def status(self):
        return json.loads(run("status", "--json", "--state", self.folder).stdout)

    def bindings(self, aor=None):
        arguments = ["bindings"] + ([aor] if aor else []) + ["--json", "--state", self.folder]
        return json.loads(run(*arguments).stdout)

    def log(self):
        with open(self.log_path) as file:
            return file.read()

    def kill(self):
        """As a power cut would: no goodbye."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(35)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the server did not stop within its 30 s: {self.log()}")
        finally:
            code = self.process.returncode
            self.process = None
        assert code == 0, f"the server exited with {code}: {self.log()}"
