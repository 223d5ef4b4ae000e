//! What hands and keys share where people are sent.

use super::model::Named;
use super::radio::Spoken;
use castellan_domain::ids::IncidentId;
use castellan_domain::incident::NextStage;
use leptos::prelude::*;

/// What hands do here, which keys share.
#[derive(Clone, Copy)]
pub struct Hands {
    /// Whether sending somebody is what is to be done next.
    pub is_main: Signal<bool>,
    /// Who could be sent, as it is shown.
    pub named: RwSignal<Named>,
    /// Whether they are listed.
    pub listed: Signal<bool>,
    /// Lists them, or leaves that.
    pub list: Callback<bool>,
    /// Whose words are recorded.
    pub spoken: Signal<Option<Spoken>>,
    /// Records somebody's words, or leaves that.
    pub record: Callback<Option<Spoken>>,
    /// Picks what they say, by its index.
    pub pick: Callback<usize>,
    /// Moves the incident to another stage.
    pub go_on: Callback<(IncidentId, NextStage)>,
}
