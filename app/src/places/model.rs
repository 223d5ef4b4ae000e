//! What is said of a building or an area, and which alarms are open where something is.

use super::texts;
use crate::names::person_name;
use crate::texts::Words;
use castellan_domain::alarm::Alarm;
use castellan_domain::estate::{Area, AreaKind, Estate};
use castellan_domain::ids::{AlarmId, BuildingId};
use castellan_domain::text::Language;
use castellan_domain::view::View;

/// Alarms that are named at most; the queue has them all.
const ALARMS_MAX: usize = 20;

/// A line of the details: what it is about, and what there is to say.
pub type Line = (Words, String);

/// What an area is.
pub const fn area_kind(kind: AreaKind) -> Words {
    match kind {
        AreaKind::Responsibility => texts::AREA_RESPONSIBILITY,
        AreaKind::Forbidden => texts::AREA_FORBIDDEN,
    }
}

/// Whom an area is for.
pub fn area_line(estate: &Estate, area: &Area, language: Language) -> Line {
    let key = match area.kind {
        AreaKind::Responsibility => texts::AREA_KEEPS_IN,
        AreaKind::Forbidden => texts::AREA_LETS_IN,
    };
    if area.people.is_empty() {
        return (key, texts::NOBODY_MAY_ENTER.get(language).to_owned());
    }
    let names = area.people.iter();
    let names = names.map(|id| person_name(Some(estate), id, language));
    (key, names.collect::<Vec<_>>().join(" · "))
}

/// The alarms in a building that are not over.
pub fn alarms_of_building(view: &View, building: &BuildingId) -> Vec<AlarmId> {
    open_alarms(view, |alarm| alarm.place.building() == Some(building))
}

/// The alarms that are not over and are here.
pub fn open_alarms(view: &View, is_here: impl Fn(&Alarm) -> bool) -> Vec<AlarmId> {
    let alarms = view.alarms.values().filter(|alarm| !alarm.is_closed());
    let here = alarms.filter(|alarm| is_here(alarm)).map(|alarm| alarm.id);
    here.take(ALARMS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ESTATE: &str = r#"{
        "site": "s", "name": {"zh": "园", "en": "S"}, "time_zone": "Asia/Shanghai",
        "datum": "WGS-84", "anchor": [120.0, 30.0],
        "home": {"centre": [120.0, 30.0], "zoom": 16.0, "bearing_deg": 0.0, "pitch_deg": 0.0},
        "areas": [{"id": "a", "name": {"zh": "湖", "en": "Lake"}, "kind": "forbidden",
            "outline": [[120.0, 30.0], [120.001, 30.0], [120.0, 30.001]]}]
    }"#;

    #[test]
    fn a_forbidden_area_that_is_for_nobody_says_so() {
        let estate = Estate::parse(ESTATE.as_bytes()).expect("a valid estate");
        let line = area_line(&estate, &estate.areas[0], Language::Zh);
        assert_eq!(line, (texts::AREA_LETS_IN, "任何人不得进入".to_owned()));
    }
}
