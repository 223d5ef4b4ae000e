//! What a guard's page knows and does. There is one for as long as the page lives.

use super::model::Face;
use super::pulse::Pulse;
use super::state::{Calls, Place};
use super::taps::{Sent, Taps};
use super::texts;
use crate::ages::Now;
use crate::api::{self, ApiError};
use crate::browser::{beat, mono, sleep};
use crate::connection::wait_ms;
use crate::desk::{Desk, FailedBy, Failure, has_settled};
use crate::live::reload_if_older;
use crate::sound::Speaker;
use crate::texts::Words;
use castellan_domain::answer::Accepted;
use castellan_domain::estate::Person;
use castellan_domain::guard_view::GuardView;
use castellan_domain::ids::{AssignmentId, CommandId, PersonId, Seq, SiteId};
use castellan_domain::stream::Link;
use castellan_domain::text::Text;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::wire::api::{CommandRequest, WireCommand};
use castellan_domain::wire::live::RefusedCode;
use futures_util::{FutureExt as _, select};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Wait for the answer to a tap. After that it is said again, under the same id.
const ANSWER_WITHIN_MS: u32 = 10_000;
/// How long it is said that something came to nothing.
const SAID_MS: u32 = 8_000;

/// What the page says for a while.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// Words of its own.
    Words(Words),
    /// Why a tap came to nothing.
    Failed(Failure),
}

/// All that the page knows.
pub struct Phone {
    /// Whose page it is, and how it looks to them.
    pub desk: &'static Desk,
    pub site: RwSignal<Option<SiteId>>,
    /// What the server told last, and by which fact.
    pub told: RwSignal<Option<(Seq, GuardView)>>,
    pub taps: RwSignal<Taps>,
    /// What somebody turned to among several tasks.
    pub picked: RwSignal<Option<AssignmentId>>,
    pub link: RwSignal<Link>,
    /// The server's time, once a second.
    pub now: RwSignal<Timestamp>,
    pub not_recording: RwSignal<bool>,
    /// Why the server did not let it in.
    pub refused: RwSignal<Option<RefusedCode>>,
    pub said: RwSignal<Option<Said>>,
    pub calls: Calls,
    pub place: Place,
    pub pulse: StoredValue<Pulse>,
    /// The build that the server serves.
    pub served: StoredValue<Option<Text<64>>>,
    /// Since when the page means what it means.
    settled_at: StoredValue<Span>,
    sending: StoredValue<bool>,
    speaker: StoredValue<Option<&'static Speaker>>,
    /// What lives as long as the page.
    owner: StoredValue<Option<Owner>>,
}

impl Phone {
    /// Opens the page: it connects, and its clock begins to run.
    pub fn open(desk: &'static Desk) -> &'static Self {
        let phone: &'static Self = Box::leak(Box::new(Self {
            desk,
            site: RwSignal::new(None),
            told: RwSignal::new(None),
            taps: RwSignal::new(Taps::default()),
            picked: RwSignal::new(None),
            link: RwSignal::new(Link::Connecting),
            now: RwSignal::new(Timestamp::default()),
            not_recording: RwSignal::new(false),
            refused: RwSignal::new(None),
            said: RwSignal::new(None),
            calls: Calls::new(),
            place: Place::new(),
            pulse: StoredValue::new(Pulse::default()),
            served: StoredValue::new(None),
            settled_at: StoredValue::new(Span::ZERO),
            sending: StoredValue::new(false),
            speaker: StoredValue::new(None),
            owner: StoredValue::new(Owner::current()),
        }));
        phone.connect();
        spawn_local(async {
            loop {
                beat();
                phone.tick();
                sleep(1_000).await;
            }
        });
        phone
    }

    /// The view with what was tapped and is not answered yet.
    pub fn ahead(&self) -> Option<GuardView> {
        self.told.with(|told| {
            let (seq, view) = told.as_ref()?;
            Some(self.taps.with(|taps| taps.ahead(view, *seq)))
        })
    }

    /// What the page is about.
    pub fn face(&self) -> Face {
        let picked = self.picked.get();
        let ahead = self.ahead();
        ahead.map_or(Face::Idle, |view| Face::of(&view, picked))
    }

    /// The time by which things are shown.
    pub fn shown_at(&self) -> Now {
        Now {
            at: self.now.get(),
            stands_still: self.is_offline(),
        }
    }

    /// Whether what is shown is old.
    pub fn is_offline(&self) -> bool {
        matches!(self.link.get(), Link::Stale { .. })
    }

    fn tick(&'static self) {
        let mono = mono();
        let (link, now) = self
            .pulse
            .with_value(|pulse| (pulse.link(mono), pulse.now(mono)));
        if self.link.get_untracked() != link {
            self.link.set(link);
        }
        // A picture that stands still has no time of its own.
        if let Some(now) = now.filter(|_| !matches!(link, Link::Stale { .. })) {
            self.now.set(now);
        }
        let rests = self.taps.with_untracked(|taps| taps.waiting() == 0)
            && untrack(|| self.face()) == Face::Idle
            && !self.calls.is_calling();
        if let Some(served) = self.served.get_value().filter(|_| rests) {
            reload_if_older(&served);
        }
    }

    /// The page means something else from now on.
    pub fn unsettle(&self) {
        self.settled_at.set_value(mono());
    }

    /// Says a word for a while.
    pub fn say(&'static self, said: Said) {
        self.said.set(Some(said.clone()));
        spawn_local(async move {
            sleep(SAID_MS).await;
            if self.said.with_untracked(|now| now.as_ref() == Some(&said)) {
                self.said.set(None);
            }
        });
    }

    /// Somebody tapped. What they meant goes out once there is a network.
    pub fn tap(&'static self, command: impl Into<WireCommand>) {
        if !has_settled(self.settled_at.get_value(), mono()) {
            self.say(Said::Words(texts::TASK_CHANGED));
            return;
        }
        self.speaker();
        let id = CommandId(uuid::Uuid::new_v4());
        let at = Some(self.now.get_untracked());
        let mut taken = false;
        self.taps
            .update(|taps| taken = taps.add(id, command.into(), at));
        if !taken {
            self.say(Said::Words(texts::FULL));
            return;
        }
        self.said.set(None);
        spawn_local(self.send_all());
    }

    /// Sends what waits, one after the other, for as long as anything does.
    async fn send_all(&'static self) {
        if self.sending.get_value() {
            return;
        }
        self.sending.set_value(true);
        let mut attempt = 0;
        while let Some(tap) = self.taps.with_untracked(|taps| taps.next().cloned()) {
            let site = self.site.get_untracked();
            let (Some(site), Some(person)) = (site, self.desk.person.get_untracked()) else {
                break;
            };
            self.taps.update(|taps| taps.mark(tap.id, Sent::Yes));
            let request = CommandRequest {
                command_id: tap.id,
                expected: None,
                command: tap.command,
            };
            match answered(&site, &person, &request).await {
                Ok(accepted) => {
                    attempt = 0;
                    let seq = match accepted {
                        Accepted::Done { seq } => seq,
                        _ => Seq(0),
                    };
                    self.taps.update(|taps| taps.received(tap.id, seq));
                }
                Err(error) if error.is_passing() => {
                    self.taps.update(|taps| taps.mark(tap.id, Sent::Not));
                    attempt += 1;
                    sleep(wait_ms(attempt, js_sys::Math::random())).await;
                }
                Err(error) => {
                    self.taps.update(|taps| taps.refused(tap.id));
                    self.fail(error);
                }
            }
        }
        self.sending.set_value(false);
    }

    fn fail(&'static self, error: ApiError) {
        let by = match error {
            ApiError::Unreachable => FailedBy::Unreachable,
            ApiError::Refused(detail) => FailedBy::Server(detail),
        };
        let at = Some(self.now.get_untracked());
        self.say(Said::Failed(Failure { by, at }));
    }

    /// The loudspeaker, from the first tap on: before it a browser plays nothing, and a page that tries is heard.
    pub fn speaker(&self) -> &'static Speaker {
        if let Some(speaker) = self.speaker.get_value() {
            return speaker;
        }
        // What is made by a touch would end with the button that was touched.
        let owner = self.owner.get_value().unwrap_or_default();
        let speaker = owner.with(Speaker::open);
        self.speaker.set_value(Some(speaker));
        speaker
    }

    /// The loudspeaker, if there is one already.
    pub fn speaker_if_open(&self) -> Option<&'static Speaker> {
        self.speaker.get_value()
    }

    /// Somebody else works with this page, or nobody.
    pub fn hand_over(&self, person: Option<PersonId>) {
        self.taps.update(Taps::clear);
        self.told.set(None);
        self.picked.set(None);
        self.calls.forget();
        self.desk.set_person(person);
    }

    /// Why the server did not let somebody in, in words.
    pub fn refused_words(&self) -> Option<Words> {
        self.refused.get().map(|code| match code {
            RefusedCode::CannotBeSent => texts::CANNOT_BE_SENT,
            _ => texts::UNKNOWN_PERSON,
        })
    }

    /// Everybody whose page it could be, once the estate is here.
    pub fn people(&'static self) -> RwSignal<Vec<Person>> {
        let people = RwSignal::new(Vec::new());
        spawn_local(async move {
            let mut attempt = 0;
            while people.try_with_untracked(Vec::is_empty) == Some(true) {
                if let Some(mut found) = people_who_are_sent(self.site.get_untracked()).await {
                    found.sort_by_key(|person| person.role.place());
                    people.try_set(found);
                    return;
                }
                attempt += 1;
                sleep(wait_ms(attempt, js_sys::Math::random())).await;
            }
        });
        people
    }
}

async fn people_who_are_sent(site: Option<SiteId>) -> Option<Vec<Person>> {
    let site = site?;
    let sites = api::sites().await.ok()?;
    let summary = sites.into_iter().find(|one| one.site == site)?;
    let estate = api::estate(&site, &summary.estate).await.ok()?;
    let sent = |person: &Person| person.role.is_sent();
    Some(estate.people.into_iter().filter(sent).collect())
}

/// The server's answer to a tap. One that does not come is as none.
async fn answered(
    site: &SiteId,
    person: &PersonId,
    request: &CommandRequest,
) -> Result<Accepted, ApiError> {
    let mut asked = Box::pin(api::command(site, person, request).fuse());
    let mut late = Box::pin(sleep(ANSWER_WITHIN_MS).fuse());
    select! {
        answer = asked => answer,
        () = late => Err(ApiError::Unreachable),
    }
}
