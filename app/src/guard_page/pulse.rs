//! How a guard's page stands to its server, told by echoes: each says that all the server had when it was asked
//! is here.

use castellan_domain::stream::Link;
use castellan_domain::time::{Span, Timestamp};

/// Without any sign of life for this long a connection is given up, whatever the browser believes of it.
const SILENT_AFTER: Span = Span::from_secs(4);

/// The first word of a connection comes within this time, or it is given up.
const HEARD_WITHIN: Span = Span::from_secs(10);

/// What is known of the way to the server. Times are the page's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pulse {
    /// When the connection began.
    begun: Span,
    asked: u64,
    asked_at: Option<(u64, Span)>,
    /// When the last echo that came back was asked for, and the server's time in it.
    current: Option<(Span, Timestamp)>,
    /// When anything was heard last, and the server's time in it.
    heard: Option<(Span, Timestamp)>,
}

impl Pulse {
    /// The number of an echo to be sent now, unless one is under way.
    pub fn ask(&mut self, mono: Span) -> Option<u64> {
        if self.asked_at.is_some() {
            return None;
        }
        self.asked += 1;
        self.asked_at = Some((self.asked, mono));
        Some(self.asked)
    }

    /// A connection begins: what was asked of another one is not answered any more.
    pub fn begin(&mut self, mono: Span) {
        self.begun = mono;
        self.asked_at = None;
        self.heard = None;
    }

    /// An echo came back.
    pub fn answered(&mut self, number: u64, server_time: Timestamp, mono: Span) {
        self.hear(server_time, mono);
        if let Some((asked, at)) = self.asked_at
            && asked == number
        {
            self.asked_at = None;
            self.current = Some((at, server_time));
        }
    }

    /// Anything with the server's time came.
    pub fn hear(&mut self, server_time: Timestamp, mono: Span) {
        self.heard = Some((mono, server_time));
    }

    /// Whether a connection says nothing any more, or has said nothing for too long.
    pub fn is_silent(&self, mono: Span) -> bool {
        let (since, within) = match self.heard {
            Some((at, _)) => (at, SILENT_AFTER),
            None => (self.begun, HEARD_WITHIN),
        };
        mono.as_micros() - since.as_micros() >= within.as_micros()
    }

    /// How the link stands.
    pub fn link(&self, mono: Span) -> Link {
        self.current.map_or(Link::Connecting, |(at, server_time)| {
            let age = Span::from_micros(mono.as_micros() - at.as_micros());
            Link::after(age, server_time)
        })
    }

    /// The server's time, as far as it was heard.
    pub fn now(&self, mono: Span) -> Option<Timestamp> {
        let (at, server_time) = self.heard.or(self.current)?;
        Some(server_time + Span::from_micros(mono.as_micros() - at.as_micros()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_secs(1_795_000_000);

    const fn at(ms: i64) -> Span {
        Span::from_millis(ms)
    }

    #[test]
    fn the_link_is_as_old_as_the_last_question_that_was_answered() {
        let mut pulse = Pulse::default();
        assert_eq!(pulse.link(at(0)), Link::Connecting);
        let first = pulse.ask(at(1_000)).expect("the first one");
        assert_eq!(pulse.ask(at(2_500)), None, "one question at a time");
        pulse.answered(first + 1, NOON, at(2_600));
        assert_eq!(
            pulse.link(at(2_600)),
            Link::Connecting,
            "not the answer to it"
        );
        pulse.answered(first, NOON, at(1_100));
        assert_eq!(pulse.link(at(2_900)), Link::Live);
        assert_eq!(
            pulse.link(at(3_000)),
            Link::Unsure,
            "two seconds after it was asked"
        );
        assert_eq!(pulse.link(at(5_000)), Link::Stale { since: NOON });
        assert_eq!(pulse.now(at(2_100)), Some(NOON + Span::from_secs(1)));
        assert!(pulse.ask(at(2_000)).is_some());
    }

    #[test]
    fn a_connection_that_says_nothing_is_given_up_and_the_next_one_has_its_time() {
        let mut pulse = Pulse::default();
        pulse.begin(at(50_001));
        assert!(!pulse.is_silent(at(60_000)), "it may be connecting still");
        assert!(pulse.is_silent(at(60_001)), "nobody there");
        pulse.hear(NOON, at(60_000));
        assert!(!pulse.is_silent(at(63_999)) && pulse.is_silent(at(64_000)));
        let lost = pulse.ask(at(64_000));
        pulse.begin(at(64_000));
        assert!(!pulse.is_silent(at(70_000)));
        assert!(pulse.ask(at(64_100)) > lost);
    }
}
