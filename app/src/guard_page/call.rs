//! Calls for help: aloud, and so that nobody beside them notices. Each is said again until the server has it.

use super::model::{Heard, call_state};
use super::phone::Phone;
use super::state::Call;
use crate::api;
use crate::browser::sleep;
use crate::connection::wait_ms;
use crate::sound::model::Plan;
use castellan_domain::estate::Sound;
use castellan_domain::ids::{EventId, PhoneId};
use castellan_domain::observation::CallKind;
use castellan_domain::wire::ingest::CallRequest;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Milliseconds for which a call is held until it counts.
pub const HOLD_MS: u32 = 2_000;

impl Phone {
    /// Calls for help. A second call before the first is through is the same call.
    pub fn call(&'static self, silent: bool) {
        let state = self.calls.of(silent);
        if state.get_untracked() == Some(Call::Waits) {
            return;
        }
        let Some(phone) = self
            .desk
            .person
            .get_untracked()
            .and_then(|one| PhoneId::of_page(&one))
        else {
            state.set(Some(Call::Failed));
            return;
        };
        let Ok(event_id) = EventId::new(uuid::Uuid::new_v4().to_string()) else {
            return;
        };
        let turn = self.calls.turn();
        state.set(Some(Call::Waits));
        if !silent {
            self.ring(true);
        }
        let kind = if silent {
            CallKind::Silent
        } else {
            CallKind::Sos
        };
        let mut request = CallRequest {
            phone,
            event_id,
            kind,
            at: None,
            occurred_at: None,
            drill: false,
        };
        spawn_local(async move {
            let mut attempt = 0;
            let became = loop {
                // Where they are by now: it may take a while to get through.
                request.at = self.place.present();
                match api::call(&request).await {
                    Ok(_) => break Call::Answered,
                    Err(error) if error.is_passing() => {}
                    Err(_) => break Call::Failed,
                }
                attempt += 1;
                sleep(wait_ms(attempt, js_sys::Math::random())).await;
            };
            if self.calls.turn() == turn {
                state.set(Some(became));
            }
        });
    }

    /// Forgets what was called for once the server says that it is settled.
    pub fn forget_settled(&'static self) {
        for silent in [false, true] {
            Effect::new(move |before: Option<bool>| {
                let is_known = self.told.with(|told| {
                    let call = told.as_ref().and_then(|(_, view)| view.call.as_ref());
                    call.is_some_and(|call| call.silent == silent)
                });
                let state = self.calls.of(silent);
                if before == Some(true)
                    && !is_known
                    && state.get_untracked() == Some(Call::Answered)
                {
                    state.set(None);
                }
                is_known
            });
        }
    }

    /// Lets the phone sound, or be still.
    pub fn ring(&self, on: bool) {
        let plan = Plan {
            goes_on: on.then_some(Sound::Life),
            once: None,
        };
        self.speaker().play(plan);
    }

    /// How far the last call is, as the page and the server know.
    pub fn heard(&self, silent: bool) -> Option<Heard> {
        let own = self.calls.of(silent).get();
        let own = own.map(|call| call == Call::Answered);
        self.told.with(|told| {
            let call = told.as_ref().and_then(|(_, view)| view.call.as_ref());
            call_state(own, call, silent)
        })
    }
}
