//! Everything on the map that moves or flashes, and what it looks like at a moment.
//!
//! Its clock is the display's own (`mono`: time since the page began); the server's time comes with
//! [`Scene::set_clock`], so that ages are true on a display whose wall clock is wrong.

mod drawn;
mod frames;
mod marks;
mod person;
pub mod places;
mod show;
mod ways;

pub use frames::Due;
pub use person::GLIDE_S;

use crate::desk::{Picked, Theme};
use crate::dispatch::errands::{Doing, Errand};
use crate::map::camera::Camera;
use crate::map::live_layer::vertices::{Edge, Ink};
use castellan_domain::alarm::{Alarm, Source};
use castellan_domain::estate::{Place, Priority};
use castellan_domain::geo::Anchor;
use castellan_domain::ids::{AlarmId, AlarmTypeId, DeviceId, PersonId};
use castellan_domain::stream::Tracked;
use castellan_domain::time::{Span, Timestamp};
use frames::{Ask, Belief, Frames};
use person::Person;
use std::collections::{BTreeMap, BTreeSet};

/// People and alarms on the map at most. What comes beyond is not drawn and is counted in
/// [`Scene::left_out`]; its row in the list is there all the same.
pub const LIVE_ENTITIES_MAX: usize = 65_536;
/// A fix this good needs no circle.
const ACCURACY_SHOWN_M: f64 = 8.0;
/// Times are written as 32-bit seconds since an epoch that is moved this often.
const EPOCH_S: f64 = 600.0;
/// A clock that is off by more than this makes ages wrong enough to see.
const CLOCK_STEP_S: f64 = 0.5;

/// What is drawn with one draw call, from below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batch {
    /// Edges of roofs.
    Edges,
    /// Edges of what is in alarm: no house hides them.
    Things,
    /// Circles of uncertainty.
    Accuracy,
    /// The ways of those who are going somewhere.
    Ways,
    /// People.
    People,
    /// Selection and alarms, the most urgent on top.
    Alarms,
}

impl Batch {
    /// From below.
    pub const ALL: [Self; 6] = [
        Self::Edges,
        Self::Things,
        Self::Accuracy,
        Self::Ways,
        Self::People,
        Self::Alarms,
    ];
}

#[derive(Debug, Clone, PartialEq)]
struct AlarmMark {
    place: Place,
    priority: Priority,
    family: AlarmTypeId,
    device: Option<DeviceId>,
    owner: Option<PersonId>,
    /// Somebody has it, or has seen it.
    claimed: bool,
    /// Judged or shelved: it stays in sight and calls nobody.
    quiet: bool,
    drill: bool,
}

/// Somebody on the map at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen<'a> {
    /// Who.
    pub id: &'a PersonId,
    /// Metres east and north of the anchor.
    pub at: (f64, f64),
    /// Not heard of for so long that the place is a guess.
    pub lost: bool,
}

/// What moves or flashes.
#[derive(Debug, Default)]
pub struct Scene {
    anchor: Option<Anchor>,
    /// Of all roofs, as they stand in the estate.
    edges: Vec<Edge>,
    /// Of what is in alarm, as [`crate::map::things`] found it.
    things: Vec<(Edge, Ink)>,
    /// How high above the ground alarms are seen.
    up_m: BTreeMap<AlarmId, f64>,
    /// Grows whenever an alarm is another.
    alarms_told: u64,
    /// Server time minus the display's own, in seconds.
    clock_s: Option<f64>,
    people: BTreeMap<PersonId, Person>,
    alarms: BTreeMap<AlarmId, AlarmMark>,
    /// What those are about who were sent. It is told apart from what messages change.
    errands: Vec<Errand>,
    /// Who is sent or asked to go, at most as many.
    doing: BTreeMap<PersonId, Doing>,
    selected: Option<Picked>,
    reduced_motion: bool,
    theme: Theme,
    epoch_s: f64,
    frames: Frames,
    changed: [bool; Batch::ALL.len()],
    vertices: [Vec<f32>; Batch::ALL.len()],
    left_out: BTreeSet<PersonId>,
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a page is open for weeks, not for 285 years"
)]
fn seconds(span: Span) -> f64 {
    span.as_micros() as f64 / 1e6
}

#[expect(
    clippy::cast_precision_loss,
    reason = "microseconds since 1970 fit 53 bits until 2255"
)]
fn unix_s(at: Timestamp) -> f64 {
    at.as_micros() as f64 / 1e6
}

impl Scene {
    /// Where the site's grid begins.
    pub fn set_anchor(&mut self, anchor: Anchor) {
        if self.anchor != Some(anchor) {
            self.anchor = Some(anchor);
            self.change_all(Ask::AtOnce);
        }
    }

    /// Where the site's grid begins, if an estate is there.
    pub fn anchor(&self) -> Option<Anchor> {
        self.anchor
    }

    /// The edges of roofs.
    pub fn set_edges(&mut self, edges: Vec<Edge>) {
        self.edges = edges;
        self.change(Batch::Edges, Ask::AtOnce);
    }

    /// Light or dark.
    pub fn set_theme(&mut self, theme: Theme) {
        if self.theme != theme {
            self.theme = theme;
            self.frames.ask(Ask::AtOnce);
        }
    }

    /// Light or dark.
    pub fn theme(&self) -> Theme {
        self.theme
    }

    /// Nothing glides for somebody who asked for that.
    pub fn set_reduced_motion(&mut self, reduced: bool) {
        self.reduced_motion = reduced;
        self.change_all(Ask::AtOnce);
    }

    /// Whether nothing glides.
    pub fn reduced_motion(&self) -> bool {
        self.reduced_motion
    }

    /// The server's time at a moment of this display: call it with every heartbeat.
    pub fn set_clock(&mut self, server_now: Timestamp, mono: Span) {
        let clock_s = unix_s(server_now) - seconds(mono);
        let known = self.clock_s;
        if known.is_none_or(|known| (known - clock_s).abs() > CLOCK_STEP_S) {
            self.clock_s = Some(clock_s);
            self.frames.forget_fades();
            self.change_all(Ask::Paced);
        }
    }

    /// Where somebody is. They glide there from where they are seen now. What does not show asks for
    /// no frame.
    pub fn set_person(&mut self, id: &PersonId, tracked: Tracked, mono: Span) {
        let now = seconds(mono);
        let to = (
            f64::from(tracked.offset.x_cm) / 100.0,
            f64::from(tracked.offset.y_cm) / 100.0,
        );
        let accuracy_m = tracked.accuracy_dm.map(|dm| f64::from(dm) / 10.0);
        let circle_m = accuracy_m.filter(|m| *m > ACCURACY_SHOWN_M);
        let heard_s = self.heard_s(tracked.received_at, now);
        self.frames.fades_before(Belief::fades_at_s(heard_s, now));
        let Some(known) = self.people.get(id) else {
            if self.is_full() {
                self.left_out.insert(id.clone());
                return;
            }
            let person = Person::new(to, circle_m, tracked.received_at, now);
            self.people.insert(id.clone(), person);
            return self.change_person(id);
        };
        let drawn = Belief::of(self.heard_s(known.received_at, now), self.frames.drawn_s());
        let glides = !self.reduced_motion;
        let Some(person) = self.people.get_mut(id) else {
            return;
        };
        person.received_at = tracked.received_at;
        let shows = person.take(to, circle_m, glides, now);
        self.frames.glide_until(person.arrives_s());
        if shows || drawn != Belief::of(heard_s, now) {
            self.change_person(id);
        }
    }

    fn change_person(&mut self, id: &PersonId) {
        for batch in [Batch::Accuracy, Batch::Ways, Batch::People] {
            self.change(batch, Ask::Paced);
        }
        if self.selected == Some(Picked::Person(id.clone())) {
            self.change(Batch::Alarms, Ask::Paced);
        }
    }

    /// An alarm as it stands now. A closed one leaves the map.
    pub fn set_alarm(&mut self, alarm: &Alarm) {
        // One whose place nobody knows is a row and no mark, and Castellan itself stands nowhere.
        let stands = alarm.source != Source::System && !alarm.is_closed();
        let Some(place) = alarm.place.place().filter(|_| stands) else {
            self.remove_alarm(alarm.id);
            return;
        };
        let mark = AlarmMark {
            place: place.clone(),
            priority: alarm.priority,
            family: alarm.family.clone(),
            device: alarm.source.device().cloned(),
            owner: alarm.owner().cloned(),
            claimed: alarm.owner().is_some() || alarm.acknowledged.is_some(),
            quiet: !alarm.is_annunciated(),
            drill: alarm.drill,
        };
        if self.alarms.get(&alarm.id) != Some(&mark) {
            self.alarms.insert(alarm.id, mark);
            self.change_alarms();
        }
    }

    /// Somebody left the map.
    pub fn remove_person(&mut self, id: &PersonId) {
        self.left_out.remove(id);
        if self.people.remove(id).is_some() {
            self.change_all(Ask::Paced);
        }
    }

    /// An alarm left the map.
    pub fn remove_alarm(&mut self, id: AlarmId) {
        if self.alarms.remove(&id).is_some() {
            self.change_alarms();
        }
    }

    /// Everything left the map.
    pub fn clear(&mut self) {
        self.people.clear();
        self.alarms.clear();
        self.left_out.clear();
        self.change_alarms();
        self.change_all(Ask::AtOnce);
    }

    fn change_alarms(&mut self) {
        self.alarms_told += 1;
        self.change(Batch::Alarms, Ask::AtOnce);
    }

    /// Another number whenever an alarm is another.
    pub fn alarms_told(&self) -> u64 {
        self.alarms_told
    }

    /// The edges of what is in alarm, and how high above the ground each alarm is seen.
    pub fn set_things(&mut self, things: Vec<(Edge, Ink)>, up_m: BTreeMap<AlarmId, f64>) {
        self.things = things;
        self.up_m = up_m;
        for batch in [Batch::Things, Batch::Alarms] {
            self.change(batch, Ask::AtOnce);
        }
    }

    fn up_m(&self, alarm: AlarmId) -> f64 {
        self.up_m.get(&alarm).copied().unwrap_or(0.0)
    }

    /// What is selected gets a ring.
    pub fn select(&mut self, selected: Option<Picked>) {
        if self.selected != selected {
            self.selected = selected;
            self.change(Batch::Alarms, Ask::AtOnce);
        }
    }

    /// What is selected.
    pub fn selected(&self) -> Option<&Picked> {
        self.selected.as_ref()
    }

    /// Everything has to be handed to the graphics card again: it was lost.
    pub fn redraw(&mut self) {
        self.change_all(Ask::AtOnce);
    }

    /// How many people are not drawn because the map is full.
    pub fn left_out(&self) -> usize {
        self.left_out.len()
    }

    /// Where something is seen at this moment, in metres from the anchor.
    pub fn position(&self, what: &Picked, mono: Span) -> Option<(f64, f64)> {
        match what {
            Picked::Person(id) => Some(self.people.get(id)?.seen_at(seconds(mono))),
            Picked::Alarm(id) => Some(self.anchor?.metres(self.alarms.get(id)?.place.at)),
            // They stand still: the map itself knows them.
            Picked::Device(_) | Picked::Building(_) | Picked::Area(_) => None,
        }
    }

    /// Everybody, with where they are seen at this moment and whether that is still believed.
    pub fn people(&self, mono: Span) -> impl Iterator<Item = Seen<'_>> {
        let now = seconds(mono);
        self.people.iter().map(move |(id, person)| Seen {
            id,
            at: person.seen_at(now),
            lost: Belief::of(self.heard_s(person.received_at, now), now) == Belief::Lost,
        })
    }

    /// Where alarms are, in metres from the anchor.
    pub fn alarm_positions(&self) -> impl Iterator<Item = (f64, f64)> {
        self.anchor.into_iter().flat_map(|anchor| {
            self.alarms
                .values()
                .map(move |mark| anchor.metres(mark.place.at))
        })
    }

    /// What is within `reach_px` of a point of the screen, the nearest first; an alarm before a
    /// person beside it, and of several alarms at one place the most urgent.
    ///
    /// It projects everything with the frame's own matrix, so what is found is what is seen, also
    /// when the map is tilted. At [`LIVE_ENTITIES_MAX`] that is under a millisecond, less than
    /// keeping an index of things that move.
    pub fn pick(
        &self,
        at: (f64, f64),
        reach_px: f64,
        camera: &Camera,
        mono: Span,
    ) -> Option<Picked> {
        const ALARM_FIRST_PX: f64 = 6.0;
        let anchor = self.anchor?;
        let distance = |metres, up_m| {
            let (x, y) = camera.project_above(metres, up_m)?;
            Some((x - at.0).hypot(y - at.1)).filter(|d| *d <= reach_px)
        };
        let alarms = self.alarms.iter().filter_map(|(id, mark)| {
            let distance = distance(anchor.metres(mark.place.at), self.up_m(*id))?;
            Some((distance - ALARM_FIRST_PX, Picked::Alarm(*id)))
        });
        let people = self
            .people(mono)
            .filter_map(|seen| Some((distance(seen.at, 0.0)?, Picked::Person(seen.id.clone()))));
        alarms
            .chain(people)
            .min_by(|(a, _), (b, _)| a.total_cmp(b))
            .map(|(_, picked)| match picked {
                Picked::Alarm(id) => Picked::Alarm(self.first_at(anchor, id)),
                other => other,
            })
    }

    /// Seconds since the epoch that vertices count from.
    pub fn now_s(&self, mono: Span) -> f64 {
        seconds(mono) - self.epoch_s
    }

    /// The vertices of a batch and whether they changed since they were last asked for. A frame
    /// [begins](Self::begin_frame) first.
    pub fn vertices(&mut self, batch: Batch, mono: Span) -> (&[f32], bool) {
        let now = seconds(mono);
        let index = batch as usize;
        let changed = std::mem::take(&mut self.changed[index]);
        if changed {
            let mut out = std::mem::take(&mut self.vertices[index]);
            out.clear();
            match batch {
                Batch::Edges => self.write_edges(&mut out),
                Batch::Things => self.write_things(&mut out),
                Batch::Accuracy => self.write_accuracy(now, &mut out),
                Batch::Ways => self.write_ways(now, &mut out),
                Batch::People => self.write_people(now, &mut out),
                Batch::Alarms => self.write_alarms(now, &mut out),
            }
            self.vertices[index] = out;
        }
        (&self.vertices[index], changed)
    }

    fn is_full(&self) -> bool {
        self.people.len() + self.alarms.len() >= LIVE_ENTITIES_MAX
    }

    fn change(&mut self, batch: Batch, ask: Ask) {
        self.changed[batch as usize] = true;
        self.frames.ask(ask);
    }

    fn change_all(&mut self, ask: Ask) {
        self.changed = [true; Batch::ALL.len()];
        self.frames.ask(ask);
    }

    /// The display's time when the server heard something. Until the server's time is known,
    /// everything is as old as it is here.
    fn heard_s(&self, received_at: Timestamp, now: f64) -> f64 {
        self.clock_s
            .map_or(now, |clock_s| unix_s(received_at) - clock_s)
    }
}

#[cfg(test)]
mod tests;
