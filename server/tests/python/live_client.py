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
        self.say(t="hello", protocol=3, build="python", site=self.site, audience=self.audience, resume=resume)
        self.handles, self.epoch = {}, None
        kind, text = self.socket.receive()
        welcome = json.loads(text)
        if kind != "text" or welcome["t"] != "welcome":
            raise SystemExit(f"no welcome: {text}")
        if welcome["audience"] != self.audience or welcome["protocol"] != 3:
            raise SystemExit(f"another welcome: {text}")
        self.journal, self.run = welcome["journal"], welcome["run"]
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
        if snapshot["run"] != self.run:
            raise SystemExit("the snapshot is of another run of the server")
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
        kind, body, at = fact["kind"], fact["body"], fact["recorded_at"]
        known = VERSIONS.get(kind)
        if fact["v"] != known:
            raise SystemExit(f"too old for {kind} version {fact['v']}")
        if kind in ("person_gone", "person_back"):
            self.owner_absent(body["person"], body.get("lapse_at"))
            return
        if not kind.startswith("alarm_"):
            return
        if kind == "alarm_raised":
            if body["alarm"] not in self.alarms:
                self.alarms[body["alarm"]] = raised(fact, body)
            return
        alarm = self.alarms.get(body["alarm"])
        if alarm is None:
            return
        if kind == "alarm_split":
            self.split(fact, alarm)
            return
        version = alarm["version"]
        if getattr(self, kind)(alarm, body, fact, at) is False:
            return
        alarm["version"] = version if kind in SAID else fact["seq"]

    def owner_absent(self, person, lapse_at):
        for alarm in self.alarms.values():
            owner = alarm["ownership"].get("claimed")
            if owner is None or owner["by"] != person or alarm["judgement"] != "open":
                continue
            owner.pop("absent_due_at", None)
            if lapse_at is not None and alarm["priority"] <= 2:
                owner["absent_due_at"] = lapse_at

    def split(self, fact, alarm):
        body = fact["body"]
        leaves = next((one for one in alarm.get("joined", ()) if one["source"] == body["source"]), None)
        if leaves is None or body["into"] in self.alarms:
            return
        alarm["joined"].remove(leaves)
        alarm["version"] = fact["seq"]
        own = {"alarm": body["into"], "type": body.get("type", leaves["type"]), "state": "momentary"}
        alone = raised(fact, body | own)
        alone |= {"condition": leaves["condition"], "repeats": leaves["repeats"], "occurred_at": leaves["at"]}
        alone["exists"] = leaves.get("exists", [])
        self.alarms[body["into"]] = alone

    # Each changes the alarm, or gives False where the page says that nothing happens.

    def alarm_repeated(self, alarm, body, fact, at):
        one = said_by(alarm, body.get("source"))
        says(one, body, fact)

    def alarm_cleared(self, alarm, body, fact, at):
        one = said_by(alarm, body.get("source"))
        ended = body.get("ended")
        one["exists"] = [it for it in one.get("exists", []) if ended and it["type"] not in ended]
        if not one["exists"]:
            one["condition"] = {"cleared": {"at": fact["occurred_at"]}}

    def alarm_overdue(self, alarm, body, fact, at):
        if "unclaimed" not in alarm["ownership"]:
            return False
        alarm["ownership"]["unclaimed"] |= {"due_at": body["claim_due_at"], "times_overdue": body["times"]}
        late(alarm["ownership"]["unclaimed"], body)

    def alarm_claimed(self, alarm, body, fact, at):
        if "claimed" in alarm["ownership"]:
            return False
        alarm["ownership"] = claimed(body["by"], at, body)

    def alarm_noted(self, alarm, body, fact, at):
        if len(alarm["notes"]) >= 200:
            return False
        alarm["notes"].append({"by": body["by"], "at": at, "content": body["note"]})
        alarm["ownership"].get("claimed", {}).pop("follow_up_due_at", None)
        if "acknowledged" in alarm and "review_due_at" in body:
            alarm["acknowledged"] |= {"due_at": body["review_due_at"], "followed_up": True}

    def alarm_judged(self, alarm, body, fact, at):
        if alarm["judgement"] != "open" or "claimed" not in alarm["ownership"]:
            return False
        judged = {"verdict": body["verdict"], "by": body["by"], "at": at}
        if "review_due_at" in body:
            judged["review_due_at"] = body["review_due_at"]
        alarm["judgement"] = {"judged": judged}
        alarm.pop("shelf", None)

    def alarm_verdict_corrected(self, alarm, body, fact, at):
        judged = reopen(alarm)
        if judged is None:
            return False
        alarm["judgement"] = {"judged": judged | {"verdict": body["verdict"], "by": body["by"], "at": at}}

    def alarm_acknowledged(self, alarm, body, fact, at):
        if alarm["judgement"] != "open" or "claimed" in alarm["ownership"] or "acknowledged" in alarm:
            return False
        alarm["acknowledged"] = {"by": body["by"], "at": at, "due_at": body["due_at"], "followed_up": False}

    def alarm_muted(self, alarm, body, fact, at):
        times = alarm.get("mute", {}).get("times", 0) + 1
        alarm["mute"] = {"by": body["by"], "until": body["until"], "times": times}

    def alarm_shelved(self, alarm, body, fact, at):
        alarm["shelf"] = {"by": body["by"], "at": at, "until": body["until"], "reason": body["reason"]}

    def alarm_unshelved(self, alarm, body, fact, at):
        del alarm["shelf"]
        alarm.pop("acknowledged", None)
        owner = alarm["ownership"]
        if "claimed" in owner:
            owner["claimed"]["follow_up_due_at"] = body["due_at"]
            return
        owner["unclaimed"] |= {"since": at, "due_at": body["due_at"]}
        late(owner["unclaimed"], body)
        if "by" in body:
            due = {"due_at": body["due_at"], "followed_up": False}
            alarm["acknowledged"] = {"by": body["by"], "at": at} | due

    def alarm_released(self, alarm, body, fact, at):
        alarm["ownership"] = unclaimed(at, body["claim_due_at"], "released", body["by"])

    def alarm_transferred(self, alarm, body, fact, at):
        alarm["ownership"] = claimed(body["to"], at, body)

    def alarm_returned(self, alarm, body, fact, at):
        seen = alarm.get("acknowledged", {}).get("by")
        owner = alarm["ownership"].get("claimed", {}).get("by")
        judged = reopen(alarm)
        whose = judged["by"] if judged else owner or seen
        alarm["ownership"] = unclaimed(at, body["claim_due_at"], body["why"], whose)
        late(alarm["ownership"]["unclaimed"]["returned"], body)
        heard_again(alarm, at)

    def alarm_risen(self, alarm, body, fact, at):
        before = {"type": alarm["type"], "priority": alarm["priority"], "why": body["why"], "at": at}
        alarm["rises"] = (alarm.get("rises", []) + [before])[-8:]
        if "source" in body:
            first = {name: alarm[name] for name in ("source", "type", "family", "condition", "repeats")}
            first["exists"] = alarm.get("exists", [])
            joined = alarm.setdefault("joined", [])
            part = next((one for one in joined if one["source"] == body["source"]), None)
            if part is not None:
                joined.remove(part)
            joined.insert(0, first | {"why": "upstream", "at": at})
            new = part or {"condition": {"momentary": {"at": at}}, "repeats": 0}
            alarm |= {"condition": new["condition"], "repeats": new["repeats"], "exists": new.get("exists", [])}
        names = ("type", "family", "tier", "priority", "source", "place")
        alarm |= {name: body[name] for name in names if name in body}
        judged, owner = reopen(alarm), alarm["ownership"]
        if judged:
            alarm["ownership"] = unclaimed(at, body["due_at"], "risen", judged["by"])
        elif "claimed" in owner:
            owner["claimed"]["follow_up_due_at"] = body["due_at"]
        else:
            owner["unclaimed"] |= {"since": at, "due_at": body["due_at"], "times_overdue": 0}
            owner["unclaimed"].pop("late_s", None)
        heard_again(alarm, at)

    def alarm_joined(self, alarm, body, fact, at):
        joined = alarm.setdefault("joined", [])
        if body["source"] in [alarm["source"]] + [one["source"] for one in joined]:
            says(said_by(alarm, body["source"]), body, fact)
            return
        new = {name: body[name] for name in ("source", "type", "family", "why")}
        state = condition(body["state"], fact["occurred_at"])
        exists = existing(body, fact) if body["state"] == "active" else []
        joined.append(new | {"at": at, "condition": state, "exists": exists, "repeats": 0})

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
            elif "alarm" in change["remove"]:
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


# The kinds and versions of the page.
VERSIONS = {
    name: 2
    for name in (
        "alarm_raised", "alarm_overdue", "alarm_claimed", "alarm_noted", "alarm_judged", "alarm_split",
        "alarm_unshelved", "alarm_returned",
    )
} | {"alarm_repeated": 3, "alarm_cleared": 3} | {
    name: 1
    for name in (
        "estate_published", "alarm_verdict_corrected", "alarm_acknowledged", "alarm_muted", "alarm_shelved",
        "alarm_released", "alarm_transferred", "alarm_risen",
        "alarm_joined", "person_gone", "person_back", "person_on_duty", "person_off_duty",
        "call_sign_given", "phone_bound", "phone_unbound", "zone_armed", "zone_disarmed", "door_opened",
        "door_closed", "door_granted", "area_entered", "area_left", "flood_began", "flood_ended",
        "recording_resumed", "clock_stepped", "input_set_aside", "notification_settled",
        "actuation_intended", "actuation_settled",
    )
}  # fmt: skip
# What does not change an alarm's version.
SAID = ("alarm_repeated", "alarm_overdue")


def raised(fact, body):
    names = ("type", "family", "tier", "priority", "source", "place")
    owner = {"since": fact["recorded_at"], "due_at": body["claim_due_at"], "times_overdue": 0}
    return {name: body[name] for name in names} | {
        "id": body["alarm"], "drill": fact["drill"], "occurred_at": fact["occurred_at"],
        "condition": condition(body["state"], fact["occurred_at"]), "ownership": {"unclaimed": owner},
        "judgement": "open", "repeats": 0, "notes": [], "version": fact["seq"],
        "exists": existing(body, fact) if body["state"] == "active" else [],
    }  # fmt: skip


def existing(body, fact):
    return [{"type": body["type"], "family": body["family"], "since": fact["occurred_at"]}]


def says(one, body, fact):
    """A source of a row says something again."""
    one["repeats"] += 1
    if "active" not in one["condition"] or body["state"] == "cleared":
        one["condition"] = condition(body["state"], fact["occurred_at"])
    exists = one.setdefault("exists", [])
    if body["state"] == "cleared":
        exists.clear()
    elif body["state"] == "active" and body["type"] not in [it["type"] for it in exists]:
        exists += existing(body, fact)


def said_by(alarm, source):
    """The row itself, or the one that joined it and says something."""
    if source is None or source == alarm["source"]:
        return alarm
    return next((one for one in alarm.get("joined", ()) if one["source"] == source), alarm)


def claimed(by, at, body):
    owner = {"by": by, "at": at}
    if "follow_up_due_at" in body:
        owner["follow_up_due_at"] = body["follow_up_due_at"]
    return {"claimed": owner}


def unclaimed(at, due_at, why, whose):
    returned = {"why": why, "at": at} | ({"from": whose} if whose else {})
    return {"unclaimed": {"since": at, "due_at": due_at, "times_overdue": 0, "returned": returned}}


def late(what, body):
    what.pop("late_s", None)
    if body.get("late_s"):
        what["late_s"] = body["late_s"]


def reopen(alarm):
    """Takes the verdict off, if there is one, and remembers it."""
    if alarm["judgement"] == "open":
        return None
    judged = alarm["judgement"]["judged"]
    alarm["former"] = (alarm.get("former", []) + [judged])[-8:]
    alarm["judgement"] = "open"
    return judged


def heard_again(alarm, at):
    alarm.pop("acknowledged", None)
    alarm.pop("shelf", None)
    if "mute" in alarm:
        alarm["mute"]["until"] = min(alarm["mute"]["until"], at)


def condition(state, at):
    return {state: {"since" if state == "active" else "at": at}}


def outline(alarm):
    """What both sides of the test compare."""
    names = ("type", "family", "tier", "priority", "source", "condition", "ownership", "judgement", "repeats", "version")
    maybe = ("acknowledged", "mute", "shelf", "former", "exists", "joined", "rises")
    known = {name: alarm[name] for name in names} | {"notes": len(alarm["notes"])}
    for one in alarm.get("joined", []):
        if not one.get("exists"):
            one.pop("exists", None)
    return known | {name: alarm[name] for name in maybe if alarm.get(name)}


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
