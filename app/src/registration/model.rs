//! What typed letters mean as a place and as a type, and what is kept of it.

use super::texts;
use crate::alarms::model::priority_name;
use crate::alarms::typed::is_too_long;
use crate::desk::{Picked, Pointed};
use crate::search::texts as search;
use crate::texts::Words;
use castellan_domain::alarm::{Alarm, NoteWords, Source};
use castellan_domain::estate::{AlarmType, Estate, Found, TYPED_MAX, point_name};
use castellan_domain::ids::{AlarmId, AlarmTypeId, CommandId, PersonId};
use castellan_domain::registration::PlaceName;
use castellan_domain::text::Language;
use castellan_domain::view::View;
use serde::{Deserialize, Serialize};

/// Results at most: who needs more types another letter.
pub const RESULTS_MAX: usize = 8;
/// Places that are looked through for those where something can be: people are none.
const LOOKED_AT_MAX: usize = 40;
/// Under which name the tab keeps it.
pub const NAME: &str = "castellan.registration";

/// People of whom a tab keeps what they began; one more takes the place of the oldest.
pub const BEGUN_MAX: usize = 8;
/// Characters of each text that outlive the page.
const KEPT_CHARS_MAX: usize = 2_000;

/// What everybody who works at this tab has begun, each their own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AllBegun(Vec<(PersonId, Begun)>);

impl AllBegun {
    /// As it was stored. What cannot be read is none.
    pub fn read(stored: &str) -> Self {
        let mut all: Self = serde_json::from_str(stored).unwrap_or_default();
        let more = all.0.len().saturating_sub(BEGUN_MAX);
        all.0.drain(..more);
        all
    }

    /// To be stored; nothing if nothing was typed.
    pub fn to_store(&self) -> Option<String> {
        let mut all = self.clone();
        for (_, begun) in &mut all.0 {
            for text in [
                &mut begun.place_typed,
                &mut begun.kind_typed,
                &mut begun.note,
            ] {
                *text = text.chars().take(KEPT_CHARS_MAX).collect();
            }
        }
        (!all.0.is_empty()).then(|| serde_json::to_string(&all).ok())?
    }

    /// What somebody has begun, if anything.
    pub fn of(&self, person: &PersonId) -> Option<&Begun> {
        let mut all = self.0.iter();
        all.find(|(whose, _)| whose == person)
            .map(|(_, begun)| begun)
    }

    /// Changes what somebody has begun.
    pub fn change<T>(&mut self, person: &PersonId, change: impl FnOnce(&mut Begun) -> T) -> T {
        let at = self.0.iter().position(|(whose, _)| whose == person);
        let mut begun = at.map_or_else(Begun::default, |at| self.0.remove(at).1);
        let changed = change(&mut begun);
        if begun != Begun::default() {
            if self.0.len() >= BEGUN_MAX {
                self.0.remove(0);
            }
            self.0.push((person.clone(), begun));
        }
        changed
    }
}

/// A registration that was begun. It outlives its dialog and the page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Begun {
    /// What was typed of the place.
    pub place_typed: String,
    /// The place that was picked.
    pub place: Option<PlaceName>,
    /// What was typed of the type.
    pub kind_typed: String,
    /// The type that was picked.
    pub kind: Option<AlarmTypeId>,
    /// What was said.
    pub note: String,
    /// The command that it went out with. Should its answer have been missed, it goes out with it
    /// again, and is registered once.
    pub sent_as: Option<CommandId>,
    /// The alarm that was registered last when it first went out: its own one comes after that.
    pub sent_after: Option<AlarmId>,
}

impl Begun {
    /// Another place or type is another registration.
    pub fn change(&mut self, change: impl FnOnce(&mut Self)) {
        let before = (self.place.clone(), self.kind.clone());
        change(self);
        if before != (self.place.clone(), self.kind.clone()) {
            (self.sent_as, self.sent_after) = (None, None);
        }
    }

    /// It goes out. It gives the command to send it with: the one before, if it has gone out already.
    pub fn send(&mut self, new: CommandId, last: Option<AlarmId>) -> CommandId {
        if self.sent_as.is_none() {
            self.sent_after = last;
        }
        *self.sent_as.get_or_insert(new)
    }

    /// By how many characters what was said is too long for a note. It then stays a draft of its alarm: a
    /// call for help does not wait for that.
    pub fn too_long(&self) -> Option<usize> {
        is_too_long(self.note.trim())
    }

    /// What was said, if it is a note.
    pub fn words(&self) -> Option<NoteWords> {
        NoteWords::new(self.note.trim()).ok()
    }
}

/// The alarm that was registered last, by whomever.
pub fn last_registered(view: &View) -> Option<AlarmId> {
    let mut latest_first = view.alarms.values().rev();
    latest_first
        .find(|row| is_registered(row))
        .map(|row| row.id)
}

/// The alarm that somebody registered after another one: whoever registers an alarm has claimed it.
pub fn registered(view: &View, after: Option<AlarmId>, by: &PersonId) -> Option<AlarmId> {
    let latest_first = view.alarms.values().rev();
    let mut new = latest_first.take_while(|row| Some(row.id) > after);
    let is_theirs = |row: &&Alarm| is_registered(row) && row.owner() == Some(by);
    new.find(is_theirs).map(|row| row.id)
}

const fn is_registered(alarm: &Alarm) -> bool {
    matches!(alarm.source, Source::Registration(_))
}

/// One of what was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice<Id> {
    /// Its id.
    pub id: Id,
    /// What it is called.
    pub name: String,
    /// What else tells it from others.
    pub detail: String,
}

/// The places that were meant.
pub fn places(estate: &Estate, typed: &str, language: Language) -> Vec<Choice<PlaceName>> {
    let found = estate.find(typed, LOOKED_AT_MAX).into_iter();
    let places = found.filter_map(|found| {
        let place = found.place(estate)?;
        let name = found.name().get(language).to_owned();
        // A post and a zone may be called the same.
        let kind = kind_words(found)?.get(language).to_owned();
        let whole = Some(estate.place_name(&place, language)).filter(|whole| *whole != name);
        let detail: Vec<_> = [kind].into_iter().chain(whole).collect();
        Some(Choice {
            id: PlaceName::new(found.id()).ok()?,
            detail: detail.join(" · "),
            name,
        })
    });
    places.take(RESULTS_MAX).collect()
}

/// The place that was clicked on the map: a device or the building that is seen there, else the ground. Far from the estate there is
/// none.
pub fn pointed(
    estate: &Estate,
    pointed: &Pointed,
    language: Language,
) -> Option<Choice<PlaceName>> {
    let id = match (&pointed.what, &pointed.building) {
        (Some(Picked::Device(id)), _) => id.to_string(),
        (_, Some(id)) => id.to_string(),
        (_, None) => point_name(pointed.at?),
    };
    let place = estate.place_named(&id)?;
    Some(Choice {
        id: PlaceName::new(id).ok()?,
        name: estate.place_name(&place, language),
        detail: texts::BY_CLICK.get(language).to_owned(),
    })
}

/// What a place is; a person is none.
const fn kind_words(found: Found<'_>) -> Option<Words> {
    Some(match found {
        Found::Building(_) => search::BUILDING,
        Found::Unit(..) | Found::Floor(..) | Found::Room(..) => search::ADDRESS,
        Found::Device(_) => search::DEVICE,
        Found::Post(_) => texts::POST,
        Found::Zone(_) => search::ZONE,
        Found::Area(_) => search::AREA,
        Found::Person(_) => return None,
    })
}

/// The types that were meant; before anything is typed, the most urgent ones.
pub fn kinds(estate: &Estate, typed: &str, language: Language) -> Vec<Choice<AlarmTypeId>> {
    let typed = typed.trim().to_lowercase();
    if typed.chars().count() > TYPED_MAX {
        return Vec::new();
    }
    let mut kinds: Vec<_> = estate
        .alarm_types
        .iter()
        .filter(|kind| !kind.by_rule_only && !kind.id.is_duress() && !is_of_another(estate, kind))
        .filter_map(|kind| Some((place_in(estate, kind, &typed)?, kind)))
        .collect();
    kinds.sort_by_key(|(place, kind)| (*place, kind.priority));
    let kinds = kinds.into_iter().map(|(_, kind)| Choice {
        id: kind.id.clone(),
        name: kind.name.get(language).to_owned(),
        detail: priority_name(kind.priority).get(language).to_owned(),
    });
    kinds.take(RESULTS_MAX).collect()
}

/// What a type becomes at night, or of a critical device, is not chosen: the server does.
fn is_of_another(estate: &Estate, kind: &AlarmType) -> bool {
    let mut all = estate.alarm_types.iter();
    all.any(|other| {
        [&other.at_night, &other.if_critical]
            .into_iter()
            .flatten()
            .any(|id| *id == kind.id)
    })
}

/// How many characters of its name, id or initials stand before what was typed.
fn place_in(estate: &Estate, kind: &AlarmType, typed: &str) -> Option<usize> {
    let within = |text: &str| {
        let text = text.to_lowercase();
        let (before, _) = text.split_once(typed)?;
        Some(before.chars().count())
    };
    if typed.is_empty() {
        return Some(0);
    }
    let key = estate.search_keys.get(&kind.name.zh);
    let by_key = key.and_then(|key| key.position(typed));
    let names = [
        kind.name.zh.as_str(),
        kind.name.en.as_str(),
        kind.id.as_str(),
    ];
    names.into_iter().filter_map(within).chain(by_key).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, claimed, estate, li_na, person, raised, view};
    use castellan_domain::alarm::Ownership;
    use castellan_domain::geo::LonLat;
    use castellan_domain::ids::DeviceId;

    fn with_things() -> Estate {
        let mut estate = estate();
        let kinds = [
            r#"{"id": "medical", "name": {"zh": "医疗求助", "en": "Medical help"}, "priority": 1}"#,
            r#"{"id": "fight", "name": {"zh": "打架", "en": "Fight"}, "priority": 2, "at_night": "fight_night"}"#,
            r#"{"id": "fight_night", "name": {"zh": "夜间打架", "en": "Fight at night"}, "priority": 1}"#,
            r#"{"id": "duress", "name": {"zh": "胁迫", "en": "Duress"}, "priority": 1}"#,
            r#"{"id": "disk_low", "name": {"zh": "磁盘", "en": "Disk"}, "priority": 1, "by_rule_only": true}"#,
        ];
        estate.alarm_types = kinds
            .map(|kind| serde_json::from_str(kind).expect("a type"))
            .to_vec();
        let device = r#"{"id": "door-east", "kind": "door", "name": {"zh": "东门", "en": "East gate"},
            "place": {"spot": {"zh": "东门", "en": "East gate"}, "at": [120.0, 30.0]}}"#;
        estate.devices = vec![serde_json::from_str(device).expect("a device")];
        let person = r#"{"id": "dong", "role": "guard", "name": {"zh": "东方", "en": "East"}}"#;
        estate.people = vec![serde_json::from_str(person).expect("a person")];
        estate
    }

    #[test]
    fn a_place_is_what_stands_somewhere_and_a_person_is_none() {
        let estate = with_things();
        let found = places(&estate, "东", Language::Zh);
        let ids: Vec<_> = found.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids, ["door-east"]);
        assert_eq!(found[0].detail, "设备");
        assert_eq!(places(&estate, "", Language::Zh), []);
    }

    #[test]
    fn a_click_on_the_map_is_what_stands_there_or_the_ground_and_nothing_far_away() {
        let estate = with_things();
        let at = |lon, lat| LonLat::new(lon, lat).ok();
        let found = |what, at| {
            let building = None;
            let here = Pointed { what, building, at };
            let choice = pointed(&estate, &here, Language::Zh);
            choice.map(|choice| (choice.id.to_string(), choice.name))
        };
        let device = Picked::Device(DeviceId::new("door-east").expect("an id"));
        let door = ("door-east".to_owned(), "东门".to_owned());
        assert_eq!(found(Some(device), at(120.001, 30.0)), Some(door));
        let ground = (
            "@120.001000,30.000000".to_owned(),
            "30.00000, 120.00100".to_owned(),
        );
        assert_eq!(found(None, at(120.001, 30.0)), Some(ground.clone()));
        let person = Picked::Person(person("dong"));
        assert_eq!(found(Some(person), at(120.001, 30.0)), Some(ground));
        assert_eq!(found(None, at(10.0, 30.0)), None);
        assert_eq!(found(None, None), None);
    }

    #[test]
    fn types_are_those_that_somebody_can_tell_of_the_most_urgent_first() {
        let estate = with_things();
        let ids = |typed| -> Vec<String> {
            let found = kinds(&estate, typed, Language::En);
            found.iter().map(|one| one.id.to_string()).collect()
        };
        assert_eq!(ids(""), ["medical", "fight"]);
        assert_eq!(ids("figh"), ["fight"]);
        assert_eq!(ids("help"), ["medical"]);
        assert!(ids("disk").is_empty() && ids("duress").is_empty());
    }

    #[test]
    fn what_was_begun_is_read_again_and_another_place_is_another_registration() {
        let mut all = AllBegun::default();
        assert_eq!(all.to_store(), None);
        all.change(&li_na(), |begun| {
            begun.place = PlaceName::new("3-2-1502").ok();
            begun.sent_as = Some(CommandId(uuid::Uuid::from_u128(1)));
        });
        let mut all = AllBegun::read(&all.to_store().expect("something was typed"));
        let sent_as = |all: &AllBegun| all.of(&li_na()).and_then(|begun| begun.sent_as);
        all.change(&li_na(), |begun| {
            begun.change(|begun| begun.note = "三楼有人晕倒".to_owned());
        });
        assert!(sent_as(&all).is_some());
        all.change(&li_na(), |begun| begun.change(|begun| begun.place = None));
        assert_eq!(sent_as(&all), None);
        all.change(&li_na(), |begun| *begun = Begun::default());
        assert_eq!(all.to_store(), None, "nothing is left in the tab");
        assert_eq!(AllBegun::read("[7]"), AllBegun::default());
    }

    #[test]
    fn whoever_sits_down_next_finds_neither_anothers_words_nor_their_command() {
        let command = |number| CommandId(uuid::Uuid::from_u128(number));
        let (hers, his) = (li_na(), person("zhang-wei"));
        let mut all = AllBegun::default();
        all.change(&hers, |begun| {
            begun.note = "老人胸闷".to_owned();
            begun.send(command(1), None);
        });
        assert_eq!(all.of(&his), None);
        let sent = all.change(&his, |begun| {
            begun.note = "电梯困人".to_owned();
            begun.send(command(2), None)
        });
        assert_eq!(sent, command(2));
        let mut all = AllBegun::read(&all.to_store().expect("typed"));
        let her = all.of(&hers).expect("hers");
        assert_eq!(
            (her.note.as_str(), her.sent_as),
            ("老人胸闷", Some(command(1)))
        );
        for number in 0..BEGUN_MAX {
            let other = person(&format!("p{number}"));
            all.change(&other, |begun| begun.note = "x".to_owned());
        }
        assert_eq!((all.of(&hers), all.of(&his)), (None, None));
    }

    #[test]
    fn what_was_said_is_never_cut_and_goes_with_the_alarm_as_a_draft_if_it_is_too_long() {
        let said = |count: usize| Begun {
            note: "水".repeat(count),
            ..Begun::default()
        };
        assert_eq!(said(500).too_long(), None);
        assert!(said(500).words().is_some());
        assert_eq!(said(512).too_long(), Some(12));
        assert_eq!(said(512).words(), None);
    }

    #[test]
    fn what_goes_out_again_is_the_same_command_and_is_looked_for_after_the_same_alarm() {
        let command = |number| CommandId(uuid::Uuid::from_u128(number));
        let mut begun = Begun {
            place: PlaceName::new("3-2-1502").ok(),
            ..Begun::default()
        };
        assert_eq!(begun.send(command(1), Some(AlarmId(4))), command(1));
        // Its answer was missed, and meanwhile it is the last one itself.
        assert_eq!(begun.send(command(2), Some(AlarmId(5))), command(1));
        assert_eq!(begun.sent_after, Some(AlarmId(4)));
        begun.change(|begun| begun.place = None);
        assert_eq!(begun.send(command(3), None), command(3));
        assert_eq!(begun.sent_after, None);
    }

    #[test]
    fn what_i_registered_is_neither_a_colleagues_nor_a_devices_nor_one_of_before() {
        let told = |number| {
            let mut alarm = raised(number, 2);
            alarm.source = Source::Registration(AlarmId(number));
            alarm
        };
        let mut theirs = claimed(told(3));
        theirs.ownership = Ownership::Claimed {
            by: person("zhang-wei"),
            at: START,
            follow_up_due_at: None,
            absent_due_at: None,
            dispatch_due_at: None,
            undispatched_at: None,
        };
        let mut view = view([claimed(told(1)), claimed(raised(2, 2)), theirs]);
        assert_eq!(last_registered(&view), Some(AlarmId(3)));
        let after = |view: &View, id| registered(view, Some(AlarmId(id)), &li_na());
        assert_eq!(after(&view, 1), None);
        assert_eq!(registered(&view, None, &li_na()), Some(AlarmId(1)));
        view.alarms.insert(AlarmId(4), claimed(told(4)));
        assert_eq!(after(&view, 1), Some(AlarmId(4)));
        assert_eq!(after(&view, 4), None);
    }
}
