//! What somebody typed as a note, as the record takes it. Pure.

use castellan_domain::alarm::NoteWords;
use castellan_domain::text::TextError;

/// Characters of a note.
pub const NOTE_CHARS_MAX: usize = 500;
/// Characters of a draft that its chip shows.
const OPENING_CHARS_MAX: usize = 40;

/// By how many characters a note is too long, if it is. What was typed or pasted is never cut: whoever
/// wrote it says what can go.
pub fn is_too_long(typed: &str) -> Option<usize> {
    match NoteWords::new(typed) {
        Err(TextError::TooLong { length, max }) => length.checked_sub(max),
        _ => None,
    }
}

/// How a draft begins, in one line; nothing if there is none.
pub fn opening(draft: &str) -> Option<String> {
    let line = draft.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut begins: String = line.chars().take(OPENING_CHARS_MAX).collect();
    if begins.len() < line.len() {
        begins.push('…');
    }
    (!begins.is_empty()).then_some(begins)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_comes_along_unseen_is_no_reason_to_refuse_a_note() {
        let note = NoteWords::new("车牌\t浙A12345\r\n\u{202a}东门\u{202c}").unwrap();
        assert_eq!(note.as_str(), "车牌 浙A12345\n东门");
        assert_eq!(NoteWords::new(" \n\u{202a}"), Err(TextError::Empty));
    }

    #[test]
    fn a_note_that_is_too_long_says_by_how_much_and_is_not_cut() {
        assert_eq!(is_too_long(&"水".repeat(500)), None);
        assert_eq!(is_too_long(&"水".repeat(512)), Some(12));
        assert!(NoteWords::new("水".repeat(500)).is_ok());
    }

    #[test]
    fn a_chip_shows_how_a_draft_begins() {
        assert_eq!(
            opening(" 墙边有\n一只猫 ").as_deref(),
            Some("墙边有 一只猫")
        );
        let long = opening(&"水".repeat(60)).unwrap();
        assert_eq!(long.chars().count(), OPENING_CHARS_MAX + 1);
        assert_eq!(opening(" \n "), None);
    }

    proptest! {
        #[test]
        fn whatever_was_typed_is_a_note_or_says_what_it_lacks(typed in "(?s).{0,600}") {
            match NoteWords::new(&typed) {
                Ok(_) => prop_assert_eq!(is_too_long(&typed), None),
                Err(TextError::Empty) => prop_assert_eq!(is_too_long(&typed), None),
                Err(TextError::TooLong { length, .. }) => {
                    prop_assert_eq!(is_too_long(&typed), Some(length - NOTE_CHARS_MAX));
                }
                Err(TextError::Control(c)) => prop_assert!(false, "U+{:04X}", c),
            }
        }
    }
}
