//! What is said of those who could be sent, and of those who were.

use super::texts;
use crate::texts::Words;
use castellan_domain::alarm::Alarm;
use castellan_domain::dispatch::goal::Goal;
use castellan_domain::dispatch::rank::{Candidate, Hole, rank, rank_engineers};
use castellan_domain::dispatch::{Assignment, DeclineReason, PlannedWay, Stage};
use castellan_domain::estate::{Estate, Skill, Ways};
use castellan_domain::geo::LonLat;
use castellan_domain::ids::{AlarmId, IncidentId, PersonId};
use castellan_domain::text::Language;
use castellan_domain::view::Known;

/// What an alarm is, and where, as it is said on the radio.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Said {
    /// Where it is, and whom it is about.
    pub place: String,
    /// Where it is, and nothing of anybody.
    pub spot: String,
    /// What it is.
    pub what: String,
    /// It is a silent call for help, or was one.
    pub discreet: bool,
}

/// People who are named in the list at most: a digit picks them.
pub const NAMED_MAX: usize = 9;
/// Engineers among them.
const ENGINEERS_NAMED_MAX: usize = 2;

/// Who could be sent for an alarm, or the incident that it is part of, the first to ask first: by the server's own
/// rule, to the server's own place, from the positions that this display has. Engineers come after the guards; at most
/// [`NAMED_MAX`] in all.
pub fn candidates(
    known: &Known<'_>,
    ways: &Ways,
    alarm: &Alarm,
    at: impl Fn(&PersonId) -> Option<LonLat>,
) -> Vec<Candidate> {
    let goal = Goal::of_alarm(known, alarm);
    let to = goal.ways(ways);
    // The server asks the next one by the incident's type, too.
    let incident = goal.incident.map(|incident| incident.id);
    let way = |person: &PersonId| {
        let way = to.as_ref()?.from(at(person)?, None)?;
        Some(PlannedWay::from(&way))
    };
    let mut engineers = rank_engineers(known, goal.kind, incident, way);
    engineers.truncate(ENGINEERS_NAMED_MAX);
    let mut candidates = rank(known, goal.kind, incident, way);
    candidates.truncate(NAMED_MAX - engineers.len());
    candidates.extend(engineers);
    candidates
}

/// Who could be sent for an alarm, as a display names them, the first to ask first. Keys send these, and nobody who
/// has become the first since.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named {
    /// For which alarm; nothing while nobody is named.
    pub alarm: Option<AlarmId>,
    /// At most [`NAMED_MAX`].
    pub people: Vec<PersonId>,
}

impl Named {
    /// Those who are named for an alarm.
    pub fn of(&self, alarm: AlarmId) -> &[PersonId] {
        if self.alarm == Some(alarm) {
            &self.people
        } else {
            &[]
        }
    }
}

/// The same people in the order that they had before, the new ones last: a list that is picked from by digit does not
/// move under the hand.
pub fn in_order_of(before: &[Candidate], mut now: Vec<Candidate>) -> Vec<Candidate> {
    let place = |one: &Candidate| before.iter().position(|was| was.person == one.person);
    now.sort_by_key(|one| place(one).unwrap_or(usize::MAX));
    now
}

/// Who was sent for an incident, in that order; those whom nobody needs any more are left out.
pub fn sent<'a>(known: &Known<'a>, incident: IncidentId) -> Vec<&'a Assignment> {
    let all = known.assignments_of(incident);
    all.filter(|one| !matches!(one.stage, Stage::Withdrawn { .. }))
        .collect()
}

/// How long it takes: `1分10秒`.
pub fn duration(seconds: u32, language: Language) -> String {
    let (minutes, rest) = ((seconds / 60).to_string(), (seconds % 60).to_string());
    if seconds < 60 {
        texts::SECONDS.fill(language, &[&rest])
    } else {
        texts::MINUTES.fill(language, &[&minutes, &rest])
    }
}

/// How somebody gets there, and how long that takes.
pub fn way_words(way: Option<&PlannedWay>, language: Language) -> String {
    let seconds = way.map_or(0, |way| way.seconds);
    way_words_for(way, &duration(seconds, language), language)
}

/// How somebody gets there, with what is said of the time.
pub fn way_words_for(way: Option<&PlannedWay>, time: &str, language: Language) -> String {
    let Some(way) = way else {
        return texts::NO_WAY.get(language).to_owned();
    };
    let by = match (way.lift, way.stairs) {
        (true, _) => texts::BY_LIFT,
        (false, true) => texts::BY_STAIRS,
        (false, false) => texts::ON_FOOT,
    };
    let so_long = by.fill(language, &[time]);
    if way.without_floor {
        format!("{so_long}{}", texts::WITHOUT_FLOOR.get(language))
    } else {
        so_long
    }
}

/// `东门岗仅剩1人`: what whoever goes leaves behind.
pub fn hole_words(estate: &Estate, hole: &Hole, language: Language) -> String {
    let mut posts = estate.posts.iter();
    let name = posts.find(|post| post.id == hole.post);
    let name = name.map_or_else(
        || hole.post.to_string(),
        |post| post.name.get(language).to_owned(),
    );
    match hole.left {
        0 => texts::HOLE_EMPTY.fill(language, &[&name]),
        left => texts::HOLE_LEFT.fill(language, &[&name, &left.to_string()]),
    }
}

/// What somebody can do that the alarm wants.
pub const fn skill_name(skill: Skill) -> Words {
    match skill {
        Skill::FirstAid => texts::FIRST_AID,
        Skill::GasDetector => texts::GAS_DETECTOR,
        Skill::FireTeam => texts::FIRE_TEAM,
        Skill::LiftRescue => texts::LIFT_RESCUE,
        Skill::Electrician => texts::ELECTRICIAN,
        Skill::Plumber => texts::PLUMBER,
    }
}

/// `有测气仪，比最近的多12秒`: why the first one is named before somebody nearer, where that is so.
pub fn why_before_nearer(all: &[Candidate], language: Language) -> Option<String> {
    let first = all.first()?;
    let (skill, seconds) = (skill_name(first.skill?), first.seconds()?);
    let could_go = all
        .iter()
        .filter(|one| one.is_held_up() == first.is_held_up());
    let nearest = could_go.filter_map(Candidate::seconds).min()?;
    let more = seconds.checked_sub(nearest).filter(|more| *more > 0)?;
    let more = duration(more, language);
    Some(texts::THOUGH_FARTHER.fill(language, &[skill.get(language), &more]))
}

/// What is said on the radio, which comes first. The one who threatens may hear it: of a silent call for help it says
/// neither what it is nor who called.
pub fn radio_sentence(sign: &str, said: &Said, one: &Assignment, language: Language) -> String {
    let (place, what) = if one.discreet || said.discreet {
        (&*said.spot, texts::DISCREET.get(language))
    } else {
        (&*said.place, &*said.what)
    };
    let by = one.way.filter(|way| way.stairs && !way.lift);
    let words = if by.is_some() {
        texts::RADIO_STAIRS
    } else {
        texts::RADIO
    };
    words.fill(language, &[sign, place, what])
}

/// How far it is.
pub const fn stage_name(stage: &Stage) -> Words {
    match stage {
        Stage::Offered => texts::OFFERED,
        Stage::Unanswered => texts::UNANSWERED,
        Stage::Accepted => texts::ACCEPTED,
        Stage::OnTheWay => texts::ON_THE_WAY,
        Stage::OnScene { .. } => texts::ON_SCENE,
        Stage::Done => texts::DONE,
        Stage::Declined { .. } => texts::DECLINED,
        Stage::Withdrawn { .. } => texts::WITHDRAWN,
    }
}

/// Why somebody does not go.
pub const fn reason_name(reason: DeclineReason) -> Words {
    match reason {
        DeclineReason::Busy => texts::BUSY,
        DeclineReason::CannotLeavePost => texts::CANNOT_LEAVE_POST,
        DeclineReason::TooFar => texts::TOO_FAR,
        DeclineReason::Unwell => texts::UNWELL,
        DeclineReason::Unequipped => texts::UNEQUIPPED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, estate, person, raised, stamp, view};
    use castellan_domain::estate::Priority;
    use castellan_domain::fact::AssignmentOffered;
    use castellan_domain::ids::AssignmentId;

    const BY_STAIRS: PlannedWay = PlannedWay {
        seconds: 70,
        stairs: true,
        lift: false,
        without_floor: false,
    };

    #[test]
    fn a_way_says_how_and_how_long_and_none_is_made_up() {
        assert_eq!(way_words(Some(&BY_STAIRS), Language::Zh), "走楼梯 1分10秒");
        let near = PlannedWay {
            seconds: 42,
            stairs: false,
            without_floor: true,
            ..BY_STAIRS
        };
        assert_eq!(
            way_words(Some(&near), Language::Zh),
            "步行 42秒（楼内未计）"
        );
        assert_eq!(way_words(None, Language::Zh), "没有已知路线");
        assert_eq!(way_words(None, Language::En), "no known way");
    }

    fn offered(discreet: bool, way: Option<PlannedWay>) -> Assignment {
        let fact = AssignmentOffered {
            assignment: AssignmentId(1),
            incident: IncidentId(1),
            person: person("wang"),
            slot: 1,
            priority: Priority::P1,
            discreet,
            by: None,
            way,
            answer_due_at: None,
            after: None,
        };
        Assignment::offered(&fact, &stamp(START, 1))
    }

    #[test]
    fn the_radio_sentence_names_who_where_what_and_the_stairs() {
        let gas = Said {
            place: "3号楼 B1层".to_owned(),
            spot: "3号楼 B1层".to_owned(),
            what: "燃气".to_owned(),
            discreet: false,
        };
        let said = |way| radio_sentence("巡逻2", &gas, &offered(false, way), Language::Zh);
        assert_eq!(
            said(Some(BY_STAIRS)),
            "“巡逻2，3号楼 B1层，燃气，走楼梯，收到请回答”"
        );
        assert_eq!(said(None), "“巡逻2，3号楼 B1层，燃气，收到请回答”");
    }

    #[test]
    fn engineers_are_named_after_the_guards_and_always() {
        let mut estate = estate();
        let person = |id: &str, role: &str, of: &str| {
            let one = format!(
                r#"{{"id": "{id}", "role": "{role}", "name": {{"zh": "甲", "en": "A"}}{of}}}"#
            );
            serde_json::from_str(&one).expect("a person")
        };
        let guards = (1..12).map(|number| person(&format!("guard-{number}"), "guard", ""));
        let deputy = person("liang", "engineer", r#", "deputy_of": "huang""#);
        let engineers = [deputy, person("huang", "engineer", "")];
        estate.people = guards.chain(engineers).collect();
        let alarm = raised(1, 1);
        let view = view([alarm.clone()]);
        let known = Known {
            view: &view,
            estate: &estate,
            now: START,
        };
        let ways = Ways::new(&estate);
        let all = candidates(&known, &ways, &alarm, |_| None).into_iter();
        let ids: Vec<_> = all.map(|one| one.person.to_string()).collect();
        assert_eq!(ids.len(), NAMED_MAX);
        assert_eq!(ids[0], "guard-1");
        assert_eq!(ids[7..], ["huang", "liang"]);
    }

    #[test]
    fn a_list_that_is_open_keeps_its_order_and_whoever_comes_is_last() {
        let one = |id| Candidate {
            person: person(id),
            way: None,
            busy: None,
            on_break: false,
            silent: false,
            radio_only: false,
            skill: None,
            errands: 0,
            hole: None,
        };
        let before = ["wang", "zhao", "wu"].map(one);
        let now = ["zhou", "wu", "wang"].map(one).to_vec();
        let now = in_order_of(&before, now).into_iter();
        let ids: Vec<_> = now.map(|one| one.person.to_string()).collect();
        assert_eq!(ids, ["wang", "wu", "zhou"]);
    }

    #[test]
    fn whoever_is_named_before_somebody_nearer_is_named_with_the_reason() {
        let one = |id, seconds, skill| Candidate {
            person: person(id),
            way: Some(PlannedWay {
                seconds,
                ..BY_STAIRS
            }),
            busy: None,
            on_break: false,
            silent: false,
            radio_only: false,
            skill,
            errands: 0,
            hole: None,
        };
        let skilled = one("wang", 52, Some(Skill::GasDetector));
        let why = |all: &[Candidate]| why_before_nearer(all, Language::Zh);
        let nearer = one("zhao", 40, None);
        assert_eq!(
            why(&[skilled.clone(), nearer.clone()]).as_deref(),
            Some("有测气仪，比最近的多12秒")
        );
        let farther = one("wu", 60, None);
        assert_eq!(why(&[skilled.clone(), farther]), None);
        let on_break = Candidate {
            on_break: true,
            ..nearer
        };
        assert_eq!(why(&[skilled, on_break]), None, "nobody sends them");
    }

    #[test]
    fn whoever_is_named_is_named_for_one_alarm() {
        let named = Named {
            alarm: Some(AlarmId(1)),
            people: vec![person("wang")],
        };
        assert_eq!(named.of(AlarmId(1)), [person("wang")]);
        assert_eq!(named.of(AlarmId(2)), []);
        assert_eq!(Named::default().of(AlarmId(1)), []);
    }

    #[test]
    fn of_a_silent_call_for_help_the_radio_says_neither_what_it_is_nor_who_called() {
        let silent = |discreet| Said {
            place: "巡逻5 · 东门".to_owned(),
            spot: "东门".to_owned(),
            what: "胁迫报警".to_owned(),
            discreet,
        };
        let said = |discreet, of_sent| {
            radio_sentence(
                "巡逻2",
                &silent(discreet),
                &offered(of_sent, None),
                Language::Zh,
            )
        };
        let neutral = "“巡逻2，东门，到位观察，保持距离，收到请回答”";
        assert_eq!(said(false, true), neutral);
        assert_eq!(said(true, false), neutral, "the errand was an open one");
        let english = radio_sentence("P2", &silent(true), &offered(true, None), Language::En);
        assert_eq!(english, "“P2, 东门, Watch from a distance, please answer”");
    }
}
