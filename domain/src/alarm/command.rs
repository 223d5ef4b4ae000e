//! What people can want of an alarm.

use super::reasons::{FollowUp, ShelfReason, Verdict, VerdictBasis};
use super::sources::Source;
use crate::ids::{AlarmId, PersonId};
use crate::personal::PersonalRef;
use crate::text::Written;

commands! {
    /// What people can want of an alarm.
    pub enum AlarmCommand {
        /// 接警
        Claim = "claim" { alarm: AlarmId },
        /// 核实结论
        Judge = "judge" {
            alarm: AlarmId,
            verdict: Verdict,
            /// 核实方式: where it is asked for, see [`super::basis::needs_basis`].
            #[serde(default, skip_serializing_if = "Option::is_none")]
            basis: Option<VerdictBasis>,
        },
        /// A wrong verdict gives way to this one.
        CorrectVerdict = "correct_verdict" {
            alarm: AlarmId,
            verdict: Verdict,
            /// As for a verdict.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            basis: Option<VerdictBasis>,
        },
        /// Something was done about it: as good as a note.
        FollowUp = "follow_up" { alarm: AlarmId, what: FollowUp },
        /// 签收
        Acknowledge = "acknowledge" { alarm: AlarmId },
        /// No sound for [`super::decide::MUTE_S`] seconds, on all consoles.
        Mute = "mute" { alarm: AlarmId },
        /// 限时挂起
        Shelve = "shelve" {
            alarm: AlarmId,
            /// For how many seconds, [`super::SHELF_S_MIN`] to [`super::SHELF_S_MAX`].
            for_s: u32,
            reason: ShelfReason,
        },
        /// Back into the queue before its time.
        Unshelve = "unshelve" { alarm: AlarmId },
        /// Its owner gives it back.
        Release = "release" { alarm: AlarmId },
        /// It goes to another owner.
        Transfer = "transfer" { alarm: AlarmId, to: PersonId },
        /// A source that joined a row gets a row of its own: the folding was wrong.
        Split = "split" { alarm: AlarmId, source: Source },
    }
}

/// The words of a note on their way to the server.
pub type NoteWords = Written<500>;

commands! {
    /// What people can write about an alarm: `Words` are the words themselves on the way to the
    /// server, and a [`PersonalRef`] once they are sealed.
    pub enum NoteCommand<Words> {
        /// A note.
        Note = "note" { alarm: AlarmId, text: Words },
    }
}

impl AlarmCommand {
    /// The alarm that it is about.
    pub const fn alarm(&self) -> AlarmId {
        match self {
            Self::Claim { alarm }
            | Self::FollowUp { alarm, .. }
            | Self::Judge { alarm, .. }
            | Self::CorrectVerdict { alarm, .. }
            | Self::Acknowledge { alarm }
            | Self::Mute { alarm }
            | Self::Shelve { alarm, .. }
            | Self::Unshelve { alarm }
            | Self::Release { alarm }
            | Self::Transfer { alarm, .. }
            | Self::Split { alarm, .. } => *alarm,
        }
    }
}

impl<Words> NoteCommand<Words> {
    /// The alarm that it is about.
    pub const fn alarm(&self) -> AlarmId {
        match self {
            Self::Note { alarm, .. } => *alarm,
        }
    }

    /// The same with its words sealed.
    pub(crate) fn seal<E>(
        self,
        seal: impl FnOnce(AlarmId, Words) -> Result<PersonalRef, E>,
    ) -> Result<NoteCommand<PersonalRef>, E> {
        let Self::Note { alarm, text } = self;
        let text = seal(alarm, text)?;
        Ok(NoteCommand::Note { alarm, text })
    }
}
