//! A notice that replaces the one before: short lists that a display holds whole.

use super::outgoing::Outgoing;
use crate::audience::Audience;
use crate::wire::live::ServerMessage;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The latest notice for each audience, encoded once.
#[derive(Debug, Default)]
pub(super) struct Board {
    /// At most one for each audience.
    posts: BTreeMap<Audience, Post>,
}

#[derive(Debug)]
struct Post {
    version: u32,
    is_empty: bool,
    text: Arc<str>,
}

/// What a display was told of a board.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Told {
    version: u32,
    /// It shows something that would have to be taken back.
    shows: bool,
}

impl Board {
    /// Replaces what an audience is told. Says whether that is news to anybody: the same words
    /// again are none, and neither is nothing where nothing was.
    pub(super) fn post(
        &mut self,
        audience: &Audience,
        message: &ServerMessage,
        is_empty: bool,
    ) -> Result<bool, serde_json::Error> {
        let text: Arc<str> = serde_json::to_string(message)?.into();
        let before = self.posts.get(audience);
        if before.map_or(is_empty, |before| before.text == text) {
            return Ok(false);
        }
        let version = before.map_or(0, |before| before.version).wrapping_add(1);
        let post = Post {
            version,
            is_empty,
            text,
        };
        self.posts.insert(audience.clone(), post);
        Ok(true)
    }

    /// What a display has not been told yet. Nothing is said of an empty list to whoever shows none.
    pub(super) fn next(&self, audience: &Audience, told: &mut Told) -> Option<Outgoing> {
        let post = self.posts.get(audience)?;
        if post.version == told.version {
            return None;
        }
        let is_silent = post.is_empty && !told.shows;
        *told = Told {
            version: post.version,
            shows: !post.is_empty,
        };
        (!is_silent).then(|| Outgoing::Text(post.text.clone()))
    }
}
