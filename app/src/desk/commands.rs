//! Commands on their way to the server.

use super::failure::{FailedBy, Failure};
use super::offer::{OFFERED_MS, Offer, Standing};
use super::state::Desk;
use super::under_way::UnderWay;
use crate::api::{self, ApiError};
use crate::browser::{mono, sleep};
use castellan_domain::ids::{CommandId, PersonId};
use castellan_domain::refusal::Refusal;
use castellan_domain::wire::api::{CommandRequest, WireCommand};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Attempts to send a command before its person is told that it did not work.
const SEND_ATTEMPTS_MAX: u32 = 3;
/// Wait between two of them.
const SEND_AGAIN_MS: u32 = 700;
/// Looks at whether the picture is live again before a command is given up.
const LIVE_LOOKS_MAX: u32 = 8;
/// Wait between two of them.
const LIVE_LOOK_EVERY_MS: u32 = 250;
/// Wait between two looks at whether it is a command's turn. Each that was sent ends within its attempts.
const TURN_LOOK_EVERY_MS: u32 = 20;
/// Looks for what a command made.
const OFFER_LOOKS_MAX: u32 = 50;
/// Wait between two of them.
const OFFER_LOOK_EVERY_MS: u32 = 100;
/// By so much a browser's timer may come before its time.
const TIMER_EARLY_MS_MAX: u32 = 50;
/// How long it is said that a command came to nothing.
const FAILURE_MS: u32 = 8_000;

impl Desk {
    /// Sends a command; says so if it came to nothing.
    pub fn send(&'static self, command: impl Into<WireCommand>) {
        self.send_as(CommandId(uuid::Uuid::new_v4()), command, || {});
    }

    /// The same under an id, by which the server knows a command that it has done already; `then`
    /// runs after success. Keys are faster than answers: what is wanted while another command is under
    /// way waits for it.
    pub fn send_as(
        &'static self,
        command_id: CommandId,
        command: impl Into<WireCommand>,
        then: impl FnOnce() + 'static,
    ) {
        let site = self.copy.site.get_untracked();
        let (Some(site), Some(person)) = (site, self.person.get_untracked()) else {
            return;
        };
        let command = command.into();
        let goes_along = self.under_way.try_update_value(|all| all.add(&command));
        if goes_along != Some(true) {
            return;
        }
        self.sending.set(true);
        let request = CommandRequest {
            command_id,
            expected: None,
            command,
        };
        spawn_local(async move {
            let is_first = |all: &UnderWay| all.is_first(&request.command);
            while !self.under_way.with_value(is_first) {
                sleep(TURN_LOOK_EVERY_MS).await;
            }
            if !self.is_live_soon().await {
                self.is_over();
                self.say_for_a_while(FailedBy::Stale).await;
                return;
            }
            let mut result = api::command(&site, &person, &request).await;
            for _ in 1..SEND_ATTEMPTS_MAX {
                if !result.as_ref().is_err_and(ApiError::is_passing) {
                    break;
                }
                sleep(SEND_AGAIN_MS).await;
                // The same id: should the first one have been done, its answer comes back.
                result = api::command(&site, &person, &request).await;
            }
            self.is_over();
            match result {
                Ok(_) => {
                    self.failure.set(None);
                    then();
                }
                Err(ApiError::Unreachable) => self.say_for_a_while(FailedBy::Unreachable).await,
                Err(ApiError::Refused(detail)) => {
                    self.say_for_a_while(FailedBy::Server(detail)).await;
                }
            }
        });
    }

    /// Sends what the page says by itself. Nobody asked for it, so nobody is told that it came to nothing.
    pub fn mention(&'static self, command: impl Into<WireCommand>) {
        let site = self.copy.site.get_untracked();
        let (Some(site), Some(person)) = (site, self.person.get_untracked()) else {
            return;
        };
        let request = CommandRequest {
            command_id: CommandId(uuid::Uuid::new_v4()),
            expected: None,
            command: command.into(),
        };
        spawn_local(async move { drop(api::command(&site, &person, &request).await) });
    }

    /// What was under way is over, and the next one has its turn.
    fn is_over(&self) {
        self.under_way.update_value(UnderWay::end);
        self.sending
            .set(!self.under_way.with_value(UnderWay::is_empty));
    }

    /// Whether the picture is live, or will be in a moment: a page that stood still has not read yet
    /// what has come meanwhile. By an old picture nothing is done: a row may be another's by now, or
    /// worse than it looks.
    async fn is_live_soon(&self) -> bool {
        let is_live = || untrack(|| self.copy.link.stale_since().is_none());
        for _ in 0..LIVE_LOOKS_MAX {
            if is_live() {
                return true;
            }
            sleep(LIVE_LOOK_EVERY_MS).await;
        }
        is_live()
    }

    /// Says that nothing is begun by an old picture, and tells whether it is one.
    pub fn refuse_stale(&'static self) -> bool {
        let is_stale = untrack(|| self.copy.link.stale_since().is_some());
        if is_stale {
            spawn_local(self.say_for_a_while(FailedBy::Stale));
        }
        is_stale
    }

    /// Sends a command; after success it says what follows, and offers the way back for a while.
    pub fn send_and_offer(&'static self, command: impl Into<WireCommand>, offer: Offer) {
        let Some(by) = self.person.get_untracked() else {
            return;
        };
        let id = CommandId(uuid::Uuid::new_v4());
        self.send_as(id, command, move || self.offer_for_a_while(by, offer));
    }

    /// The same for what has a way back only once its number is here: it is looked for as long as a while.
    pub fn send_and_offer_what(
        &'static self,
        command: impl Into<WireCommand>,
        look: impl Fn() -> Option<Offer> + 'static,
    ) {
        let Some(by) = self.person.get_untracked() else {
            return;
        };
        let id = CommandId(uuid::Uuid::new_v4());
        self.send_as(id, command, move || {
            spawn_local(async move {
                for _ in 0..OFFER_LOOKS_MAX {
                    if let Some(offer) = look() {
                        return self.offer_for_a_while(by, offer);
                    }
                    sleep(OFFER_LOOK_EVERY_MS).await;
                }
            });
        });
    }

    fn offer_for_a_while(&'static self, by: PersonId, offer: Offer) {
        self.offered
            .update(|standing| standing.begin(by, offer, mono()));
        spawn_local(async move {
            sleep(OFFERED_MS + TIMER_EARLY_MS_MAX).await;
            // Whoever shows it looks at the time.
            self.offered.notify();
        });
    }

    /// Sends commands one after the other, each once the one before is done: what is refused ends it, and says why.
    pub fn send_in_turn(&'static self, commands: Vec<WireCommand>) {
        let mut commands = commands.into_iter();
        if let Some(first) = commands.next() {
            let id = CommandId(uuid::Uuid::new_v4());
            self.send_as(id, first, move || self.send_in_turn(commands.collect()));
        }
    }

    /// What follows from what whoever works here just did, while it can be taken back.
    pub fn offer(&self) -> Option<Offer> {
        let person = self.person.get();
        self.offered
            .with(|standing| standing.of(person.as_ref(), mono()).cloned())
    }

    /// Takes back what was just done, as long as that is offered.
    pub fn take_back(&'static self) {
        let inverse = untrack(|| self.offer()?.inverse);
        if let Some(inverse) = inverse {
            self.send_as(CommandId(uuid::Uuid::new_v4()), inverse, || {
                self.offered.update(Standing::end);
            });
        }
    }

    /// Says why a command is not even sent, until something else is selected or done.
    pub fn say_refused(&self, refusal: Refusal) {
        self.failure.set(Some(Failure {
            by: FailedBy::Refusal(refusal),
            at: Some(self.copy.now_untracked()),
        }));
    }

    async fn say_for_a_while(&self, by: FailedBy) {
        let failure = Failure {
            by,
            at: self.copy.with(|replica| replica.server_now(mono())),
        };
        self.failure.set(Some(failure.clone()));
        sleep(FAILURE_MS).await;
        if self
            .failure
            .with_untracked(|now| now.as_ref() == Some(&failure))
        {
            self.failure.set(None);
        }
    }
}
