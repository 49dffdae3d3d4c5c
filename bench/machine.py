"""What the kernel knows of a process and those that it started: CPU time, memory, context switches."""
import os
import pathlib
import platform
import re
import time

TRANSACTIONS_LINGER = 33  # seconds after which no transaction of almon is left


def family(pid):
    """The process and all that descend from it."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                parents[int(entry)] = int(read(f"/proc/{entry}/stat").rpartition(")")[2].split()[1])
            except OSError:
                continue
    found, size = {pid}, 0
    while size != len(found):
        size = len(found)
        found |= {child for child, parent in parents.items() if parent in found}
    return found


def read(path):
    return pathlib.Path(path).read_text("utf-8", "replace")


def over_threads(pid, name, figure):
    """The sum of a figure that a file of each thread of the family holds."""
    total = 0
    for member in family(pid):
        for thread in os.listdir(f"/proc/{member}/task"):
            try:
                total += figure(read(f"/proc/{member}/task/{thread}/{name}"))
            except OSError:
                continue  # it has just ended
    return total


def cpu_us(pid):
    """CPU time of all threads that live, in microseconds: what the scheduler accounted, not ticks."""
    return over_threads(pid, "schedstat", lambda text: int(text.split()[0])) / 1000


def wake_ups(pid):
    return over_threads(pid, "status", lambda text: int(re.search(r"\nvoluntary_ctxt_switches:\s+(\d+)", text)[1]))


def resident(pid):
    """Octets of memory; what several processes share counts once."""
    members = family(pid)
    if len(members) == 1:
        return 1024 * int(re.search(r"VmRSS:\s+(\d+)", read(f"/proc/{pid}/status"))[1])
    proportional = (re.search(r"\nPss:\s+(\d+)", read(f"/proc/{member}/smaps_rollup"))[1] for member in members)
    return 1024 * sum(map(int, proportional))


def idle_us_a_second(pid, seconds=2):
    before = cpu_us(pid)
    time.sleep(seconds)
    return (cpu_us(pid) - before) / seconds


def pinned(core):
    return ["taskset", "-c", str(core)] if core is not None and os.cpu_count() > 1 else []


def description():
    model = re.search(r"model name\s*:\s*(.+)", read("/proc/cpuinfo"))
    return f"{os.cpu_count()} cores of {model[1] if model else platform.machine()}, Linux {platform.release()}"
