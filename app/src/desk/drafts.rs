//! What somebody has typed and not sent. It outlives the field that it was typed into: leaving a note
//! keeps it, and so does loading the page again.

use castellan_domain::ids::{AlarmId, CommandId, PersonId};
use serde::{Deserialize, Serialize};

/// Under which name the tab keeps them.
pub const NAME: &str = "castellan.drafts";
/// Drafts that are kept; one more takes the place of the oldest.
pub const DRAFTS_MAX: usize = 50;
/// Characters of a draft that outlive the page; a note has 500.
pub const DRAFT_CHARS_MAX: usize = 2_000;

/// A note that was begun: whose, and about which alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// Who writes.
    pub person: PersonId,
    /// About what.
    pub alarm: AlarmId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Draft {
    paper: Paper,
    words: String,
    /// The command that these words went out with. Should its answer have been missed, the same
    /// words go out with it again, and are recorded once.
    sent_as: Option<CommandId>,
}

/// All drafts of a tab.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drafts {
    /// At most [`DRAFTS_MAX`], the oldest first.
    kept: Vec<Draft>,
    /// What is being written just now: a page that is loaded again goes on there, or what is typed
    /// on would be taken for commands.
    open: Option<Paper>,
}

impl Drafts {
    /// The drafts as they were stored. What cannot be read is none.
    pub fn read(stored: &str) -> Self {
        let mut drafts: Self = serde_json::from_str(stored).unwrap_or_default();
        let more = drafts.kept.len().saturating_sub(DRAFTS_MAX);
        drafts.kept.drain(..more);
        drafts
    }

    /// The drafts to be stored; nothing if there are none.
    pub fn to_store(&self) -> Option<String> {
        if self.kept.is_empty() && self.open.is_none() {
            return None;
        }
        let mut stored = self.clone();
        for draft in &mut stored.kept {
            draft.words = draft.words.chars().take(DRAFT_CHARS_MAX).collect();
        }
        serde_json::to_string(&stored).ok()
    }

    fn find(&self, paper: &Paper) -> Option<&Draft> {
        self.kept.iter().find(|draft| draft.paper == *paper)
    }

    /// The words of a draft; none where there is none.
    pub fn words(&self, paper: &Paper) -> &str {
        self.find(paper).map_or("", |draft| draft.words.as_str())
    }

    /// Keeps words. White space alone is no draft.
    pub fn write(&mut self, paper: &Paper, words: &str) {
        if words.trim().is_empty() {
            self.kept.retain(|draft| draft.paper != *paper);
            return;
        }
        let words = words.to_owned();
        if let Some(draft) = self.kept.iter_mut().find(|draft| draft.paper == *paper) {
            if draft.words != words {
                draft.words = words;
                draft.sent_as = None;
            }
            return;
        }
        if self.kept.len() >= DRAFTS_MAX {
            self.kept.remove(0);
        }
        self.kept.push(Draft {
            paper: paper.clone(),
            words,
            sent_as: None,
        });
    }

    /// A draft goes out. It gives the command to send it with: the one before, if these words have
    /// gone out already.
    pub fn send(&mut self, paper: &Paper, new: CommandId) -> CommandId {
        let draft = self.kept.iter_mut().find(|draft| draft.paper == *paper);
        draft.map_or(new, |draft| *draft.sent_as.get_or_insert(new))
    }

    /// A command was recorded: its words are no draft any more. It tells whether nothing was typed
    /// since.
    pub fn sent(&mut self, paper: &Paper, command: CommandId) -> bool {
        let is_it = |draft: &Draft| draft.paper == *paper && draft.sent_as == Some(command);
        self.kept.retain(|draft| !is_it(draft));
        self.find(paper).is_none()
    }

    /// Somebody writes here now, or nowhere.
    pub fn open(&mut self, paper: Option<Paper>) {
        self.open = paper;
    }

    /// Whether this is what was written last, and not left.
    pub fn is_open(&self, paper: &Paper) -> bool {
        self.open.as_ref() == Some(paper)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn paper(person: &str, alarm: u32) -> Paper {
        Paper {
            person: PersonId::new(person).expect("a valid id"),
            alarm: AlarmId(alarm),
        }
    }

    fn command(number: u128) -> CommandId {
        CommandId(Uuid::from_u128(number))
    }

    fn reloaded(drafts: &Drafts) -> Drafts {
        drafts
            .to_store()
            .map_or_else(Drafts::default, |stored| Drafts::read(&stored))
    }

    #[test]
    fn a_draft_is_its_persons_and_its_alarms_and_outlives_the_page() {
        let (hers, his, other) = (paper("li-na", 1), paper("zhang-wei", 1), paper("li-na", 2));
        let mut drafts = Drafts::default();
        drafts.write(&hers, "墙边有\n一只猫");
        drafts.open(Some(hers.clone()));
        let drafts = reloaded(&drafts);
        assert_eq!(drafts.words(&hers), "墙边有\n一只猫");
        assert!(drafts.is_open(&hers) && !drafts.is_open(&his));
        assert_eq!((drafts.words(&his), drafts.words(&other)), ("", ""));
    }

    #[test]
    fn what_was_recorded_is_no_draft_and_what_was_typed_meanwhile_stays_one() {
        let note = paper("li-na", 1);
        let mut drafts = Drafts::default();
        drafts.write(&note, "已电话确认");
        let first = drafts.send(&note, command(1));
        drafts.write(&note, "已电话确认，巡逻2前往");
        assert!(!drafts.sent(&note, first), "more was typed");
        assert_eq!(drafts.words(&note), "已电话确认，巡逻2前往");
        let second = drafts.send(&note, command(2));
        assert!(drafts.sent(&note, second));
        assert_eq!(drafts.to_store(), None, "nothing is left in the tab");
    }

    #[test]
    fn words_whose_answer_was_missed_go_out_with_the_same_command_again() {
        let note = paper("li-na", 1);
        let mut drafts = Drafts::default();
        drafts.write(&note, "无烟");
        assert_eq!(drafts.send(&note, command(1)), command(1));
        let mut drafts = reloaded(&drafts);
        drafts.write(&note, "无烟");
        assert_eq!(drafts.send(&note, command(2)), command(1));
        drafts.write(&note, "无烟无火");
        assert_eq!(drafts.send(&note, command(3)), command(3));
    }

    #[test]
    fn the_oldest_draft_leaves_for_one_too_many() {
        let mut drafts = Drafts::default();
        for alarm in 0..=u32::try_from(DRAFTS_MAX).expect("a small number") {
            drafts.write(&paper("li-na", alarm), "x");
        }
        assert_eq!(drafts.words(&paper("li-na", 0)), "");
        assert_eq!(drafts.words(&paper("li-na", 1)), "x");
        drafts.write(&paper("li-na", 1), " \n");
        assert_eq!(drafts.words(&paper("li-na", 1)), "");
    }

    proptest! {
        #[test]
        fn whatever_is_stored_there_no_page_fails_on_it(stored in "\\PC{0,60}|[\\[\\]{}\",:a-z0-9]{0,60}") {
            let _ = Drafts::read(&stored);
        }

        #[test]
        fn words_come_back_as_they_were_typed(words in "(?s).{0,60}", alarm in any::<u32>()) {
            let mut drafts = Drafts::default();
            drafts.write(&paper("li-na", alarm), &words);
            let read = reloaded(&drafts);
            let expected = if words.trim().is_empty() { "" } else { words.as_str() };
            prop_assert_eq!(read.words(&paper("li-na", alarm)), expected);
        }
    }
}
