//! Alarms for the models' tests, made the way real ones are: by folding facts.

use castellan_domain::alarm::{
    Alarm, AlarmFact, JoinedBy, Located, ReturnedBy, RisenBy, ShelfReason, Source, Verdict,
};
use castellan_domain::dispatch::{Assignment, Stage};
use castellan_domain::estate::{Estate, Place, Priority};
use castellan_domain::fact::IncidentOpened;
use castellan_domain::fact::{
    AlarmAcknowledged, AlarmClaimed, AlarmJoined, AlarmJudged, AlarmOverdue, AlarmRaised,
    AlarmRepeated, AlarmReturned, AlarmRisen, AlarmShelved,
};
use castellan_domain::geo::LonLat;
use castellan_domain::ids::{
    AlarmId, AlarmTypeId, AssignmentId, DeviceId, IncidentId, PersonId, Seq,
};
use castellan_domain::incident::{Incident, OpenedBy};
use castellan_domain::observation::{Doubts, ReportedState};
use castellan_domain::subject::{History, Stamp};
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::{Known, View};

/// When every fixture begins.
pub(crate) const START: Timestamp = Timestamp::from_secs(1_795_000_000);

pub(crate) fn kind(id: &str) -> AlarmTypeId {
    AlarmTypeId::new(id).expect("a valid id")
}

pub(crate) fn device(id: &str) -> Source {
    Source::Device(DeviceId::new(id).expect("a valid id"))
}

pub(crate) fn raised(number: u32, priority: u8) -> Alarm {
    let fact = AlarmRaised {
        alarm: AlarmId(number),
        kind: kind("gas_low"),
        family: kind("gas"),
        tier: 0,
        priority: Priority::try_from(priority).expect("1 to 4"),
        source: device(&format!("d{number}")),
        place: Located::Fixed(Place {
            building: None,
            floor: None,
            spot: None,
            at: LonLat::new(120.0, 30.0).expect("on earth"),
        }),
        state: ReportedState::Active,
        active_s_max: None,
        claim_due_at: START + Span::from_secs(60),
        doubts: Doubts::default(),
        silence: None,
    };
    Alarm::raised(&fact, &stamp(START, u64::from(number)))
}

pub(crate) fn person(id: &str) -> PersonId {
    PersonId::new(id).expect("a valid id")
}

pub(crate) fn li_na() -> PersonId {
    person("li-na")
}

/// A fact of nobody in particular, at that time.
pub(crate) fn stamp(at: Timestamp, seq: u64) -> Stamp<'static> {
    Stamp {
        seq: Seq(seq),
        at,
        occurred_at: at,
        actor: None,
        drill: false,
    }
}

/// An alarm after a fact that fits it.
#[expect(
    clippy::needless_pass_by_value,
    reason = "so that a test writes the fact in place"
)]
pub(crate) fn after(alarm: Alarm, at: Timestamp, fact: AlarmFact) -> Alarm {
    let last = alarm.history.steps().last();
    let seq = last.map_or(1, |step| step.last_seq().0 + 1);
    let stamp = Stamp {
        actor: actor(&fact),
        ..stamp(at, seq)
    };
    alarm.apply(&fact, &stamp).expect("the fact fits")
}

/// Who did it.
fn actor(fact: &AlarmFact) -> Option<&PersonId> {
    match fact {
        AlarmFact::Claimed(body) => Some(&body.by),
        AlarmFact::Noted(body) => Some(&body.by),
        AlarmFact::Judged(body) => Some(&body.by),
        AlarmFact::Acknowledged(body) => Some(&body.by),
        AlarmFact::Muted(body) => Some(&body.by),
        AlarmFact::Shelved(body) => Some(&body.by),
        AlarmFact::Unshelved(body) => body.by.as_ref(),
        AlarmFact::Released(body) => Some(&body.by),
        AlarmFact::Transferred(body) => Some(&body.by),
        AlarmFact::Split(body) => Some(&body.by),
        AlarmFact::VerdictCorrected(body) => Some(&body.by),
        AlarmFact::ClipViewed(body) => Some(&body.by),
        AlarmFact::Raised(_)
        | AlarmFact::Repeated(_)
        | AlarmFact::Cleared(_)
        | AlarmFact::Overdue(_)
        | AlarmFact::Undispatched(_)
        | AlarmFact::Unheard(_)
        | AlarmFact::Returned(_)
        | AlarmFact::Risen(_)
        | AlarmFact::Joined(_)
        | AlarmFact::Viewed(_)
        | AlarmFact::ClipKept(_) => None,
    }
}

/// Claimed after ten seconds; something is to be done within sixty.
pub(crate) fn claimed(alarm: Alarm) -> Alarm {
    let at = START + Span::from_secs(10);
    let fact = AlarmClaimed {
        alarm: alarm.id,
        by: li_na(),
        follow_up_due_at: at + Span::from_secs(60),
        dispatch_due_at: None,
    };
    after(alarm, at, AlarmFact::Claimed(fact))
}

pub(crate) fn judged(alarm: Alarm) -> Alarm {
    let fact = AlarmJudged {
        alarm: alarm.id,
        by: li_na(),
        verdict: Verdict::Environment,
        basis: None,
        review_due_at: START + Span::from_secs(3_600),
    };
    let at = START + Span::from_secs(20);
    after(claimed(alarm), at, AlarmFact::Judged(fact))
}

/// Acknowledged after ten seconds; something is to be done within a minute.
pub(crate) fn acknowledged(alarm: Alarm) -> Alarm {
    let at = START + Span::from_secs(10);
    let fact = AlarmAcknowledged {
        alarm: alarm.id,
        by: li_na(),
        due_at: at + Span::from_secs(60),
    };
    after(alarm, at, AlarmFact::Acknowledged(fact))
}

pub(crate) fn shelved(alarm: Alarm, until: Timestamp) -> Alarm {
    let fact = AlarmShelved {
        alarm: alarm.id,
        by: li_na(),
        until,
        reason: ShelfReason::Maintenance,
    };
    after(alarm, START, AlarmFact::Shelved(fact))
}

/// Overdue so many times; noticed so many seconds late.
pub(crate) fn overdue(alarm: Alarm, times: u32, next_due_at: Timestamp, late_s: u32) -> Alarm {
    let fact = AlarmOverdue {
        alarm: alarm.id,
        times,
        claim_due_at: next_due_at,
        late_s,
    };
    after(alarm, START, AlarmFact::Overdue(fact))
}

/// What its source says again, with nothing new in it.
pub(crate) fn again(alarm: &Alarm) -> AlarmRepeated {
    AlarmRepeated {
        alarm: alarm.id,
        source: None,
        kind: alarm.kind.clone(),
        family: alarm.family.clone(),
        state: ReportedState::Active,
        active_s_max: None,
        doubts: Doubts::default(),
        place: None,
        silence: None,
    }
}

/// Risen to the first priority, because `source` confirmed it after thirty seconds.
pub(crate) fn risen(alarm: Alarm, source: Source) -> Alarm {
    let fact = AlarmRisen {
        alarm: alarm.id,
        kind: kind("gas_high"),
        family: kind("gas"),
        tier: 1,
        priority: Priority::P1,
        why: RisenBy::SecondSource(source),
        source: None,
        place: None,
        due_at: START + Span::from_secs(60),
        dispatch_due_at: None,
    };
    let at = START + Span::from_secs(30);
    after(alarm, at, AlarmFact::Risen(fact))
}

/// Back to nobody, noticed so many seconds late.
pub(crate) fn returned_by(alarm: Alarm, why: ReturnedBy, at: Timestamp, late_s: u32) -> Alarm {
    let fact = AlarmReturned {
        alarm: alarm.id,
        why,
        claim_due_at: at,
        late_s,
    };
    after(alarm, at, AlarmFact::Returned(fact))
}

pub(crate) fn joined(alarm: Alarm, source: Source) -> Alarm {
    let fact = AlarmJoined {
        alarm: alarm.id,
        source,
        kind: kind("gas_low"),
        family: kind("gas"),
        state: ReportedState::Active,
        active_s_max: None,
        why: JoinedBy::Flood,
        doubts: Doubts::default(),
        place: Located::Unknown,
        silence: None,
    };
    after(alarm, START, AlarmFact::Joined(fact))
}

/// The incident of an alarm, which li-na has.
pub(crate) fn incident_of(alarm: &Alarm) -> Incident {
    let opened = IncidentOpened {
        incident: IncidentId(alarm.id.0),
        why: OpenedBy::Dispatch,
        kind: alarm.kind.clone(),
        priority: alarm.priority,
        place: alarm.place.clone(),
        alarms: vec![alarm.id],
        owner: Some(li_na()),
        claim_due_at: START,
        guards: 1,
        dispatch_due_at: None,
        people_of: None,
        after: None,
    };
    Incident::opened(&opened, &stamp(START, 90))
}

/// Somebody's part of the incident with the same number.
pub(crate) fn part(number: u32, of: &str, stage: Stage) -> Assignment {
    Assignment {
        id: AssignmentId(number),
        incident: IncidentId(number),
        person: person(of),
        slot: 1,
        priority: Priority::P1,
        discreet: false,
        offered_at: START,
        offered_by: None,
        way: None,
        stage,
        since: START,
        due_at: None,
        late_at: None,
        to_offer_again: false,
        support_asked_at: None,
        quiet_until: None,
        version: Seq(1),
        history: History::default(),
    }
}

/// An estate with nothing in it.
pub(crate) fn estate() -> Estate {
    let document = r#"{"site": "s", "name": {"zh": "园", "en": "Estate"},
        "time_zone": "Asia/Shanghai", "datum": "WGS-84", "anchor": [120.0, 30.0],
        "home": {"centre": [120.0, 30.0], "zoom": 16.0, "bearing_deg": 0.0, "pitch_deg": 0.0}}"#;
    serde_json::from_str(document).expect("the shape of an estate")
}

/// Reads what is known of the fixture estate with this view, at [`START`].
pub(crate) fn known<T>(view: &View, read: impl FnOnce(&Known<'_>) -> T) -> T {
    let estate = estate();
    read(&Known {
        view,
        estate: &estate,
        now: START,
    })
}

pub(crate) fn view(alarms: impl IntoIterator<Item = Alarm>) -> View {
    let mut view = View::default();
    for alarm in alarms {
        view.alarms.insert(alarm.id, alarm);
    }
    view
}
