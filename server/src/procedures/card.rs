//! Cards for the drawer: one self-contained page that any browser prints, black on white, a card a sheet.

use castellan_domain::estate::Estate;
use castellan_domain::ids::EstateHash;
use castellan_domain::procedure::{Hotline, Lead, Procedure, Step, everywhere};
use castellan_domain::text::Language;
use clap::ValueEnum;
use std::fmt::{self, Write as _};

/// Characters of the estate's hash that tell one edition of the cards from another.
const HASH_CHARS: usize = 12;
const STYLE: &str = include_str!("card.css");

/// Which cards are shown until somebody chooses others on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CardLanguage {
    /// 中文
    Zh,
    /// English
    En,
    /// A card in each.
    Both,
}

/// All cards of an estate, as one document.
pub(crate) struct Sheet<'a> {
    pub(crate) estate: &'a Estate,
    pub(crate) hash: &'a EstateHash,
    pub(crate) language: CardLanguage,
}

impl fmt::Display for Sheet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Escaped(self.estate.name.zh.as_str());
        write!(
            f,
            "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{name} 处置卡</title>\n\
             <style>\n{STYLE}</style>\n</head>\n<body>\n"
        )?;
        for (id, label, language) in [
            ("zh", "中文", CardLanguage::Zh),
            ("en", "English", CardLanguage::En),
            ("both", "中文 + English", CardLanguage::Both),
        ] {
            let checked = if language == self.language {
                " checked"
            } else {
                ""
            };
            writeln!(
                f,
                "<input type=\"radio\" name=\"language\" id=\"{id}\"{checked}>\
                 <label for=\"{id}\">{label}</label>"
            )?;
        }
        f.write_str("<main>\n")?;
        for procedure in &self.estate.procedures {
            for language in [Language::Zh, Language::En] {
                self.card(procedure, language).write(f)?;
            }
        }
        f.write_str("</main>\n</body>\n</html>\n")
    }
}

impl<'a> Sheet<'a> {
    fn card(&'a self, procedure: &'a Procedure, language: Language) -> Card<'a> {
        Card {
            sheet: self,
            procedure,
            language,
        }
    }
}

struct Card<'a> {
    sheet: &'a Sheet<'a>,
    procedure: &'a Procedure,
    language: Language,
}

impl Card<'_> {
    fn t(&self, zh: &'static str, en: &'static str) -> &'static str {
        match self.language {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let class = self.t("zh", "en");
        let lang = self.t("zh-CN", "en");
        let estate = Escaped(self.sheet.estate.name.get(self.language));
        let hash: String = self.sheet.hash.as_str().chars().take(HASH_CHARS).collect();
        let name = Escaped(self.procedure.name().get(self.language));
        write!(
            f,
            "<article class=\"card {class}\" lang=\"{lang}\">\n<header><b>{estate}</b>\
             <span>{} {hash}</span></header>\n<h1>{name}</h1>\n",
            self.t("处置卡 · 园区资料", "Procedure card · estate document"),
        )?;
        self.write_types(f)?;
        if !self.procedure.prohibitions().is_empty() {
            f.write_str("<ul class=\"prohibitions\">\n")?;
            for prohibition in self.procedure.prohibitions() {
                let words = Escaped(prohibition.get(self.language));
                writeln!(f, "<li>{SIGN}<span>{words}</span></li>")?;
            }
            f.write_str("</ul>\n")?;
        }
        f.write_str("<ol>\n")?;
        for step in self.procedure.steps() {
            self.write_step(f, step)?;
        }
        f.write_str("</ol>\n<footer>\n")?;
        self.write_call(f)?;
        for always in everywhere(self.language) {
            writeln!(f, "<p>{}</p>", Escaped(always))?;
        }
        f.write_str("</footer>\n</article>\n")
    }

    /// The alarms at which somebody opens the drawer for this card.
    fn write_types(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = self.sheet.estate.alarm_types.iter();
        let kinds = kinds.filter(|kind| kind.procedure.as_ref() == Some(self.procedure.id()));
        let names: Vec<_> = kinds.map(|kind| kind.name.get(self.language)).collect();
        if names.is_empty() {
            return Ok(());
        }
        let names = names.join(self.t("、", "; "));
        let label = self.t("用于：", "For: ");
        writeln!(f, "<p class=\"types\">{label}{}</p>", Escaped(&names))
    }

    fn write_step(&self, f: &mut fmt::Formatter<'_>, step: &Step) -> fmt::Result {
        let words = Escaped(step.words.get(self.language));
        write!(f, "<li><div><p class=\"words\">{words}</p>")?;
        let marks = self.marks(step);
        if !marks.is_empty() {
            write!(f, "<p class=\"marks\">{}</p>", Escaped(&marks.join(" · ")))?;
        }
        for answer in &step.answers {
            let label = Escaped(answer.label.get(self.language));
            write!(
                f,
                "<p class=\"answer\">{label} → {}</p>",
                self.lead(&answer.to)
            )?;
        }
        if let Some(then) = &step.then {
            write!(f, "<p class=\"answer\">→ {}</p>", self.lead(then))?;
        }
        if step.note {
            write!(f, "<p class=\"note\">{}</p>", self.t("记录：", "Note:"))?;
        }
        f.write_str("</div>")?;
        if !step.read_aloud.is_empty() {
            let numbers: Vec<_> = step.read_aloud.iter().map(|number| number.word()).collect();
            write!(f, "<p class=\"call\">☎ {}</p>", numbers.join(" "))?;
        }
        f.write_str("</li>\n")
    }

    /// What a step says beside its words.
    fn marks(&self, step: &Step) -> Vec<String> {
        let who = step.who.map(|who| who.name(self.language).to_owned());
        let deadline = step.deadline_s.map(|s| match self.language {
            Language::Zh => format!("开始后 {s} 秒内"),
            Language::En => format!("within {s} s from the start"),
        });
        let optional = step.optional.then(|| self.t("视情况", "if it applies"));
        let doors = step
            .release_doors
            .then(|| self.t("开门", "release the doors"));
        let marks = [
            who,
            deadline,
            optional.map(str::to_owned),
            doors.map(str::to_owned),
        ];
        marks.into_iter().flatten().collect()
    }

    fn lead(&self, lead: &Lead) -> String {
        let number = match lead {
            Lead::To(step) => self.procedure.number(step),
            Lead::End => None,
        };
        match (number, self.language) {
            (Some(number), Language::Zh) => format!("第 {number} 步"),
            (Some(number), Language::En) => format!("step {number}"),
            (None, _) => self.t("结束", "end").to_owned(),
        }
    }

    /// 报警要点卡: what is said on the telephone, in this order.
    fn write_call(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = self.procedure.steps();
        let is_called = |number: &&Hotline| steps.iter().any(|s| s.read_aloud.contains(*number));
        let numbers = Hotline::ALL.iter().filter(is_called);
        let numbers: Vec<_> = numbers
            .map(|number| format!("{} {}", number.word(), number.name(self.language)))
            .collect();
        if numbers.is_empty() {
            return Ok(());
        }
        let estate = self.sheet.estate;
        let place = estate.name.get(self.language);
        let callback = estate
            .callback
            .as_ref()
            .map_or("", |number| number.as_str());
        writeln!(
            f,
            "<section class=\"said\"><h2>☎ {}</h2><dl>",
            Escaped(&numbers.join(self.t("、", ", ")))
        )?;
        for (label, known) in [
            (self.t("地点", "Place"), place),
            (
                self.t("什么事", "What"),
                self.procedure.name().get(self.language),
            ),
            (self.t("回拨", "Callback"), callback),
        ] {
            writeln!(f, "<dt>{label}</dt><dd>{}</dd>", Escaped(known))?;
        }
        f.write_str("</dl></section>\n")
    }
}

/// ⊘, drawn: not every printer's font has it.
const SIGN: &str = "<svg viewBox=\"0 0 20 20\" aria-hidden=\"true\"><circle cx=\"10\" cy=\"10\" r=\"8.2\"/>\
    <path d=\"M4.2 15.8 15.8 4.2\"/></svg>";

/// Words as they may stand in a page.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}
