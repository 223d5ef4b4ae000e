//! Where a keyboard has the letters that mean something here: where it prints them, if the browser
//! tells; else at their place on an American keyboard.

use std::collections::BTreeMap;

/// The letters that mean something; what, stands in [`crate::keys`].
pub const LETTERS: [char; 12] = ['X', 'Q', 'M', 'H', 'T', 'G', 'O', 'D', 'R', 'N', 'S', 'V'];

/// Places that a layout may name; no keyboard has more keys.
const PLACES_MAX: usize = 256;

/// What this person's keyboard prints on its keys, as far as the browser tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// At most [`PLACES_MAX`].
    printed: BTreeMap<String, char>,
}

impl Layout {
    /// A layout from places and what is printed there. What is no single character has no name here.
    pub fn new(keys: impl IntoIterator<Item = (String, String)>) -> Self {
        let printed = keys
            .into_iter()
            .take(PLACES_MAX)
            .filter_map(|(place, text)| {
                let mut characters = text.chars().flat_map(char::to_uppercase);
                match (characters.next(), characters.next()) {
                    (Some(only), None) => Some((place, only)),
                    _ => None,
                }
            });
        Self {
            printed: printed.collect(),
        }
    }

    fn prints(&self, letter: char) -> bool {
        self.printed.values().any(|printed| *printed == letter)
    }

    /// Which of our letters the key at a place means. Two places may mean one letter, and no place
    /// means two.
    pub fn letter_at(&self, place: &str) -> Option<char> {
        let is_ours = |letter: &char| LETTERS.contains(letter);
        if let Some(printed) = self.printed.get(place).copied().filter(is_ours) {
            return Some(printed);
        }
        let own = place.strip_prefix("Key")?.chars().next().filter(is_ours)?;
        (!self.prints(own)).then_some(own)
    }

    /// What stands on the key that means one of our letters; nothing where no key does.
    pub fn label(&self, letter: char) -> Option<char> {
        if self.prints(letter) {
            return Some(letter);
        }
        let place = format!("Key{letter}");
        (self.letter_at(&place) == Some(letter))
            .then(|| self.printed.get(&place).copied().unwrap_or(letter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_keyboard_without_our_letters_has_them_in_their_places_and_prints_its_own() {
        let keys = [("KeyM", "ь"), ("KeyX", "ч")];
        let russian = Layout::new(keys.map(|(place, text)| (place.into(), text.into())));
        assert_eq!(russian.letter_at("KeyM"), Some('M'));
        assert_eq!(russian.label('M'), Some('Ь'));
        assert_eq!(russian.label('G'), Some('G'));
    }

    proptest! {
        /// Whatever a browser says of a keyboard: what is shown as a letter's key works as that letter.
        #[test]
        fn the_key_that_is_shown_is_the_key_that_works(
            keys in proptest::collection::vec(
                ("Key[A-Z]|Semicolon|Comma|Intl[A-Z]", "[a-zMQXé,;ßьㄇ]|\\PC{0,2}"), 0..60),
        ) {
            let layout = Layout::new(keys);
            for letter in LETTERS {
                let own = format!("Key{letter}");
                let printed = layout.printed.iter().filter(|(_, printed)| **printed == letter);
                let mut places: Vec<&str> = printed.map(|(place, _)| place.as_str()).collect();
                let Some(label) = layout.label(letter) else {
                    prop_assert!(layout.letter_at(&own) != Some(letter));
                    continue;
                };
                if places.is_empty() {
                    places.push(&own);
                }
                for place in places {
                    prop_assert_eq!(*layout.printed.get(place).unwrap_or(&letter), label);
                    prop_assert_eq!(layout.letter_at(place), Some(letter));
                }
            }
        }
    }
}
