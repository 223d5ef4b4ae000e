//! The places that a camera which turns (PTZ) was told to remember: what is needed to turn it to one of them.

use serde::{Deserialize, Serialize};
use url::Url;

/// Presets of a camera that are kept. Some name hundreds that nobody has set.
const PRESETS_MAX: usize = 100;
/// Characters of a token, as ONVIF has it. A longer one leads nowhere when it is cut, so its preset is left out.
const TOKEN_CHARS_MAX: usize = 64;
/// Characters of a name; a longer one is cut.
const NAME_CHARS_MAX: usize = 32;

/// What it takes to turn a camera.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Turning {
    /// Where it is told to.
    url: Url,
    /// In which of its profiles.
    profile: String,
    pub(crate) presets: Vec<Preset>,
    /// How many more it has than are kept.
    #[serde(default)]
    pub(crate) left_out: usize,
}

impl Turning {
    /// What is kept of what a camera tells, as token and name; nothing if it has no presets.
    pub(super) fn of(url: Url, profile: &str, told: Vec<(String, String)>) -> Option<Self> {
        let (presets, left_out) = kept(told);
        (!presets.is_empty()).then(|| Self {
            url,
            profile: profile.to_owned(),
            presets,
            left_out,
        })
    }
}

/// A place that it can be turned to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Preset {
    token: String,
    /// As its camera calls it; not empty.
    pub(crate) name: String,
}

/// What is kept of them, and how many are left out.
fn kept(told: Vec<(String, String)>) -> (Vec<Preset>, usize) {
    let all = told.len();
    let fits =
        |token: &str| token.chars().count() <= TOKEN_CHARS_MAX && !token.contains(char::is_control);
    let presets = told.into_iter().filter(|(token, _)| fits(token));
    let presets: Vec<Preset> = presets
        .take(PRESETS_MAX)
        .map(|(token, name)| Preset {
            name: named(&name, &token),
            token,
        })
        .collect();
    let left_out = all - presets.len();
    (presets, left_out)
}

/// A name in one line, which a terminal prints as it is.
fn named(name: &str, token: &str) -> String {
    let mut plain = name.trim().replace(char::is_control, " ");
    if let Some((cut, _)) = plain.char_indices().nth(NAME_CHARS_MAX) {
        plain.truncate(cut);
    }
    if plain.trim().is_empty() {
        return token.to_owned();
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_presets_so_many_are_kept_in_a_line_each_as_a_vault_and_a_terminal_take() {
        let long = "x".repeat(TOKEN_CHARS_MAX + 1);
        let told = [
            ("1", " \u{5927}\u{95e8} "),
            ("2", ""),
            ("3", "a\u{1b}[31m\nred"),
            (&long, "too long a token"),
            ("4\n", "no token"),
            (&long[1..], &long),
        ];
        let told = told.map(|(token, name)| (token.to_owned(), name.to_owned()));
        let (presets, left_out) = kept(told.to_vec());
        let names: Vec<&str> = presets.iter().map(|each| each.name.as_str()).collect();
        let cut = "x".repeat(NAME_CHARS_MAX);
        assert_eq!(names, ["\u{5927}\u{95e8}", "2", "a [31m red", cut.as_str()]);
        assert_eq!(left_out, 2);
        let many = (0..300).map(|nth| (nth.to_string(), String::new()));
        let (presets, left_out) = kept(many.collect());
        assert_eq!((presets.len(), left_out), (PRESETS_MAX, 200));
    }
}
