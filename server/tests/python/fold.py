"""The fold of the staff's facts into the view, as the table of docs/protocols/live.md has it.

The view is the snapshot's, as JSON has it: what is absent there is absent here."""
import alarms
import incidents

# The kinds and versions of the page.
VERSIONS = dict.fromkeys(
    (
        "estate_published", "alarm_raised", "alarm_repeated", "alarm_cleared", "alarm_overdue", "alarm_undispatched", "alarm_unheard", "alarm_claimed",
        "alarm_noted", "alarm_judged", "alarm_verdict_corrected", "alarm_acknowledged", "alarm_muted",
        "alarm_shelved", "alarm_unshelved", "alarm_released", "alarm_transferred", "alarm_returned", "alarm_risen",
        "alarm_joined", "alarm_split", "alarm_clip_kept", "alarm_clip_viewed", "incident_opened", "incident_joined", "incident_left", "incident_claimed",
        "incident_transferred", "incident_returned", "incident_overdue", "incident_undispatched", "incident_moved",
        "incident_priority_set", "incident_regraded", "incident_merged", "incident_step_awaited", "incident_step_taken", "incident_step_undone",
        "incident_step_late", "assignment_offered", "assignment_accepted", "assignment_declined",
        "assignment_unanswered", "assignment_nobody_left", "assignment_set_out", "assignment_late", "assignment_arrived",
        "assignment_done", "assignment_withdrawn", "support_asked", "quiet_began", "quiet_ended", "person_gone", "person_back", "person_on_duty", "person_off_duty",
        "break_began", "break_ended", "call_sign_given", "phone_bound", "phone_unbound", "zone_armed", "zone_disarmed", "door_opened",
        "door_closed", "door_granted", "area_entered", "area_left", "flood_began", "flood_ended",
        "recording_resumed", "clock_stepped", "tracks_set_aside", "input_set_aside", "notification_settled", "actuation_intended",
        "actuation_settled", "alarm_viewed", "camera_viewed", "self_test_began", "self_test_ended",
    ),
    1,
)  # fmt: skip

CLOSED_MAX, CLOSED_US_MAX = 500, 24 * 3600 * 1_000_000


def fold(view, fact):
    kind, body, at = fact["kind"], fact["body"], fact["recorded_at"]
    if VERSIONS.get(kind) != fact["v"]:
        raise SystemExit(f"too old for {kind} version {fact['v']}")
    view["seq"] = fact["seq"]
    was = incidents.before(view)
    if kind.startswith("alarm_"):
        alarms.fold(view, fact)
    elif kind.startswith("incident_"):
        incidents.fold(view, fact)
    elif kind.startswith(("assignment_", "quiet_", "support_")):
        incidents.fold_assignment(view, fact)
    elif kind in FOLDS:
        FOLDS[kind](view, body, at, fact)
    incidents.follow(view, was, fact)
    let_go(view, at)
    incidents.let_go(view, at)


def let_go(view, at):
    """Closed alarms leave, the longest closed first; what is part of an open incident stays."""
    closed = view["closed"]
    while entry := next((one for one in closed if not of_open(view, one[1])), None):
        if len(closed) <= CLOSED_MAX and at - entry[0] <= CLOSED_US_MAX:
            break
        closed.remove(entry)
        view["alarms"].pop(entry[1], None)


def of_open(view, alarm):
    incident = view["alarms"].get(alarm, {}).get("incident")
    incident = view.get("incidents", {}).get(incident)
    return incident is not None and incidents.is_open(incident)


def estate_published(view, body, at, fact):
    view["estate"] = body["hash"]


def person(view, who):
    return view["people"].setdefault(who, {"duty": {"off": {}}, "console": "never"})


def person_gone(view, body, at, fact):
    person(view, body["person"])["console"] = {"gone": {"since": at}}
    alarms.owner_absent(view, body["person"], body["lapse_at"])
    incidents.owner_absent(view, body["person"], body["lapse_at"])


def person_back(view, body, at, fact):
    person(view, body["person"])["console"] = {"here": {"since": at}}
    alarms.owner_absent(view, body["person"], None)
    incidents.owner_absent(view, body["person"], None)


def person_on_duty(view, body, at, fact):
    person(view, body["person"])["duty"] = {"on": {"since": at}}
    break_ended(view, body, at, fact)


def person_off_duty(view, body, at, fact):
    person(view, body["person"])["duty"] = {"off": {"since": at}}
    break_ended(view, body, at, fact)


def break_began(view, body, at, fact):
    person(view, body["person"])["break_since"] = at


def break_ended(view, body, at, fact):
    person(view, body["person"]).pop("break_since", None)


def call_sign_given(view, body, at, fact):
    person(view, body["person"])["call_sign"] = body["call_sign"]


def phone_bound(view, body, at, fact):
    view["phones"][body["phone"]] = body["person"]


def phone_unbound(view, body, at, fact):
    view["phones"][body["phone"]] = None


def zone(armed):
    def switched(view, body, at, fact):
        by = {"by": body["by"]} if "by" in body else {}
        view["zones"][body["zone"]] = {"armed": armed, "since": at} | by

    return switched


def door_opened(view, body, at, fact):
    view["doors"][body["door"]] = {"open": {"since": fact["occurred_at"], "held_due_at": body["held_due_at"]}}


def door_closed(view, body, at, fact):
    view["doors"][body["door"]] = {"closed": {"since": fact["occurred_at"]}}


def flood_began(view, body, at, fact):
    view["flood"] = {"since": at, "shown": 0, "folded": 0}


def flood_ended(view, body, at, fact):
    view.pop("flood", None)


def self_test_began(view, body, at, fact):
    view["self_test"] = {**view.get("self_test", {}), "began_at": at}


def self_test_ended(view, body, at, fact):
    ended = {"at": at} | {key: value for key, value in body.items() if key != "began"}
    view["self_test"] = {"began_at": at} | view.get("self_test", {}) | {"ended": ended}


def actuation_intended(view, body, at, fact):
    if fact["drill"]:
        return
    wanted = {"intent": fact["seq"], "what": body["what"], "at": at, "send_by": body["send_by"]}
    by = {"by": fact["actor"]} if fact["actor"] is not None else {}
    view.setdefault("actuations", {})[body["device"]] = wanted | by


def actuation_settled(view, body, at, fact):
    known = view.get("actuations", {}).get(body["device"])
    if fact["drill"] or known is None or known["intent"] != body["about"] or "settled" in known:
        return
    known["settled"] = {"outcome": body["outcome"], "at": at}


# Of the other kinds nothing of the view changes.
FOLDS = {
    fold.__name__: fold
    for fold in (
        estate_published, person_gone, person_back, person_on_duty, person_off_duty, break_began, break_ended, call_sign_given,
        phone_bound, phone_unbound, door_opened, door_closed, flood_began, flood_ended, actuation_intended,
        actuation_settled,
    )
} | {"zone_armed": zone(True), "zone_disarmed": zone(False)}  # fmt: skip
