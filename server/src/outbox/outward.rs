//! The ways out that are set up: who is reached by what, and a worker for every channel.

use super::carrier::{Carrier, Way};
use super::config;
use super::shared::Outbox;
use super::webhook::Webhook;
use super::words::Teller;
use super::worker::Worker;
use crate::clock::Clock;
use crate::hub::Hub;
use crate::journal::Reader;
use crate::requests::Request;
use castellan_domain::estate::{Channel, Estate};
use castellan_domain::fact::ReachPublished;
use castellan_domain::ids::JournalId;
use castellan_domain::text::Language;
use jiff::tz::TimeZoneDatabase;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::mpsc;

/// The ways out, before anything goes out.
#[derive(Debug)]
pub(crate) struct Outward {
    /// At most one for each channel.
    carriers: BTreeMap<Channel, Carrier>,
    reach: ReachPublished,
}

impl Outward {
    /// The ways out that a file of channels sets up.
    pub(crate) fn read(
        path: &Path,
        estate: &Arc<Estate>,
        journal: JournalId,
    ) -> anyhow::Result<Self> {
        let (carriers, reach) = config::read(path, estate, journal)?;
        Ok(Self { carriers, reach })
    }

    /// One receiver is told of every call, whoever it is for.
    pub(crate) fn by_webhook(
        webhook: Webhook,
        estate: &Arc<Estate>,
        journal: JournalId,
    ) -> anyhow::Result<Self> {
        let everybody = || estate.people.iter().map(|person| person.id.clone());
        let people = everybody().map(|person| (person, vec![Channel::Webhook]));
        let carrier = Carrier {
            way: Way::Webhook(webhook),
            addresses: everybody().map(|person| (person, String::new())).collect(),
            teller: Teller {
                estate: estate.clone(),
                language: Language::Zh,
                zone: TimeZoneDatabase::bundled().get(estate.time_zone.as_str())?,
            },
            journal,
            per_minute_max: None,
            bytes_max: usize::MAX,
        };
        Ok(Self {
            carriers: BTreeMap::from([(Channel::Webhook, carrier)]),
            reach: ReachPublished {
                people: people.collect(),
            },
        })
    }

    /// Starts a worker for every channel. What waits for one that is not set up any more is refused
    /// by its worker.
    pub(crate) fn start(
        mut self,
        reader: &Reader,
        hub: &Arc<Hub>,
        requests: &mpsc::Sender<Request>,
        clock: &Arc<Clock>,
    ) -> Arc<Outbox> {
        let outbox = Arc::new(Outbox::new(self.reach));
        for channel in Channel::ALL {
            let worker = Worker {
                channel,
                carrier: self.carriers.remove(&channel),
                outbox: outbox.clone(),
                reader: reader.clone(),
                hub: hub.clone(),
                requests: requests.clone(),
                clock: clock.clone(),
            };
            tokio::spawn(worker.run());
        }
        outbox
    }
}
