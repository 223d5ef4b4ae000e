//! The book of tiers: which types each device said exist and did not say are over, one by one.

use super::books::{Seen, is_active};
use super::totals::Totals;
use castellan_domain::alarm::{AlarmFact, Source};
use castellan_domain::answer::{Accepted, Outcome};
use castellan_domain::engine::Input;
use castellan_domain::estate::{AlarmType, EstateIndex};
use castellan_domain::fact::FactBody;
use castellan_domain::ids::{AlarmTypeId, DeviceId};
use castellan_domain::observation::{Observation, Report, ReportedState};
use castellan_domain::time::Span;
use castellan_domain::view::View;
use std::collections::BTreeSet;

/// Clocks that differ by less cannot tell what came first.
const CLOCKS_DIFFER: Span = Span::from_secs(300);

#[derive(Clone, Default)]
pub(crate) struct TierBook {
    /// Device, type as it is reported, and whether a drill says so.
    exists: BTreeSet<(DeviceId, AlarmTypeId, bool)>,
    /// What silence ended since it was last said: its device may believe that it exists.
    over: BTreeSet<(DeviceId, AlarmTypeId, bool)>,
}

impl TierBook {
    /// Whether a device's word counts still, or silence ended it since it last spoke.
    pub(crate) fn says(&self, device: &DeviceId, kind: &AlarmTypeId) -> bool {
        let key = (device.clone(), kind.clone(), false);
        self.exists.contains(&key) || self.over.contains(&key)
    }

    pub(crate) fn handled(&mut self, seen: &Seen<'_>, totals: &mut Totals) {
        self.over_by_silence(seen);
        let Input::Observed(Observation::Report(report)) = &seen.handled.input else {
            return;
        };
        let Some(Ok(Accepted::Reported { outcome, .. })) = &seen.handled.answer else {
            return;
        };
        let key = (report.device.clone(), report.kind.clone(), report.drill);
        match (report.state, outcome) {
            (ReportedState::Active, Outcome::NotArmed) => {
                assert!(!self.exists.contains(&key), "{key:?} exists, armed or not");
            }
            (ReportedState::Active, _) => {
                self.over.remove(&key);
                self.exists.insert(key);
            }
            (ReportedState::Cleared, Outcome::Cleared) => {
                assert!(self.exists.remove(&key), "{key:?} ended and never was");
                let mut others = self.exists.iter();
                let is_left = others.any(|(of, _, drill)| *of == key.0 && *drill == key.2);
                totals.tiers += u64::from(is_left);
                // What began by night under another name may be later than its end.
                let kind = seen.estate.alarm_type(&key.1).filter(|_| is_late(report));
                let source = Source::Device(key.0.clone());
                let goes_on = kind.is_some_and(|kind| {
                    is_active(seen.after, &source, kind.family().as_str(), key.2)
                });
                if goes_on && kind.is_some_and(|kind| kind.at_night.is_some()) {
                    self.exists.insert(key);
                }
            }
            (ReportedState::Cleared, Outcome::NothingToClear) => {
                let is_known = self.exists.contains(&key);
                assert!(!is_known || is_late(report), "{key:?} is told to be over");
            }
            (ReportedState::Cleared, outcome) => panic!("{report:?} was answered {outcome:?}"),
            (ReportedState::Momentary, _) => {}
        }
    }

    /// What was called false and not said again counts as over.
    fn over_by_silence(&mut self, seen: &Seen<'_>) {
        for fact in &seen.handled.facts {
            let FactBody::Alarm(AlarmFact::Unheard(body)) = &fact.body else {
                continue;
            };
            let row = &seen.before.alarms[&body.alarm];
            let joined = row.joined.iter().map(|j| (&j.source, &j.family));
            for (source, family) in joined.chain([(&row.source, &row.family)]) {
                let over = self.exists.extract_if(.., |(device, kind, drill)| {
                    let of = seen.estate.alarm_type(kind).map(AlarmType::family);
                    let is_this = of == Some(family) && source.device() == Some(device);
                    body.is_over && is_this && *drill == row.drill
                });
                self.over.extend(over);
            }
        }
    }

    /// A source's condition is over when nothing is left of what it said, and no sooner.
    pub(crate) fn check(&self, view: &View, estate: &EstateIndex) {
        let families = self.exists.iter().map(|(device, kind, drill)| {
            let kind = estate.alarm_type(kind).expect("of the estate");
            (device, kind.family(), *drill)
        });
        for (device, family, drill) in families.collect::<BTreeSet<_>>() {
            let source = Source::Device(device.clone());
            let exists = is_active(view, &source, family.as_str(), drill);
            assert!(exists, "{device} {family} exists, and no row says so");
        }
        let devices: BTreeSet<_> = estate.estate.devices.iter().map(|d| &d.id).collect();
        for (kind, device, drill) in said(view) {
            if devices.contains(device) {
                let of = |(id, said, in_drill): &(DeviceId, AlarmTypeId, bool)| {
                    let family = estate.alarm_type(said).map(AlarmType::family);
                    id == device && *in_drill == drill && family == Some(kind)
                };
                assert!(
                    self.exists.iter().any(of),
                    "a row says that {device} {kind} exists, and its device does not"
                );
            }
        }
    }
}

/// Families that open rows say exist, by devices that report for themselves.
fn said(view: &View) -> impl Iterator<Item = (&AlarmTypeId, &DeviceId, bool)> {
    let rows = view.alarms.values().filter(|row| !row.is_closed());
    rows.flat_map(|row| {
        let joined = row.joined.iter();
        let joined = joined.map(|joined| (&joined.source, &joined.family, joined.condition));
        let own = (&row.source, &row.family, row.condition);
        joined
            .chain([own])
            .filter(|(_, family, condition)| {
                let by_rule = ["device_silent", "network_down", "door_held", "door_forced"];
                condition.is_active() && !by_rule.contains(&family.as_str())
            })
            .filter_map(|(source, family, _)| Some((family, source.device()?, row.drill)))
    })
}

/// Its device's clock says that it ended before it began.
fn is_late(report: &Report) -> bool {
    let claimed = report.claimed_at.filter(|claimed| {
        let ahead = *claimed > report.received_at + CLOCKS_DIFFER;
        let behind = *claimed < report.received_at - Span::from_secs(7 * 24 * 3_600);
        !ahead && !behind
    });
    // Others may be ahead by as much as is believed.
    claimed.is_some_and(|claimed| claimed < report.received_at)
}
