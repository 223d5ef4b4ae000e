//! Where something is, in words and on the map.

use crate::geo::LonLat;
use crate::ids::BuildingId;
use crate::text::{Language, Localized, Text};
use serde::{Deserialize, Serialize};

/// Where something is, in the words that a guard is sent with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The building, if inside or at one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub building: Option<BuildingId>,
    /// The floor's printed label. Never guessed from a satellite position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<Text<12>>,
    /// A spot without a building, or within it: `东门`, `B1 走道`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spot: Option<Localized>,
    /// On the map.
    pub at: LonLat,
}

/// A floor's printed label as people say it: `B1层`, `floor 15`.
pub(super) fn floor_name(label: &str, language: Language) -> String {
    let is_refuge = label == "避难层";
    match language {
        // 避难层 already says that it is a floor.
        Language::Zh if label.ends_with('层') => label.to_owned(),
        Language::Zh => format!("{label}层"),
        Language::En if is_refuge => "refuge floor".to_owned(),
        Language::En if label.starts_with(|c: char| c.is_ascii_digit()) => format!("floor {label}"),
        Language::En => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floors_are_said_as_people_say_them() {
        for (label, zh, en) in [
            ("B1", "B1层", "B1"),
            ("3A", "3A层", "floor 3A"),
            ("15", "15层", "floor 15"),
            ("避难层", "避难层", "refuge floor"),
        ] {
            assert_eq!(floor_name(label, Language::Zh), zh);
            assert_eq!(floor_name(label, Language::En), en);
        }
    }
}
