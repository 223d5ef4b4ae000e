//! The plates that name places with alarms, each on a stem above its thing; and the arrows at the rim to what
//! nobody has and the frame does not show. What they say and where they stand.

use super::labels::{Area, width_px};
use super::outline::Point;
use super::texts;
use super::things::Foot;
use crate::map::live_layer::scene::places::AlarmPlace;
use crate::names::person_name;
use crate::texts::Words;
use castellan_domain::estate::{Estate, Label, Priority};
use castellan_domain::ids::AlarmId;
use castellan_domain::text::Language;

/// Plates at most, the most urgent first; the list has every alarm.
pub const BADGES_MAX: usize = 24;
/// Arrows at most. What comes beyond is counted by the last one.
pub const ARROWS_MAX: usize = 6;

/// Heights of plates, as the style sheet has them, and of their letters.
const PLATE_PX: f64 = 32.0;
const URGENT_PX: f64 = 40.0;
const LETTER_PX: f64 = 15.0;
const URGENT_LETTER_PX: f64 = 17.0;
/// Glyph, margins and what lies between the words.
const AROUND_PX: f64 = 52.0;
/// A stem is so long, and at most so long that its plate stands clear of the roof.
const STEM_PX: (f64, f64) = (44.0, 132.0);
/// A plate that meets another climbs so far, so many times.
const CLIMB_PX: f64 = 38.0;
const CLIMBS_MAX: u32 = 4;
/// Plates and arrows stay so far inside the frame.
const RIM_PX: f64 = 12.0;
/// The tip of an arrow and how far it is, beside its words.
const TIP_PX: f64 = 36.0;
/// Left free of arrows at the lower rim.
const BELOW_PX: f64 = 72.0;
/// Arrows this near each other are one.
const ONE_ARROW_PX: f64 = 72.0;

/// What is said of a place with alarms.
#[derive(Debug, Clone, PartialEq)]
pub struct Badge {
    /// The alarm that speaks for it.
    pub first: AlarmId,
    /// How urgent it is.
    pub priority: Priority,
    /// 演练
    pub drill: bool,
    /// Somebody is needed.
    pub is_open: bool,
    /// Where it is, and what.
    pub words: String,
    /// Who has it, or how many there are.
    pub more: String,
    foot: Foot,
    /// How many of its alarms nobody has.
    unowned: usize,
}

impl Badge {
    /// Of a place and where its stem begins.
    pub fn of(estate: &Estate, place: &AlarmPlace, foot: Foot, language: Language) -> Self {
        let owner = place.owner.as_ref();
        let owner = owner.map(|owner| person_name(Some(estate), owner, language));
        let is_open = place.unowned > 0;
        let count = place.count.to_string();
        let more = match (place.count, owner) {
            (2.., _) if is_open => {
                texts::OPEN_HERE.fill(language, &[&place.unowned.to_string(), &count])
            }
            (2.., _) => texts::ALARMS_HERE.fill(language, &[&count]),
            (_, Some(owner)) if !is_open => owner,
            (_, _) => String::new(),
        };
        let words = words(estate, place, language);
        Self {
            first: place.first,
            priority: place.priority,
            drill: place.drill,
            is_open,
            words,
            more,
            foot,
            unowned: place.unowned,
        }
    }

    fn is_urgent(&self) -> bool {
        self.is_open && self.priority == Priority::P1
    }

    fn size_px(&self, scale: f64) -> (f64, f64) {
        let (high, letter) = if self.is_urgent() {
            (URGENT_PX, URGENT_LETTER_PX)
        } else {
            (PLATE_PX, LETTER_PX)
        };
        let letters = width_px(&self.words, letter) + width_px(&self.more, LETTER_PX);
        ((letters + AROUND_PX) * scale, high * scale)
    }
}

/// `3号楼 B1 燃气`: the building and its floor, or the spot; and of one alarm what it is, where a word is short.
fn words(estate: &Estate, place: &AlarmPlace, language: Language) -> String {
    let at = &place.place;
    let building = at.building.as_ref().and_then(|id| estate.building(id));
    let mut words: Vec<String> = Vec::new();
    words.extend(building.map(|building| building.name.get(language).to_owned()));
    let floor = at.floor.as_ref().filter(|_| building.is_some());
    words.extend(floor.map(|floor| floor_words(floor, language)));
    let spot = at.spot.as_ref().map(|spot| spot.get(language).to_owned());
    if words.len() < 2 && (building.is_none() || place.count == 1) {
        words.extend(spot);
    }
    let family = family(place.family.as_str()).filter(|_| place.count == 1);
    let is_bare = words.len() < 2 || at.floor.is_some();
    if let Some(family) = family.filter(|_| is_bare && (building.is_some() || words.is_empty())) {
        words.push(family.get(language).to_owned());
    }
    if words.is_empty() {
        words.push(texts::ALARM.get(language).to_owned());
    }
    words.join(" ")
}

/// `B1` as it is printed, a number as people say it.
fn floor_words(label: &Label, language: Language) -> String {
    let is_number = label.as_str().starts_with(|c: char| c.is_ascii_digit());
    if is_number {
        texts::FLOOR.fill(language, &[label.as_str()])
    } else {
        label.to_string()
    }
}

/// A short word for what is worst indoors.
fn family(family: &str) -> Option<Words> {
    Some(match family {
        "gas" => texts::GAS,
        "fire" => texts::FIRE,
        "co" => texts::CO,
        "water_leak" | "garage_flood" => texts::WATER,
        "guard_sos" => texts::SOS,
        "lift_entrapment" => texts::LIFT,
        "intrusion" => texts::INTRUSION,
        _ => return None,
    })
}

/// Where a plate stands in a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plate {
    /// Of which badge.
    pub index: usize,
    /// Its middle and its lower edge.
    pub at: (f64, f64),
    /// Where its stem begins.
    pub foot: (f64, f64),
    /// What it takes of the screen.
    pub area: Area,
}

/// An arrow at the rim.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrow {
    /// Of which badge.
    pub index: usize,
    /// Its middle.
    pub at: (f64, f64),
    /// Where it points, in degrees clockwise from the right.
    pub turn_deg: f64,
    /// How many alarms that nobody has lie there.
    pub count: usize,
    /// How far it is in metres.
    pub away_m: f64,
}

/// What is to be seen of badges in one frame.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Laid {
    /// The most urgent first.
    pub plates: Vec<Plate>,
    /// To what nobody has and is out of sight.
    pub arrows: Vec<Arrow>,
}

/// Lays badges out. `project` says where a point at a height is on the screen, and `middle` is the point in the
/// middle of it, in metres.
pub fn lay(
    badges: &[Badge],
    project: impl Fn(Point, f64) -> Option<(f64, f64)>,
    (size_px, scale): ((f64, f64), f64),
    middle: Point,
) -> Laid {
    let mut laid = Laid::default();
    for (index, badge) in badges.iter().enumerate() {
        let foot = project(badge.foot.at, badge.foot.up_m);
        let is_seen =
            |(x, y): &(f64, f64)| (0.0..=size_px.0).contains(x) && (0.0..=size_px.1).contains(y);
        match foot {
            Some(foot) if is_seen(&foot) => {
                if laid.plates.len() < BADGES_MAX {
                    let roof = project(badge.foot.at, badge.foot.top_m);
                    let stem = roof.map_or(0.0, |roof| foot.1 - roof.1) + CLIMB_PX / 4.0;
                    let plate = plate(badge, foot, stem, (&laid.plates, size_px, scale));
                    laid.plates.push(Plate { index, ..plate });
                }
            }
            Some(_) | None if badge.is_open => {
                let (east, north) = (badge.foot.at.0 - middle.0, badge.foot.at.1 - middle.1);
                let away_m = east.hypot(north);
                // What lies behind the lens is asked for half-way: the direction is the same.
                let seen = foot.or_else(|| {
                    let near = (middle.0 + east * 0.05, middle.1 + north * 0.05);
                    project(near, 0.0)
                });
                if let Some(seen) = seen {
                    let half = badge.size_px(scale).0 / 2.0 + TIP_PX * scale;
                    arrow(
                        &mut laid.arrows,
                        (index, badge.unowned, away_m),
                        seen,
                        (size_px, scale, half),
                    );
                }
            }
            Some(_) | None => {}
        }
    }
    laid
}

fn plate(
    badge: &Badge,
    foot: (f64, f64),
    stem: f64,
    (others, (width, _), scale): (&[Plate], (f64, f64), f64),
) -> Plate {
    let (wide, high) = badge.size_px(scale);
    let rim = RIM_PX * scale;
    let most = (width - rim - wide / 2.0).max(width / 2.0);
    let x = foot.0.clamp((rim + wide / 2.0).min(most), most);
    let (least, longest) = STEM_PX;
    let first = stem.clamp(least * scale, longest * scale);
    let of = |climb: u32| {
        let stem = first + f64::from(climb) * CLIMB_PX * scale;
        let mut bottom = foot.1 - stem;
        // At the upper rim the plate hangs below the frame's edge.
        bottom = bottom.max(rim + high);
        let area = Area::of_sides((x - wide / 2.0, bottom - high), (x + wide / 2.0, bottom));
        Plate {
            index: 0,
            at: (x, bottom),
            foot,
            area,
        }
    };
    let is_free = |plate: &Plate| others.iter().all(|other| !other.area.overlaps(&plate.area));
    (0..CLIMBS_MAX)
        .map(of)
        .find(is_free)
        .unwrap_or_else(|| of(0))
}

/// From the middle of the frame towards the place, as far as the frame goes.
fn arrow(
    arrows: &mut Vec<Arrow>,
    (index, unowned, away_m): (usize, usize, f64),
    (x, y): (f64, f64),
    ((width, height), scale, half): ((f64, f64), f64, f64),
) {
    let (across, down) = (x - width / 2.0, y - height / 2.0);
    // Below lies what comes next.
    let free = if down > 0.0 { BELOW_PX } else { RIM_PX };
    let room = (
        (width / 2.0 - half - RIM_PX * scale).max(1.0),
        (height / 2.0 - (free + URGENT_PX / 2.0) * scale).max(1.0),
    );
    let share = (room.0 / across.abs().max(1e-6)).min(room.1 / down.abs().max(1e-6));
    let at = (width / 2.0 + across * share, height / 2.0 + down * share);
    let is_near =
        |other: &&mut Arrow| (other.at.0 - at.0).hypot(other.at.1 - at.1) < ONE_ARROW_PX * scale;
    if let Some(other) = arrows.iter_mut().find(is_near) {
        other.count += unowned;
    } else if arrows.len() < ARROWS_MAX {
        arrows.push(Arrow {
            index,
            at,
            turn_deg: down.atan2(across).to_degrees(),
            count: unowned,
            away_m,
        });
    } else if let Some(last) = arrows.last_mut() {
        last.count += unowned;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::estate::Place;
    use castellan_domain::geo::LonLat;
    use castellan_domain::ids::{AlarmTypeId, BuildingId, PersonId};
    use castellan_domain::text::{Localized, Text};

    const SIZE: (f64, f64) = (1_000.0, 800.0);

    fn estate() -> Estate {
        Estate::parse(include_bytes!("../../../assets/demo/estate.json")).unwrap()
    }

    fn place(building: Option<&str>, floor: Option<&str>, spot: &str, family: &str) -> AlarmPlace {
        let place = Place {
            building: building.map(|id| BuildingId::new(id).unwrap()),
            floor: floor.map(|label| Text::new(label).unwrap()),
            spot: Some(Localized {
                zh: Text::new(spot).unwrap(),
                en: Text::new("spot").unwrap(),
            }),
            at: LonLat::new(120.0, 30.0).unwrap(),
        };
        let what = (Priority::P1, AlarmTypeId::new(family).unwrap());
        AlarmPlace::new(AlarmId(1), (0.0, 0.0), place, what, None, 1)
    }

    const FOOT: Foot = Foot {
        at: (0.0, 0.0),
        up_m: 0.0,
        top_m: 0.0,
    };

    fn badge(place: &AlarmPlace, language: Language) -> Badge {
        Badge::of(&estate(), place, FOOT, language)
    }

    #[test]
    fn a_plate_names_the_place_in_both_languages_and_what_is_worst() {
        let words = |place: &AlarmPlace| badge(place, Language::Zh).words;
        let gas = place(Some("3"), Some("B1"), "走道", "gas");
        assert_eq!(words(&gas), "3号楼 B1 燃气");
        assert_eq!(badge(&gas, Language::En).words, "Building 3 B1 gas");
        assert_eq!(words(&place(None, None, "东门", "door_forced")), "东门");
        let smoke = place(Some("3"), Some("15"), "走道", "fire");
        assert_eq!(words(&smoke), "3号楼 15层 火警");
        assert_eq!(
            badge(&smoke, Language::En).words,
            "Building 3 floor 15 fire"
        );
        let door = place(Some("1"), None, "1单元门", "door_held");
        assert_eq!(words(&door), "1号楼 1单元门");
    }

    #[test]
    fn an_owner_is_named_and_a_place_of_many_says_both_counts() {
        let mut gas = place(Some("3"), Some("B1"), "走道", "gas");
        (gas.unowned, gas.owner) = (0, PersonId::new("zhang-wei").ok());
        let owned = badge(&gas, Language::Zh);
        assert_eq!((owned.is_open, owned.more.as_str()), (false, "张伟"));
        (gas.unowned, gas.count) = (2, 5);
        let many = badge(&gas, Language::Zh);
        assert_eq!(
            (many.words.as_str(), many.more.as_str()),
            ("3号楼 B1", "2 共 5")
        );
        gas.unowned = 0;
        assert_eq!(badge(&gas, Language::En).more, "5 in all");
    }

    /// A badge whose foot is at a point of the screen, where a metre is a pixel.
    fn at(x: f64, y: f64) -> Badge {
        Badge {
            foot: Foot { at: (x, y), ..FOOT },
            ..badge(&place(None, None, "东门", "door_forced"), Language::Zh)
        }
    }

    fn laid(badges: &[Badge]) -> Laid {
        let project = |at: Point, up: f64| Some((at.0, at.1 - up));
        lay(badges, project, (SIZE, 1.0), (500.0, 400.0))
    }

    #[test]
    fn plates_stay_in_the_frame_above_their_foot_and_off_each_other() {
        let laid = laid(&[at(3.0, 400.0), at(30.0, 402.0), at(500.0, 5.0)]);
        assert_eq!(laid.plates.len(), 3);
        let frame = Area::of_screen(SIZE);
        for (nth, plate) in laid.plates.iter().enumerate() {
            assert!(frame.encloses(&plate.area), "{plate:?}");
            let others = laid.plates.iter().skip(nth + 1);
            assert!(
                others
                    .into_iter()
                    .all(|other| !other.area.overlaps(&plate.area))
            );
        }
        assert!(laid.plates[0].at.1 < 400.0 && laid.arrows.is_empty());
    }

    #[test]
    fn what_is_out_of_sight_has_an_arrow_at_the_rim_and_neighbours_share_one() {
        let owned = Badge {
            is_open: false,
            ..at(5_000.0, 400.0)
        };
        let laid = laid(&[
            at(3_000.0, 400.0),
            at(3_000.0, 460.0),
            at(500.0, -900.0),
            owned,
        ]);
        assert!(laid.plates.is_empty());
        let [east, north] = &laid.arrows[..] else {
            panic!("{:?}", laid.arrows)
        };
        assert_eq!(
            (east.count, north.count),
            (2, 1),
            "an owned one needs nobody"
        );
        assert!(east.turn_deg.abs() < 1.0 && (north.turn_deg + 90.0).abs() < 1.0);
        assert!((east.away_m - 2_500.0).abs() < 1.0);
        for arrow in &laid.arrows {
            assert!((0.0..=SIZE.0).contains(&arrow.at.0) && (0.0..=SIZE.1).contains(&arrow.at.1));
        }
    }

    #[test]
    fn plates_and_arrows_end_and_what_is_left_out_is_counted() {
        let many: Vec<Badge> = (0..BADGES_MAX + 10)
            .map(|n| at(20.0 + f64::from(u32::try_from(n).unwrap()) * 25.0, 400.0))
            .collect();
        assert_eq!(laid(&many).plates.len(), BADGES_MAX);
        let around: Vec<Badge> = (0..40)
            .map(|n| f64::from(n) * 0.157)
            .map(|turn: f64| at(500.0 + turn.cos() * 9_000.0, 400.0 + turn.sin() * 9_000.0))
            .collect();
        let laid = laid(&around);
        assert_eq!(laid.arrows.len(), ARROWS_MAX);
        assert_eq!(
            laid.arrows.iter().map(|arrow| arrow.count).sum::<usize>(),
            40
        );
    }
}
