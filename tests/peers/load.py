"""`almon load` beside a test: good calls, and what became of them."""
import json
import signal
import subprocess

from .almon import PROGRAM


class GoodCalls:
    """Calls through the server until `end`, or as long as the arguments say."""

    def __init__(self, server, *arguments):
        command = [PROGRAM, "load", "call", server.address, *arguments, "--json"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def are_over(self, seconds=0.0):
        """Waits so long."""
        try:
            self.process.wait(seconds)
            return True
        except subprocess.TimeoutExpired:
            return False

    def report(self):
        return json.loads(self.process.communicate(timeout=60)[0])

    def end(self):
        self.process.send_signal(signal.SIGINT)
        return self.report()


def went_well(report):
    assert report["ok"] > 0 and report["failed"] == 0, report
