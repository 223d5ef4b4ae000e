//! One switch, one row: devices that fall silent behind the same device of the network are one
//! matter, and it is the device in between.
//!
//! - Where it is known that this device is down, whoever falls silent behind it joins its row.
//! - Where it is silent itself, its row rises with the first one behind it.
//! - Where another one behind it fell silent within [`TOGETHER`], that one's row rises to be the
//!   device in between, and both are part of it.
//!
//! The row of a device in between has no condition of its own unless that device is silent too: it
//! is over when everybody behind it was heard again.

use super::annunciate::{Decision, Outcome, Seen, rise};
use super::context::Context;
use crate::alarm::{Alarm, JOINED_MAX, JoinedBy, RisenBy, Source};
use crate::estate::{AlarmType, Device};
use crate::fact::FactBody;
use crate::ids::{AlarmTypeId, DeviceId};
use crate::time::Span;

/// What a device in between is called when those behind it are silent.
pub const TYPE: &str = "network_down";
/// Families of silence.
pub const SILENCES: [&str; 2] = ["device_silent", "camera_down"];
/// How long after the first one the second one behind the same device may fall silent.
pub const TOGETHER: Span = Span::from_secs(300);
/// Devices behind one that are looked at; of more, those that come later in the estate begin rows of
/// their own.
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
    let between = context.estate.device(device)?.upstream.as_ref()?;
    let between = context.estate.device(between)?;
    if let Some(row) = row_of(context, seen, &between.id, down.family()) {
        return has_room(row).then(|| joined(seen, row));
    }
    let own = SILENCES
        .iter()
        .filter_map(|family| AlarmTypeId::new(*family).ok())
        .find_map(|family| row_of(context, seen, &between.id, &family));
    let row = own
        .filter(|row| row.source.device() == Some(&between.id) && row.condition.is_active())
        .or_else(|| companion(context, seen, between))?;
    (has_room(row) && !row.is_judged()).then(|| risen(context, seen, row, down, between))
}

fn is_silence(family: &AlarmTypeId) -> bool {
    SILENCES.contains(&family.as_str())
}

fn has_room(row: &Alarm) -> bool {
    row.joined.len() < JOINED_MAX
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
    let id = control.open_alarm(&source, family, seen.drill)?;
    context.view().alarms.get(&id)
}

/// The row of another one behind the same device, that fell silent not long ago.
fn companion<'a>(context: &Context<'a>, seen: &Seen<'_>, between: &Device) -> Option<&'a Alarm> {
    let others = context.estate.behind(&between.id).take(LOOKED_AT_MAX);
    let rows = others.flat_map(|other| {
        SILENCES
            .iter()
            .filter_map(|family| AlarmTypeId::new(*family).ok())
            .filter_map(|family| row_of(context, seen, &other.id, &family))
            .filter(|row| row.source.device() == Some(&other.id))
    });
    rows.filter(|row| !row.is_judged() && row.is_active())
        .filter(|row| is_silence(&row.family) && row.source != seen.source)
        .find(|row| context.now.since(row.raised_at) <= TOGETHER)
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
        risen.place = Some(between.place.clone());
    }
    decision.outcome = Outcome::Risen;
    let risen = seen.draft(FactBody::AlarmRisen(risen));
    decision.drafts.push(risen);
    decision
}
