//! What an armed zone's row says.

use super::texts;
use crate::ages;
use crate::desk::Offer;
use crate::names::person_name;
use castellan_domain::estate::{Estate, Zone};
use castellan_domain::text::Language;
use castellan_domain::time::Timestamp;
use castellan_domain::zone::{ZoneCommand, ZoneState};

/// Whether a zone is armed, for how long now, and who did it. A zone of which nothing was ever said
/// is disarmed.
pub fn state(
    estate: Option<&Estate>,
    zone: Option<&ZoneState>,
    now: Timestamp,
    language: Language,
) -> String {
    let Some(zone) = zone else {
        return texts::DISARMED.get(language).to_owned();
    };
    let armed = if zone.armed {
        texts::ARMED
    } else {
        texts::DISARMED
    };
    let by = zone.by.as_ref().map_or_else(
        || texts::BY_SCHEDULE.get(language).to_owned(),
        |by| person_name(estate, by, language),
    );
    format!(
        "{} {} · {by}",
        armed.get(language),
        ages::age(zone.since, now)
    )
}

/// What follows from disarming a zone, and the way back.
pub fn disarmed(zone: &Zone) -> Offer {
    let back = ZoneCommand::Arm {
        zone: zone.id.clone(),
    };
    Offer::new(texts::ARM_AGAIN, Some(back.into()), |language| {
        texts::DISARM_FOLLOWS.fill(language, &[zone.name.get(language)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, li_na};
    use castellan_domain::time::Span;

    #[test]
    fn who_disarms_a_zone_reads_what_follows_and_can_arm_it_again() {
        let zone = r#"{"id": "north", "name": {"zh": "北墙", "en": "North wall"}, "devices": []}"#;
        let offer = disarmed(&serde_json::from_str(zone).expect("a zone"));
        assert_eq!(
            offer.follows(Language::Zh),
            "北墙 已撤防：触发不再成为报警。"
        );
        let zone = "north".parse().expect("an id");
        assert_eq!(offer.inverse, Some(ZoneCommand::Arm { zone }.into()));
    }

    #[test]
    fn a_zone_says_who_armed_it_and_when() {
        let now = START + Span::from_secs(61);
        let mut zone = ZoneState {
            armed: true,
            since: START,
            by: Some(li_na()),
        };
        let said = |zone: Option<&ZoneState>, language| state(None, zone, now, language);
        assert_eq!(said(Some(&zone), Language::Zh), "已布防 01:01 · li-na");
        zone.by = None;
        zone.armed = false;
        assert_eq!(
            said(Some(&zone), Language::En),
            "Disarmed 01:01 · by schedule"
        );
        assert_eq!(said(None, Language::Zh), "已撤防");
    }
}
