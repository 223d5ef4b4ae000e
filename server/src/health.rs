//! What every adapter took and refused, and who reported without being known: counted since start,
//! bounded, and shown to people.

use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::{AdapterHealth, Quarantined, RefusalCount};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Unknown senders kept at most; the one heard longest ago leaves first.
const QUARANTINE_MAX: usize = 100;
/// Characters of an unknown sender's last message that are kept.
const MESSAGE_CHARS_MAX: usize = 500;

/// Counters of all adapters.
#[derive(Debug, Default)]
pub(crate) struct HealthBoard {
    board: Mutex<Board>,
}

#[derive(Debug, Default)]
struct Board {
    /// At most one for each adapter; their names are written in the source.
    adapters: BTreeMap<&'static str, Adapter>,
    /// At most [`QUARANTINE_MAX`].
    quarantine: Vec<Quarantined>,
}

#[derive(Debug, Default)]
struct Adapter {
    accepted: u64,
    /// By code. Codes are written in the source, so their number is bounded by it.
    /// At most one for each code.
    refusals: BTreeMap<&'static str, RefusalCount>,
    /// What was odd about messages that were taken. At most one for each code.
    oddities: BTreeMap<&'static str, RefusalCount>,
}

impl HealthBoard {
    fn lock(&self) -> MutexGuard<'_, Board> {
        // Counters stay usable even if a thread died while counting.
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A message was taken.
    pub(crate) fn accepted(&self, adapter: &'static str) {
        self.lock().adapters.entry(adapter).or_default().accepted += 1;
    }

    /// A message was refused, or answered and discarded.
    pub(crate) fn refused(
        &self,
        adapter: &'static str,
        code: &'static str,
        message: &str,
        now: Timestamp,
    ) {
        let mut board = self.lock();
        let adapter = board.adapters.entry(adapter).or_default();
        count(&mut adapter.refusals, code, message, now);
    }

    /// Something was odd about a message that was taken all the same.
    pub(crate) fn odd(
        &self,
        adapter: &'static str,
        code: &'static str,
        message: &str,
        now: Timestamp,
    ) {
        let mut board = self.lock();
        let adapter = board.adapters.entry(adapter).or_default();
        count(&mut adapter.oddities, code, message, now);
    }

    /// Somebody reported who is not in the estate.
    pub(crate) fn quarantined(
        &self,
        adapter: &'static str,
        sender: &str,
        message: &[u8],
        now: Timestamp,
    ) {
        let mut board = self.lock();
        let last_message = head_of(&String::from_utf8_lossy(message));
        // Shortened before it is looked up: a long name is known again, too.
        let sender = head_of(sender);
        let list = &mut board.quarantine;
        if let Some(known) = list
            .iter_mut()
            .find(|known| known.adapter == adapter && known.sender == sender)
        {
            known.count += 1;
            known.last_at = now;
            known.last_message = last_message;
            return;
        }
        if list.len() >= QUARANTINE_MAX
            && let Some(oldest) = (0..list.len()).min_by_key(|index| list[*index].last_at)
        {
            list.swap_remove(oldest);
        }
        list.push(Quarantined {
            adapter: adapter.to_owned(),
            sender,
            count: 1,
            first_at: now,
            last_at: now,
            last_message,
        });
    }

    /// What to show.
    pub(crate) fn report(&self) -> (Vec<AdapterHealth>, Vec<Quarantined>) {
        let board = self.lock();
        let adapters = board
            .adapters
            .iter()
            .map(|(name, adapter)| AdapterHealth {
                adapter: (*name).to_owned(),
                accepted: adapter.accepted,
                refusals: adapter.refusals.values().cloned().collect(),
                oddities: adapter.oddities.values().cloned().collect(),
            })
            .collect();
        let mut quarantine = board.quarantine.clone();
        quarantine.sort_by_key(|sender| std::cmp::Reverse(sender.last_at));
        (adapters, quarantine)
    }
}

fn count(
    counts: &mut BTreeMap<&'static str, RefusalCount>,
    code: &'static str,
    message: &str,
    now: Timestamp,
) {
    let entry = counts.entry(code).or_insert_with(|| RefusalCount {
        code: code.to_owned(),
        count: 0,
        first_at: now,
        last_at: now,
        message: String::new(),
    });
    entry.count += 1;
    entry.last_at = now;
    entry.message = head_of(message);
}

fn head_of(text: &str) -> String {
    text.chars().take(MESSAGE_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::time::Span;

    #[test]
    fn ten_thousand_unknown_senders_cost_a_hundred_places() {
        let board = HealthBoard::default();
        for n in 0..10_000i64 {
            board.quarantined(
                "events",
                &format!("d{n}"),
                &[b'x'; 9_000],
                Timestamp::from_secs(n),
            );
        }
        let (_, quarantine) = board.report();
        assert_eq!(quarantine.len(), QUARANTINE_MAX);
        assert_eq!(quarantine[0].sender, "d9999");
        assert_eq!(quarantine[0].last_message.len(), MESSAGE_CHARS_MAX);
    }

    #[test]
    fn refusals_are_counted_by_reason() {
        let board = HealthBoard::default();
        let at = Timestamp::from_secs(7);
        board.accepted("events");
        board.refused("events", "malformed", "first", at);
        let later = at + Span::from_secs(3);
        board.refused("events", "malformed", "second", later);
        let (adapters, _) = board.report();
        assert_eq!(adapters[0].accepted, 1);
        assert_eq!(adapters[0].refusals[0].count, 2);
        let RefusalCount {
            first_at, last_at, ..
        } = adapters[0].refusals[0];
        assert_eq!((first_at, last_at), (at, at + Span::from_secs(3)));
        assert_eq!(adapters[0].refusals[0].message, "second");
    }
}
