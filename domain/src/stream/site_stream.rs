//! What all displays of a site share, encoded once for each audience.

use super::backlog::Backlog;
use super::board::Board;
use super::guards_at::GuardsAt;
use super::lane::Lane;
use super::outgoing::Outgoing;
use super::values::Values;
use crate::audience::Audience;
use crate::estate::{Estate, EstateIndex};
use crate::fact::{Fact, FactError};
use crate::geo::Anchor;
use crate::guard_view::{Concerned, GuardView};
use crate::ids::{JournalId, PersonId, Seq, SiteId};
use crate::text::Text;
use crate::time::{Span, Timestamp};
use crate::unrecorded::Unrecorded;
use crate::view::{Known, Touched, View, project};
use crate::wire::api::Snapshot;
use crate::wire::live::{Heartbeat, LatestOf, ServerMessage, Viewers};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Turns that are still encoded for an audience whose last display has gone, so that a wall which
/// comes back resumes. After that it takes a snapshot.
pub const AUDIENCE_KEPT_TURNS: u32 = 1_000;
/// A heartbeat that has waited for its display longer than this is written anew, with the time of now.
const BEAT_FRESH: Span = Span::from_millis(200);

/// Everything that displays are told.
#[derive(Debug)]
pub struct SiteStream {
    pub(super) site: SiteId,
    pub(super) build: Text<64>,
    /// The number of this run: the epoch that its lane began with.
    pub(super) run: u32,
    /// The fold of all published facts. `None` once a published fact could not be read.
    view: Option<View>,
    /// By which guards' views are made. Without it no phone is let in.
    estate: Option<Arc<EstateIndex>>,
    guards_at: GuardsAt,
    staff: Backlog,
    /// What is kept for the audiences that get no facts, from their first display on.
    /// At most one for each such audience.
    projected: BTreeMap<Audience, Projected>,
    pub(super) lane: Lane,
    pub(super) values: Values,
    unrecorded_pending: Option<Unrecorded>,
    pub(super) unrecorded: Board,
    pub(super) viewers: Board,
    beat: Beat,
}

#[derive(Debug)]
struct Projected {
    backlog: Backlog,
    displays: usize,
    turns_without: u32,
}

#[derive(Debug)]
struct Beat {
    version: u32,
    at: Timestamp,
    not_recording_since: Option<Timestamp>,
    text: Option<Arc<str>>,
}

impl SiteStream {
    /// A stream that goes on from a backlog and the view at its head. `epoch` must differ from that
    /// of every lane before it.
    pub fn new(
        site: SiteId,
        build: Text<64>,
        backlog: Backlog,
        view: View,
        anchor: Anchor,
        epoch: u32,
    ) -> Self {
        Self {
            site,
            build,
            run: epoch,
            view: Some(view),
            estate: None,
            guards_at: GuardsAt::default(),
            staff: backlog,
            projected: BTreeMap::new(),
            lane: Lane::new(anchor, epoch),
            values: Values::default(),
            unrecorded_pending: None,
            unrecorded: Board::default(),
            viewers: Board::default(),
            beat: Beat {
                version: 1,
                at: Timestamp::default(),
                not_recording_since: None,
                text: None,
            },
        }
    }

    /// Lets the phones of guards in, whose views are made by this estate.
    pub fn serve_guards(&mut self, estate: Arc<EstateIndex>) {
        self.estate = Some(estate);
    }

    /// The estate by which guards' views are made.
    pub(super) fn guards_estate(&self) -> Option<&Estate> {
        self.estate.as_deref().map(|index| &*index.estate)
    }

    /// The last turn that may have changed this guard's view.
    pub(super) fn guards_at(&self, person: &PersonId) -> Seq {
        self.guards_at.of(person)
    }

    /// What the phone of somebody shows, if they are sent to incidents and the state is known.
    pub fn guard_view(&self, person: &PersonId, now: Timestamp) -> Option<GuardView> {
        let estate = self.estate.as_ref()?;
        let known = Known {
            view: self.view.as_ref()?,
            estate: &estate.estate,
            now,
        };
        GuardView::of(&known, &estate.ways, self.lane.at(person), person)
    }

    /// Number and hash of the last fact.
    pub fn head(&self) -> (Seq, &str) {
        self.staff.head()
    }

    /// The fold of the facts up to there, if it is known.
    pub fn view(&self) -> Option<&View> {
        self.view.as_ref()
    }

    /// The journal that the numbers belong to.
    pub fn journal(&self) -> JournalId {
        self.staff.journal()
    }

    /// Positions, to be changed between two ticks.
    pub fn lane(&mut self) -> &mut Lane {
        &mut self.lane
    }

    /// Other latest values, to be changed between two ticks.
    pub fn values(&mut self) -> &mut Values {
        &mut self.values
    }

    /// Takes a person off the map, with everything that their phone said.
    pub fn remove_person(&mut self, person: &PersonId) {
        self.lane.remove(person);
        self.values.remove(&LatestOf::Person(person.clone()));
    }

    /// Shows the facts of a committed turn, each as its stored bytes. A fact that cannot be read
    /// still reaches the staff; walls and snapshots end then, because nobody knows what they would
    /// have to show.
    pub fn publish<'a>(
        &mut self,
        facts: impl IntoIterator<Item = &'a str> + Clone,
        upto: Seq,
        hash: &str,
    ) -> Result<(), FactError> {
        let after = self.head().0;
        if upto <= after {
            return Ok(());
        }
        let told = self.fold_and_project(facts.clone(), after, upto, hash);
        self.staff.push(facts, upto, hash);
        if told.is_err() {
            self.view = None;
            self.projected.clear();
        }
        told
    }

    fn fold_and_project<'a>(
        &mut self,
        facts: impl IntoIterator<Item = &'a str>,
        after: Seq,
        upto: Seq,
        hash: &str,
    ) -> Result<(), FactError> {
        let Some(view) = &mut self.view else {
            return Ok(());
        };
        let mut touched = Touched::default();
        for bytes in facts {
            let fact = Fact::decode(bytes)?;
            touched.extend(view.apply(&fact));
        }
        let estate = self.estate.as_deref().map(|index| &*index.estate);
        let concerned = Concerned::by(&touched, view);
        self.guards_at.note(concerned, estate, upto);
        self.projected.retain(|_, kept| {
            kept.turns_without = match kept.displays {
                0 => kept.turns_without + 1,
                _ => 0,
            };
            kept.turns_without <= AUDIENCE_KEPT_TURNS
        });
        for (audience, kept) in &mut self.projected {
            let changes = serde_json::to_string(&project(audience, &touched, view))
                .map_err(FactError::Write)?;
            let text = format!(
                r#"{{"t":"changes","after":{after},"upto":{upto},"hash":"{hash}","changes":{changes}}}"#
            );
            kept.backlog.push_text(text, upto, hash);
        }
        Ok(())
    }

    /// What an audience resumes from, if it is kept.
    pub(super) fn backlog(&self, audience: &Audience) -> Option<&Backlog> {
        if audience.gets_facts() {
            return Some(&self.staff);
        }
        self.projected.get(audience).map(|kept| &kept.backlog)
    }

    /// A display of this audience came: from here on its audience is encoded.
    pub(super) fn enter(&mut self, audience: &Audience) {
        if audience.gets_facts() || !audience.has_copy() || self.view.is_none() {
            return;
        }
        let kept = self
            .projected
            .entry(audience.clone())
            .or_insert_with(|| Projected {
                backlog: self.staff.beside(),
                displays: 0,
                turns_without: 0,
            });
        kept.displays += 1;
    }

    /// A display of this audience went.
    pub(super) fn leave(&mut self, audience: &Audience) {
        if let Some(kept) = self.projected.get_mut(audience) {
            kept.displays = kept.displays.saturating_sub(1);
        }
    }

    /// Audiences without facts that are encoded at the moment.
    pub fn audiences_kept(&self) -> usize {
        self.projected.len()
    }

    /// The state as an audience may see it, if it is known.
    pub fn snapshot(&self, audience: &Audience) -> Option<Snapshot> {
        let (seq, hash) = self.head();
        Some(Snapshot {
            journal: self.staff.journal(),
            run: self.run,
            seq,
            hash: Text::new(hash).ok()?,
            view: self.view()?.seen_by(audience),
        })
    }

    /// What could not be recorded. It goes out with the next tick.
    pub fn set_unrecorded(&mut self, list: &Unrecorded) {
        self.unrecorded_pending = Some(list.clone());
    }

    /// Who looks at what.
    pub fn set_viewers(&mut self, viewers: Viewers) -> Result<bool, serde_json::Error> {
        let is_empty = viewers.viewers.is_empty();
        self.viewers
            .post(&Audience::Staff, &ServerMessage::Viewers(viewers), is_empty)
    }

    /// Ends a tick. Says whether there is anything to send.
    pub fn advance(&mut self, now: Timestamp) -> Result<bool, serde_json::Error> {
        let mut news = self.lane.advance(now);
        news |= self.values.advance()?;
        if let Some(list) = self.unrecorded_pending.take() {
            for audience in Audience::WITH_COPY {
                let list = list.seen_by(&audience);
                let is_empty = list.is_empty();
                let message = ServerMessage::Unrecorded(list);
                news |= self.unrecorded.post(&audience, &message, is_empty)?;
            }
        }
        Ok(news)
    }

    /// Tells every display that the server lives.
    pub fn beat(
        &mut self,
        now: Timestamp,
        not_recording_since: Option<Timestamp>,
    ) -> Result<(), serde_json::Error> {
        self.beat = Beat {
            version: self.beat.version.wrapping_add(1),
            at: now,
            not_recording_since,
            text: None,
        };
        self.beat.text = Some(self.beat_text(now)?);
        Ok(())
    }

    fn beat_text(&self, now: Timestamp) -> Result<Arc<str>, serde_json::Error> {
        let message = ServerMessage::Heartbeat(Heartbeat {
            server_time: now,
            upto: self.head().0,
            not_recording_since: self.beat.not_recording_since,
        });
        Ok(serde_json::to_string(&message)?.into())
    }

    /// The heartbeat, if a display has not had it yet.
    pub(super) fn next_beat(
        &self,
        told: &mut Option<u32>,
        now: Timestamp,
    ) -> Result<Option<Outgoing>, serde_json::Error> {
        if *told == Some(self.beat.version) {
            return Ok(None);
        }
        *told = Some(self.beat.version);
        let text = match &self.beat.text {
            Some(text) if now.since(self.beat.at) <= BEAT_FRESH => text.clone(),
            _ => self.beat_text(now)?,
        };
        Ok(Some(Outgoing::Text(text)))
    }
}
