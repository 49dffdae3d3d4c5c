"""The almon server as a test runs it: its own state folder, its own ports, stopped at the end."""
import copy
import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import tempfile
import time

from .ports import free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("ALMON", str(ROOT / "build" / "release" / "almon"))


def wait_until(condition, seconds=10.0, what="the condition"):
    """Polls until condition() is true; returns its value. In vain it fails with `what`, text or maker."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:g} s in vain for {what() if callable(what) else what}")
        time.sleep(0.02)


def run(*arguments, check=True, stdin=None):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, input=stdin, timeout=60)
    if check and done.returncode != 0:
        said = done.stderr or done.stdout
        raise AssertionError(f"almon {' '.join(arguments)} exited with {done.returncode}: {said}")
    return done


def takes(seconds):
    """Marks a test that lasts so long; those begin first."""
    def mark(test):
        test.seconds = seconds
        return test
    return mark


class Almon:
    """A running server on loopback; `with Almon(...) as almon:`"""

    def __init__(self, users=(), config=None, arguments=(), host="127.0.0.1", transports=("udp", "tcp"),
                 state=None, port=None, preparation=None, program=PROGRAM):
        self.host = host
        self.port = port or free_port()
        self.home = tempfile.mkdtemp(prefix="almon-test.")
        self.folder = state or os.path.join(self.home, "state")
        self.log_path = os.path.join(self.home, "log")
        self.config_path = os.path.join(self.home, "almon.toml")
        self.users = users
        self.config = config
        self.arguments = list(arguments)
        self.transports = transports
        self.program = program
        self.preparation = preparation  # called in the server's process before the program
        self.process = None

    @property
    def address(self):
        return f"{self.domain}:{self.port}"

    @property
    def domain(self):
        """The host as a URI writes it."""
        return f"[{self.host}]" if ":" in self.host else self.host

    def __enter__(self):
        for user in self.users:
            name, password = user.split(":")
            self.run("user", "add", name if "@" in name else f"{name}@{self.domain}", "--password", password)
        self.start()
        return self

    def __exit__(self, kind, *_):
        if kind is not None and os.path.exists(self.log_path):
            print(f"The server's log:\n{self.log()[-6000:]}")
        self.stop(at_once_after=1)
        shutil.rmtree(self.home, ignore_errors=True)

    def run(self, *arguments, check=True, stdin=None):
        """A command of the almon program about this server's state folder."""
        return run(*arguments, "--state", self.folder, check=check, stdin=stdin)

    def write_config(self, text):
        with open(self.config_path, "w") as file:
            file.write(text)

    def start(self):
        self.launch()
        self.wait_until_up()

    def launch(self):
        command = [self.program, "serve"]
        if self.config is not None:
            self.write_config(self.config)
            command.append(self.config_path)
        for transport in self.transports:
            command += ["--listen", f"{transport}:{self.address}"]
        command += ["--state", self.folder, *self.arguments]
        with open(self.log_path, "a") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT,
                                            preexec_fn=self.preparation)

    def wait_until_up(self):
        wait_until(self.is_up, 60, lambda: f"the server to start; its log: {self.log()}")

    def is_up(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the server stopped with {self.process.returncode}: {self.log()}")
        return self.run("status", "--json", check=False).returncode == 0

    def status(self):
        return json.loads(self.run("status", "--json").stdout)

    def bindings(self, aor=None):
        return json.loads(self.run("bindings", *([aor] if aor else []), "--json").stdout)

    def resident(self):
        """Octets of memory that it has now."""
        pages = pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGESIZE")

    def trusting_context(self):
        """For TLS clients that trust the certificate that this server made for itself, and check it."""
        context = ssl.create_default_context(cafile=os.path.join(self.folder, "tls", "certificate.pem"))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def at(self, port):
        """This server as it is reached at another port."""
        other = copy.copy(self)
        other.port = port
        return other

    def descriptors(self):
        """How many files and sockets it has open now."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def log(self):
        with open(self.log_path) as file:
            return file.read()

    def kill(self):
        """As a power cut would: no goodbye."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def stop(self, at_once_after=None):
        """SIGTERM, and once more after that many seconds: the server then does not wait for calls to end."""
        if self.process is None:
            return
        process, self.process = self.process, None
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(at_once_after or 35)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"the server did not stop: {self.log()}")
        assert process.returncode == 0, f"the server exited with {process.returncode}: {self.log()}"
