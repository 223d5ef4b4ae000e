//! The scene's people and alarms as markers.

use super::frames::Belief;
use super::{AlarmMark, Person, Scene};
use crate::desk::Picked;
use crate::dispatch::errands::Doing;
use crate::map::live_layer::vertices::{Call, Edge, FLOATS_PER_MARKER, Ink, Marker, Shape};
use castellan_domain::estate::Priority;
use castellan_domain::geo::Anchor;
use castellan_domain::ids::PersonId;

/// Half the width of a roof's edge, in pixels of a desk.
const EDGE_HALF_PX: f64 = 0.65;
/// The same of what is in alarm.
const THING_HALF_PX: f64 = 1.0;
/// Half the size of an alarm's mark: its plate says the rest.
const ALARM_PX: f64 = 7.0;

impl Scene {
    pub(super) fn write_edges(&self, out: &mut Vec<f32>) {
        for edge in &self.edges {
            edge_marker(edge, Ink::Edge, EDGE_HALF_PX).write(out);
        }
    }

    pub(super) fn write_things(&self, out: &mut Vec<f32>) {
        for (edge, ink) in &self.things {
            edge_marker(edge, *ink, THING_HALF_PX).write(out);
        }
    }

    fn marker(&self, id: &PersonId, person: &Person, now: f64) -> Marker {
        let (call, ink) = match self.doing(id) {
            None => (Call::Done, Ink::Guard),
            Some(Doing::OnTask) => (Call::Steady, Ink::Task),
            Some(Doing::Asked) => (Call::Waiting, Ink::Task),
        };
        let heard_s = self.heard_s(person.received_at, now);
        Marker {
            to: person.to,
            from: person.from,
            set_out_s: person.set_out_s - self.epoch_s,
            belief: Belief::of(heard_s, now).number(),
            shape: Shape::Person,
            call,
            size: 10.0,
            heading: person.heading,
            ink,
        }
    }

    pub(super) fn write_accuracy(&self, now: f64, out: &mut Vec<f32>) {
        for (id, person) in &self.people {
            if let Some(radius_m) = person.circle_m {
                let mut marker = self.marker(id, person, now);
                marker.shape = Shape::Accuracy;
                marker.size = radius_m;
                marker.write(out);
            }
        }
    }

    pub(super) fn write_people(&self, now: f64, out: &mut Vec<f32>) {
        out.reserve(self.people.len() * FLOATS_PER_MARKER);
        for (id, person) in &self.people {
            self.marker(id, person, now).write(out);
        }
    }

    pub(super) fn write_alarms(&self, now: f64, out: &mut Vec<f32>) {
        let Some(anchor) = self.anchor else { return };
        self.write_selection(anchor, now, out);
        for (id, mark) in self.by_urgency().into_iter().rev() {
            alarm_marker(anchor, mark, self.up_m(id)).write(out);
        }
    }

    fn write_selection(&self, anchor: Anchor, now: f64, out: &mut Vec<f32>) {
        let ring = |marker: Marker, size: f64| Marker {
            shape: Shape::Selection,
            ink: Ink::Select,
            heading: None,
            size,
            ..marker
        };
        match &self.selected {
            Some(Picked::Person(id)) => {
                if let Some(person) = self.people.get(id) {
                    let mut marker = self.marker(id, person, now);
                    if marker.from == marker.to {
                        // Of what stands still this would be its height.
                        marker.set_out_s = 0.0;
                    }
                    ring(marker, 17.0).write(out);
                }
            }
            Some(Picked::Alarm(id)) => {
                if let Some(mark) = self.alarms.get(id) {
                    let marker = alarm_marker(anchor, mark, self.up_m(*id));
                    ring(marker, marker.size + 9.0).write(out);
                }
            }
            // The map itself marks what stands still.
            Some(Picked::Device(_) | Picked::Building(_) | Picked::Area(_)) | None => {}
        }
    }
}

fn edge_marker(edge: &Edge, ink: Ink, half_px: f64) -> Marker {
    Marker {
        to: edge.to,
        from: edge.from,
        set_out_s: edge.height_m,
        belief: 1.0,
        shape: Shape::Edge,
        call: Call::Steady,
        size: half_px,
        heading: None,
        ink,
    }
}

fn alarm_marker(anchor: Anchor, mark: &AlarmMark, up_m: f64) -> Marker {
    let at = anchor.metres(mark.place.at);
    let call = match (mark.quiet, mark.claimed) {
        (true, _) => Call::Done,
        (_, true) => Call::Steady,
        _ => Call::Waiting,
    };
    let (shape, ink) = match mark.priority {
        Priority::P1 => (Shape::Triangle, Ink::P1),
        Priority::P2 => (Shape::Diamond, Ink::P2),
        Priority::P3 => (Shape::Circle, Ink::P3),
        Priority::P4 => (Shape::Square, Ink::P4),
    };
    let ink = if mark.drill { Ink::Drill } else { ink };
    Marker {
        to: at,
        from: at,
        set_out_s: up_m,
        belief: 1.0,
        shape,
        call,
        size: ALARM_PX,
        heading: None,
        ink,
    }
}
