//! What happens in the server, as its senders and the books are told.

use castellan_domain::answer::Answer;
use castellan_domain::engine::Input;
use castellan_domain::fact::Fact;
use castellan_domain::ids::{DeviceId, Seq};
use castellan_domain::stream::Done;
use castellan_domain::time::Timestamp;

/// What a sender hears.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Heard {
    Answer(Answer),
    /// 503: send again.
    NotRecorded,
    /// It broke the engine: do not send it again.
    SetAside,
}

/// What happened in the server, in its order, for the books. What was not committed is not in it.
#[derive(Debug, Clone)]
pub(crate) enum Happened {
    /// The engine was thrown away, and with it what it remembered beside the facts.
    Reborn,
    /// It handled an input.
    Handled(Box<Handled>),
    /// The driver of the doors heard an order.
    Sent(Sent),
    /// A channel carried a call out.
    Told(Told),
}

/// A call that left.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) about: Seq,
    /// Which process sent it.
    pub(crate) life: u32,
}

/// What a driver heard.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) about: Seq,
    pub(crate) door: DeviceId,
    pub(crate) at: Timestamp,
}

/// An input that was handled in a turn that is on the record.
#[derive(Debug, Clone)]
pub(crate) struct Handled {
    pub(crate) at: Timestamp,
    pub(crate) input: Input,
    pub(crate) answer: Option<Answer>,
    /// What it led to.
    pub(crate) facts: Vec<Fact>,
    /// Whether the positions of its turn were stored.
    pub(crate) kept: bool,
}

/// An input with its sender's number.
pub(crate) struct Ticket {
    pub(crate) sender: Option<u64>,
    pub(crate) input: Input,
}

/// Which of a turn's facts belong to which of its inputs.
pub(crate) fn tell(
    entries: &[Ticket],
    done: &[Done],
    mut facts: Vec<Fact>,
    at: Timestamp,
    kept: bool,
) -> Vec<Handled> {
    let mut handled = Vec::new();
    for (entry, done) in entries.iter().zip(done).rev() {
        let begin = done.made.map_or(facts.len(), |seq| {
            facts.partition_point(|fact| fact.seq < seq)
        });
        let facts = facts.split_off(begin);
        if !done.is_repeat {
            handled.push(Handled {
                at,
                input: entry.input.clone(),
                answer: done.answer.clone(),
                facts,
                kept,
            });
        }
    }
    assert!(facts.is_empty(), "a fact that no input made");
    handled.reverse();
    handled
}
