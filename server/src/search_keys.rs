//! How Chinese names are typed: the initials of their pinyin, looked up when an estate is taken in.

use castellan_domain::estate::{READINGS_MAX, SearchKey};
use pinyin::{Pinyin, ToPinyinMulti as _};

/// The key of a name that has Chinese characters; other names are found as they are written.
pub(crate) fn search_key(name: &str) -> Option<SearchKey> {
    let mut is_chinese = false;
    let words: Vec<String> = name
        .chars()
        .map(|character| match character.to_pinyin_multi() {
            Some(readings) => {
                is_chinese = true;
                initials(readings.into_iter().map(Pinyin::first_letter))
            }
            None if character.is_alphanumeric() => character.to_lowercase().collect(),
            None => String::new(),
        })
        .collect();
    is_chinese
        .then(|| SearchKey::new(words.iter().map(String::as_str)))
        .flatten()
}

/// Each letter once. `ü` is typed as `v`.
fn initials<'a>(readings: impl Iterator<Item = &'a str>) -> String {
    let mut letters = String::new();
    for letter in readings.take(READINGS_MAX) {
        let letter = if letter == "ü" { "v" } else { letter };
        if !letters.contains(letter) {
            letters.push_str(letter);
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Option<String> {
        let key = serde_json::to_value(search_key(name)?).unwrap();
        Some(key.as_str().unwrap().to_owned())
    }

    #[test]
    fn a_name_is_typed_by_the_first_letters_of_its_characters() {
        assert_eq!(key("东门").as_deref(), Some("d m"));
        // 号 is a rarely used xiāo as well.
        assert_eq!(key("3号楼 B1（北）").as_deref(), Some("3 hx l b 1 b"));
        assert_eq!(key("Tower 5"), None);
        assert_eq!(key("（）"), None);
    }

    #[test]
    fn a_character_of_two_readings_is_found_by_both() {
        let key = key("重庆").unwrap();
        let (first, second) = key.split_once(' ').unwrap();
        assert!(first.contains('z') && first.contains('c'), "{key}");
        assert!(second.contains('q'), "{key}");
    }
}
