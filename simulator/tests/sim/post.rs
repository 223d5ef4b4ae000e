//! The way out to people: calls that wait on the record, and channels that do what they like.

use super::cast::RUNGS;
use super::happened::{Happened, Told};
use super::server::Server;
use castellan_domain::engine::Input;
use castellan_domain::estate::Channel;
use castellan_domain::fact::{NotificationFailing, NotificationSettled, ReachPublished};
use castellan_domain::ids::Seq;
use castellan_domain::notify::{Message, Settlement};
use castellan_domain::stream::Machine as _;
use fastrand::Rng;
use std::collections::{BTreeMap, BTreeSet};

/// What the process has of calls. It dies with it.
#[derive(Default)]
pub(crate) struct Post {
    /// What became of a call, until that is on record: till then it is not sent again.
    settling: BTreeMap<Seq, NotificationSettled>,
    /// Calls whose first attempt failed.
    failing: BTreeSet<Seq>,
}

/// Who is reached by what: everybody who is on a rung, as the server's channels say it at each start.
pub(crate) fn reach() -> Input {
    let person = |id: &str| id.parse().expect("an id");
    let people = RUNGS.map(|id| (person(id), vec![Channel::Voice, Channel::Sms]));
    Input::ReachLoaded(ReachPublished {
        people: people.into_iter().collect(),
    })
}

impl Post {
    /// An outcome is on record.
    pub(super) fn recorded(&mut self, about: Seq) {
        self.settling.remove(&about);
    }
}

impl Server {
    /// The channels carry on, slowly at times.
    pub(crate) fn deliver(&mut self, rng: &mut Rng) {
        let waiting = self.store.waiting();
        for (about, message) in waiting {
            if let Some(settled) = self.post.settling.get(&about) {
                // Said again until it is on record.
                let settled = settled.clone();
                self.own(Input::Notified(settled));
                continue;
            }
            let view = self.machine.site().view();
            if message.is_answered(about, view) {
                self.settle_call(about, &message, Settlement::Answered);
            } else if rng.u8(..3) > 0 {
                self.attempt(rng, about, &message);
            }
        }
    }

    fn attempt(&mut self, rng: &mut Rng, about: Seq, message: &Message) {
        let outcome = match rng.u8(..8) {
            0 if self.post.failing.insert(about) => {
                let (matter, channel) = (message.matter(), message.channel());
                self.own(Input::Failing(NotificationFailing {
                    about,
                    matter,
                    channel,
                }));
                return;
            }
            0 => Settlement::GivenUp,
            1 => Settlement::Refused,
            _ => Settlement::Delivered,
        };
        if outcome == Settlement::Delivered {
            let life = self.life();
            self.log.push(Happened::Told(Told { about, life }));
        }
        self.settle_call(about, message, outcome);
    }

    fn settle_call(&mut self, about: Seq, message: &Message, outcome: Settlement) {
        let settled = NotificationSettled {
            about,
            matter: message.matter(),
            channel: message.channel(),
            outcome,
            attempts: 1,
        };
        self.post.settling.insert(about, settled.clone());
        self.own(Input::Notified(settled));
    }
}
