"""A WebSocket client (RFC 6455) on a connected socket: as little of it as a SIP phone needs."""
import base64
import os
import struct


class WebSocket:
    def __init__(self, stream, host, protocol="sip", origin=None):
        self.stream, self.pending = stream, b""
        key = base64.b64encode(os.urandom(16)).decode()
        asked = f"Sec-WebSocket-Protocol: {protocol}\r\n" if protocol else ""
        asked += f"Origin: {origin}\r\n" if origin else ""
        stream.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{asked}\r\n".encode())
        while b"\r\n\r\n" not in self.pending:
            octets = stream.recv(65_536)
            if not octets:
                break
            self.pending += octets
        head, _, self.pending = self.pending.partition(b"\r\n\r\n")
        self.answer = head.decode()
        self.status = int(self.answer.split()[1]) if self.answer else None

    def send(self, octets, opcode=1):
        mask = os.urandom(4)
        size = len(octets)
        head = bytes([0x80 | opcode]) + (bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size))
        masked = bytes(octet ^ mask[place % 4] for place, octet in enumerate(octets))
        self.stream.sendall(head + mask + masked)

    def receive(self):
        """(opcode, payload) of the next frame; None at the end of the stream. The socket's time-out counts."""
        while (frame := self._cut()) is None:
            octets = self.stream.recv(65_536)
            if not octets:
                return None
            self.pending += octets
        return frame

    def _cut(self):
        if len(self.pending) < 2:
            return None
        size, start = self.pending[1] & 0x7f, 2
        if size == 126:
            if len(self.pending) < 4:
                return None
            size, start = struct.unpack(">H", self.pending[2:4])[0], 4
        if len(self.pending) < start + size:
            return None
        opcode, payload = self.pending[0] & 0x0f, self.pending[start:start + size]
        self.pending = self.pending[start + size:]
        return opcode, payload
