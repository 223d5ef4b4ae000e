//! What a refusal means for people, and what to do about it: by what is to be mended, for every code there is.

use super::texts;
use crate::texts::Words;
use castellan_domain::text::Language;

/// What messages of a code are called, and what to do about them; nothing for what is as it should be.
pub fn reason(code: &str) -> Option<(Words, Words)> {
    Some(match code {
        // Whoever is off duty is tracked by nobody; and unknown senders are listed by name.
        "off_duty" | "unknown_sender" | "unknown_phone" | "unknown_alarm_type" => return None,
        "malformed" | "bad_time" | "too_large" | "unknown_encoding" | "too_slow"
        | "not_a_websocket" | "bad_message" => (texts::UNREADABLE, texts::UNREADABLE_DO),
        "no_name" => (texts::NAMELESS, texts::NAMELESS_DO),
        "unknown_person" | "unknown_site" | "unknown_audience" | "cannot_be_sent" => {
            (texts::STRANGERS, texts::STRANGERS_DO)
        }
        "foreign_origin" => (texts::FOREIGN, texts::FOREIGN_DO),
        "not_found" | "wrong_method" | "no_such_part" | "too_long" => {
            (texts::WRONG_PLACE, texts::WRONG_PLACE_DO)
        }
        "refused" => (texts::SITE_REFUSED, texts::SITE_REFUSED_DO),
        "not_recorded" | "no_answer" | "storage" => (texts::OURS, texts::OURS_DO),
        "busy" | "too_many_connections" | "too_many_displays" => {
            (texts::OVERFULL, texts::OVERFULL_DO)
        }
        "set_aside" => (texts::BROKE, texts::BROKE_DO),
        "implausible_time" => (texts::PHONE_CLOCK, texts::PHONE_CLOCK_DO),
        "off_site" | "bad_coordinate" => (texts::PHONE_PLACE, texts::PHONE_PLACE_DO),
        "missing_field" | "encrypted" | "unknown_form" => (texts::PHONE_FORM, texts::PHONE_FORM_DO),
        "wrong_protocol" => (texts::WRONG_VERSION, texts::WRONG_VERSION_DO),
        "no_picture" => (texts::NO_PICTURE, texts::NO_PICTURE_DO),
        _ => (texts::OTHER, texts::OTHER_DO),
    })
}

/// What people call an adapter. One that this page does not know is called as it calls itself.
pub fn adapter_name(adapter: &str, language: Language) -> String {
    let words = match adapter {
        "commands" => texts::ADAPTER_COMMANDS,
        "events" => texts::ADAPTER_EVENTS,
        "doors" => texts::ADAPTER_DOORS,
        "heard" => texts::ADAPTER_HEARD,
        "calls" => texts::ADAPTER_CALLS,
        "live" => texts::ADAPTER_LIVE,
        "owntracks" => texts::ADAPTER_OWNTRACKS,
        _ => return adapter.to_owned(),
    };
    words.get(language).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTTP: &str = include_str!("../../../docs/protocols/http.md");
    const LIVE: &str = include_str!("../../../docs/protocols/live.md");

    /// The codes in the first column of a table, whatever stands in the second one.
    fn codes<'a>(page: &'a str, head: &str) -> Vec<&'a str> {
        let (_, table) = page.split_once(head).expect("a table of codes");
        let rows = table.lines().skip(2).take_while(|row| row.starts_with('|'));
        let codes = rows.map(|row| row.split('`').nth(1).expect("a code"));
        codes.collect()
    }

    #[test]
    fn every_code_of_the_protocols_says_what_to_mend() {
        let http = codes(HTTP, "| code | status | |");
        let phones = codes(HTTP, "| `X-Castellan-Discarded` |");
        let live = codes(LIVE, "| code | when | what to do |");
        assert!(http.len() > 20 && phones.len() > 8 && live.len() > 5);
        for code in http.into_iter().chain(phones).chain(live) {
            let reason = reason(code);
            let is_other = reason.is_some_and(|(what, _)| what == texts::OTHER);
            assert!(!is_other, "{code} has no words of its own");
        }
        assert_eq!(reason("of tomorrow"), Some((texts::OTHER, texts::OTHER_DO)));
    }
}
