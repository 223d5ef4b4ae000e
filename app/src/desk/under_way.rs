//! Commands that one page has under way: one after another, in the order in which they were given.

use castellan_domain::wire::api::WireCommand;
use std::collections::VecDeque;

/// The one that is sent and those that wait for it, at most: nobody types ahead further. One more comes to nothing.
const UNDER_WAY_MAX: usize = 4;

/// Commands under way, the one that is sent first.
#[derive(Debug, Default)]
pub struct UnderWay(VecDeque<WireCommand>);

impl UnderWay {
    /// Whether it goes along. What is wanted twice meanwhile is wanted once.
    pub fn add(&mut self, command: &WireCommand) -> bool {
        let goes_along = self.0.len() < UNDER_WAY_MAX && !self.0.contains(command);
        if goes_along {
            self.0.push_back(command.clone());
        }
        goes_along
    }

    /// Whether it is sent now.
    pub fn is_first(&self, command: &WireCommand) -> bool {
        self.0.front() == Some(command)
    }

    /// The first one is over.
    pub fn end(&mut self) {
        self.0.pop_front();
    }

    /// Whether none is under way.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::alarm::AlarmCommand;
    use castellan_domain::ids::AlarmId;

    #[test]
    fn what_is_typed_ahead_waits_in_its_order_each_once_and_not_without_end() {
        let claim = |alarm| {
            WireCommand::from(AlarmCommand::Claim {
                alarm: AlarmId(alarm),
            })
        };
        let mut under_way = UnderWay::default();
        for alarm in 1..=4 {
            assert!(under_way.add(&claim(alarm)));
        }
        assert!(!under_way.add(&claim(5)), "nobody types so far ahead");
        under_way.end();
        assert!(under_way.is_first(&claim(2)));
        assert!(!under_way.add(&claim(3)), "it waits already");
        assert!(under_way.add(&claim(1)), "the first is over");
        for alarm in [2, 3, 4, 1] {
            assert!(under_way.is_first(&claim(alarm)));
            under_way.end();
        }
        assert!(under_way.is_empty());
    }
}
