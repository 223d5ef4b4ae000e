//! Words in both languages, side by side. Each folder has its own beside its views; here is what
//! makes them, and the few words that everybody uses.
//!
//! Plain tables that the compiler checks: a text cannot exist in one language only. They need no
//! library, because nothing here is plural, gendered or loaded at run time.

use castellan_domain::text::Language;

/// A text of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// 中文
    pub zh: &'static str,
    /// English
    pub en: &'static str,
}

impl Words {
    /// The words in one language.
    pub const fn get(self, language: Language) -> &'static str {
        match language {
            Language::Zh => self.zh,
            Language::En => self.en,
        }
    }

    /// The words with `parts` where they say `{0}`, `{1}` and so on: the languages put them in
    /// different places.
    pub fn fill(self, language: Language, parts: &[&str]) -> String {
        let mut words = String::new();
        let mut rest = self.get(language);
        while let Some((before, after)) = rest.split_once('{') {
            let (index, after) = after.split_once('}').unwrap_or((after, ""));
            let part = index.parse().ok().and_then(|n: usize| parts.get(n));
            words.push_str(before);
            words.push_str(part.copied().unwrap_or_default());
            rest = after;
        }
        words.push_str(rest);
        words
    }
}

/// A table of texts, and a test that reads each of them.
macro_rules! texts {
    ($($name:ident: $zh:literal, $en:literal;)*) => {
        $(
            #[doc = $en]
            pub const $name: $crate::texts::Words = $crate::texts::Words { zh: $zh, en: $en };
        )*

        #[cfg(test)]
        mod words {
            #[test]
            fn can_be_read_in_both_languages() {
                for (name, words) in [$((stringify!($name), super::$name)),*] {
                    $crate::texts::read(name, words);
                }
            }
        }
    };
}

pub(crate) use texts;

texts! {
    SPACE: "空格", "Space";
    CLOSE: "关闭", "Close";
}

/// Each says the other's name.
pub const OTHER_LANGUAGE: Words = Words {
    zh: "English",
    en: "中文",
};

/// That a text has words in both languages, each in its own script, and the same parts to be filled.
#[cfg(test)]
pub(crate) fn read(name: &str, words: Words) {
    let has_han = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let Words { zh, en } = words;
    assert!(has_han(zh), "{name} is not Chinese: {zh}");
    assert!(
        !en.is_empty() && !has_han(en),
        "{name} is not English: {en}"
    );
    for n in 0..4 {
        let part = format!("{{{n}}}");
        assert_eq!(zh.contains(&part), en.contains(&part), "{name} {part}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEFT: Words = Words {
        zh: "剩余 {0} · {1} · {2}",
        en: "{0} left, {1}, {2}",
    };

    #[test]
    fn parts_go_where_the_language_wants_them() {
        let parts = ["06:00", "检修", "李娜"];
        assert_eq!(LEFT.fill(Language::Zh, &parts), "剩余 06:00 · 检修 · 李娜");
        assert_eq!(LEFT.fill(Language::En, &[]), " left, , ");
    }

    #[test]
    #[should_panic(expected = "LEFT {1}")]
    fn a_part_that_one_language_has_alone_is_noticed() {
        read(
            "LEFT",
            Words {
                en: "{0} left",
                ..LEFT
            },
        );
    }

    #[test]
    #[should_panic(expected = "is not English")]
    fn words_in_the_wrong_script_are_noticed() {
        read(
            "LEFT",
            Words {
                en: LEFT.zh,
                ..LEFT
            },
        );
    }
}
