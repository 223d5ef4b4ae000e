//! Texts with a limit: names in two languages, labels and ids that came from outside.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use std::fmt;

/// A line of 1 to `MAX` characters without control characters, of which at least one can be seen.
///
/// The limit is checked when the value is made, from code and from JSON alike,
/// so a text that exists is a text that fits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(String);

/// Why a text was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing that could be seen.
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
    /// A control character, or one that turns the reading direction.
    #[error("the text contains the control character U+{0:04X}")]
    Control(u32),
}

impl<const MAX: usize> Text<MAX> {
    /// Trims and checks a text.
    pub fn new(raw: impl AsRef<str>) -> Result<Self, TextError> {
        let text = checked(raw.as_ref(), MAX)?;
        if text.contains('\n') {
            return Err(TextError::Control(u32::from('\n')));
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

/// What a person wrote: as a [`Text`], but of as many lines as they like.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Written<const MAX: usize>(String);

impl<const MAX: usize> Written<MAX> {
    /// The one way for people's words, by whatever keyboard, clipboard or program they come. A line
    /// ends as it may on any system, a tab from a table is a space, and what comes along unseen is no
    /// reason to refuse the rest.
    pub fn new(raw: impl AsRef<str>) -> Result<Self, TextError> {
        let lines = raw.as_ref().replace("\r\n", "\n");
        let lines: String = lines
            .chars()
            .filter(|c| !turns(*c))
            .map(|c| match c {
                '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
                c if c.is_control() && c != '\n' => ' ',
                c => c,
            })
            .collect();
        Ok(Self(checked(&lines, MAX)?.to_owned()))
    }

    /// The words themselves.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text without what cannot be seen at its ends.
fn checked(raw: &str, max: usize) -> Result<&str, TextError> {
    let text = raw.trim_matches(|c: char| c.is_whitespace() || is_blank(c));
    if text.chars().all(|c| c.is_whitespace() || is_invisible(c)) {
        return Err(TextError::Empty);
    }
    let length = text.chars().count();
    if length > max {
        return Err(TextError::TooLong { length, max });
    }
    match text.chars().find(|c| is_control(*c)) {
        Some(control) => Err(TextError::Control(u32::from(control))),
        None => Ok(text),
    }
}

/// Control characters, and those that turn the direction of what stands after them: with these a
/// note could make a line of the log read differently from what it says.
fn is_control(c: char) -> bool {
    (c.is_control() && c != '\n') || turns(c)
}

const fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters that show nothing and mean nothing at the end of a text.
const fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
            | '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{2800}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
    )
}

/// Characters that show nothing by themselves. Among others they mean something: they join the
/// parts of a picture of a family, or letters of Persian and Hindi, and choose how a sign looks.
const fn is_invisible(c: char) -> bool {
    is_blank(c)
        || matches!(
            c,
            '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200c}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}'
                | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
        )
}

/// A letter, digit or sign of full width (１) as the plain one (1).
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    }
}

macro_rules! reads_and_writes {
    ($Type:ident) => {
        impl<const MAX: usize> fmt::Display for $Type<MAX> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<const MAX: usize> fmt::Debug for $Type<MAX> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.0)
            }
        }

        impl<'de, const MAX: usize> Deserialize<'de> for $Type<MAX> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let raw = String::deserialize(deserializer)?;
                Self::new(raw).map_err(D::Error::custom)
            }
        }
    };
}

reads_and_writes!(Text);
reads_and_writes!(Written);

/// The languages that every text of the product exists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// 中文
    Zh,
    /// English
    En,
}

/// A name in both languages, each of at most `MAX` characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Localized<const MAX: usize = 80> {
    /// 中文
    pub zh: Text<MAX>,
    /// English
    pub en: Text<MAX>,
}

impl<const MAX: usize> Localized<MAX> {
    /// The name in one language.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Zh => self.zh.as_str(),
            Language::En => self.en.as_str(),
        }
    }
}

/// 呼号: what somebody is called on the radio. It is said in a breath, and stands on the map.
pub type CallSign = Localized<12>;

/// Whatever fits into a call sign fits into a name.
impl From<&CallSign> for Localized {
    fn from(sign: &CallSign) -> Self {
        Self {
            zh: Text(sign.zh.0.clone()),
            en: Text(sign.en.0.clone()),
        }
    }
}

impl CallSign {
    /// What is heard of it in each language: neither case nor width, nor spaces, nor what nobody sees.
    pub fn sounds(&self) -> [String; 2] {
        [&self.zh, &self.en].map(|text| {
            let seen = text.as_str().chars();
            let seen = seen.filter(|c| !c.is_whitespace() && !is_invisible(*c));
            seen.map(narrow).flat_map(char::to_lowercase).collect()
        })
    }

    /// Whether who hears one on the radio may take it for the other.
    pub fn sounds_like(&self, other: &Self) -> bool {
        let others = other.sounds();
        self.sounds().iter().any(|sound| others.contains(sound))
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
        assert_eq!(Text::<8>::new("a\nb"), Err(TextError::Control(10)));
        assert!(serde_json::from_str::<Text<8>>(r#""a\u0000b""#).is_err());
        assert!(serde_json::from_str::<Text<3>>(r#""long text""#).is_err());
    }

    #[test]
    fn what_nobody_can_see_is_empty_and_what_joins_letters_stays() {
        for unseen in [
            "\u{200b}\u{200d}\u{feff}",
            "\u{3164}",
            " \u{2800}\n\u{2060} ",
            "\u{fe0f}\u{200c}\u{e0041}",
            "\u{ad}\u{180e}\u{200e}\u{61c}",
        ] {
            assert_eq!(
                Written::<8>::new(unseen),
                Err(TextError::Empty),
                "{unseen:?}"
            );
            assert_eq!(Text::<8>::new(unseen), Err(TextError::Empty), "{unseen:?}");
        }
        let family = "👨\u{200d}👩\u{200d}👧 ❤\u{fe0f}";
        let persian = "می\u{200c}خواهم";
        for seen in [family, persian, "क\u{94d}\u{200d}"] {
            let written = Written::<20>::new(format!("\u{feff} {seen}\u{200b}\n")).unwrap();
            assert_eq!(written.as_str(), seen);
        }
    }

    #[test]
    fn a_line_ends_as_it_may_on_any_system() {
        for lines in [
            "one\r\ntwo",
            "one\rtwo",
            "one\u{2028}two",
            "\r\none\ntwo\r\n",
        ] {
            assert_eq!(Written::<7>::new(lines).unwrap().as_str(), "one\ntwo");
        }
        assert_eq!(Written::<8>::new("a\tb\u{7}c").unwrap().as_str(), "a b c");
        assert_eq!(Written::<8>::new("a\u{202e}b").unwrap().as_str(), "ab");
    }

    #[test]
    fn call_signs_that_sound_alike_are_alike() {
        let sign = |zh: &'static str, en: &'static str| CallSign {
            zh: Text::constant(zh),
            en: Text::constant(en),
        };
        let patrol = sign("巡逻1", "Patrol 1");
        assert!(
            patrol.sounds_like(&sign("巡逻 1", "P")) && patrol.sounds_like(&sign("甲", "PATROL1"))
        );
        for (zh, en) in [
            ("巡逻１", "P"),
            ("巡逻\u{200b}1", "P"),
            ("甲", "ｐａｔＲＯＬ\u{ad}1"),
        ] {
            assert!(patrol.sounds_like(&sign(zh, en)), "{zh} {en}");
        }
        assert!(!patrol.sounds_like(&sign("巡逻2", "Patrol 2")));
    }
}
