//! Alarms for the models' tests, made the way real ones are: by folding facts.

use castellan_domain::alarm::{Alarm, Verdict};
use castellan_domain::estate::{Place, Priority};
use castellan_domain::fact::AlarmRaised;
use castellan_domain::geo::LonLat;
use castellan_domain::ids::{AlarmId, AlarmTypeId, DeviceId, PersonId, Seq};
use castellan_domain::observation::ReportedState;
use castellan_domain::site::View;
use castellan_domain::time::{Span, Timestamp};

/// When every fixture begins.
pub(crate) const START: Timestamp = Timestamp::from_secs(1_795_000_000);

pub(crate) fn raised(number: u32, priority: u8) -> Alarm {
    let fact = AlarmRaised {
        alarm: AlarmId(number),
        kind: AlarmTypeId::new("gas_low").expect("a valid id"),
        priority: Priority::try_from(priority).expect("1 to 4"),
        device: DeviceId::new(format!("d{number}")).expect("a valid id"),
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
    Alarm::raised(&fact, START, START, Seq(u64::from(number)))
}

pub(crate) fn li_na() -> PersonId {
    PersonId::new("li-na").expect("a valid id")
}

pub(crate) fn claimed(alarm: Alarm) -> Alarm {
    alarm
        .claim(li_na(), START + Span::from_secs(10))
        .expect("nobody has it")
}

pub(crate) fn judged(alarm: Alarm) -> Alarm {
    claimed(alarm)
        .judge(Verdict::Environment, li_na(), START + Span::from_secs(20))
        .expect("it is claimed")
}

pub(crate) fn view(alarms: impl IntoIterator<Item = Alarm>) -> View {
    let mut view = View::default();
    for alarm in alarms {
        view.alarms.insert(alarm.id, alarm);
    }
    view
}
