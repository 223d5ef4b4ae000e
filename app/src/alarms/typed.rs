//! What somebody typed as a note, as the record takes it. Pure.

use castellan_domain::alarm::NoteWords;
use castellan_domain::text::{Text, TextError};

/// Characters of a note.
pub const NOTE_CHARS_MAX: usize = 500;
/// Characters of a draft that its chip shows.
const OPENING_CHARS_MAX: usize = 40;

/// The words of a note. What comes along unseen from a table or another program is left out: it says
/// nothing, and the record refuses it.
pub fn note_words(typed: &str) -> Result<NoteWords, TextError> {
    Text::new(readable(typed))
}

fn readable(typed: &str) -> String {
    let lines = typed.replace("\r\n", "\n").replace('\r', "\n");
    lines
        .chars()
        .filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .map(|c| if c.is_control() && c != '\n' { ' ' } else { c })
        .collect()
}

/// By how many characters a note is too long, if it is. What was typed or pasted is never cut: whoever
/// wrote it says what can go.
pub fn is_too_long(typed: &str) -> Option<usize> {
    let length = readable(typed).trim().chars().count();
    length.checked_sub(NOTE_CHARS_MAX).filter(|over| *over > 0)
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
        let note = note_words("车牌\t浙A12345\r\n\u{202a}东门\u{202c}").unwrap();
        assert_eq!(note.as_str(), "车牌 浙A12345\n东门");
        assert_eq!(note_words(" \n\u{202a}"), Err(TextError::Empty));
    }

    #[test]
    fn a_note_that_is_too_long_says_by_how_much_and_is_not_cut() {
        assert_eq!(is_too_long(&"水".repeat(500)), None);
        assert_eq!(is_too_long(&"水".repeat(512)), Some(12));
        assert!(note_words(&"水".repeat(500)).is_ok());
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
            match note_words(&typed) {
                Ok(_) => prop_assert_eq!(is_too_long(&typed), None),
                Err(TextError::Empty) => prop_assert!(readable(&typed).trim().is_empty()),
                Err(TextError::TooLong { length, .. }) => {
                    prop_assert_eq!(is_too_long(&typed), Some(length - NOTE_CHARS_MAX));
                }
                Err(TextError::Control(c)) => prop_assert!(false, "U+{:04X}", c),
            }
        }
    }
}
