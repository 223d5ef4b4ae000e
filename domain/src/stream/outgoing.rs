//! One message on its way to a display.

use crate::wire::live::ServerMessage;
use std::sync::Arc;

/// One message to send. Its bytes are shared between displays where they are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outgoing {
    /// JSON.
    Text(Arc<str>),
    /// A position frame.
    Binary(Arc<[u8]>),
}

impl Outgoing {
    /// Bytes of the message.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl ServerMessage {
    /// The message as it goes over the wire.
    pub fn to_outgoing(&self) -> Result<Outgoing, serde_json::Error> {
        Ok(Outgoing::Text(serde_json::to_string(self)?.into()))
    }
}
