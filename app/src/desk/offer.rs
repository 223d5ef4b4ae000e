//! What follows from what somebody just did, and the command that takes it back. It is offered for a
//! while by this page alone; whether it can still be done, the server decides as of any command.

use crate::texts::Words;
use castellan_domain::text::Language;
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
