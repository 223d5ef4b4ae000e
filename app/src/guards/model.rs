//! What a guard's row says, and who is on duty.

use super::texts;
use crate::ages::{self, FADING_AFTER, LOST_AFTER};
use crate::desk::Offer;
pub use crate::names::call_sign;
use crate::names::person_name;
use castellan_domain::estate::{DutyKept, Estate, Person, Role};
use castellan_domain::ids::PersonId;
use castellan_domain::staff::{Duty, PersonState, StaffCommand};
use castellan_domain::stream::Tracked;
use castellan_domain::text::{CallSign, Language};
use castellan_domain::time::Timestamp;
use castellan_domain::view::{Known, Owned, View};
use std::collections::BTreeMap;

/// Incidents that are named to which somebody was sent; more are "…".
const SENT_NAMED_MAX: usize = 3;

/// How far a position can be trusted by its age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Just heard.
    Fresh,
    /// Not heard for a while.
    Fading,
    /// Not heard for so long that the place is a guess.
    Lost,
    /// Never heard.
    Never,
}

impl Freshness {
    /// By the age of the latest position.
    pub fn of(tracked: Option<&Tracked>, now: Timestamp) -> Self {
        match tracked.map(|tracked| now.since(tracked.received_at)) {
            None => Self::Never,
            Some(age) if age >= LOST_AFTER => Self::Lost,
            Some(age) if age >= FADING_AFTER => Self::Fading,
            Some(_) => Self::Fresh,
        }
    }

    /// The class by which the style sheet draws it.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Fading => "fading",
            Self::Lost => "lost",
            Self::Never => "never",
        }
    }
}

/// The guards of an estate, those with a position first, each group by call sign.
pub fn guards<'a>(
    estate: &'a Estate,
    view: &View,
    tracked: &BTreeMap<PersonId, Tracked>,
) -> Vec<&'a Person> {
    let mut guards: Vec<&Person> = estate
        .people
        .iter()
        .filter(|person| person.role == Role::Guard || tracked.contains_key(&person.id))
        .collect();
    guards.sort_by_cached_key(|person| {
        (
            !tracked.contains_key(&person.id),
            call_sign(person, &view.person(&person.id), Language::Zh),
        )
    });
    guards
}

/// The call signs that people were given, for the map.
pub fn given_call_signs(view: &View) -> BTreeMap<PersonId, CallSign> {
    let given =
        |(id, state): (&PersonId, &PersonState)| Some((id.clone(), state.call_sign.clone()?));
    view.people.iter().filter_map(given).collect()
}

/// What follows from somebody's going off duty, and the way back: on duty again, without what they
/// were sent to.
pub fn went_off_duty(known: &Known<'_>, person: &PersonId) -> Offer {
    let owned = known.owned_by(person);
    let sent = known.view.assignments.values();
    let sent = sent.filter(|one| one.is_live() && one.person == *person);
    let mut sent: Vec<_> = sent.map(|one| one.incident.to_string()).collect();
    if sent.len() > SENT_NAMED_MAX {
        sent.truncate(SENT_NAMED_MAX);
        sent.push("…".into());
    }
    let back = StaffCommand::GoOnDuty {
        person: person.clone(),
    };
    Offer::new(texts::BACK_ON_DUTY, Some(back.into()), |language| {
        let name = person_name(Some(known.estate), person, language);
        let follows = match owned_words(owned, language) {
            None => texts::OFF_DUTY_FOLLOWS.fill(language, &[&name]),
            Some(owned) => texts::OFF_DUTY_OWNS.fill(language, &[&name, &owned]),
        };
        if sent.is_empty() {
            return follows;
        }
        let (listed, pause) = match language {
            Language::Zh => (sent.join("、"), ""),
            Language::En => (sent.join(", "), " "),
        };
        let sent = texts::OFF_DUTY_SENT.fill(language, &[&listed]);
        format!("{follows}{pause}{sent}")
    })
}

/// What is in somebody's name, if anything is.
pub fn owned_words(owned: Owned, language: Language) -> Option<String> {
    let parts = [
        (owned.alarms, texts::OWNED_ALARMS),
        (owned.incidents, texts::OWNED_INCIDENTS),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts = parts.map(|(count, words)| words.fill(language, &[&count.to_string()]));
    let parts: Vec<_> = parts.collect();
    let and = match language {
        Language::Zh => "、",
        Language::En => " and ",
    };
    (!parts.is_empty()).then(|| parts.join(and))
}

/// Since when somebody is on duty: `None` where the estate does not keep it, `Some(None)` where
/// they are not.
pub fn on_duty_since(estate: &Estate, state: &PersonState) -> Option<Option<Timestamp>> {
    match estate.staffing.duty {
        DutyKept::Assumed => None,
        DutyKept::Recorded => Some(match state.duty {
            Duty::On { since } => Some(since),
            Duty::Off { .. } => None,
        }),
    }
}

/// Whether a shift leader is on duty; nothing where the estate does not keep it.
pub fn leader_on_duty(estate: &Estate, view: &View) -> Option<bool> {
    if estate.staffing.duty == DutyKept::Assumed {
        return None;
    }
    let is_on = |person: &Person| matches!(view.person(&person.id).duty, Duty::On { .. });
    let mut leaders = estate
        .people
        .iter()
        .filter(|one| one.role == Role::ShiftLeader);
    Some(leaders.any(is_on))
}

/// The age of a position as the row shows it, with a question mark once it is a guess.
pub fn age_text(tracked: Option<&Tracked>, now: Timestamp) -> Option<String> {
    let tracked = tracked?;
    let age = ages::age(tracked.received_at, now);
    Some(match Freshness::of(Some(tracked), now) {
        Freshness::Lost => format!("? {age}"),
        _ => age,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::geo::Offset;
    use castellan_domain::text::Text;
    use castellan_domain::time::Span;

    const ESTATE: &str = r#"{
        "site": "s", "name": {"zh": "园", "en": "S"}, "time_zone": "Asia/Shanghai",
        "datum": "WGS-84", "anchor": [120.0, 30.0],
        "home": {"centre": [120.0, 30.0], "zoom": 16.0, "bearing_deg": 0.0, "pitch_deg": 0.0},
        "people": [
            {"id": "wang", "name": {"zh": "王强", "en": "Wang"}, "role": "guard",
             "call_sign": {"zh": "巡逻2", "en": "Patrol 2"}},
            {"id": "li-na", "name": {"zh": "李娜", "en": "Li Na"}, "role": "operator"}
        ]
    }"#;

    fn estate(duty: DutyKept) -> Estate {
        let mut estate = Estate::parse(ESTATE.as_bytes()).expect("a valid estate");
        estate.staffing.duty = duty;
        estate
    }

    #[test]
    fn a_given_call_sign_comes_before_the_estates_and_that_before_the_name() {
        let (estate, mut view) = (estate(DutyKept::Assumed), View::default());
        let wang = &estate.people[0];
        assert_eq!(
            call_sign(wang, &view.person(&wang.id), Language::Zh),
            "巡逻2"
        );
        assert_eq!(
            call_sign(&estate.people[1], &PersonState::default(), Language::Zh),
            "李娜"
        );
        let given = CallSign {
            zh: Text::constant("机动1"),
            en: Text::constant("Reserve 1"),
        };
        let state = PersonState {
            call_sign: Some(given),
            ..PersonState::default()
        };
        assert!(given_call_signs(&view).is_empty());
        view.people.insert(wang.id.clone(), state);
        assert_eq!(given_call_signs(&view).len(), 1);
        assert_eq!(
            call_sign(wang, &view.person(&wang.id), Language::Zh),
            "机动1"
        );
        assert_eq!(
            call_sign(wang, &view.person(&wang.id), Language::En),
            "Reserve 1"
        );
    }

    #[test]
    fn duty_is_said_only_where_it_is_kept() {
        let mut view = View::default();
        let since = Timestamp::from_secs(1_795_000_000);
        for person in ["wang", "li-na"] {
            let state = PersonState {
                duty: Duty::On { since },
                ..PersonState::default()
            };
            let id = PersonId::new(person).expect("a valid id");
            view.people.insert(id, state);
        }
        let gone = PersonId::new("zhang-wei").expect("a valid id");
        let kept = estate(DutyKept::Recorded);
        let wang = &kept.people[0].id;
        assert_eq!(on_duty_since(&kept, &view.person(wang)), Some(Some(since)));
        assert_eq!(on_duty_since(&kept, &view.person(&gone)), Some(None));
        assert_eq!(leader_on_duty(&kept, &view), Some(false));
        let mut led = estate(DutyKept::Recorded);
        led.people[1].role = Role::ShiftLeader;
        assert_eq!(leader_on_duty(&led, &view), Some(true));
        let assumed = estate(DutyKept::Assumed);
        assert_eq!(on_duty_since(&assumed, &view.person(wang)), None);
        assert_eq!(leader_on_duty(&assumed, &view), None);
    }

    #[test]
    fn who_goes_off_duty_reads_what_stays_in_their_name_and_what_does_not_come_back() {
        use crate::fixture::{START, claimed, estate, incident_of, li_na, part, raised, view};
        use castellan_domain::dispatch::Stage;
        let estate = estate();
        let said = |view: View| {
            let known = Known {
                view: &view,
                estate: &estate,
                now: START,
            };
            went_off_duty(&known, &li_na())
        };
        let nothing = said(view([raised(1, 2)]));
        assert_eq!(nothing.follows(Language::Zh), "li-na 已下岗，不再定位。");
        let mut owns = view([claimed(raised(1, 2)), claimed(raised(2, 3))]);
        let two = said(owns.clone());
        assert_eq!(
            two.follows(Language::En),
            "li-na is off duty and keeps open alarms (2); nobody else gets them by that."
        );
        let person = li_na();
        assert_eq!(two.inverse, Some(StaffCommand::GoOnDuty { person }.into()));
        let incident = incident_of(&owns.alarms[&castellan_domain::ids::AlarmId(1)]);
        owns.incidents.insert(incident.id, incident);
        assert_eq!(
            said(owns).follows(Language::Zh),
            "li-na 已下岗，名下还有 2 起报警、1 起事件，不会自动转给别人。"
        );
        let mut sent = view([]);
        for (number, stage) in [(1, Stage::OnTheWay), (2, Stage::Done), (3, Stage::Offered)] {
            let part = part(number, "li-na", stage);
            sent.assignments.insert(part.id, part);
        }
        let both = said(sent.clone());
        assert_eq!(
            both.follows(Language::Zh),
            "li-na 已下岗，不再定位。I-1、I-3 的派单已撤回，改派下一人；回到在岗不会恢复。"
        );
        assert_eq!(
            both.follows(Language::En),
            "li-na is off duty, and is not followed any more. \
             What they were sent to (I-1, I-3) goes to the next one, and does not come back with them."
        );
        for number in 4..9 {
            let part = part(number, "li-na", Stage::Offered);
            sent.assignments.insert(part.id, part);
        }
        let many = said(sent);
        assert!(many.follows(Language::En).contains("(I-1, I-3, I-4, …)"));
    }

    #[test]
    fn an_old_position_becomes_a_question() {
        let heard = Timestamp::from_secs(1_795_000_000);
        let tracked = Tracked {
            offset: Offset::default(),
            received_at: heard,
            accuracy_dm: None,
        };
        let after = |secs| heard + Span::from_secs(secs);
        assert_eq!(Freshness::of(None, heard), Freshness::Never);
        for (secs, freshness, text) in [
            (0, Freshness::Fresh, "00:00"),
            (29, Freshness::Fresh, "00:29"),
            (30, Freshness::Fading, "00:30"),
            (120, Freshness::Lost, "? 02:00"),
        ] {
            assert_eq!(Freshness::of(Some(&tracked), after(secs)), freshness);
            assert_eq!(age_text(Some(&tracked), after(secs)).as_deref(), Some(text));
        }
    }
}
