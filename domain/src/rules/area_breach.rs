//! 越界: somebody on duty leaves their responsibility area, or enters one that is forbidden to them.
//!
//! Satellite positions jump, and most of all beside walls, where borders are. A crossing is believed
//! when:
//!
//! 1. the fix is newer than the last believed one of its person, and no further from it than 12 m/s
//!    allow; else it says nothing;
//! 2. it lies beyond the border by at least its accuracy, 5 m at the least and 30 m if it tells none;
//!    to enter a small area, a quarter of the shorter side of its box is enough;
//! 3. three fixes in a row do so; or a single one lies beyond by twice its accuracy. A fix that does
//!    not begins the count anew. Of fixes of one moment only the one that counts is one of them
//!    ([`crate::fix_order`]).
//!
//! Accuracy is the radius of two fixes in three, so that one fix at that distance would fire by
//! chance every few minutes, and three close to the border even more often: hence both together.
//! Whoever is between the two limits is where they were before.
//!
//! Several responsibility areas of one person are one: walking from one to the next is no breach, and
//! the first is left when the second is entered. Who was never inside (on the way to their post) has
//! left nothing. Whoever accepted to go somewhere leaves their area at our word, and enters a forbidden one at
//! our word if that is where they are sent: the record has the border, and nobody is alarmed. A breach is over when its person is in no area that is forbidden to them and, if they
//! have responsibility areas, in one of those; or when they go off duty.

use super::annunciate;
use super::seen::{self, Seen};
use crate::alarm::{Located, Source};
use crate::area::AreaFact;
use crate::estate::AreaKind;
use crate::fact::{AreaEntered, AreaLeft, Cause, FactBody, FactDraft};
use crate::ids::{AlarmTypeId, AreaId, PersonId};
use crate::incident::Incident;
use crate::memory::{Belief, Borders, Crossing, Shape};
use crate::observation::{Doubts, Fix, ReportedState};
use crate::refusal::Refusal;
use crate::site::Context;
use crate::text::Text;
use std::collections::BTreeSet;

const RULE: &str = "area_breach@1";
/// What crossing a border raises.
pub const TYPE: &str = "area_breach";

/// Where somebody is by the record, and would be by this fix.
struct Whereabouts<'a> {
    /// Where they were sent and go, or are.
    sent: Vec<&'a Incident>,
    crossed: Vec<Crossing<'a>>,
    inside: BTreeSet<&'a AreaId>,
    areas: Vec<&'a Shape>,
}

/// The facts that follow from where somebody on duty is.
pub(crate) fn decide(context: &Context<'_>, memory: &mut Borders, fix: &Fix) -> Vec<FactDraft> {
    let belief = memory.believe(fix);
    if belief == Belief::None {
        return Vec::new();
    }
    let before = context.site.control().areas.of(&fix.person);
    let crossings = memory.measure(context.estate, before, fix, belief);
    let mut counts = Borders::counts(&crossings);
    let drafts = crossed(context, memory, before, crossings, fix);
    for draft in &drafts {
        // Having crossed it, one begins anew on the way back.
        if let FactBody::Area(
            AreaFact::Entered(AreaEntered { area, .. }) | AreaFact::Left(AreaLeft { area, .. }),
        ) = &draft.body
        {
            counts.remove(area);
        }
    }
    memory.remember(&fix.person, counts);
    drafts
}

/// A person went off duty: what ends by that.
pub(crate) fn over(context: &Context<'_>, person: &PersonId) -> Option<FactDraft> {
    seen::end(context, &Source::Person(person.clone()), TYPE, RULE)
}

fn crossed(
    context: &Context<'_>,
    memory: &Borders,
    before: Option<&BTreeSet<AreaId>>,
    crossings: Vec<Crossing<'_>>,
    fix: &Fix,
) -> Vec<FactDraft> {
    let reaches_next = crossings
        .iter()
        .any(|next| next.is_own() && next.lies_inside && !next.was_inside && !next.crossed);
    let is_crossed = |c: &Crossing<'_>| c.crossed && !(c.is_own() && c.was_inside && reaches_next);
    let crossed: Vec<_> = crossings.into_iter().filter(is_crossed).collect();
    let areas: Vec<_> = memory.shapes_of(&fix.person).collect();
    let inside = areas
        .iter()
        .map(|shape| {
            (
                shape,
                before.is_some_and(|before| before.contains(&shape.id)),
            )
        })
        .filter(|(shape, was)| *was != crossed.iter().any(|c| c.shape.id == shape.id))
        .map(|(shape, _)| &shape.id)
        .collect();
    let known = context.known();
    let tasks = context.live_of(&fix.person).filter(|one| one.is_task());
    let there = Whereabouts {
        sent: tasks
            .filter_map(|task| known.incident(task.incident).ok())
            .collect(),
        crossed,
        inside,
        areas,
    };
    let borders = there.crossed.iter().map(|c| border(c, fix));
    let mut drafts: Vec<_> = borders.collect();
    if there.is_new_breach(context) {
        match breach(context, fix) {
            // Not a border without its alarm: the next fix tries again.
            Err(_) => return Vec::new(),
            Ok(alarm) => drafts.extend(alarm),
        }
    } else if there.is_in_order() {
        drafts.extend(over(context, &fix.person));
    }
    drafts
}

fn border(crossing: &Crossing<'_>, fix: &Fix) -> FactDraft {
    let (area, person) = (crossing.shape.id.clone(), fix.person.clone());
    let body = if crossing.was_inside {
        FactBody::Area(AreaFact::Left(AreaLeft { area, person }))
    } else {
        FactBody::Area(AreaFact::Entered(AreaEntered { area, person }))
    };
    FactDraft {
        occurred_at: Some(fix.occurred_at),
        cause: Cause::Rule(Text::constant(RULE)),
        actor: None,
        drill: false,
        body,
    }
}

fn breach(context: &Context<'_>, fix: &Fix) -> Result<Vec<FactDraft>, Refusal> {
    let kind = AlarmTypeId::new(TYPE).ok();
    let Some(kind) = kind.and_then(|kind| context.estate.alarm_type(&kind)) else {
        return Ok(Vec::new());
    };
    let seen = Seen {
        source: Source::Person(fix.person.clone()),
        kind,
        state: ReportedState::Active,
        place: Located::Said {
            place: context.estate.place_at(fix.at),
            as_of: fix.received_at,
        },
        accuracy_dm: fix.accuracy_dm,
        silence: None,
        occurred_at: fix.occurred_at,
        own_clock: true,
        doubts: Doubts::default(),
        drill: false,
        cause: Cause::Rule(Text::constant(RULE)),
    };
    annunciate::decide(context, seen).map(|decision| decision.drafts)
}

impl Crossing<'_> {
    fn is_own(&self) -> bool {
        self.shape.kind == AreaKind::Responsibility
    }
}

impl Whereabouts<'_> {
    fn is_in_own(&self) -> bool {
        let mut own = self.own();
        own.any(|shape| self.inside.contains(&shape.id))
    }

    fn own(&self) -> impl Iterator<Item = &Shape> {
        let areas = self.areas.iter().copied();
        areas.filter(|shape| shape.kind == AreaKind::Responsibility)
    }

    fn is_new_breach(&self, context: &Context<'_>) -> bool {
        self.crossed
            .iter()
            .any(|crossing| match crossing.shape.kind {
                AreaKind::Forbidden => {
                    !crossing.was_inside && !self.is_sent_into(context, &crossing.shape.id)
                }
                AreaKind::Responsibility => {
                    crossing.was_inside && !self.is_in_own() && self.sent.is_empty()
                }
            })
    }

    fn is_sent_into(&self, context: &Context<'_>, area: &AreaId) -> bool {
        let mut areas = context.estate.estate.areas.iter();
        let area = areas.find(|one| one.id == *area);
        let mut to = self.sent.iter().filter_map(|one| one.place.point());
        to.any(|at| area.is_some_and(|a| context.estate.anchor.encloses(&a.outline, at)))
    }

    fn is_in_order(&self) -> bool {
        let mut forbidden = self
            .areas
            .iter()
            .filter(|shape| shape.kind == AreaKind::Forbidden);
        let in_forbidden = forbidden.any(|shape| self.inside.contains(&shape.id));
        !in_forbidden && (self.own().next().is_none() || self.is_in_own())
    }
}
