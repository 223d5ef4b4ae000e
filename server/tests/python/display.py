"""A display: it connects, takes the snapshot, folds what it hears, and comes back, as
docs/protocols/live.md says."""
import gzip
import hashlib
import http.client
import json
import time

from fold import fold
from frames import Frame
from websocket import PATIENCE_S, Socket

# Where the view keeps a thing of which changes say [id, value].
TABLES = {
    "person": "people", "phone": "phones", "zone": "zones", "door": "doors", "actuation": "actuations",
}  # fmt: skip
# And those that carry their id.
WITH_ID = {"alarm": "alarms", "incident": "incidents", "assignment": "assignments"}


class Display:
    def __init__(self, host, port, site, audience, narrow=False):
        self.host, self.port, self.site, self.audience, self.narrow = host, port, site, audience, narrow
        self.journal = self.hash = None
        self.seq, self.view, self.positions, self.presence = 0, {}, {}, None
        self.snapshots = self.resumed = self.gaps = self.chain_checked = 0
        # How often each message was heard, and every word of them that a person could read.
        self.heard, self.words = {}, []
        self.connect()

    # --- connection -----------------------------------------------------------------------

    def connect(self):
        self.socket = Socket(self.host, self.port, self.narrow)
        # What begins empty with every connection.
        self.handles, self.epoch, self.accuracy, self.has_frame = {}, None, {}, False
        self.latest, self.unrecorded, self.viewers = {}, nobody("notices"), nobody("viewers")
        self.beat, self.echoed = None, {}
        resume = None
        if self.hash is not None:
            resume = {"journal": self.journal, "seq": self.seq, "hash": self.hash}
        self.say(t="hello", protocol=3, build="python", site=self.site, audience=self.audience, resume=resume)
        kind, text = self.socket.receive()
        welcome = json.loads(text) if kind == "text" else {"t": kind}
        if welcome["t"] != "welcome":
            raise SystemExit(f"no welcome: {text}")
        if welcome["audience"] != self.audience or welcome["protocol"] != 3:
            raise SystemExit(f"another welcome: {text}")
        self.journal, self.run = welcome["journal"], welcome["run"]
        if welcome["resume"] == "snapshot":
            self.take_snapshot()
        else:
            self.resumed += 1
        if self.presence is not None:
            self.present(self.presence)

    def cut(self, port=None):
        """Breaks the connection and comes back, perhaps to a server that was started again."""
        self.socket.tcp.close()
        self.port = port or self.port
        self.connect()

    def say(self, **message):
        self.socket.send(json.dumps(message).encode())

    def present(self, presence):
        self.presence = presence
        self.say(t="presence", **presence)

    def take_snapshot(self):
        # Messages that come meanwhile wait in the socket: they are folded after it, and what is in it
        # already is skipped.
        http_client = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE_S)
        path = f"/api/v1/sites/{self.site}/snapshot?audience={self.audience}"
        http_client.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = http_client.getresponse()
        body = answer.read()
        http_client.close()
        if answer.status != 200 or answer.getheader("Content-Encoding") != "gzip":
            raise SystemExit(f"snapshot: {answer.status} {body[:200]!r}")
        text = gzip.decompress(body).decode()
        self.words.append(text)
        snapshot = json.loads(text)
        if snapshot["run"] != self.run:
            raise SystemExit("the snapshot is of another run of the server")
        self.journal, self.seq, self.hash = snapshot["journal"], snapshot["seq"], snapshot["hash"]
        self.view = snapshot["view"]
        self.snapshots += 1

    # --- messages -------------------------------------------------------------------------

    def step(self):
        kind, message = self.socket.receive()
        if kind == "close":
            raise SystemExit(f"closed by the server: {message}")
        if kind == "binary":
            self.count("positions")
            self.frame(Frame(message))
            return
        self.words.append(message)
        said = json.loads(message)
        name = said["t"]
        self.count(name)
        if name == "facts":
            self.facts(said, message)
        elif name == "changes":
            self.changes(said)
        elif name == "handles":
            self.table(said)
        elif name == "latest":
            self.values(said)
        elif name == "unrecorded":
            self.unrecorded = {"notices": said["notices"], "left_out": said["left_out"]}
        elif name == "viewers":
            self.viewers = {"viewers": said["viewers"], "left_out": said["left_out"]}
        elif name == "heartbeat":
            self.beat = said
        elif name == "echo":
            self.echoed[said["n"]] = said["upto"]
        elif name == "gap":
            self.gaps += 1
            self.take_snapshot()
        elif name == "refused":
            raise SystemExit(said["message"])
        else:
            raise SystemExit(f"too old for this server: {name}")

    def count(self, name):
        self.heard[name] = self.heard.get(name, 0) + 1

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
            fold(self.view, fact)
        if said["upto"] == self.seq and said["hash"] != self.hash:
            raise SystemExit(f"the chain does not hold at {self.seq}")

    def changes(self, said):
        if said["upto"] <= self.seq:
            return
        if said["after"] > self.seq:
            raise SystemExit(f"changes after {self.seq} are missing")
        for change in said["changes"]:
            if "put" in change:
                for thing, value in change["put"].items():
                    self.put(thing, value)
            elif change["remove"] in ("flood", "self_test"):
                self.view.pop(change["remove"], None)
            elif change["remove"] == "estate":
                self.view["estate"] = None
            else:
                for thing, id in change["remove"].items():
                    self.view.get(WITH_ID[thing], {}).pop(id, None)
        self.seq, self.hash = said["upto"], said["hash"]
        self.view["seq"] = self.seq

    def put(self, thing, value):
        if thing in WITH_ID:
            self.view.setdefault(WITH_ID[thing], {})[value["id"]] = value
        elif thing in ("estate", "flood", "self_test"):
            self.view[thing] = value
        elif thing in TABLES:
            name, what = value
            self.view.setdefault(TABLES[thing], {})[name] = what

    def values(self, said):
        if said.get("whole"):
            self.latest.clear()
        for of in said.get("gone", []):
            self.latest.pop(key(of), None)
        for row in said["values"]:
            known = self.latest.setdefault(key(row["of"]), {})
            known |= {name: value for name, value in row.items() if name != "of"}

    def table(self, said):
        first = self.epoch != said["epoch"]
        if first:
            self.epoch, self.handles, self.accuracy = said["epoch"], {}, {}
        for entry in said["entries"]:
            self.handles[entry["handle"]] = entry["person"]
        if first:
            known = set(self.handles.values())
            self.positions = {who: at for who, at in self.positions.items() if who in known}

    def frame(self, frame):
        if frame.epoch != self.epoch:
            return
        self.has_frame = True
        for handle in frame.gone:
            self.positions.pop(self.handles.pop(handle, None), None)
            self.accuracy.pop(handle, None)
        self.accuracy |= frame.accuracies
        for handle, x_cm, y_cm, received_ms in frame.moved:
            who = self.handles.get(handle)
            if who is not None:
                self.positions[who] = {
                    "x_cm": x_cm, "y_cm": y_cm, "received_ms": received_ms,
                    "accuracy_dm": self.accuracy.get(handle),
                }  # fmt: skip

    # --- waiting --------------------------------------------------------------------------

    def until(self, what, holds):
        end = time.monotonic() + PATIENCE_S
        while not holds():
            if time.monotonic() > end:
                held = {name: value for name, value in self.report().items() if name != "view"}
                raise SystemExit(f"waited in vain: {what}: {held}")
            self.step()

    def hears_echo(self, n):
        """Then it holds all that the server had when this was asked."""
        self.say(t="echo", n=n)
        self.until(f"echo {n}", lambda: n in self.echoed and self.seq >= self.echoed[n])

    def holds(self, what):
        return {
            "positions": len(self.positions) if self.has_frame else -1,
            "latest": len(self.latest),
            "unrecorded": len(self.unrecorded["notices"]),
            "viewers": len(self.viewers["viewers"]),
            "gap": min(self.gaps, 1),
        }[what]

    def overheard(self, word):
        return any(word in words for words in self.words)

    def report(self):
        return {
            "journal": self.journal, "seq": self.seq, "hash": self.hash, "view": self.view,
            "snapshots": self.snapshots, "resumed": self.resumed, "gaps": self.gaps,
            "chain_checked": self.chain_checked, "positions": self.positions, "latest": self.latest,
            "unrecorded": self.unrecorded, "viewers": self.viewers, "beat": self.beat,
            "heard": sorted(self.heard),
        }  # fmt: skip


def nobody(name):
    return {name: [], "left_out": 0}


def key(of):
    """`{"person":"li-na"}` as something that a table is ordered by."""
    ((kind, name),) = of.items()
    return f"{kind} {name}"


def refusal(host, port, text):
    """What the server says to somebody who says this, and how it closes."""
    socket = Socket(host, port)
    socket.send(text.encode())
    refused = None
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        kind, message = socket.receive()
        if kind == "close":
            return {"refused": refused, "close": message}
        if kind == "text" and json.loads(message)["t"] == "refused":
            refused = json.loads(message)
    raise SystemExit(f"not closed after {text!r}")
