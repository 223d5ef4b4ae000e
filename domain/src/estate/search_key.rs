//! How a name is searched for.

use crate::text::Text;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Readings of one character that count; rarer ones are left out.
pub const READINGS_MAX: usize = 4;

/// For each Chinese name, how it is searched for.
pub type SearchKeys = BTreeMap<Text<80>, SearchKey>;

/// The initials of a name: one word for each of its characters, with every letter that it may be
/// typed as. `重庆路3号` is `cz q l 3 h`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SearchKey(Text<400>);

impl SearchKey {
    /// A key of what each character may be typed as. Nothing, if that is nothing.
    pub fn new<'a>(characters: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let words: Vec<&str> = characters.into_iter().filter(|w| !w.is_empty()).collect();
        Text::new(words.join(" ")).ok().map(Self)
    }

    /// Where in the name the typed letters (in lower case) begin, if they are in it.
    pub fn position(&self, typed: &str) -> Option<usize> {
        let words: Vec<&str> = self.0.as_str().split(' ').collect();
        let typed: Vec<char> = typed.chars().collect();
        let fits = |run: &[&str]| run.iter().zip(&typed).all(|(word, c)| word.contains(*c));
        words.windows(typed.len().max(1)).position(fits)
    }
}
