//! Alarms for the models' tests, made the way real ones are: by folding facts.

use castellan_domain::alarm::{
    Alarm, JoinedBy, ReturnedBy, RisenBy, Shelf, ShelfReason, Source, Verdict,
};
use castellan_domain::estate::{Place, Priority};
use castellan_domain::fact::{AlarmJoined, AlarmRaised, AlarmReturned, AlarmRisen};
use castellan_domain::geo::LonLat;
use castellan_domain::ids::{AlarmId, AlarmTypeId, DeviceId, PersonId, Seq};
use castellan_domain::observation::ReportedState;
use castellan_domain::site::View;
use castellan_domain::time::{Span, Timestamp};

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
        place: Place {
            building: None,
            floor: None,
            spot: None,
            at: LonLat::new(120.0, 30.0).expect("on earth"),
        },
        state: ReportedState::Active,
        claim_due_at: START + Span::from_secs(60),
        doubted_clock: None,
    };
    Alarm::raised(&fact, START, START, false, Seq(u64::from(number)))
}

pub(crate) fn person(id: &str) -> PersonId {
    PersonId::new(id).expect("a valid id")
}

pub(crate) fn li_na() -> PersonId {
    person("li-na")
}

/// Claimed after ten seconds; something is to be done within sixty.
pub(crate) fn claimed(alarm: Alarm) -> Alarm {
    let at = START + Span::from_secs(10);
    alarm
        .claim(li_na(), at, Some(at + Span::from_secs(60)))
        .expect("nobody has it")
}

pub(crate) fn judged(alarm: Alarm) -> Alarm {
    let (at, review) = (START + Span::from_secs(20), START + Span::from_secs(3_600));
    claimed(alarm)
        .judge(Verdict::Environment, li_na(), at, Some(review))
        .expect("it is claimed")
}

/// Acknowledged after ten seconds; something is to be done within a minute.
pub(crate) fn acknowledged(alarm: Alarm) -> Alarm {
    let at = START + Span::from_secs(10);
    alarm
        .acknowledge(li_na(), at, at + Span::from_secs(60), true)
        .expect("nobody has it")
}

pub(crate) fn shelved(alarm: Alarm, until: Timestamp) -> Alarm {
    let shelf = Shelf {
        by: li_na(),
        at: START,
        until,
        reason: ShelfReason::Maintenance,
    };
    alarm.put_on_shelf(shelf).expect("it may be shelved")
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
    };
    alarm.risen(&fact, START + Span::from_secs(30))
}

/// Back to nobody, noticed so many seconds late.
pub(crate) fn returned_by(alarm: Alarm, why: ReturnedBy, at: Timestamp, late_s: u32) -> Alarm {
    let fact = AlarmReturned {
        alarm: alarm.id,
        why,
        claim_due_at: at,
        late_s,
    };
    alarm.returned(&fact, at)
}

pub(crate) fn joined(alarm: Alarm, source: Source) -> Alarm {
    let fact = AlarmJoined {
        alarm: alarm.id,
        source,
        kind: kind("gas_low"),
        family: kind("gas"),
        state: ReportedState::Active,
        why: JoinedBy::Flood,
    };
    alarm.joined_by(&fact, START, START)
}

pub(crate) fn view(alarms: impl IntoIterator<Item = Alarm>) -> View {
    let mut view = View::default();
    for alarm in alarms {
        view.alarms.insert(alarm.id, alarm);
    }
    view
}
