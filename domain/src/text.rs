//! Texts with a limit: names in two languages, labels and ids that came from outside.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use std::fmt;

/// A text of 1 to `MAX` characters without control characters.
///
/// The limit is checked when the value is made, from code and from JSON alike,
/// so a text that exists is a text that fits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(String);

/// Why a text was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("the text is empty")]
    Empty,
    /// Longer than its limit.
    #[error("the text has {length} characters; at most {max} are allowed")]
    TooLong {
        /// Characters found.
        length: usize,
        /// Characters allowed.
        max: usize,
    },
    /// A control character other than a line break, or one that turns the reading direction.
    #[error("the text contains the control character U+{0:04X}")]
    Control(u32),
}

impl<const MAX: usize> Text<MAX> {
    /// Trims and checks a text.
    pub fn new(raw: impl AsRef<str>) -> Result<Self, TextError> {
        let text = raw.as_ref().trim();
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        let length = text.chars().count();
        if length > MAX {
            return Err(TextError::TooLong { length, max: MAX });
        }
        if let Some(control) = text.chars().find(|c| is_control(*c)) {
            return Err(TextError::Control(u32::from(control)));
        }
        Ok(Self(text.to_owned()))
    }

    /// A text written in the source, known to fit.
    pub fn constant(text: &'static str) -> Self {
        debug_assert!(Self::new(text).is_ok(), "a constant text that does not fit");
        Self(text.to_owned())
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Control characters, and those that turn the direction of what stands after them: with these a
/// note could make a line of the log read differently from what it says.
fn is_control(c: char) -> bool {
    (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> fmt::Debug for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = String::deserialize(deserializer)?;
        Self::new(raw).map_err(D::Error::custom)
    }
}

/// The languages that every text of the product exists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// 中文
    Zh,
    /// English
    En,
}

/// A name in both languages, each of at most 80 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Localized {
    /// 中文
    pub zh: Text<80>,
    /// English
    pub en: Text<80>,
}

impl Localized {
    /// The name in one language.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Zh => self.zh.as_str(),
            Language::En => self.en.as_str(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_trimmed_and_counted_in_characters_not_bytes() {
        let name: Text<4> = Text::new("  三号楼 ").unwrap();
        assert_eq!(name.as_str(), "三号楼");
        assert_eq!(
            Text::<2>::new("三号楼"),
            Err(TextError::TooLong { length: 3, max: 2 })
        );
    }

    #[test]
    fn nothing_and_control_characters_are_refused_from_json_too() {
        assert_eq!(Text::<8>::new(" \n "), Err(TextError::Empty));
        assert_eq!(Text::<8>::new("a\u{7}b"), Err(TextError::Control(7)));
        assert_eq!(
            Text::<8>::new("a\u{202e}b"),
            Err(TextError::Control(0x202e))
        );
        assert!(serde_json::from_str::<Text<8>>(r#""a\u0000b""#).is_err());
        assert!(serde_json::from_str::<Text<3>>(r#""long text""#).is_err());
    }
}
