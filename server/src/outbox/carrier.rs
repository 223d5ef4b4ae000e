//! A way out, with whom it reaches.

use super::chat::Robot;
use super::gateway::Gateway;
use super::mail::Mail;
use super::sent::Sent;
use super::webhook::Webhook;
use super::words::Teller;
use crate::journal::Parcel;
use castellan_domain::ids::{JournalId, PersonId};
use std::collections::BTreeMap;

/// Notifications that one message carries at most: listed, or counted.
pub(super) const ITEMS_MAX: usize = 500;

/// A way out.
#[derive(Debug)]
pub(super) enum Way {
    /// Signed posts to a program, which reaches everybody.
    Webhook(Webhook),
    /// Robots, by their names.
    Chat(BTreeMap<String, Robot>),
    /// A gateway for calls or texts.
    Gateway(Gateway),
    /// A relay of mail.
    Mail(Mail),
}

/// A way out, with whom it reaches and how much it takes.
#[derive(Debug)]
pub(crate) struct Carrier {
    pub(super) way: Way,
    /// Where each person is reached. At most one for each person of the estate.
    pub(super) addresses: BTreeMap<PersonId, String>,
    pub(super) teller: Teller,
    /// Whose notifications they are.
    pub(super) journal: JournalId,
    /// Messages to one address in a minute, where a robot does not say it itself.
    pub(super) per_minute_max: Option<u32>,
    /// Bytes of UTF-8 of one text, where a robot's kind does not say it.
    pub(super) bytes_max: usize,
}

impl Carrier {
    /// Where somebody is reached by it: what goes to one address goes there in turn.
    pub(super) fn address(&self, person: &PersonId) -> Option<&str> {
        self.addresses.get(person).map(String::as_str)
    }

    /// Notifications that one message can carry.
    pub(super) fn items_max(&self) -> usize {
        match self.way {
            Way::Webhook(_) => 1,
            Way::Chat(_) | Way::Gateway(_) | Way::Mail(_) => ITEMS_MAX,
        }
    }

    /// Messages to this address in a minute.
    pub(super) fn per_minute_max(&self, address: &str) -> Option<u32> {
        match &self.way {
            Way::Chat(robots) => Some(robots.get(address)?.per_minute_max),
            Way::Webhook(_) | Way::Gateway(_) | Way::Mail(_) => self.per_minute_max,
        }
    }

    /// Whether others read it than whom it is for.
    pub(super) fn is_for_a_group(&self) -> bool {
        match self.way {
            Way::Chat(_) => true,
            Way::Webhook(_) | Way::Gateway(_) | Way::Mail(_) => false,
        }
    }

    /// Sends these in one message.
    pub(super) async fn send(&self, address: &str, items: &[Parcel]) -> Sent {
        let Some(first) = items.first() else {
            return Sent::Failed("there is nothing to send".to_owned());
        };
        let id = format!("{}-{}", self.journal.0, first.about);
        let text = || self.teller.text(items, self.bytes_max);
        match &self.way {
            Way::Webhook(webhook) => webhook.send(first).await,
            Way::Chat(robots) => match robots.get(address) {
                Some(robot) => {
                    let text = self.teller.text(items, robot.kind.bytes_max());
                    robot.say(&id, &text).await
                }
                None => Sent::Refused("there is no such robot any more".to_owned()),
            },
            Way::Gateway(gateway) => gateway.say(&id, address, &text()).await,
            Way::Mail(mail) => {
                let subject = self.teller.subject(&items[..1]);
                mail.send(&id, address, &subject, text()).await
            }
        }
    }
}
