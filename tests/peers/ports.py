"""Ports and loopback addresses that no other test process uses at the same time.

Each process owns a lane: some ports below the range that the kernel hands out by itself, and the addresses
127.77.LANE.*. A lane is held by the lock on a file, so it is free again when its process is gone.
"""
import fcntl
import os
import socket
import tempfile

FIRST_PORT = 12_000
PORTS_PER_LANE = 400
LANES = 50


class Lane:
    def __init__(self):
        folder = os.path.join(tempfile.gettempdir(), f"almon-test-lanes.{os.getuid()}")
        os.makedirs(folder, exist_ok=True)
        for self.number in range(LANES):
            self.lock = open(os.path.join(folder, str(self.number)), "w")
            try:
                fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                self.lock.close()
        else:
            raise RuntimeError(f"{LANES} processes test already")
        self.ports_given = self.addresses_given = 0

    def ports(self, count):
        """The first of `count` ports in a row, free for TCP and UDP on loopback at this moment."""
        for _ in range(PORTS_PER_LANE):
            offset = self.ports_given % PORTS_PER_LANE
            self.ports_given += count
            if offset + count > PORTS_PER_LANE:
                continue
            first = FIRST_PORT + self.number * PORTS_PER_LANE + offset
            if all(is_free(port) for port in range(first, first + count)):
                return first
        raise RuntimeError("no free port")

    def address(self):
        self.addresses_given += 1
        return f"127.77.{self.number}.{self.addresses_given}"


_lane = []


def _own_lane():
    if not _lane:
        _lane.append(Lane())
    return _lane[0]


def is_free(port):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def free_port(count=1):
    return _own_lane().ports(count)


def own_address():
    """Another address of this machine at each call, at which every port is free."""
    return _own_lane().address()
