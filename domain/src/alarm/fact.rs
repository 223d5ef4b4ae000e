//! What facts say about alarms.

use super::located::Located;
use super::reasons::{NoteContent, ReturnedBy, ShelfReason, Verdict, VerdictBasis};
use super::sources::{JoinedBy, RisenBy, Silence, Source};
use crate::estate::Priority;
use crate::ids::{AlarmId, AlarmTypeId, ClipId, DeviceId, PersonId};
use crate::observation::{Doubts, ReportedState};
use crate::text::Text;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

facts! {
    /// What was decided about an alarm.
    pub enum AlarmFact {
        /// A new row in the queue.
        Raised(AlarmRaised) = "alarm_raised", 1;
        /// A source said the same thing again while its row was open.
        Repeated(AlarmRepeated) = "alarm_repeated", 1;
        /// Something that a source said ended. The alarm stays until somebody judged it.
        Cleared(AlarmCleared) = "alarm_cleared", 1;
        /// Nobody claimed it in time. It is annunciated again, with the next deadline.
        Overdue(AlarmOverdue) = "alarm_overdue", 1;
        /// Whoever has it sent nobody in time.
        Undispatched(AlarmUndispatched) = "alarm_undispatched", 1;
        /// Nobody said it again for as long as its type allows.
        Unheard(AlarmUnheard) = "alarm_unheard", 1;
        /// A person owns it.
        Claimed(AlarmClaimed) = "alarm_claimed", 1;
        /// A person did something about it, and said what.
        Noted(AlarmNoted) = "alarm_noted", 1;
        /// A person judged what it was.
        Judged(AlarmJudged) = "alarm_judged", 1;
        /// A person has seen it.
        Acknowledged(AlarmAcknowledged) = "alarm_acknowledged", 1;
        /// A person wants it quiet for a while.
        Muted(AlarmMuted) = "alarm_muted", 1;
        /// A person took it out of the queue for a while.
        Shelved(AlarmShelved) = "alarm_shelved", 1;
        /// It is in the queue again.
        Unshelved(AlarmUnshelved) = "alarm_unshelved", 1;
        /// Its owner gave it back.
        Released(AlarmReleased) = "alarm_released", 1;
        /// It has another owner.
        Transferred(AlarmTransferred) = "alarm_transferred", 1;
        /// It came back to 待接警 by itself.
        Returned(AlarmReturned) = "alarm_returned", 1;
        /// It became more urgent, in the same row.
        Risen(AlarmRisen) = "alarm_risen", 1;
        /// Another source is part of it.
        Joined(AlarmJoined) = "alarm_joined", 1;
        /// A source that had joined it got a row of its own.
        Split(AlarmSplit) = "alarm_split", 1;
        /// Another verdict counts.
        VerdictCorrected(AlarmVerdictCorrected) = "alarm_verdict_corrected", 1;
        /// Somebody was shown a live picture of its place.
        Viewed(AlarmViewed) = "alarm_viewed", 1;
        /// Pictures of its place are kept.
        ClipKept(AlarmClipKept) = "alarm_clip_kept", 1;
        /// A person looked at such pictures.
        ClipViewed(AlarmClipViewed) = "alarm_clip_viewed", 1;
    }
}

/// A new row in the queue, with everything that was decided about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlarmRaised {
    pub alarm: AlarmId,
    /// Its type, by which screens name it.
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    /// What its type shares the row with.
    pub family: AlarmTypeId,
    /// Its type's place within the family.
    pub tier: u8,
    pub priority: Priority,
    /// Who or what it is about.
    pub source: Source,
    pub place: Located,
    /// Whether the condition lasts.
    pub state: ReportedState,
    /// Seconds for which it is believed to exist without being said again. Absent: until it is
    /// cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_s_max: Option<u32>,
    /// Claimed by then, or overdue.
    pub claim_due_at: Timestamp,
    /// What is doubtful about what was said.
    #[serde(default, skip_serializing_if = "Doubts::is_empty")]
    pub doubts: Doubts,
    /// Of somebody who is missed: what nobody hears of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence: Option<Silence>,
}

/// The same thing again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlarmRepeated {
    /// Into which row it goes.
    pub alarm: AlarmId,
    /// Which of its sources said it. Absent: the row's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// What it said this time.
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    /// What that would have shared its row with.
    pub family: AlarmTypeId,
    /// Whether the condition lasts.
    pub state: ReportedState,
    /// Seconds for which it is believed to exist without being said again. Absent: until it is
    /// cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_s_max: Option<u32>,
    /// What is doubtful about what was said.
    #[serde(default, skip_serializing_if = "Doubts::is_empty")]
    pub doubts: Doubts,
    /// Where its source is, if that is news.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Located>,
    /// Of somebody who is missed: what nobody hears of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence: Option<Silence>,
}

/// Something that a source said has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmCleared {
    /// Of which row.
    pub alarm: AlarmId,
    /// Which of its sources. Absent: the row's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Which of the types that it said exist. What else it said exists still.
    pub ended: Vec<AlarmTypeId>,
}

/// Nobody claimed it in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmOverdue {
    pub alarm: AlarmId,
    /// How often it has been overdue, this time included.
    pub times: u32,
    /// The next deadline.
    pub claim_due_at: Timestamp,
    /// Seconds by which this was noticed too late, since nobody was there to notice it: after a
    /// power cut or a machine that slept.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub late_s: u32,
}

/// Whoever has it sent nobody in time, and nobody said what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmUndispatched {
    pub alarm: AlarmId,
    /// Seconds by which this was noticed too late, like [`AlarmOverdue::late_s`].
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub late_s: u32,
}

/// Nobody said it again in time. What becomes of it stands in the next fact, unless it is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmUnheard {
    pub alarm: AlarmId,
    /// Seconds without a report.
    pub for_s: u32,
    /// Whether it counts as over by that: somebody called it false before.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub is_over: bool,
    /// Seconds by which this was noticed too late, like [`AlarmOverdue::late_s`].
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub late_s: u32,
}

/// A person owns it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmClaimed {
    pub alarm: AlarmId,
    /// Its owner.
    pub by: PersonId,
    /// Something done by then, or it returns.
    pub follow_up_due_at: Timestamp,
    /// Somebody sent by then, if its type says so. An incident that it becomes takes that time over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatch_due_at: Option<Timestamp>,
}

/// A person did something about it, and wrote a note or said so by one key. Words stand beside the
/// journal, where they can be purged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmNoted {
    /// About which alarm.
    pub alarm: AlarmId,
    /// Who wrote it.
    pub by: PersonId,
    /// Where its words are, or what was done.
    pub note: NoteContent,
    /// If the alarm is merely acknowledged: when it returns now that something was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_due_at: Option<Timestamp>,
}

/// A person judged it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmJudged {
    pub alarm: AlarmId,
    /// Who judged.
    pub by: PersonId,
    /// What it was.
    pub verdict: Verdict,
    /// How that was established; never absent where the estate asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<VerdictBasis>,
    /// When it returns if its condition still exists then.
    pub review_due_at: Timestamp,
}

/// 签收: a person has seen it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmAcknowledged {
    pub alarm: AlarmId,
    pub by: PersonId,
    /// Something done by then, or it returns.
    pub due_at: Timestamp,
}

/// A person wants it quiet for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmMuted {
    pub alarm: AlarmId,
    pub by: PersonId,
    pub until: Timestamp,
}

/// 限时挂起: a person took it out of the queue for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmShelved {
    pub alarm: AlarmId,
    pub by: PersonId,
    pub until: Timestamp,
    pub reason: ShelfReason,
}

/// It is in the queue again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmUnshelved {
    pub alarm: AlarmId,
    /// Who took it down, and so has seen it. Absent: its time was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// The deadline that runs from here on.
    pub due_at: Timestamp,
    /// Seconds by which its turn to come down was noticed too late, like [`AlarmOverdue::late_s`].
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub late_s: u32,
}

/// Its owner gave it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmReleased {
    pub alarm: AlarmId,
    /// Its former owner.
    pub by: PersonId,
    /// Claimed by then, or overdue.
    pub claim_due_at: Timestamp,
}

/// It has another owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmTransferred {
    pub alarm: AlarmId,
    /// Who decided it.
    pub by: PersonId,
    /// Its owner from here on.
    pub to: PersonId,
    /// Something done by then, or it returns.
    pub follow_up_due_at: Timestamp,
}

/// It came back to 待接警 by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmReturned {
    pub alarm: AlarmId,
    pub why: ReturnedBy,
    /// Claimed by then, or overdue.
    pub claim_due_at: Timestamp,
    /// Seconds by which this was noticed too late, like [`AlarmOverdue::late_s`].
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub late_s: u32,
}

/// It became more urgent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlarmRisen {
    pub alarm: AlarmId,
    /// What it is from here on.
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    /// What that shares its row with.
    pub family: AlarmTypeId,
    /// Its place within the family.
    pub tier: u8,
    pub priority: Priority,
    pub why: RisenBy,
    /// Who or what it is about from here on, where that changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Where, if that changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Located>,
    /// The deadline that starts anew: to claim it, or for its owner to do something.
    pub due_at: Timestamp,
    /// The other one that does, if somebody owns it: to send people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatch_due_at: Option<Timestamp>,
}

/// Another source is part of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlarmJoined {
    pub alarm: AlarmId,
    /// Who or what joined.
    pub source: Source,
    /// What it reported.
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    /// What that would have shared its row with.
    pub family: AlarmTypeId,
    /// Whether the condition lasts.
    pub state: ReportedState,
    /// Seconds for which it is believed to exist without being said again. Absent: until it is
    /// cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_s_max: Option<u32>,
    /// Why it belongs here.
    pub why: JoinedBy,
    /// What is doubtful about what was said.
    #[serde(default, skip_serializing_if = "Doubts::is_empty")]
    pub doubts: Doubts,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Located::is_unknown")]
    pub place: Located,
    /// Of somebody who is missed: what nobody hears of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence: Option<Silence>,
}

/// A source that had joined got a row of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlarmSplit {
    /// The row that it leaves.
    pub alarm: AlarmId,
    /// Who or what.
    pub source: Source,
    /// The number of its own row.
    pub into: AlarmId,
    /// The worst that it says exists.
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    /// What its type shares that row with.
    pub family: AlarmTypeId,
    /// Its type's place within the family.
    pub tier: u8,
    pub priority: Priority,
    pub place: Located,
    /// Claimed by then, or overdue.
    pub claim_due_at: Timestamp,
    /// Who decided it.
    pub by: PersonId,
}

/// Another verdict counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmVerdictCorrected {
    pub alarm: AlarmId,
    /// Who corrected it.
    pub by: PersonId,
    /// What it was.
    pub verdict: Verdict,
    /// How that was established; never absent where the estate asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<VerdictBasis>,
}

/// Somebody was shown a live picture that belongs to it. The server noticed that: it is nobody's deed, so it
/// answers no call and needs no follow-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmViewed {
    pub alarm: AlarmId,
    /// Whose picture.
    pub camera: DeviceId,
    /// Who was shown it.
    pub by: PersonId,
    /// When the first live picture went out to them, and the last one. Between them none was missing for long.
    pub from: Timestamp,
    pub to: Timestamp,
}

/// 录像: pictures of its place are kept, from before it came until after it. They may be deleted later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmClipKept {
    pub alarm: AlarmId,
    pub clip: ClipId,
    /// Whose pictures.
    pub camera: DeviceId,
    /// When its first picture was received.
    pub from: Timestamp,
    /// When its last one was.
    pub to: Timestamp,
    /// How long the file is.
    pub bytes: u64,
    /// Of the file, in hexadecimal digits.
    pub sha256: Text<64>,
    /// By RFC 6381.
    pub codec: Text<64>,
}

/// A person looked at a clip; once an hour for each of them at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmClipViewed {
    pub alarm: AlarmId,
    pub clip: ClipId,
    pub by: PersonId,
}

impl AlarmFact {
    /// Which alarm it is about; of a split, the row that is left.
    pub const fn alarm(&self) -> AlarmId {
        match self {
            Self::Raised(body) => body.alarm,
            Self::Repeated(body) => body.alarm,
            Self::Cleared(body) => body.alarm,
            Self::Overdue(body) => body.alarm,
            Self::Undispatched(body) => body.alarm,
            Self::Unheard(body) => body.alarm,
            Self::Claimed(body) => body.alarm,
            Self::Noted(body) => body.alarm,
            Self::Judged(body) => body.alarm,
            Self::Acknowledged(body) => body.alarm,
            Self::Muted(body) => body.alarm,
            Self::Shelved(body) => body.alarm,
            Self::Unshelved(body) => body.alarm,
            Self::Released(body) => body.alarm,
            Self::Transferred(body) => body.alarm,
            Self::Returned(body) => body.alarm,
            Self::Risen(body) => body.alarm,
            Self::Joined(body) => body.alarm,
            Self::Split(body) => body.alarm,
            Self::VerdictCorrected(body) => body.alarm,
            Self::Viewed(body) => body.alarm,
            Self::ClipKept(body) => body.alarm,
            Self::ClipViewed(body) => body.alarm,
        }
    }
}
