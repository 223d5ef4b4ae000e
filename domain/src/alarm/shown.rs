//! Who may see what of an alarm.

use super::reasons::VerdictBasis;
use super::sources::{RisenBy, Source};
use super::state::{Acknowledged, Alarm, Judged, Judgement, Mute, Ownership, Returned, Shelf};
use crate::audience::{Audience, WITHHELD};
use crate::ids::{AlarmId, AlarmTypeId, PersonId};
use crate::subject::History;
use crate::view::Shown;

impl Shown<AlarmId> for Alarm {
    fn seen_by(&self, _id: &AlarmId, audience: &Audience) -> Option<Self> {
        if !audience.sees_duress() && self.began_as_duress() {
            return None;
        }
        if !audience.sees_persons() && self.source.person().is_some() {
            return None;
        }
        let mut shown = self.clone();
        if !audience.gets_facts() {
            shown.history = History::default();
        }
        if !audience.sees_duress() {
            shown
                .joined
                .retain(|joined| !joined.kind.is_duress() && !joined.family.is_duress());
            let joined = shown.joined.iter_mut().map(|joined| &mut joined.exists);
            for exists in joined.chain([&mut shown.exists]) {
                exists.retain(|one| !one.kind.is_duress() && !one.family.is_duress());
            }
        }
        if !audience.sees_persons() {
            withhold_persons(&mut shown);
        }
        Some(shown)
    }
}

impl Alarm {
    /// Whether it is a silent call for help, or was one before it became something else.
    pub fn began_as_duress(&self) -> bool {
        let kinds = [&self.kind, &self.family].into_iter();
        let mut kinds = kinds.chain(self.rises.iter().map(|rise| &rise.from));
        kinds.any(AlarmTypeId::is_duress)
    }
}

/// Takes every person out of an alarm. Whoever adds a field to it meets this list.
fn withhold_persons(alarm: &mut Alarm) {
    let Alarm {
        id: _,
        kind: _,
        family: _,
        tier: _,
        priority: _,
        source: _,
        place: _,
        drill: _,
        occurred_at: _,
        raised_at: _,
        doubts,
        silence: _,
        condition: _,
        exists: _,
        heard_at: _,
        unheard: _,
        ownership,
        acknowledged,
        mute,
        shelf,
        judgement,
        incident: _,
        taken_out: _,
        repeats: _,
        joined,
        rises,
        notes,
        version: _,
        // Facts name whom they are about. Who gets none has none here either.
        history: _,
    } = alarm;
    // Where a phone claimed to be is about whoever carries it.
    doubts.place = None;
    match ownership {
        Ownership::Unclaimed { returned, .. } => {
            if let Some(Returned { from, .. }) = returned {
                *from = from.as_ref().map(|_| withheld());
            }
        }
        Ownership::Claimed { by, .. } => *by = withheld(),
    }
    if let Some(Acknowledged { by, .. }) = acknowledged {
        *by = withheld();
    }
    if let Some(Mute { by, .. }) = mute {
        *by = withheld();
    }
    if let Some(Shelf { by, .. }) = shelf {
        *by = withheld();
    }
    if let Judgement::Judged(judged) = judgement {
        withhold_judge(judged);
    }
    joined.retain(|joined| joined.source.person().is_none());
    for rise in rises {
        if let RisenBy::SecondSource(source @ Source::Person(_)) = &mut rise.why {
            *source = Source::Person(withheld());
        }
    }
    // A note has an author, and words that may name anybody.
    notes.clear();
}

fn withhold_judge(judged: &mut Judged) {
    judged.by = withheld();
    if let Some(VerdictBasis::OnScene { by }) = &mut judged.basis {
        *by = withheld();
    }
}

fn withheld() -> PersonId {
    PersonId::constant(WITHHELD)
}
