//! One switch, one row: devices that fall silent behind the same device of the network are one
//! matter, and it is the device in between. A network is a chain, so that all devices in between are
//! asked, the nearest first:
//!
//! - Where it is known that one is down, or it is silent and part of such a row, whoever falls silent
//!   behind it joins that row.
//! - Where one is silent itself, its row rises with the first one behind it.
//! - Who falls silent after those behind it takes their row: it is what failed.
//! - Where another one behind the same device fell silent within [`TOGETHER`], that one's row rises to
//!   be the device in between, and both are part of it. Only the nearest device is guessed like this:
//!   behind the network's root is everything, and two silences in one estate are no proof that it is
//!   down.
//!
//! The row of a device in between has no condition of its own unless that device is silent too: it
//! is over when everybody behind it was heard again. Rows are never merged: where two switches have
//! their rows already and the one above both falls silent, it takes the row that stands for more, and
//! the other one stays.

use super::seen::{Decision, Seen, rise};
use crate::alarm::{Alarm, AlarmFact, JOINED_MAX, JoinedBy, Located, RisenBy, Source};
use crate::answer::Outcome;
use crate::estate::{AlarmType, Device};
use crate::fact::FactBody;
use crate::ids::{AlarmTypeId, DeviceId};
use crate::site::Context;
use crate::time::Span;

/// What a device in between is called when those behind it are silent.
pub const TYPE: &str = "network_down";
/// Families of silence.
pub const SILENCES: [&str; 2] = ["device_silent", "camera_down"];
/// How long after the first one the second one behind the same device may fall silent.
pub const TOGETHER: Span = Span::from_secs(300);
/// Devices behind one, and newest rows, that are looked at; what is beyond them begins rows of its own.
const LOOKED_AT_MAX: usize = 500;

/// What becomes of a silence that shares its cause with others.
pub(super) fn decide(context: &Context<'_>, seen: &Seen<'_>) -> Option<Decision> {
    let device = seen.source.device()?;
    if !is_silence(seen.kind.family()) {
        return None;
    }
    let down = context.estate.alarm_type(&AlarmTypeId::new(TYPE).ok()?)?;
    if let Some(row) = row_of(context, seen, device, down.family()) {
        return Some(itself(seen, row));
    }
    // What is more urgent than a network is not hidden behind one.
    if down.priority > seen.kind.priority {
        return None;
    }
    for between in context.estate.above(device) {
        match known(context, seen, between, down) {
            Some(Known::Down(row)) => return has_room(row, 1).then(|| joined(seen, row)),
            Some(Known::Silent(row)) => {
                return has_room(row, 2).then(|| risen(context, seen, row, down, between));
            }
            None => {}
        }
    }
    let device = context.estate.device(device)?;
    let (row, failed) = if let Some(row) = behind(context, seen, device, down) {
        (row, device)
    } else {
        let between = context.estate.above(&device.id).next()?;
        (companion(context, seen, between, down)?, between)
    };
    has_room(row, 2).then(|| risen(context, seen, row, down, failed))
}

/// What is on record of a device in between.
enum Known<'a> {
    /// It is down, or its silence is part of such a row.
    Down(&'a Alarm),
    /// It is silent, and nobody behind it was so far.
    Silent(&'a Alarm),
}

fn known<'a>(
    context: &Context<'a>,
    seen: &Seen<'_>,
    between: &Device,
    down: &AlarmType,
) -> Option<Known<'a>> {
    if let Some(row) = row_of(context, seen, &between.id, down.family()) {
        return Some(Known::Down(row));
    }
    let source = Source::Device(between.id.clone());
    let rows = silences().filter_map(|family| row_of(context, seen, &between.id, &family));
    let is_silent = |row: &&Alarm| {
        let mut exists = row.existing_of(&source).iter();
        !row.is_judged() && exists.any(|one| is_silence(&one.family))
    };
    rows.filter(is_silent).find_map(|row| {
        if row.family == *down.family() {
            Some(Known::Down(row))
        } else {
            let may_rise = row.source == source && row.priority >= down.priority;
            may_rise.then_some(Known::Silent(row))
        }
    })
}

fn silences() -> impl Iterator<Item = AlarmTypeId> {
    let families = SILENCES.iter();
    families.filter_map(|family| AlarmTypeId::new(*family).ok())
}

fn is_silence(family: &AlarmTypeId) -> bool {
    SILENCES.contains(&family.as_str())
}

fn has_room(row: &Alarm, more: usize) -> bool {
    row.joined.len() + more <= JOINED_MAX
}

/// The row that a device has or is part of.
fn row_of<'a>(
    context: &Context<'a>,
    seen: &Seen<'_>,
    device: &DeviceId,
    family: &AlarmTypeId,
) -> Option<&'a Alarm> {
    let source = Source::Device(device.clone());
    let control = context.site.control();
    let id = control.alarms.row_of(&source, family, seen.drill)?;
    context.view().alarms.get(&id)
}

/// The row of another one behind the same device, that fell silent not long ago.
fn companion<'a>(
    context: &Context<'a>,
    seen: &Seen<'_>,
    between: &Device,
    down: &AlarmType,
) -> Option<&'a Alarm> {
    let others = context.estate.behind(&between.id).take(LOOKED_AT_MAX);
    let rows = others.flat_map(|other| {
        silences()
            .filter_map(|family| row_of(context, seen, &other.id, &family))
            .filter(|row| row.source.device() == Some(&other.id))
    });
    rows.filter(|row| is_silence(&row.family) && row.source != seen.source)
        .find(|row| may_be_part(context, row, down, TOGETHER))
}

/// The row of those behind a device that fell silent not long before it: before its own silence was
/// noticed, for which it has its period. Of several, the one that stands for most.
fn behind<'a>(
    context: &Context<'a>,
    seen: &Seen<'_>,
    device: &Device,
    down: &AlarmType,
) -> Option<&'a Alarm> {
    let period = i64::from(device.report_every_s_max.unwrap_or(0));
    let within = Span::from_secs(TOGETHER.as_secs() + period);
    let newest = context
        .site
        .control()
        .alarms
        .open()
        .rev()
        .take(LOOKED_AT_MAX);
    newest
        .filter_map(|id| context.view().alarms.get(&id))
        .filter(|row| row.drill == seen.drill)
        .filter(|row| is_silence(&row.family) || row.family == *down.family())
        .filter(|row| may_be_part(context, row, down, within))
        .filter(|row| {
            let source = row.source.device();
            source.is_some_and(|source| {
                let mut above = context.estate.above(source);
                above.any(|above| above.id == device.id)
            })
        })
        .max_by_key(|row| row.stands_for())
}

/// Whether a row may turn out to be a part of what failed: it began not long ago and goes on, and
/// is not more urgent than what it would become.
fn may_be_part(context: &Context<'_>, row: &Alarm, down: &AlarmType, within: Span) -> bool {
    let is_open = !row.is_judged() && row.is_active();
    is_open && row.priority >= down.priority && context.now.since(row.raised_at) <= within
}

/// The device in between is found silent itself, after those behind it.
fn itself(seen: &Seen<'_>, row: &Alarm) -> Decision {
    Decision {
        outcome: Outcome::Repeated,
        alarm: Some(row.id),
        drafts: vec![seen.draft(seen.repeat(row))],
    }
}

fn joined(seen: &Seen<'_>, row: &Alarm) -> Decision {
    Decision {
        outcome: Outcome::Joined,
        alarm: Some(row.id),
        drafts: vec![seen.join(row.id, JoinedBy::Upstream)],
    }
}

fn risen(
    context: &Context<'_>,
    seen: &Seen<'_>,
    row: &Alarm,
    down: &AlarmType,
    between: &Device,
) -> Decision {
    let mut decision = joined(seen, row);
    let why = RisenBy::Upstream(between.id.clone());
    let mut risen = rise(context, row, down, why);
    let source = Source::Device(between.id.clone());
    if row.source != source {
        risen.source = Some(source);
        risen.place = Some(Located::Fixed(between.place.clone()));
    }
    decision.outcome = Outcome::Risen;
    let risen = seen.draft(FactBody::Alarm(AlarmFact::Risen(risen)));
    decision.drafts.push(risen);
    decision
}
