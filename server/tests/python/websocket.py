"""RFC 6455, as much of it as a display needs. Standard library only."""
import base64
import os
import socket
import struct

PATIENCE_S = 20


class Socket:
    def __init__(self, host, port, narrow=False):
        self.tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if narrow:
            # What it does not read waits with the server, not in this machine's buffers.
            self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.tcp.settimeout(PATIENCE_S)
        self.tcp.connect((host, port))
        key = base64.b64encode(os.urandom(16)).decode()
        self.tcp.sendall(
            (
                f"GET /live HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
            ).encode()
        )
        self.unread = bytearray()
        while b"\r\n\r\n" not in self.unread:
            self.more()
        head, rest = bytes(self.unread).split(b"\r\n\r\n", 1)
        self.unread = bytearray(rest)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise SystemExit(f"no upgrade: {head!r}")

    def more(self):
        """Takes what there is, without looking at it."""
        more = self.tcp.recv(65536)
        if not more:
            raise SystemExit("the server hung up")
        self.unread += more

    def _take(self, count):
        while len(self.unread) < count:
            self.more()
        taken = bytes(self.unread[:count])
        del self.unread[:count]
        return taken

    def send(self, payload, opcode=1):
        mask = os.urandom(4)
        length = len(payload)
        size = bytes([0x80 | length]) if length < 126 else b"\xfe" + struct.pack(">H", length)
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self.tcp.sendall(bytes([0x80 | opcode]) + size + mask + masked)

    def receive(self):
        """The next message: ("text", str), ("binary", bytes) or ("close", code)."""
        whole, kind = b"", None
        while True:
            first, second = self._take(2)
            length = second & 0x7F
            if length == 126:
                (length,) = struct.unpack(">H", self._take(2))
            elif length == 127:
                (length,) = struct.unpack(">Q", self._take(8))
            payload = self._take(length)
            opcode = first & 0x0F
            if opcode == 9:
                self.send(payload, 10)
                continue
            if opcode == 10:
                continue
            if opcode == 8:
                return "close", struct.unpack(">H", payload[:2])[0] if payload else None
            kind = kind or {1: "text", 2: "binary"}[opcode]
            whole += payload
            if first & 0x80:
                return kind, whole.decode() if kind == "text" else whole
