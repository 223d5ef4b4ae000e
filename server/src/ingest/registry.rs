//! Who a sender is, by the estate's own list.
//!
//! Until sign-in exists nothing is proven here: a sender is who it says it is, which is why the
//! server listens on loopback only.

use castellan_domain::estate::Estate;
use castellan_domain::ids::PersonId;
use std::sync::Arc;

/// The list of known senders.
#[derive(Debug, Clone)]
pub(crate) struct Registry {
    estate: Arc<Estate>,
}

impl Registry {
    pub(crate) fn new(estate: Arc<Estate>) -> Self {
        Self { estate }
    }

    /// Somebody of the staff under this name.
    pub(crate) fn person(&self, name: &str) -> Option<PersonId> {
        let person = PersonId::new(name).ok()?;
        self.estate.person(&person).map(|_known| person)
    }

    /// Whether device and alarm type are known.
    pub(crate) fn knows(
        &self,
        device: &castellan_domain::ids::DeviceId,
        kind: &castellan_domain::ids::AlarmTypeId,
    ) -> Result<(), UnknownSender> {
        if self.estate.device(device).is_none() {
            return Err(UnknownSender::Device);
        }
        if self.estate.alarm_type(kind).is_none() {
            return Err(UnknownSender::AlarmType);
        }
        Ok(())
    }
}

/// What of a report is not in the estate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnknownSender {
    Device,
    AlarmType,
}
