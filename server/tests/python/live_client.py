"""A display in another language, written from docs/protocols/live.md and http.md alone.

Standard library only. Told what to do on stdin, one command a line:
  reach SEQ    listen until it stands at this fact
  see N        listen until N persons have a position
  beat         listen until the next heartbeat
  cut          break the connection, come back, and resume
  report       print one line of JSON: what it holds
Every wait ends after 20 s with an error.
"""
import base64
import gzip
import hashlib
import http.client
import json
import os
import socket
import struct
import sys
import time

PATIENCE_S = 20


class Socket:
    """RFC 6455, as much of it as a display needs."""

    def __init__(self, host, port):
        self.tcp = socket.create_connection((host, port), timeout=PATIENCE_S)
        key = base64.b64encode(os.urandom(16)).decode()
        self.tcp.sendall(
            (
                f"GET /live HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
            ).encode()
        )
        self.unread = b""
        while b"\r\n\r\n" not in self.unread:
            self._more()
        head, self.unread = self.unread.split(b"\r\n\r\n", 1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise SystemExit(f"no upgrade: {head!r}")

    def _more(self):
        more = self.tcp.recv(65536)
        if not more:
            raise SystemExit("the server hung up")
        self.unread += more

    def _take(self, count):
        while len(self.unread) < count:
            self._more()
        taken, self.unread = self.unread[:count], self.unread[count:]
        return taken

    def send(self, payload, opcode=1):
        mask = os.urandom(4)
        length = len(payload)
        size = bytes([0x80 | length]) if length < 126 else b"\xfe" + struct.pack(">H", length)
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self.tcp.sendall(bytes([0x80 | opcode]) + size + mask + masked)

    def receive(self):
        """The next message: ("text", str) or ("binary", bytes)."""
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
                raise SystemExit(f"closed by the server: {payload!r}")
            kind = kind or {1: "text", 2: "binary"}[opcode]
            whole += payload
            if first & 0x80:
                return kind, whole.decode() if kind == "text" else whole


class Reader:
    """Varints of a position frame."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def varint(self):
        value, shift = 0, 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value

    def signed(self):
        coded = self.varint()
        return coded >> 1 if coded % 2 == 0 else -(coded + 1) // 2

    def ascending(self):
        handles, handle = [], 0
        for _ in range(self.varint()):
            handle += self.varint()
            handles.append(handle)
        return handles


class Display:
    def __init__(self, host, port, site, audience):
        self.host, self.port, self.site, self.audience = host, port, site, audience
        self.journal = self.hash = None
        self.seq, self.alarms, self.positions, self.accuracy = 0, {}, {}, {}
        self.handles, self.epoch = {}, None
        self.snapshots, self.resumed, self.beat, self.chain_checked = 0, 0, None, 0
        self.connect()

    # --- connection -----------------------------------------------------------------------

    def connect(self):
        self.socket = Socket(self.host, self.port)
        resume = None
        if self.hash is not None:
            resume = {"journal": self.journal, "seq": self.seq, "hash": self.hash}
        self.say(t="hello", protocol=2, build="python", site=self.site, audience=self.audience, resume=resume)
        self.handles, self.epoch = {}, None
        kind, text = self.socket.receive()
        welcome = json.loads(text)
        if kind != "text" or welcome["t"] != "welcome":
            raise SystemExit(f"no welcome: {text}")
        if welcome["audience"] != self.audience or welcome["protocol"] != 2:
            raise SystemExit(f"another welcome: {text}")
        self.journal = welcome["journal"]
        if welcome["resume"] == "snapshot":
            self.take_snapshot()
        else:
            self.resumed += 1

    def say(self, **message):
        self.socket.send(json.dumps(message).encode())

    def take_snapshot(self):
        # Messages that come meanwhile wait in the socket: they are folded after it, and what is in it
        # already is skipped.
        http_client = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE_S)
        path = f"/api/v1/sites/{self.site}/snapshot?audience={self.audience}"
        http_client.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = http_client.getresponse()
        body = answer.read()
        if answer.status != 200 or answer.getheader("Content-Encoding") != "gzip":
            raise SystemExit(f"snapshot: {answer.status} {body[:200]!r}")
        snapshot = json.loads(gzip.decompress(body))
        self.journal, self.seq, self.hash = snapshot["journal"], snapshot["seq"], snapshot["hash"]
        self.alarms = snapshot["view"]["alarms"]
        self.snapshots += 1

    # --- messages -------------------------------------------------------------------------

    def step(self):
        kind, message = self.socket.receive()
        if kind == "binary":
            self.frame(message)
            return
        said = json.loads(message)
        name = said["t"]
        if name == "facts":
            self.facts(said, message)
        elif name == "changes":
            self.changes(said)
        elif name == "handles":
            self.table(said)
        elif name == "heartbeat":
            self.beat = said
        elif name == "gap":
            self.take_snapshot()
        elif name == "refused":
            raise SystemExit(said["message"])
        elif name not in ("latest", "unrecorded", "viewers", "echo"):
            raise SystemExit(f"too old for this server: {name}")

    def facts(self, said, text):
        at = text.index('"facts":[') + len('"facts":[')
        for fact in said["facts"]:
            _, end = json.JSONDecoder().raw_decode(text, at)
            stored, at = text[at:end].encode(), end + 1
            if fact["seq"] <= self.seq:
                continue
            if fact["seq"] != self.seq + 1:
                raise SystemExit(f"fact {self.seq + 1} is missing")
            self.hash = hashlib.sha256(bytes.fromhex(self.hash) + stored).hexdigest()
            self.chain_checked += 1
            self.seq = fact["seq"]
            self.fold(fact)
        if said["upto"] == self.seq and said["hash"] != self.hash:
            raise SystemExit(f"the chain does not hold at {self.seq}")

    def fold(self, fact):
        kind, body = fact["kind"], fact["body"]
        if fact["v"] != 1:
            raise SystemExit(f"too old for {kind} version {fact['v']}")
        if kind == "estate_published":
            return
        if kind == "alarm_raised":
            if body["alarm"] not in self.alarms:
                self.alarms[body["alarm"]] = {
                    "id": body["alarm"], "type": body["type"], "priority": body["priority"],
                    "condition": condition(body["state"], fact["occurred_at"]),
                    "ownership": {"unclaimed": {"due_at": body["claim_due_at"], "times_overdue": 0}},
                    "judgement": "open", "repeats": 0, "notes": [], "version": fact["seq"],
                }  # fmt: skip
            return
        alarm = self.alarms.get(body["alarm"])
        if alarm is None:
            return
        owner = alarm["ownership"]
        if kind == "alarm_repeated":
            alarm["repeats"] += 1
            if "active" not in alarm["condition"] or body["state"] == "cleared":
                alarm["condition"] = condition(body["state"], fact["occurred_at"])
        elif kind == "alarm_cleared":
            alarm["condition"] = {"cleared": {"at": fact["occurred_at"]}}
        elif kind == "alarm_overdue" and "unclaimed" in owner:
            alarm["ownership"] = {"unclaimed": {"due_at": body["claim_due_at"], "times_overdue": body["times"]}}
        elif kind == "alarm_claimed":
            alarm["ownership"] = {"claimed": {"by": body["by"], "at": fact["recorded_at"]}}
        elif kind == "alarm_noted":
            alarm["notes"].append({"by": body["by"], "at": fact["recorded_at"], "content": body["note"]})
        elif kind == "alarm_judged":
            alarm["judgement"] = {
                "judged": {"verdict": body["verdict"], "by": body["by"], "at": fact["recorded_at"]}
            }
        elif kind != "alarm_overdue":
            raise SystemExit(f"too old for this server: {kind}")
        alarm["version"] = fact["seq"]

    def changes(self, said):
        if said["upto"] <= self.seq:
            return
        if said["after"] > self.seq:
            raise SystemExit(f"changes after {self.seq} are missing")
        for change in said["changes"]:
            if "put" in change:
                if "alarm" in change["put"]:
                    alarm = change["put"]["alarm"]
                    self.alarms[alarm["id"]] = alarm
            elif change["remove"] != "estate":
                self.alarms.pop(change["remove"]["alarm"], None)
        self.seq, self.hash = said["upto"], said["hash"]

    def table(self, said):
        first = self.epoch != said["epoch"]
        if first:
            self.epoch, self.handles = said["epoch"], {}
        for entry in said["entries"]:
            self.handles[entry["handle"]] = entry["person"]
        if first:
            known = set(self.handles.values())
            self.positions = {who: at for who, at in self.positions.items() if who in known}

    def frame(self, data):
        if data[0] != 2:
            raise SystemExit(f"too old for a frame of kind {data[0]}")
        reader = Reader(data)
        reader.at = 1
        epoch, base_ms = reader.varint(), reader.varint()
        gone, moved = reader.ascending(), reader.ascending()
        x_cm = [reader.signed() for _ in moved]
        y_cm = [reader.signed() for _ in moved]
        age_ms = [reader.varint() for _ in moved]
        index, accuracies = 0, {}
        for _ in range(reader.varint()):
            index += reader.varint()
            accuracies[index] = reader.varint() - 1
        if reader.at != len(data):
            raise SystemExit("something follows the end of a frame")
        if epoch != self.epoch:
            return
        for handle in gone:
            self.positions.pop(self.handles.pop(handle, None), None)
        for i, handle in enumerate(moved):
            who = self.handles.get(handle)
            if who is None:
                continue
            if i in accuracies:
                self.accuracy[who] = accuracies[i] if accuracies[i] >= 0 else None
            self.positions[who] = {
                "x_cm": x_cm[i], "y_cm": y_cm[i], "received_ms": base_ms - age_ms[i],
                "accuracy_dm": self.accuracy.get(who),
            }  # fmt: skip

    # --- commands -------------------------------------------------------------------------

    def until(self, what, holds):
        end = time.monotonic() + PATIENCE_S
        while not holds():
            if time.monotonic() > end:
                raise SystemExit(f"waited in vain: {what}, at {self.seq}")
            self.step()

    def report(self):
        return {
            "seq": self.seq, "hash": self.hash, "snapshots": self.snapshots, "resumed": self.resumed,
            "chain_checked": self.chain_checked, "positions": self.positions,
            "alarms": {number: outline(alarm) for number, alarm in self.alarms.items()},
        }  # fmt: skip


def condition(state, at):
    return {state: {"since" if state == "active" else "at": at}}


def outline(alarm):
    """What both sides of the test compare."""
    names = ("type", "priority", "condition", "ownership", "judgement", "repeats", "version")
    return {name: alarm[name] for name in names} | {"notes": len(alarm["notes"])}


def main():
    host, port, site, audience = sys.argv[1:5]
    display = Display(host, int(port), site, audience)
    for line in sys.stdin:
        words = line.split()
        if words[0] == "reach":
            display.until(line, lambda: display.seq >= int(words[1]))
        elif words[0] == "see":
            display.until(line, lambda: len(display.positions) >= int(words[1]))
        elif words[0] == "beat":
            display.beat = None
            display.until(line, lambda: display.beat is not None)
        elif words[0] == "cut":
            display.socket.tcp.close()
            display.connect()
        elif words[0] == "report":
            print(json.dumps(display.report()), flush=True)
            continue
        print("ok", flush=True)


main()
