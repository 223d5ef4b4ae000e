"""What facts do to alarms, as the table of docs/protocols/live.md has it. Each function changes the
alarm, or gives False where the page says that nothing happens."""

# What does not change an alarm's version.
SAID = ("alarm_repeated", "alarm_overdue", "alarm_undispatched", "alarm_viewed", "alarm_clip_kept", "alarm_clip_viewed")
# What happens only while there is no verdict.
WHILE_OPEN = (
    "alarm_judged", "alarm_acknowledged", "alarm_muted", "alarm_shelved", "alarm_unshelved", "alarm_released",
    "alarm_transferred",
)  # fmt: skip
NOTES_MAX, JOINED_MAX, EXISTING_MAX, KEPT_MAX = 200, 200, 16, 8
ABSENT_US_MAX = 60 * 1_000_000
ABSENT_IF_NONE = ("exists", "joined", "rises")
# What comes by itself, again and again.
CHATTER = ("alarm_repeated", "alarm_cleared", "alarm_overdue", "alarm_viewed", "incident_overdue")
STEPS_MAX = 64


def fold(view, fact):
    kind, body, at = fact["kind"], fact["body"], fact["recorded_at"]
    rows = view["alarms"]
    if kind == "alarm_raised":
        if body["alarm"] not in rows:
            rows[body["alarm"]] = raised(fact, body)
            if body["source"] != "system":
                count(view, "shown")
        return
    if kind == "alarm_joined":
        count(view, "folded")
    alarm = rows.get(body["alarm"])
    if alarm is None:
        return
    shelved = "shelf" in alarm
    if kind in ("alarm_repeated", "alarm_cleared", "alarm_joined"):
        alarm["heard_at"] = at
        alarm.pop("unheard", None)
    if kind == "alarm_split":
        if split(view, alarm, body, fact) is False:
            return
    elif kind in WHILE_OPEN and alarm["judgement"] != "open":
        return
    elif KINDS[kind](alarm, body, fact, at) is False:
        return
    if shelved and "shelf" not in alarm or kind == "alarm_split":
        anew(alarm, at)
    if kind in ("alarm_claimed", "alarm_transferred"):
        without_console(view, alarm, at)
    if kind not in SAID:
        alarm["version"] = fact["seq"]
    step(alarm["history"], fact)
    plain(alarm)
    close(view, alarm, at)


def count(view, what):
    if "flood" in view:
        view["flood"][what] += 1


def plain(alarm):
    for one in [alarm] + alarm.get("joined", []):
        for name in ABSENT_IF_NONE:
            if not one.get(name):
                one.pop(name, None)


def first_step(fact):
    told = {
        "seq": fact["seq"], "at": fact["recorded_at"], "occurred_at": fact["occurred_at"],
        "fact": {fact["kind"]: fact["body"]},
    }  # fmt: skip
    for name in ("actor", "drill"):
        if fact[name]:
            told[name] = fact[name]
    return told


def step(history, fact):
    new, steps = first_step(fact), history["steps"]
    if fact["kind"] in CHATTER:
        for told in reversed(steps):
            if next(iter(told["fact"])) not in CHATTER:
                break
            if says_the_same(told, new):
                times = told.get("again", {"times": 0})["times"] + 1
                told["again"] = {"times": times, "seq": new["seq"], "at": new["at"]}
                return
    if len(steps) >= STEPS_MAX:
        del steps[1]
        history["left_out"] = history.get("left_out", 0) + 1
    steps.append(new)


def says_the_same(told, new):
    if any(told.get(name) != new.get(name) for name in ("actor", "drill")):
        return False
    (kind, before), (of, body) = *told["fact"].items(), *new["fact"].items()
    if kind == of and kind.endswith("_overdue"):
        return not before.get("late_s") and not body.get("late_s")
    if kind == of == "alarm_viewed":
        return (before["camera"], before["by"]) == (body["camera"], body["by"])
    return (kind, undated(before)) == (of, undated(body))


def undated(body):
    """A wrong clock shows another time each time."""
    time = body.get("doubts", {}).get("time")
    if not isinstance(time, dict):
        return body
    return body | {"doubts": body["doubts"] | {"time": "unbelievable"}}


def close(view, alarm, at):
    is_active = any("active" in one["condition"] for one in [alarm] + alarm.get("joined", []))
    is_closed = alarm["judgement"] != "open" and not is_active
    entry = next((one for one in view["closed"] if one[1] == alarm["id"]), None)
    if is_closed and entry is None:
        view["closed"].append([at, alarm["id"]])
    elif not is_closed and entry is not None:
        view["closed"].remove(entry)


def owner_absent(view, person, lapse_at):
    for alarm in view["alarms"].values():
        owner = alarm["ownership"].get("claimed")
        if owner is None or owner["by"] != person or alarm["judgement"] != "open" or "incident" in alarm:
            continue
        if lapse_at is None:
            owner.pop("absent_due_at", None)
        elif alarm["priority"] <= 2:
            owner["absent_due_at"] = lapse_at


def without_console(view, alarm, at):
    """Who takes something urgent after the last console is gone has to come back, too."""
    owner = alarm["ownership"]["claimed"]
    console = view["people"].get(owner["by"], {}).get("console", "never")
    if alarm["priority"] <= 2 and "gone" in console:
        owner["absent_due_at"] = at + ABSENT_US_MAX


def raised(fact, body):
    names = ("type", "family", "tier", "priority", "source", "place")
    maybe = ("doubts", "silence")
    owner = {"since": fact["recorded_at"], "due_at": body["claim_due_at"], "times_overdue": 0}
    alarm = {name: body[name] for name in names} | {name: body[name] for name in maybe if name in body}
    alarm |= {
        "id": body["alarm"], "occurred_at": fact["occurred_at"], "raised_at": fact["recorded_at"],
        "condition": condition(body["state"], fact["occurred_at"]), "ownership": {"unclaimed": owner},
        "judgement": "open", "repeats": 0, "notes": [], "version": fact["seq"], "heard_at": fact["recorded_at"],
        "history": {"steps": [first_step(fact)]},
    }  # fmt: skip
    if fact["drill"]:
        alarm["drill"] = True
    if body["state"] == "active":
        alarm["exists"] = existing(body, fact)
    return alarm


def split(view, alarm, body, fact):
    leaves = part_of(alarm, body["source"])
    if alarm["judgement"] != "open" or leaves is None or body["into"] in view["alarms"]:
        return False
    alarm["joined"].remove(leaves)
    own = {"alarm": body["into"], "state": "momentary"}
    alone = raised(fact, body | own)
    doubt(alone, leaves)
    news(alone, {"silence": leaves.get("silence")})
    alone |= {"condition": leaves["condition"], "repeats": leaves["repeats"], "occurred_at": leaves["at"]}
    alone["exists"] = leaves.get("exists", [])
    if alarm.get("drill"):
        alone["drill"] = True
    plain(alone)
    view["alarms"][body["into"]] = alone


def alarm_repeated(alarm, body, fact, at):
    says(said_by(alarm, body.get("source")), body, fact)
    news(said_by(alarm, body.get("source")), body)


def alarm_cleared(alarm, body, fact, at):
    one = said_by(alarm, body.get("source"))
    one["exists"] = [it for it in one.get("exists", []) if it["type"] not in body["ended"]]
    if not one["exists"]:
        one["condition"] = {"cleared": {"at": fact["occurred_at"]}}


def alarm_overdue(alarm, body, fact, at):
    if "unclaimed" in alarm["ownership"]:
        alarm["ownership"]["unclaimed"] |= {"due_at": body["claim_due_at"], "times_overdue": body["times"]}
        late(alarm["ownership"]["unclaimed"], body)


def alarm_undispatched(alarm, body, fact, at):
    owner = alarm["ownership"].get("claimed")
    if owner:
        owner.pop("dispatch_due_at", None)
        owner["undispatched_at"] = at


def need_nobody(alarm):
    """Nobody has to be sent for it alone."""
    for name in ("dispatch_due_at", "undispatched_at"):
        alarm["ownership"].get("claimed", {}).pop(name, None)


def alarm_unheard(alarm, body, fact, at):
    alarm["unheard"] = {"at": at, "for_s": body["for_s"]}
    for one in [alarm] + alarm.get("joined", []) if body.get("is_over") else ():
        one["exists"] = []
        if "active" in one["condition"]:
            one["condition"] = {"unheard": {"at": at}}


def alarm_claimed(alarm, body, fact, at):
    if "claimed" in alarm["ownership"]:
        return False
    alarm["ownership"] = claimed(body["by"], at, body)
    alarm.pop("shelf", None)


def alarm_noted(alarm, body, fact, at):
    if len(alarm["notes"]) >= NOTES_MAX:
        return False
    alarm["notes"].append({"by": body["by"], "at": at, "content": body["note"]})
    alarm["ownership"].get("claimed", {}).pop("follow_up_due_at", None)
    if "acknowledged" in alarm and "review_due_at" in body:
        alarm["acknowledged"] |= {"due_at": body["review_due_at"], "followed_up": True}


def alarm_judged(alarm, body, fact, at):
    if "claimed" not in alarm["ownership"]:
        return False
    judged = {"verdict": body["verdict"], "by": body["by"], "at": at} | basis(body)
    if "review_due_at" in body:
        judged["review_due_at"] = body["review_due_at"]
    alarm["judgement"] = {"judged": judged}
    need_nobody(alarm)
    alarm.pop("shelf", None)


def alarm_verdict_corrected(alarm, body, fact, at):
    if alarm["judgement"] == "open" or alarm["judgement"]["judged"]["verdict"] == body["verdict"]:
        return False
    judged = {name: it for name, it in reopen(alarm).items() if name != "basis"}
    alarm["judgement"] = {"judged": judged | {"verdict": body["verdict"], "by": body["by"], "at": at} | basis(body)}


def alarm_acknowledged(alarm, body, fact, at):
    if "claimed" in alarm["ownership"] or "acknowledged" in alarm:
        return False
    alarm["acknowledged"] = {"by": body["by"], "at": at, "due_at": body["due_at"], "followed_up": False}


def alarm_muted(alarm, body, fact, at):
    mute = alarm.get("mute", {"until": at, "times": 0})
    if mute["until"] > at:
        return False
    alarm["mute"] = {"by": body["by"], "until": body["until"], "times": mute["times"] + 1}


def alarm_shelved(alarm, body, fact, at):
    if "shelf" in alarm:
        return False
    alarm["shelf"] = {"by": body["by"], "at": at, "until": body["until"], "reason": body["reason"]}
    need_nobody(alarm)


def alarm_unshelved(alarm, body, fact, at):
    if "shelf" not in alarm:
        return False
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


def alarm_released(alarm, body, fact, at):
    if alarm["ownership"].get("claimed", {}).get("by") != body["by"]:
        return False
    alarm["ownership"] = unclaimed(at, body["claim_due_at"], "released", body["by"])
    alarm.pop("acknowledged", None)


def alarm_transferred(alarm, body, fact, at):
    if alarm["ownership"].get("claimed", {}).get("by", body["to"]) == body["to"]:
        return False
    had = alarm["ownership"]["claimed"]
    still = {name: had[name] for name in ("dispatch_due_at", "undispatched_at") if name in had}
    alarm["ownership"] = claimed(body["to"], at, body | still)


def alarm_returned(alarm, body, fact, at):
    seen = alarm.get("acknowledged", {}).get("by")
    owner = alarm["ownership"].get("claimed", {}).get("by")
    judged = reopen(alarm)
    whose = judged["by"] if judged else owner or seen
    alarm["ownership"] = unclaimed(at, body["claim_due_at"], body["why"], whose)
    late(alarm["ownership"]["unclaimed"]["returned"], body)
    heard_again(alarm, at)


def alarm_risen(alarm, body, fact, at):
    before = {"type": alarm["type"], "priority": alarm["priority"], "why": body["why"], "at": at}
    alarm["rises"] = (alarm.get("rises", []) + [before])[-KEPT_MAX:]
    if "source" in body:
        first = {name: alarm[name] for name in ("source", "type", "family", "condition", "repeats")}
        first["exists"] = alarm.get("exists", [])
        doubt(first, {"doubts": alarm.pop("doubts", {})})
        news(first, {"place": alarm["place"], "silence": alarm.pop("silence", None)})
        part = part_of(alarm, body["source"])
        joined = alarm.setdefault("joined", [])
        if part is not None:
            joined.remove(part)
        joined.insert(0, first | {"why": "upstream", "at": at})
        new = part or {"condition": {"momentary": {"at": at}}, "repeats": 0}
        alarm |= {"condition": new["condition"], "repeats": new["repeats"], "exists": new.get("exists", [])}
        doubt(alarm, new)
        news(alarm, new)
        if part is not None:
            alarm["place"] = part.get("place")
    names = ("type", "family", "tier", "priority", "source", "place")
    alarm |= {name: body[name] for name in names if name in body}
    judged, owner = reopen(alarm), alarm["ownership"]
    if judged:
        alarm["ownership"] = unclaimed(at, body["due_at"], "risen", judged["by"])
    elif "claimed" in owner:
        owner["claimed"].pop("dispatch_due_at", None)
        owner["claimed"]["follow_up_due_at"] = body["due_at"]
        if "dispatch_due_at" in body:
            owner["claimed"]["dispatch_due_at"] = body["dispatch_due_at"]
    else:
        owner["unclaimed"] |= {"since": at, "due_at": body["due_at"], "times_overdue": 0}
        owner["unclaimed"].pop("late_s", None)
    heard_again(alarm, at)


def alarm_joined(alarm, body, fact, at):
    joined = alarm.setdefault("joined", [])
    if body["source"] == alarm["source"] or part_of(alarm, body["source"]) is not None:
        one = said_by(alarm, body["source"])
        says(one, body, fact)
        news(one, body)
        return
    if len(joined) >= JOINED_MAX:
        return
    new = {name: body[name] for name in ("source", "type", "family", "why")}
    state = condition(body["state"], fact["occurred_at"])
    exists = existing(body, fact) if body["state"] == "active" else []
    new |= {"at": at, "condition": state, "exists": exists, "repeats": 0}
    doubt(new, body)
    news(new, body)
    joined.append(new)


def alarm_viewed(alarm, body, fact, at):
    """Nothing but a step."""


def alarm_clip_kept(alarm, body, fact, at):
    """It is a step, and nothing else."""


def alarm_clip_viewed(alarm, body, fact, at):
    """It is a step, and nothing else."""


KINDS = {
    change.__name__: change
    for change in (
        alarm_repeated, alarm_cleared, alarm_overdue, alarm_undispatched, alarm_unheard, alarm_claimed, alarm_noted, alarm_judged,
        alarm_verdict_corrected, alarm_acknowledged, alarm_muted, alarm_shelved, alarm_unshelved,
        alarm_released, alarm_transferred, alarm_returned, alarm_risen, alarm_joined,
        alarm_viewed,
        alarm_clip_kept, alarm_clip_viewed,
    )
}  # fmt: skip


def existing(body, fact):
    most = {"active_s_max": body["active_s_max"]} if "active_s_max" in body else {}
    return [{"type": body["type"], "family": body["family"], "since": fact["occurred_at"]} | most]


def says(one, body, fact):
    """A source of a row says something again."""
    one["repeats"] += 1
    doubt(one, body)
    if "active" not in one["condition"] or body["state"] == "cleared":
        one["condition"] = condition(body["state"], fact["occurred_at"])
    exists = one.setdefault("exists", [])
    if body["state"] == "cleared":
        exists.clear()
    elif body["state"] == "active":
        known = next((it for it in exists if it["type"] == body["type"]), None)
        if known is not None:
            known.pop("active_s_max", None)
            known |= {name: body[name] for name in ("active_s_max",) if name in body}
        elif len(exists) < EXISTING_MAX:
            exists += existing(body, fact)


def doubt(one, said):
    """The last word of a source counts; what was odd about its place is, until it says one."""
    old, place = one.pop("doubts", {}), said.get("place")
    is_placed = place is not None and "last" not in place.get("known", {})
    kept = {"place": old["place"]} if "place" in old and not is_placed else {}
    doubts = kept | said.get("doubts", {})
    if doubts:
        one["doubts"] = doubts


def news(one, said):
    """Where a source of a row is, and what nobody hears of it, where that is told."""
    for name in ("place", "silence"):
        if said.get(name) is not None:
            one[name] = said[name]


def anew(alarm, at):
    """People see it by something else, and so that nobody said it again."""
    exists = [it for one in [alarm] + alarm.get("joined", []) for it in one.get("exists", [])]
    if "unheard" in alarm or not exists or any("active_s_max" not in it for it in exists):
        return
    for_s = max(it["active_s_max"] for it in exists)
    if alarm["heard_at"] + for_s * 1_000_000 <= at:
        alarm["unheard"] = {"at": at, "for_s": for_s}


def basis(body):
    return {"basis": body["basis"]} if "basis" in body else {}


def part_of(alarm, source):
    return next((one for one in alarm.get("joined", ()) if one["source"] == source), None)


def said_by(alarm, source):
    """The row itself, or the one that joined it and says something."""
    if source is None or source == alarm["source"]:
        return alarm
    return part_of(alarm, source) or alarm


def claimed(by, at, body):
    owner = {"by": by, "at": at}
    for name in ("follow_up_due_at", "dispatch_due_at", "undispatched_at"):
        if name in body:
            owner[name] = body[name]
    return {"claimed": owner}


def unclaimed(at, due_at, why, whose):
    returned = {"why": why, "at": at} | ({"from": whose} if whose else {})
    return {"unclaimed": {"since": at, "due_at": due_at, "times_overdue": 0, "returned": returned}}


def late(what, body):
    what.pop("late_s", None)
    if body.get("late_s"):
        what["late_s"] = body["late_s"]


def reopen(alarm):
    """Takes the verdict off, if there is one."""
    if alarm["judgement"] == "open":
        return None
    judged = alarm["judgement"]["judged"]
    alarm["judgement"] = "open"
    return judged


def heard_again(alarm, at):
    alarm.pop("acknowledged", None)
    alarm.pop("shelf", None)
    if "mute" in alarm:
        alarm["mute"]["until"] = min(alarm["mute"]["until"], at)


def condition(state, at):
    return {state: {"since" if state == "active" else "at": at}}
