"""SIPp (Debian's sip-tester) as a crowd of callers, callees or registering phones."""
import csv
import os
import pathlib
import shutil
import subprocess
import tempfile

from .almon import wait_until
from .ports import free_port, is_free

SCENARIOS = pathlib.Path(__file__).resolve().parents[1] / "scenarios"


class Sipp:
    """`users`: (name, password) of each call in turn."""

    def __init__(self, scenario, server, calls, rate=100, users=(), arguments=(), port=None):
        self.folder = tempfile.mkdtemp(prefix=f"sipp-{scenario}.")
        self.port = port or free_port()
        self.arguments = [
            "sipp", server.address, "-sf", str(SCENARIOS / f"{scenario}.xml"), "-i", "127.0.0.1",
            "-p", str(self.port), "-mp", str(free_port(4)), "-cp", str(free_port()),
            "-m", str(calls), "-r", str(rate), "-l", "5000", "-timeout", "120s", "-nostdin",
            "-trace_stat", "-stf", "stat.csv", "-trace_err", "-error_file", "errors", *arguments]
        if users:
            lines = [f"{name};[authentication username={name} password={secret}]" for name, secret in users]
            pathlib.Path(self.folder, "users.csv").write_text("\n".join(["SEQUENTIAL", *lines]) + "\n")
            self.arguments += ["-inf", "users.csv"]
        self.process = None

    def __enter__(self):
        with open(os.path.join(self.folder, "screen"), "w") as screen:
            self.process = subprocess.Popen(self.arguments, cwd=self.folder, stdin=subprocess.DEVNULL,
                                            stdout=screen, stderr=subprocess.STDOUT)
        wait_until(lambda: not is_free(self.port) or self.process.poll() is not None, 5, "SIPp to listen")
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def wait(self, seconds=100):
        """Until all calls are over: (successful, failed, retransmissions)."""
        self.process.wait(seconds)
        with open(os.path.join(self.folder, "stat.csv")) as file:
            last = list(csv.DictReader(file, delimiter=";"))[-1]
        return int(last["SuccessfulCall(C)"]), int(last["FailedCall(C)"]), int(last["Retransmissions(C)"])

    def errors(self):
        path = pathlib.Path(self.folder, "errors")
        return path.read_text(errors="replace")[-3000:] if path.exists() else ""
