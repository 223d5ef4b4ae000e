"""A display in another language, written from docs/protocols/live.md and http.md alone.

Standard library only. Called with host, port, site, audience and perhaps `narrow` (a small receive
buffer). Told what to do on stdin, one command a line, and answers each with one line:
  reach SEQ      listen until it stands at this fact
  echo N         ask for this number, and listen until it holds all that the server had then
  hold WHAT N    listen until it holds N positions, latest, unrecorded or viewers, or was told of a gap
  beat           listen until the next heartbeat
  present JSON   say who sits here and what they look at; again after each return
  painted        say that all is drawn
  sip            take some bytes and look at none of them
  cut [PORT]     break the connection, come back, and resume
  refusal TEXT   say this with another socket, and tell how it is refused
  overheard WORD whether this stood in anything that it was ever told
  report         what it holds, as JSON
Every wait ends after 20 s with an error.
"""
import json
import sys

from display import Display, refusal


def obey(display, name, rest):
    if name == "reach":
        display.until(f"reach {rest}", lambda: display.seq >= int(rest))
    elif name == "echo":
        display.hears_echo(int(rest))
    elif name == "hold":
        what, count = rest.split()
        display.until(f"hold {rest}", lambda: display.holds(what) == int(count))
    elif name == "beat":
        display.beat = None
        display.until("beat", lambda: display.beat is not None)
    elif name == "present":
        display.present(json.loads(rest))
    elif name == "painted":
        display.say(t="painted_upto", seq=display.seq)
    elif name == "sip":
        display.socket.more()
    elif name == "cut":
        display.cut(int(rest) if rest else None)
    elif name == "refusal":
        return json.dumps(refusal(display.host, display.port, rest))
    elif name == "overheard":
        return json.dumps(display.overheard(rest))
    elif name == "report":
        return json.dumps(display.report())
    else:
        raise SystemExit(f"no command: {name}")
    return json.dumps("ok")


def main():
    host, port, site, audience = sys.argv[1:5]
    display = Display(host, int(port), site, audience, narrow="narrow" in sys.argv[5:])
    for line in sys.stdin:
        name, _, rest = line.strip().partition(" ")
        print(obey(display, name, rest), flush=True)


main()
