//! The first minute of a demo: somebody opens a console at a quiet night, and a few seconds later there is gas in a
//! cellar. It rises whether anybody answers or not, and the server's ladder does the rest.
//!
//! Pure: whoever plays it brings the time and says whether a console is open.

use castellan_domain::estate::Estate;
use castellan_domain::ids::{AlarmTypeId, DeviceId, EventId};
use castellan_domain::observation::ReportedState;
use castellan_domain::wire::api::EventRequest;

/// The detector in the cellar of building 3.
const DETECTOR: &str = "gas-3-b1";
/// Milliseconds after the console opened at which it says what.
const READINGS: [(i64, &str, ReportedState); 4] = [
    (6_000, "gas_low", ReportedState::Active),
    (14_000, "gas_high", ReportedState::Active),
    (480_000, "gas_high", ReportedState::Cleared),
    (480_000, "gas_low", ReportedState::Cleared),
];

/// What happens once.
#[derive(Debug)]
pub struct Opening {
    device: DeviceId,
    opened_ms: Option<i64>,
    /// How many of the readings are said.
    said: usize,
}

impl Opening {
    /// Of an estate that has the detector.
    pub fn of(estate: &Estate) -> Option<Self> {
        let device = DeviceId::new(DETECTOR).ok()?;
        estate.device(&device)?;
        Some(Self {
            device,
            opened_ms: None,
            said: 0,
        })
    }

    /// Lets time pass up to `now_ms` and gives back what the detector says meanwhile.
    pub fn step(&mut self, now_ms: i64, is_open: bool) -> Vec<EventRequest> {
        if is_open && self.opened_ms.is_none() {
            self.opened_ms = Some(now_ms);
        }
        let Some(opened_ms) = self.opened_ms else {
            return Vec::new();
        };
        let due = READINGS[self.said..].iter();
        let due: Vec<_> = due
            .take_while(|(at_ms, ..)| opened_ms + at_ms <= now_ms)
            .collect();
        self.said += due.len();
        let events = due.into_iter().filter_map(|(at_ms, kind, state)| {
            Some(EventRequest {
                device: self.device.clone(),
                event_id: EventId::new(format!("opening-{opened_ms}-{at_ms}-{kind}")).ok()?,
                kind: AlarmTypeId::new(*kind).ok()?,
                state: *state,
                occurred_at: None,
                drill: false,
            })
        });
        events.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn it_begins_with_the_first_console_and_rises_whether_anybody_is_left_or_not() {
        let demo = Estate::parse(include_bytes!("../../assets/demo/estate.json")).unwrap();
        let mut opening = Opening::of(&demo).unwrap();
        let mut said = Vec::new();
        for second in 0..700 {
            // A console is open for a moment only.
            let events = opening.step(second * 1_000, (60..62).contains(&second));
            said.extend(
                events
                    .into_iter()
                    .map(|event| (second, event.kind.to_string(), event.state)),
            );
        }
        let is = |at: usize, second: i64, kind: &str, state| {
            said[at] == (second, kind.to_owned(), state)
        };
        assert!(is(0, 66, "gas_low", ReportedState::Active), "{said:?}");
        assert!(is(1, 74, "gas_high", ReportedState::Active), "{said:?}");
        assert_eq!(said.len(), READINGS.len());
        assert!(Opening::of(&fixture::estate()).is_none());
    }
}
