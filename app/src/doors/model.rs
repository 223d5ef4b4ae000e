//! Which doors may be opened at a place, and what came of the last order.

use super::texts;
use castellan_domain::actuation::{ActuationOutcome, ActuationState};
use castellan_domain::estate::{Device, Estate, Place};
use castellan_domain::geo::distance_m;
use castellan_domain::incident::JOIN_M_MAX;
use castellan_domain::text::Language;
use castellan_domain::time::{Span, Timestamp};

/// Doors that are offered for one place, the nearest ones.
pub const DOORS_MAX: usize = 4;
/// How long it is said what came of an order.
pub const SAID_FOR: Span = Span::from_secs(600);

/// Whether a driver may open it for an operator.
pub fn may_be_opened(device: &Device) -> bool {
    device.door.is_some_and(|door| door.remote_release)
}

/// Doors that may be opened for somebody at a place: those of its building, or as near as alarms of one incident are. The nearest first.
pub fn doors_at(estate: &Estate, place: &Place) -> Vec<Device> {
    let here = |door: &&Device| {
        let shares_building = place.building.is_some() && place.building == door.place.building;
        may_be_opened(door)
            && (shares_building || distance_m(door.place.at, place.at) <= JOIN_M_MAX)
    };
    let mut doors: Vec<_> = estate.devices.iter().filter(here).collect();
    doors.sort_by(|a, b| {
        let far = |door: &Device| distance_m(door.place.at, place.at);
        far(a).total_cmp(&far(b)).then_with(|| a.id.cmp(&b.id))
    });
    doors.into_iter().take(DOORS_MAX).cloned().collect()
}

/// What came of the last order to a door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub words: String,
    /// Somebody has to see to it.
    pub is_open_question: bool,
}

/// What came of it. Nothing, if that is long ago. `by`: who wanted it; `time`: a moment as the site's clocks show it.
pub fn said(
    last: &ActuationState,
    by: &str,
    time: impl FnOnce(Timestamp) -> String,
    (now, language): (Timestamp, Language),
) -> Option<Said> {
    let Some(settled) = last.settled else {
        return Some(Said {
            words: texts::UNDER_WAY.fill(language, &[by]),
            is_open_question: false,
        });
    };
    if settled.at + SAID_FOR < now {
        return None;
    }
    let words = match settled.outcome {
        ActuationOutcome::Done => texts::DONE,
        ActuationOutcome::Refused => texts::REFUSED,
        ActuationOutcome::NotSent => texts::NOT_SENT,
        ActuationOutcome::Expired => texts::EXPIRED,
        ActuationOutcome::Unknown => texts::UNKNOWN,
    };
    Some(Said {
        words: words.fill(language, &[&time(settled.at), by]),
        is_open_question: settled.outcome != ActuationOutcome::Done,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::START;
    use castellan_domain::actuation::{Act, Settled};
    use castellan_domain::ids::{BuildingId, PersonId, Seq};

    /// Doors ever further east, of which `d1` may not be opened.
    const ESTATE: &str = r#"{
        "site": "s", "name": {"zh": "园", "en": "S"}, "time_zone": "Asia/Shanghai",
        "datum": "WGS-84", "anchor": [120.0, 30.0],
        "home": {"centre": [120.0, 30.0], "zoom": 16.0, "bearing_deg": 0.0, "pitch_deg": 0.0},
        "buildings": [{"id": "b1", "name": {"zh": "1号楼", "en": "Building 1"},
            "outline": [[120.002, 30.0], [120.0022, 30.0], [120.0022, 30.0002], [120.002, 30.0]],
            "height_m": 60.0, "floors": [{"label": "1", "ordinal": 1}]}],
        "devices": [
            {"id": "d1", "kind": "door", "name": {"zh": "门", "en": "D"}, "door": {},
             "place": {"spot": {"zh": "门", "en": "D"}, "at": [120.0, 30.0]}},
            {"id": "d3", "kind": "door", "name": {"zh": "门", "en": "D"}, "door": {"remote_release": true},
             "place": {"spot": {"zh": "门", "en": "D"}, "at": [120.0003, 30.0]}},
            {"id": "d2", "kind": "barrier", "name": {"zh": "闸", "en": "B"}, "door": {"remote_release": true},
             "place": {"spot": {"zh": "门", "en": "D"}, "at": [120.0001, 30.0]}},
            {"id": "far", "kind": "door", "name": {"zh": "门", "en": "D"}, "door": {"remote_release": true},
             "place": {"building": "b1", "floor": "1", "at": [120.002, 30.0]}}]
    }"#;

    #[test]
    fn the_doors_near_a_place_or_of_its_building_may_be_opened_the_nearest_first() {
        let estate = Estate::parse(ESTATE.as_bytes()).expect("a valid estate");
        let at = |device: &str| {
            let device = estate.devices.iter().find(|one| one.id.as_str() == device);
            device.expect("a device").place.clone()
        };
        let found = |place: &Place| -> Vec<String> {
            let doors = doors_at(&estate, place);
            doors.iter().map(|door| door.id.to_string()).collect()
        };
        assert_eq!(found(&at("d1")), ["d2", "d3"]);
        assert_eq!(found(&at("far")), ["far"]);
        let inside = Place {
            building: Some(BuildingId::new("b1").expect("an id")),
            ..at("d1")
        };
        assert_eq!(found(&inside), ["d2", "d3", "far"]);
    }

    #[test]
    fn what_came_of_an_order_is_said_for_a_while_and_what_nobody_knows_is_a_question() {
        let mut last = ActuationState {
            intent: Seq(7),
            what: Act::OpenDoor,
            by: Some(PersonId::new("li-na").expect("an id")),
            at: START,
            send_by: START,
            settled: None,
        };
        let told = |last: &ActuationState, now| {
            said(last, "李娜", |_| "03:01".to_owned(), (now, Language::Zh))
        };
        let under_way = told(&last, START + SAID_FOR + SAID_FOR).expect("still under way");
        assert_eq!(under_way.words, "正在开门 · 李娜");
        for (outcome, words, is_open_question) in [
            (ActuationOutcome::Done, "已放开 03:01 · 李娜", false),
            (
                ActuationOutcome::Refused,
                "门没有开：门禁拒绝 03:01 · 李娜",
                true,
            ),
            (
                ActuationOutcome::Unknown,
                "不知道门开了没有：请看画面或派人 03:01 · 李娜",
                true,
            ),
        ] {
            last.settled = Some(Settled { outcome, at: START });
            let words = words.to_owned();
            assert_eq!(
                told(&last, START + SAID_FOR),
                Some(Said {
                    words,
                    is_open_question
                })
            );
            assert_eq!(told(&last, START + SAID_FOR + Span::from_secs(1)), None);
        }
    }
}
