"""A bad network: a UDP relay that loses some datagrams between a server and its clients."""
import random
import select
import socket
import threading

from .ports import free_port


class LossyRelay:
    """Who sends to `port` reaches `goal`, and hears its answers, but for one datagram in ten each way."""

    def __init__(self, goal, loss=0.1, seed=3261):
        self.goal, self.loss = goal, loss
        self.chance = random.Random(seed)
        self.port = free_port()
        self.lost = 0

    def __enter__(self):
        self.front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.front.bind(("127.0.0.1", self.port))
        self.back.bind(("127.0.0.1", free_port()))
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()
        self.front.close()
        self.back.close()

    def _run(self):
        client = None
        while not self.ending.is_set():
            for ready in select.select([self.front, self.back], [], [], 0.05)[0]:
                octets, source = ready.recvfrom(65_536)
                if ready is self.front:
                    client = source
                if self.chance.random() < self.loss:
                    self.lost += 1
                elif ready is self.front:
                    self.back.sendto(octets, self.goal)
                elif client:
                    self.front.sendto(octets, client)
