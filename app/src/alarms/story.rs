//! What happened to an alarm: the steps of its history as lines for people, newest first.

use super::doubts::sentences;
use super::known::Known;
use super::marks::{joined_name, noticed_late, returned_name, risen_because};
use super::model::{
    basis_name, follow_up_name, priority_name, shelf_reason_name, source_name, type_name,
    verdict_name,
};
use super::texts;
use crate::ages;
use crate::evidence::texts as evidence;
use crate::incidents::texts as incidents;
use crate::names::{device_name, person_name};
use crate::texts::Words;
use castellan_domain::alarm::{
    AlarmFact, Located, NoteContent, Silence, Source, Verdict, VerdictBasis,
};
use castellan_domain::estate::{Estate, Place, Priority};
use castellan_domain::fact::{AlarmClipKept, AlarmRaised, AlarmReturned, AlarmSplit, AlarmViewed};
use castellan_domain::ids::{AlarmId, AlarmTypeId, PersonId, Seq};
use castellan_domain::observation::Doubts;
use castellan_domain::rules::system;
use castellan_domain::subject::Step;
use castellan_domain::text::Language;
use castellan_domain::time::{Span, Timestamp};

/// A report is told with the time of its cause, too, if that was so much earlier.
const BELATED: Span = Span::from_secs(5);

/// A line of the timeline, or where lines are missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// What happened in one second by one hand.
    Line(Line),
    /// So many steps are in the record alone.
    Earlier(Whose, usize),
}

/// Whose steps are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The alarm's.
    Alarm,
    /// Those of its incident.
    Incident,
}

/// What happened in one second by one hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// Who did it, if a person did.
    pub by: Option<PersonId>,
    /// Part of a drill.
    pub drill: bool,
    /// What, in the order in which it happened.
    pub parts: Vec<Part>,
}

impl Line {
    /// The note whose words belong to it.
    pub fn note(&self) -> Option<uuid::Uuid> {
        self.parts.iter().find_map(|part| part.note)
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What.
    pub what: Words,
    /// More about it: a verdict, a reason, a name.
    pub detail: String,
    /// The note, if it is one.
    pub note: Option<uuid::Uuid>,
    /// The clip, if it is one.
    pub clip: Option<AlarmClipKept>,
}

/// What happened to its incident, or to somebody who was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The fact's number: what happened first is told first.
    pub seq: Seq,
    /// When.
    pub at: Timestamp,
    /// Who did it, if a person did.
    pub by: Option<PersonId>,
    /// Part of a drill.
    pub drill: bool,
    /// What.
    pub part: Part,
    /// Steps of the same thing just before it that are in the record alone.
    pub missing: usize,
}

/// Who tells a story, to whom.
pub struct Teller<'a> {
    /// Whose it is.
    pub alarm: AlarmId,
    pub estate: Option<&'a Estate>,
    pub language: Language,
    /// How a time of day is written.
    pub clock: &'a dyn Fn(Timestamp) -> String,
}

/// What the steps before say, as far as they are known.
#[derive(Debug, Default)]
struct SoFar {
    owner: Option<PersonId>,
    verdict: Option<Verdict>,
}

impl Teller<'_> {
    /// The story of what is known, newest first, with what was told of its incident, oldest first.
    pub fn tell(&self, known: &Known<AlarmFact>, told: Vec<Told>) -> Vec<Entry> {
        let (mut entries, mut so_far) = (Vec::new(), SoFar::default());
        let mut told = told.into_iter().peekable();
        for (index, step) in known.steps().enumerate() {
            while let Some(before) = told.next_if(|told| told.seq < step.seq) {
                add_told(&mut entries, before);
            }
            if index == 1 && known.missing() > 0 {
                entries.push(Entry::Earlier(Whose::Alarm, known.missing()));
                so_far = SoFar::default();
            }
            if let Some((at, what)) = began(step) {
                add(&mut entries, hand(step), at, plain(what));
            }
            add(&mut entries, hand(step), step.at, self.part(step, &so_far));
            so_far.follow(&step.fact);
        }
        for after in told {
            add_told(&mut entries, after);
        }
        entries.reverse();
        entries
    }

    fn part(&self, step: &Step<AlarmFact>, so_far: &SoFar) -> Part {
        let (what, mut details) = self.told(&step.fact, so_far);
        let says_when = began(step).is_some() || matches!(step.fact, AlarmFact::Viewed(_));
        let belated = step.at.since(step.occurred_at) >= BELATED && !says_when;
        if belated && step.again.is_none() {
            let at = (self.clock)(step.occurred_at);
            details.push(texts::HAPPENED_AT.fill(self.language, &[&at]));
        }
        if let Some(again) = step.again {
            let (times, last) = (step.times().to_string(), (self.clock)(again.at));
            details.push(texts::AGAIN.fill(self.language, &[&times, &last]));
        }
        let note = match &step.fact {
            AlarmFact::Noted(body) => body.note.words().map(|words| words.id),
            _ => None,
        };
        let clip = match &step.fact {
            AlarmFact::ClipKept(body) => Some(body.clone()),
            _ => None,
        };
        Part {
            what,
            detail: details.join(" · "),
            note,
            clip,
        }
    }

    fn told(&self, fact: &AlarmFact, so_far: &SoFar) -> (Words, Vec<String>) {
        match fact {
            AlarmFact::Raised(body) => self.raised(body),
            AlarmFact::Repeated(body) => {
                let source = body.source.iter().map(|source| self.source(source));
                let news = self.missing(body.silence).into_iter();
                let news = news.chain(body.place.as_ref().and_then(|place| self.located(place)));
                let told = source.chain(news).chain(self.doubts(&body.doubts));
                let moved = body.place.is_some();
                let what = if moved {
                    texts::TIMELINE_MOVED
                } else {
                    texts::TIMELINE_REPEATED
                };
                (what, told.collect())
            }
            AlarmFact::Cleared(body) => {
                let source = body.source.iter().map(|source| self.source(source));
                let ended = body.ended.iter().map(|kind| self.kind(kind));
                (texts::TIMELINE_CLEARED, source.chain(ended).collect())
            }
            AlarmFact::Overdue(body) => (texts::TIMELINE_OVERDUE, self.late(body.late_s)),
            AlarmFact::Undispatched(body) => {
                (incidents::STORY_UNDISPATCHED, self.late(body.late_s))
            }
            AlarmFact::Unheard(body) => {
                let for_s = ages::text(Span::from_secs(i64::from(body.for_s)));
                let late = self.late(body.late_s);
                let told = [for_s].into_iter().chain(late);
                (texts::TIMELINE_UNHEARD, told.collect())
            }
            AlarmFact::Claimed(_) => (texts::TIMELINE_CLAIMED, Vec::new()),
            AlarmFact::Noted(body) => match &body.note {
                NoteContent::Words(_) => (texts::NOTE, Vec::new()),
                NoteContent::Done(what) => {
                    let what = follow_up_name(*what).get(self.language).to_owned();
                    (texts::FOLLOW_UP, vec![what])
                }
            },
            AlarmFact::Judged(body) => {
                let verdict = self.verdict(body.verdict);
                let basis = self.basis(body.basis.as_ref());
                let told = [verdict].into_iter().chain(basis);
                (texts::TIMELINE_JUDGED, told.collect())
            }
            AlarmFact::VerdictCorrected(body) => {
                let former = so_far.verdict.map(|verdict| self.verdict(verdict));
                let now = self.verdict(body.verdict);
                let basis = self.basis(body.basis.as_ref());
                let told = [became(former, &now)].into_iter().chain(basis);
                (texts::TIMELINE_CORRECTED, told.collect())
            }
            AlarmFact::Acknowledged(_) => (texts::TIMELINE_ACKNOWLEDGED, Vec::new()),
            AlarmFact::Muted(body) => (texts::TIMELINE_MUTED, vec![self.until(body.until)]),
            AlarmFact::Shelved(body) => {
                let why = shelf_reason_name(body.reason).get(self.language).to_owned();
                (texts::SHELVED, vec![why, self.until(body.until)])
            }
            AlarmFact::Unshelved(body) => match body.by {
                Some(_) => (texts::TIMELINE_UNSHELVED, Vec::new()),
                None => (texts::TIMELINE_SHELF_OVER, self.late(body.late_s)),
            },
            AlarmFact::Released(_) => (texts::TIMELINE_RELEASED, Vec::new()),
            AlarmFact::Transferred(body) => {
                let former = so_far.owner.as_ref().map(|owner| self.person(owner));
                let now = self.person(&body.to);
                (texts::TIMELINE_TRANSFERRED, vec![became(former, &now)])
            }
            AlarmFact::Returned(body) => (texts::TIMELINE_RETURNED, self.returned(body, so_far)),
            AlarmFact::Risen(body) => {
                let why = risen_because(self.estate, &body.why, self.language);
                let now = self.what(&body.kind, body.priority);
                (texts::TIMELINE_RISEN, vec![format!("{why} → {now}")])
            }
            AlarmFact::Joined(body) => {
                let why = joined_name(body.why).get(self.language).to_owned();
                let told = [self.source(&body.source), why].into_iter();
                let doubts = self.doubts(&body.doubts);
                (texts::TIMELINE_JOINED, told.chain(doubts).collect())
            }
            AlarmFact::Split(body) => self.split(body),
            AlarmFact::Viewed(body) => (texts::TIMELINE_VIEWED, self.viewed(body)),
            AlarmFact::ClipKept(body) => {
                let camera = device_name(self.estate, &body.camera, self.language);
                let (from, to) = ((self.clock)(body.from), (self.clock)(body.to));
                (evidence::KEPT, vec![camera, format!("{from}–{to}")])
            }
            AlarmFact::ClipViewed(body) => (evidence::VIEWED, vec![body.clip.to_string()]),
        }
    }

    /// What was looked at, by its place as its tile has it, and when.
    fn viewed(&self, body: &AlarmViewed) -> Vec<String> {
        let place = self.estate.and_then(|estate| {
            let camera = estate.device(&body.camera)?;
            Some(estate.place_name(&camera.place, self.language))
        });
        let place = place.unwrap_or_else(|| body.camera.to_string());
        let times = [(self.clock)(body.from), (self.clock)(body.to)];
        let times = texts::TIMELINE_LIVE.fill(self.language, &[&times[0], &times[1]]);
        vec![place, times]
    }

    fn raised(&self, body: &AlarmRaised) -> (Words, Vec<String>) {
        if is_gap(body) {
            return (texts::TIMELINE_GAP_ENDED, Vec::new());
        }
        let what = self.what(&body.kind, body.priority);
        let missing = self.missing(body.silence);
        let details = [Some(what), missing, self.located(&body.place)];
        let details = details.into_iter().flatten();
        let details = details.chain(self.doubts(&body.doubts));
        (texts::TIMELINE_RAISED, details.collect())
    }

    /// Where somebody was then; where a device stands is said above.
    fn located(&self, located: &Located) -> Option<String> {
        let words = |place: &Place| {
            let named = self
                .estate
                .map(|estate| estate.place_name(place, self.language));
            let named = named.filter(|words| !words.is_empty());
            named.unwrap_or_else(|| format!("{:.5}, {:.5}", place.at.lat(), place.at.lon()))
        };
        match located {
            Located::Said { place, .. } => Some(words(place)),
            Located::Last { place, .. } => {
                Some(texts::TIMELINE_LAST_PLACE.fill(self.language, &[&words(place)]))
            }
            Located::Fixed(_) | Located::Unknown => None,
        }
    }

    fn missing(&self, silence: Option<Silence>) -> Option<String> {
        let words = match silence? {
            Silence::Phone { .. } => texts::TIMELINE_SILENT_PHONE,
            Silence::Position { .. } => texts::TIMELINE_SILENT_POSITION,
        };
        Some(words.get(self.language).to_owned())
    }

    fn returned(&self, body: &AlarmReturned, so_far: &SoFar) -> Vec<String> {
        let why = returned_name(body.why).get(self.language).to_owned();
        let from = so_far.owner.as_ref().map(|owner| self.person(owner));
        let late = self.late(body.late_s);
        [why].into_iter().chain(from).chain(late).collect()
    }

    /// It is told by the row that is left and by the one that begins with it.
    fn split(&self, body: &AlarmSplit) -> (Words, Vec<String>) {
        if body.into == self.alarm {
            let what = self.what(&body.kind, body.priority);
            return (
                texts::TIMELINE_SPLIT_FROM,
                vec![body.alarm.to_string(), what],
            );
        }
        let source = self.source(&body.source);
        let into = body.into.to_string();
        (texts::TIMELINE_SPLIT, vec![became(Some(source), &into)])
    }

    fn what(&self, kind: &AlarmTypeId, priority: Priority) -> String {
        let (kind, priority) = (self.kind(kind), priority_name(priority).get(self.language));
        match self.language {
            Language::Zh => format!("{kind}（{priority}）"),
            Language::En => format!("{kind} ({priority})"),
        }
    }

    fn kind(&self, kind: &AlarmTypeId) -> String {
        type_name(self.estate, kind, self.language)
    }

    fn source(&self, source: &Source) -> String {
        source_name(self.estate, source, self.language)
    }

    fn person(&self, person: &PersonId) -> String {
        person_name(self.estate, person, self.language)
    }

    fn doubts(&self, doubts: &Doubts) -> impl Iterator<Item = String> {
        sentences(doubts).map(|doubt| doubt.get(self.language).to_owned())
    }

    fn verdict(&self, verdict: Verdict) -> String {
        verdict_name(verdict).get(self.language).to_owned()
    }

    fn basis(&self, basis: Option<&VerdictBasis>) -> Option<String> {
        basis.map(|basis| basis_name(self.estate, basis, self.language))
    }

    fn until(&self, until: Timestamp) -> String {
        texts::UNTIL.fill(self.language, &[&(self.clock)(until)])
    }

    fn late(&self, late_s: u32) -> Vec<String> {
        let late = (late_s > 0).then(|| noticed_late(late_s, self.language));
        late.into_iter().collect()
    }
}

impl SoFar {
    fn follow(&mut self, fact: &AlarmFact) {
        match fact {
            AlarmFact::Claimed(body) => self.owner = Some(body.by.clone()),
            AlarmFact::Transferred(body) => self.owner = Some(body.to.clone()),
            AlarmFact::Acknowledged(body) => {
                self.owner = self.owner.take().or_else(|| Some(body.by.clone()));
            }
            AlarmFact::Judged(body) => self.verdict = Some(body.verdict),
            AlarmFact::VerdictCorrected(body) => self.verdict = Some(body.verdict),
            AlarmFact::Released(_) | AlarmFact::Returned(_) => *self = Self::default(),
            _ => {}
        }
    }
}

/// The moment in which it began, where its own step does not tell it. A gap is told by what it was:
/// it stopped when it happened, and its row came when it was over.
fn began(step: &Step<AlarmFact>) -> Option<(Timestamp, Words)> {
    match &step.fact {
        AlarmFact::Raised(body) if is_gap(body) => {
            Some((step.occurred_at, texts::TIMELINE_GAP_BEGAN))
        }
        AlarmFact::Raised(_) if second(step.occurred_at) != second(step.at) => {
            Some((step.occurred_at, texts::TIMELINE_OCCURRED))
        }
        _ => None,
    }
}

fn is_gap(body: &AlarmRaised) -> bool {
    body.source == Source::System && body.family.as_str() == system::GAP
}

fn became(former: Option<String>, now: &str) -> String {
    match former {
        Some(former) => format!("{former} → {now}"),
        None => format!("→ {now}"),
    }
}

const fn plain(what: Words) -> Part {
    Part {
        what,
        detail: String::new(),
        note: None,
        clip: None,
    }
}

/// Whose deed it was, and whether it was part of a drill.
type Hand = (Option<PersonId>, bool);

fn hand(step: &Step<AlarmFact>) -> Hand {
    let by = match &step.fact {
        AlarmFact::Viewed(body) => Some(&body.by),
        _ => step.actor.as_ref(),
    };
    (by.cloned(), step.drill)
}

fn add_told(entries: &mut Vec<Entry>, told: Told) {
    if told.missing > 0 {
        entries.push(Entry::Earlier(Whose::Incident, told.missing));
    }
    add(entries, (told.by, told.drill), told.at, told.part);
}

/// What one hand did in one second reads as one line, with the words of one note at most. A clip has a line of its own:
/// it is played from there.
fn add(entries: &mut Vec<Entry>, (by, drill): Hand, at: Timestamp, part: Part) {
    if let Some(Entry::Line(line)) = entries.last_mut()
        && second(line.at) == second(at)
        && (&line.by, line.drill) == (&by, drill)
        && (part.note.is_none() || line.note().is_none())
        && line
            .parts
            .iter()
            .chain([&part])
            .all(|part| part.clip.is_none())
    {
        // A claim is told by the alarm and by its incident.
        if part.note.is_some() || !line.parts.contains(&part) {
            line.parts.push(part);
        }
        return;
    }
    let parts = vec![part];
    entries.push(Entry::Line(Line {
        at,
        by,
        drill,
        parts,
    }));
}

fn second(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(1_000_000)
}

#[cfg(test)]
mod tests;
