"""Who has the processors: where others use the machine, nobody can promise a time or a rate."""
import os
import pathlib
import time

MAY_BE_OTHERS = 0.2


class Processor:
    """Since this was made."""

    def __init__(self, server):
        self.server, self.begun = server, time.monotonic()
        self.before = self._seconds_of_others()

    def is_ours(self):
        return self.share_of_others() < MAY_BE_OTHERS

    def share_of_others(self):
        """Of all that there is, 0 to 1."""
        took = self._seconds_of_others() - self.before
        return took / (time.monotonic() - self.begun) / os.cpu_count()

    def _seconds_of_others(self):
        """Of everybody, other guests of the host too, but the server, us, and what we started and saw end."""
        user, nice, system, _, _, irq, soft_irq, steal = map(int, read("/proc/stat").split()[1:9])
        own = read(f"/proc/{self.server.process.pid}/stat").rsplit(")", 1)[1].split()
        ticks = user + nice + system + irq + soft_irq + steal - int(own[11]) - int(own[12])
        return ticks / os.sysconf("SC_CLK_TCK") - sum(os.times()[:4])


def read(path):
    return pathlib.Path(path).read_text()
