//! How the link stands, in words.

use super::texts;
use crate::desk::Picked;
use crate::texts::Words;
use castellan_domain::ids::PersonId;
use castellan_domain::stream::Link;
use castellan_domain::text::Language;
use castellan_domain::time::Span;
use castellan_domain::wire::live::{LookingAt, Presence};

/// Longest wait before the page looks at its clock and its link again, in milliseconds.
const LOOK_MS_MAX: i64 = 1_000;

/// The class by which the style sheet colours the light.
pub const fn class(link: Link) -> &'static str {
    match link {
        Link::Connecting => "connecting",
        Link::Live => "live",
        Link::Unsure => "unsure",
        Link::Stale { .. } => "stale",
    }
}

/// What the light says. The way there and back is said only while the link is good: an old
/// measurement beside a dead link would be a lie.
pub fn words(link: Link, round_trip_ms: Option<u32>, language: Language) -> String {
    let t = |words: Words| words.get(language);
    match (link, round_trip_ms) {
        (Link::Connecting, _) => t(texts::CONNECTING).to_owned(),
        (Link::Live, Some(ms)) => format!("{} {ms} ms", t(texts::LIVE)),
        (Link::Live, None) => t(texts::LIVE).to_owned(),
        (Link::Unsure, _) => t(texts::UNSURE).to_owned(),
        (Link::Stale { .. }, _) => t(texts::STALE).to_owned(),
    }
}

/// The same of a good link, with how old the copy is.
pub fn words_with_age(age: Option<Span>, language: Language) -> String {
    let live = texts::LIVE.get(language);
    let Some(age) = age else {
        return live.to_owned();
    };
    let tenths = age.as_micros().max(0) / 100_000;
    format!("{live} {}.{} s", tenths / 10, tenths % 10)
}

/// Milliseconds until the page looks at its clock and its link again: a second, or less if the link
/// turns before, so that a dead one is called so at its moment and not at the next full second.
pub fn look_in_ms(link_turns_in: Option<Span>) -> u32 {
    let turns_in_ms = link_turns_in.map_or(LOOK_MS_MAX, |turn| (turn.as_micros() + 999) / 1_000);
    u32::try_from(turns_in_ms.clamp(1, LOOK_MS_MAX)).unwrap_or(1)
}

/// What the server is told of who sits here. Only a console answers alarms: whoever merely watches sits nowhere, or what
/// they own would not return when their console is gone.
pub fn presence(is_console: bool, person: Option<PersonId>, selected: Option<Picked>) -> Presence {
    let looking_at = selected.and_then(|picked| match picked {
        Picked::Alarm(id) => Some(LookingAt::Alarm(id)),
        Picked::Person(id) => Some(LookingAt::Person(id)),
        Picked::Device(id) => Some(LookingAt::Device(id)),
        Picked::Building(_) | Picked::Area(_) => None,
    });
    let said = Presence { person, looking_at };
    if is_console {
        said
    } else {
        Presence::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::ids::AlarmId;
    use castellan_domain::time::Timestamp;

    #[test]
    fn the_page_looks_once_a_second_and_at_the_moment_at_which_its_link_turns() {
        let turns_in = |micros| look_in_ms(Some(Span::from_micros(micros)));
        assert_eq!(look_in_ms(None), 1_000);
        assert_eq!(turns_in(4_000_000), 1_000);
        assert_eq!(turns_in(300_001), 301, "not before");
        assert_eq!(turns_in(1), 1);
        assert_eq!(turns_in(i64::MAX - 999), 1_000);
    }

    #[test]
    fn an_age_has_one_decimal_and_is_never_less_than_nothing() {
        for (millis, words) in [(0, "0.0"), (340, "0.3"), (1_990, "1.9"), (-20, "0.0")] {
            let age = Some(Span::from_millis(millis));
            assert_eq!(words_with_age(age, Language::Zh), format!("实时 {words} s"));
        }
        assert_eq!(words_with_age(None, Language::En), "Live");
    }

    #[test]
    fn who_watches_at_a_page_where_nobody_works_has_no_console_there() {
        let person = Some(PersonId::constant("li-na"));
        let selected = Some(Picked::Alarm(AlarmId(1)));
        let said = presence(true, person.clone(), selected.clone());
        assert_eq!(
            (said.person, said.looking_at),
            (person.clone(), Some(LookingAt::Alarm(AlarmId(1))))
        );
        assert_eq!(presence(false, person, selected), Presence::default());
    }

    #[test]
    fn a_dead_link_does_not_boast_of_its_last_round_trip() {
        let stale = Link::Stale {
            since: Timestamp::default(),
        };
        assert_eq!(
            words(stale, Some(18), Language::En),
            "Live data interrupted"
        );
        assert_eq!(words(Link::Live, Some(18), Language::Zh), "实时 18 ms");
    }
}
