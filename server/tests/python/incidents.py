"""What facts do to incidents and assignments, as the table of docs/protocols/live.md has it."""
from alarms import ABSENT_US_MAX, first_step, step

ALARMS_MAX, CLOSED_MAX, CLOSED_US_MAX = 200, 200, 24 * 3600 * 1_000_000
STEPS_MAX = 120
LIVE = ("offered", "unanswered", "accepted", "on_the_way", "on_scene")
TASK = ("accepted", "on_the_way", "on_scene")
MOVED = {"contained": 1, "resolved": 2}


def name(stage):
    return stage if isinstance(stage, str) else next(iter(stage))


def is_open(incident):
    return name(incident["stage"]) not in ("closed", "merged")


def maybe(body, *names):
    return {name: body[name] for name in names if name in body}


def before(view):
    """What of each alarm decides about its incident."""
    return {
        id: (row.get("incident"), row["priority"]) for id, row in view["alarms"].items()
    }


def fold(view, fact):
    kind, body = fact["kind"], fact["body"]
    incidents = view.setdefault("incidents", {})
    if kind == "incident_opened":
        return opened(view, fact, body)
    incident = incidents.get(body["incident"])
    if incident is None or not is_open(incident) and kind != "incident_moved":
        return
    whose = incident["owner"]
    change = KINDS[kind](view, incident, body, fact)
    if change is False:
        return
    incident["version"] = fact["seq"]
    if kind != "incident_step_awaited":
        step(incident["history"], fact)
    if kind == "incident_joined":
        enter(view, body["alarm"], incident, fact)
    if incident["owner"] != whose and is_open(incident):
        for alarm in incident["alarms"]:
            own(view, alarm, incident, fact)
    settle(view, incident, fact)


def watch_owner(view, incident, at):
    owner = incident["owner"].get("person")
    if owner and "absent_due_at" not in owner and incident["priority"] <= 2:
        if "gone" in view["people"].get(owner["by"], {}).get("console", "never"):
            owner["absent_due_at"] = at + ABSENT_US_MAX


def is_duress(kind):
    rest = kind.removeprefix("duress")
    return rest != kind and (not rest or rest[0] in "_-.:")


def hide(view, incident):
    """What is part of a silent call for help is hidden with it, and whoever was sent for it as well."""
    for one in view.get("assignments", {}).values() if "discreet" not in incident else ():
        if one["incident"] == incident["id"]:
            one["discreet"] = True
    incident["discreet"] = True


def settle(view, incident, fact):
    at = fact["recorded_at"]
    watch_owner(view, incident, at)
    closed = view.setdefault("closed_incidents", [])
    entry = next((one for one in closed if one[1] == incident["id"]), None)
    if not is_open(incident) and entry is None:
        closed.append([at, incident["id"]])
    elif is_open(incident) and entry is not None:
        closed.remove(entry)


def opened(view, fact, body):
    if body["incident"] in view["incidents"]:
        return
    at = fact["recorded_at"]
    nobody = {"nobody": {"since": at, "due_at": body["claim_due_at"], "times_overdue": 0}}
    owner = {"person": {"by": body["owner"], "at": at}} if "owner" in body else nobody
    new = {name: body[name] for name in ("type", "priority", "place", "why", "guards")}
    new |= {
        "id": body["incident"], "opened_at": at, "owner": owner, "stage": "open", "alarms": list(body["alarms"]),
        "joined_at": at, "version": fact["seq"], "history": {"steps": [first_step(fact)]},
    }  # fmt: skip
    if "dispatch_due_at" in body:
        new["dispatch_due_at" if body["dispatch_due_at"] >= at else "undispatched_at"] = body["dispatch_due_at"]
    if fact["drill"]:
        new["drill"] = True
    if is_duress(body["type"]):
        new["discreet"] = True
    for id in sorted({view["alarms"].get(alarm, {}).get("incident") for alarm in body["alarms"]} - {None}):
        parent = view["incidents"].get(id)
        if parent is not None:
            parent["alarms"] = [alarm for alarm in parent["alarms"] if alarm not in body["alarms"]]
            parent["version"] = fact["seq"]
            step(parent["history"], fact)
    for alarm in new["alarms"]:
        enter(view, alarm, new, fact)
    view["incidents"][new["id"]] = new
    settle(view, new, fact)
    if body.get("people_of", new["id"]) != new["id"]:
        hand_over(view, body["people_of"], new["id"])
        for one in view.get("assignments", {}).values():
            if one["incident"] == new["id"]:
                reach(view, new["id"], "handling" if name(one["stage"]) in ("on_scene", "done") else "dispatched")


def hand_over(view, of, into):
    assignments = view.get("assignments", {}).values()
    above = max((one["slot"] for one in assignments if one["incident"] == into), default=0)
    for one in assignments:
        if one["incident"] == of:
            one |= {"incident": into, "slot": one["slot"] + above}


def enter(view, alarm, incident, fact):
    row = view["alarms"].get(alarm)
    if row is not None:
        row |= {"incident": incident["id"], "version": fact["seq"]}
        row.pop("taken_out", None)
        own(view, alarm, incident, fact)


def own(view, alarm, incident, fact):
    row, at = view["alarms"].get(alarm), fact["recorded_at"]
    if row is None or row["judgement"] != "open":
        return
    had, owner = row["ownership"].get("claimed"), incident["owner"].get("person")
    if owner:
        since = had["at"] if had and had["by"] == owner["by"] else at
        row["ownership"] = {"claimed": {"by": owner["by"], "at": since}}
        row.pop("shelf", None)
    elif had:
        nobody = incident["owner"]["nobody"]
        back = {"since": at, "due_at": nobody["due_at"], "times_overdue": 0} | maybe(nobody, "returned")
        row["ownership"] = {"unclaimed": back}
        if "mute" in row:
            row["mute"]["until"] = min(row["mute"]["until"], at)
    else:
        return
    row.pop("acknowledged", None)
    row["version"] = fact["seq"]


def follow(view, was, fact):
    """Alarms that came back, or became worse, and their incidents."""
    for id, row in view["alarms"].items():
        incident = view.get("incidents", {}).get(row.get("incident"))
        if incident is None or id not in was:
            continue
        changed = row["version"] == fact["seq"]
        if changed and any(map(is_duress, [row["type"], row["family"], *(rise["type"] for rise in row.get("rises", []))])):
            hide(view, incident)
        of, priority = was[id]
        if row["judgement"] == "open" and "unclaimed" in row["ownership"]:
            if is_open(incident):
                own(view, id, incident, fact)
            else:
                row.pop("incident")
                row["version"] = fact["seq"]
        worse = of != row.get("incident") or row["priority"] < priority
        if worse and is_open(incident) and row["judgement"] == "open" and row["priority"] < incident["priority"]:
            worsen(incident, row)
            watch_owner(view, incident, fact["recorded_at"])


def worsen(incident, row):
    incident |= {"priority": row["priority"], "type": row["type"]}
    incident.pop("priority_by", None)


def owner_absent(view, person, lapse_at):
    for incident in view.get("incidents", {}).values():
        owner = incident["owner"].get("person")
        if owner is None or owner["by"] != person or not is_open(incident):
            continue
        if lapse_at is None:
            owner.pop("absent_due_at", None)
        elif incident["priority"] <= 2:
            owner["absent_due_at"] = lapse_at


def joined(view, incident, body, fact):
    if body["alarm"] in incident["alarms"] or len(incident["alarms"]) >= ALARMS_MAX:
        return False
    incident["alarms"].append(body["alarm"])
    incident["joined_at"] = fact["recorded_at"]


def left(view, incident, body, fact):
    if body["alarm"] not in incident["alarms"] or len(incident["alarms"]) == 1:
        return False
    incident["alarms"].remove(body["alarm"])
    row = view["alarms"].get(body["alarm"])
    if row is not None:
        row.pop("incident", None)
        row |= {"taken_out": True, "version": fact["seq"]}
        row["ownership"].get("claimed", {}).update(maybe(body, "follow_up_due_at", "dispatch_due_at"))


def claimed(view, incident, body, fact):
    if "person" in incident["owner"]:
        return False
    incident["owner"] = {"person": {"by": body["by"], "at": fact["recorded_at"]}}
    incident.pop("dispatch_due_at", None)
    incident.pop("undispatched_at", None)
    incident |= maybe(body, "dispatch_due_at")


def transferred(view, incident, body, fact):
    if incident["owner"].get("person", {}).get("by", body["to"]) == body["to"]:
        return False
    incident["owner"] = {"person": {"by": body["to"], "at": fact["recorded_at"]}}


def returned(view, incident, body, fact):
    if "nobody" in incident["owner"]:
        return False
    at = fact["recorded_at"]
    back = {"why": body["why"], "from": incident["owner"]["person"]["by"], "at": at} | maybe(body, "late_s")
    owner = {"since": at, "due_at": body["claim_due_at"], "times_overdue": 0, "returned": back}
    incident["owner"] = {"nobody": owner}


def overdue(view, incident, body, fact):
    if "nobody" in incident["owner"]:
        owner = incident["owner"]["nobody"] | {"due_at": body["claim_due_at"], "times_overdue": body["times"]}
        incident["owner"] = {"nobody": owner}


def undispatched(view, incident, body, fact):
    incident.pop("dispatch_due_at", None)
    incident["undispatched_at"] = fact["recorded_at"]


def moved(view, incident, body, fact):
    at, stage, to = fact["recorded_at"], name(incident["stage"]), body["to"]
    if to == "reopened":
        if stage != "closed":
            return False
        incident.pop("undispatched_at", None)
        incident |= {"stage": "open", "owner": {"person": {"by": body["by"], "at": at}}}
        rows, here = view["alarms"], incident["id"]
        incident["alarms"] = [id for id in incident["alarms"] if rows.get(id, {"incident": here}).get("incident") == here]
    elif not is_open(incident) or to != "closed" and MOVED[to] <= MOVED.get(stage, 0):
        return False
    else:
        incident["stage"] = {"closed": {"by": body["by"], "at": at}} if to == "closed" else to
    incident.pop("dispatch_due_at", None)


def priority_set(view, incident, body, fact):
    incident |= {"priority": body["priority"], "priority_by": body["by"]}


def regraded(view, incident, body, fact):
    if incident["priority"] != body["priority"]:
        incident.pop("priority_by", None)
    incident.pop("dispatch_due_at", None)
    incident |= maybe(body, "type", "priority", "guards", "dispatch_due_at", "place")
    if is_duress(body["type"]):
        hide(view, incident)


def merged(view, incident, body, fact):
    into = view["incidents"].get(body["into"])
    if into is None or into is incident or not is_open(into):
        return False
    at, alarms = fact["recorded_at"], incident["alarms"]
    incident |= {"alarms": [], "stage": {"merged": {"into": into["id"], "by": body["by"], "at": at}}}
    into["alarms"] = into["alarms"] + alarms
    into |= {"joined_at": at, "version": fact["seq"]}
    step(into["history"], fact)
    for alarm in alarms:
        enter(view, alarm, into, fact)
    if incident["priority"] < into["priority"]:
        worsen(into, incident)
    settle(view, into, fact)
    hand_over(view, incident["id"], into["id"])
    if "discreet" in incident:
        hide(view, into)


def step_awaited(view, incident, body, fact):
    incident.pop("step_wait", None)
    if "wait" in body:
        incident["step_wait"] = body["wait"]


def record(incident, body):
    steps = incident.setdefault("steps", [])
    key = maybe(body, "procedure", "step")
    known = next((one for one in steps if maybe(one, "procedure", "step") == key), None)
    if known is None:
        del steps[: max(0, len(steps) - STEPS_MAX + 1)]
        steps.append(known := dict(key))
    return known


def step_taken(view, incident, body, fact):
    said = maybe(body, "outcome", "by", "reason", "required") | {"at": fact["recorded_at"]}
    record(incident, body)["taken"] = said


def step_undone(view, incident, body, fact):
    key = maybe(body, "procedure", "step")
    known = next((one for one in incident.get("steps", []) if maybe(one, "procedure", "step") == key), {})
    if known.pop("taken", None) is None:
        return False


def step_late(view, incident, body, fact):
    record(incident, body).setdefault("late_at", fact["recorded_at"])
    incident.pop("step_wait", None)


KINDS = {
    f"incident_{change.__name__}": change
    for change in (
        joined, left, claimed, transferred, returned, overdue, undispatched, moved, priority_set, regraded, merged,
        step_awaited, step_taken, step_undone, step_late,
    )
}  # fmt: skip


def fold_assignment(view, fact):
    kind, body, at = fact["kind"], fact["body"], fact["recorded_at"]
    assignments = view.setdefault("assignments", {})
    if kind == "assignment_offered":
        return offered(view, fact, body)
    one = assignments.get(body["assignment"])
    if one is None or not step_of(one, kind, body, at):
        return
    one["version"] = fact["seq"]
    step(one["history"], fact)
    if kind == "assignment_arrived":
        reach(view, one["incident"], "handling")


def offered(view, fact, body):
    if body["assignment"] in view["assignments"]:
        return
    at = fact["recorded_at"]
    new = {name: body[name] for name in ("incident", "person", "slot", "priority")} | maybe(body, "way", "discreet")
    new |= {"id": body["assignment"], "offered_at": at, "stage": "offered", "since": at, "version": fact["seq"]}
    new["history"] = {"steps": [first_step(fact)]}
    for ours, theirs in (("offered_by", "by"), ("due_at", "answer_due_at")):
        if theirs in body:
            new[ours] = body[theirs]
    view["assignments"][new["id"]] = new
    view["assignments"].get(body.get("after"), {}).pop("to_offer_again", None)
    if "by" in body:
        for one in view["assignments"].values():
            if one["incident"] == body["incident"]:
                one.pop("support_asked_at", None)
    reach(view, body["incident"], "dispatched")


def reach(view, id, stage):
    incident = view.get("incidents", {}).get(id)
    if incident is None:
        return
    if (incident["stage"], stage) in (("open", "dispatched"), ("open", "handling"), ("dispatched", "handling")):
        incident["stage"] = stage
    mine = (one for one in view["assignments"].values() if one["incident"] == id)
    if len({one["slot"] for one in mine if name(one["stage"]) in LIVE}) >= incident["guards"]:
        incident.pop("dispatch_due_at", None)


def now_at(one, stage, at, **more):
    for gone in ("due_at", "to_offer_again", "quiet_until"):
        one.pop(gone, None)
    one |= {"stage": stage, "since": at} | more
    return True


def step_of(one, kind, body, at):
    stage, what = name(one["stage"]), kind.removeprefix("assignment_")
    if what in ("accepted", "declined") and stage in ("offered", "unanswered"):
        if what == "accepted":
            one.pop("late_at", None)
            return now_at(one, "accepted", at, due_at=body["arrive_due_at"])
        again = {"to_offer_again": True} if body.get("again") else {}
        return now_at(one, {"declined": {"reason": body["reason"]}}, at, **again)
    if what == "unanswered" and stage == "offered":
        return now_at(one, "unanswered", at, late_at=at, to_offer_again=True)
    if what == "nobody_left":
        one.pop("to_offer_again", None)
        return True
    if what == "set_out" and stage == "accepted":
        one |= {"stage": "on_the_way", "since": at}
        return True
    if what == "late" and stage in ("accepted", "on_the_way"):
        one.pop("due_at", None)
        one["late_at"] = at
        return True
    if what == "arrived" and stage in ("accepted", "on_the_way"):
        return now_at(one, {"on_scene": {"how": body["how"]}}, at, **maybe(one, "quiet_until"))
    if what in ("done", "withdrawn") and stage in LIVE:
        one.pop("support_asked_at", None)
    if what == "support_asked" and stage in TASK:
        one["support_asked_at"] = at
        return True
    if what == "done" and stage in TASK:
        return now_at(one, "done", at)
    if what == "withdrawn" and stage in LIVE:
        leaves = body["why"] == "off_duty" and stage != "unanswered"
        again = {"to_offer_again": True} if leaves else {}
        return now_at(one, {"withdrawn": {"why": body["why"]}}, at, **again)
    if what == "quiet_began" and stage in TASK:
        one["quiet_until"] = body["until"]
        return True
    if what == "quiet_ended":
        one.pop("quiet_until", None)
        return True
    return False


def let_go(view, at):
    """Closed incidents leave, the longest closed first, and who was sent with them."""
    closed = view.get("closed_incidents", [])
    while closed and (len(closed) > CLOSED_MAX or at - closed[0][0] > CLOSED_US_MAX):
        id = closed.pop(0)[1]
        view["incidents"].pop(id, None)
        assignments = view.get("assignments", {})
        view["assignments"] = {key: one for key, one in assignments.items() if one["incident"] != id}
    for things in ("incidents", "closed_incidents", "assignments"):
        if not view.get(things):
            view.pop(things, None)
