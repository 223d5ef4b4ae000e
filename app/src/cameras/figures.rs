//! 覆盖率 in words.

use super::texts;
use castellan_domain::estate::WATCHED_PX_PER_M;
use castellan_domain::text::Language;

/// How much of the public area is watched, in percent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Share {
    /// The estate names no land.
    NoLand,
    /// By all cameras; by those that give a picture, if one does not; and by all but the selected one, if it watches
    /// anything.
    Of {
        planned: f64,
        now: Option<f64>,
        without: Option<f64>,
    },
}

impl Share {
    /// Lines, each with its class.
    pub fn lines(self, language: Language) -> Vec<(String, &'static str)> {
        let Self::Of {
            planned,
            now,
            without,
        } = self
        else {
            return vec![(texts::NO_LAND.get(language).to_owned(), "")];
        };
        let planned = percent(planned);
        let words = match now.map(percent) {
            Some(now) => texts::COVERED_NOW.fill(language, &[&planned, &now]),
            None => texts::COVERED.fill(language, &[&planned]),
        };
        let class = if now.is_some() { "num lost" } else { "num" };
        let without = without.map(|without| texts::WITHOUT_IT.fill(language, &[&percent(without)]));
        let least = texts::WATCHED_FROM.fill(language, &[&WATCHED_PX_PER_M.to_string()]);
        let rest = without.into_iter().chain([least]);
        std::iter::once((words, class))
            .chain(rest.map(|words| (words, "num quiet")))
            .collect()
    }
}

/// By the tenth: one camera of many is no more than that.
fn percent(of: f64) -> String {
    format!("{of:.1} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(share: Share, language: Language) -> Vec<String> {
        share
            .lines(language)
            .into_iter()
            .map(|(words, _)| words)
            .collect()
    }

    #[test]
    fn the_share_is_said_as_planned_as_it_is_now_and_without_what_is_selected() {
        let all = Share::Of {
            planned: 78.4,
            now: None,
            without: None,
        };
        assert_eq!(
            said(all, Language::Zh),
            ["覆盖率 78.4 %", "公共区域，不低于 20 像素/米"]
        );
        let less = Share::Of {
            planned: 78.4,
            now: Some(71.2),
            without: Some(9.94),
        };
        assert_eq!(
            said(less, Language::Zh),
            [
                "覆盖率 78.4 %（现在 71.2 %）",
                "没有它：9.9 %",
                "公共区域，不低于 20 像素/米"
            ]
        );
        assert_eq!(said(less, Language::En)[0], "coverage 78.4 % (now 71.2 %)");
        assert_eq!(less.lines(Language::En)[0].1, "num lost");
        assert_eq!(
            said(Share::NoLand, Language::En),
            ["the estate document names no land"]
        );
    }
}
