//! What follows from what somebody just did, and the command that takes it back. It is offered for a
//! while by this page alone; whether it can still be done, the server decides as of any command.

use crate::texts::Words;
use castellan_domain::ids::PersonId;
use castellan_domain::text::Language;
use castellan_domain::time::Span;
use castellan_domain::wire::api::WireCommand;

/// How long it is offered to take something back.
pub const OFFERED_MS: u32 = 10_000;

/// What follows, and the way back.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    zh: String,
    en: String,
    /// What the button says.
    pub words: Words,
    /// The command that takes it back. Nothing, if nobody may.
    pub inverse: Option<WireCommand>,
}

impl Offer {
    /// What follows is said in both languages: the page may change its own while it stands there.
    pub fn new(
        words: Words,
        inverse: Option<WireCommand>,
        follows: impl Fn(Language) -> String,
    ) -> Self {
        Self {
            zh: follows(Language::Zh),
            en: follows(Language::En),
            words,
            inverse,
        }
    }

    /// What follows, in one sentence.
    pub fn follows(&self, language: Language) -> &str {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }
}

/// The offer that stands, by the display's own clock: for a while, and for nobody but whoever did what
/// it takes back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Standing(Option<Stands>);

#[derive(Debug, Clone, PartialEq)]
struct Stands {
    by: PersonId,
    until: Span,
    offer: Offer,
}

impl Standing {
    /// Another one takes its place.
    pub fn begin(&mut self, by: PersonId, offer: Offer, now: Span) {
        let until = now.as_micros() + i64::from(OFFERED_MS) * 1_000;
        let until = Span::from_micros(until);
        self.0 = Some(Stands { by, until, offer });
    }

    /// What stands now for whoever works here.
    pub fn of(&self, person: Option<&PersonId>, now: Span) -> Option<&Offer> {
        let stands = self.0.as_ref().filter(|stands| now < stands.until)?;
        (person == Some(&stands.by)).then_some(&stands.offer)
    }

    /// It was taken, or somebody else works here.
    pub fn end(&mut self) {
        self.0 = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{li_na, person};

    fn offer(words: &str) -> Offer {
        let button = Words { zh: "", en: "" };
        Offer::new(button, None, |_| words.to_owned())
    }

    fn at(millis: i64) -> Span {
        Span::from_millis(millis)
    }

    fn words(standing: &Standing, who: Option<&PersonId>, millis: i64) -> Option<String> {
        let offer = standing.of(who, at(millis))?;
        Some(offer.follows(Language::Zh).to_owned())
    }

    #[test]
    fn an_offer_stands_for_ten_seconds_and_the_next_one_for_ten_of_its_own() {
        let li_na = li_na();
        let read = |standing: &Standing, millis| words(standing, Some(&li_na), millis);
        let mut standing = Standing::default();
        assert_eq!(read(&standing, 0), None);
        standing.begin(li_na.clone(), offer("one"), at(5_000));
        assert_eq!(read(&standing, 14_999).as_deref(), Some("one"));
        assert_eq!(read(&standing, 15_000), None);
        standing.begin(li_na.clone(), offer("two"), at(12_000));
        assert_eq!(read(&standing, 15_000).as_deref(), Some("two"));
        standing.end();
        assert_eq!(read(&standing, 15_000), None);
    }

    #[test]
    fn whoever_comes_next_takes_back_nothing_that_another_one_did() {
        let mut standing = Standing::default();
        standing.begin(li_na(), offer("hers"), at(0));
        assert_eq!(words(&standing, Some(&person("zhang-wei")), 1), None);
        assert_eq!(words(&standing, None, 1), None);
        assert!(words(&standing, Some(&li_na()), 1).is_some());
    }
}
