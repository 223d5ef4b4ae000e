//! The book of silence: who was heard within their time, and who was not; one switch, one row.

use super::books::{Seen, conditions, is_active};
use super::staff_book::StaffBook;
use super::totals::Totals;
use castellan_domain::alarm::{
    Alarm, AlarmFact, Condition, JOINED_MAX, JoinedBy, RisenBy, Silence, Source,
};
use castellan_domain::answer::Accepted;
use castellan_domain::engine::Input;
use castellan_domain::estate::{Device, EstateIndex};
use castellan_domain::fact::{Cause, Fact, FactBody};
use castellan_domain::ids::{DeviceId, PersonId, PhoneId};
use castellan_domain::observation::{Observation, PhoneFix};
use castellan_domain::staff::StaffFact;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::View;
use std::collections::{BTreeMap, BTreeSet};

/// In which families a device is called silent.
const SILENT: [&str; 2] = ["device_silent", "network_down"];
/// Three of the guards' periods, as their estate has them.
const GUARD_SILENT_AFTER: Span = Span::from_secs(180);
/// Who falls silent behind the same switch within this time is one matter.
const TOGETHER: Span = Span::from_secs(300);

#[derive(Clone, Default)]
pub(crate) struct SilenceBook {
    /// Since when the engine waits for anybody; a new one begins anew.
    started_at: Option<Timestamp>,
    /// When a device is silent.
    due: BTreeMap<DeviceId, Timestamp>,
    silent: BTreeSet<DeviceId>,
    /// When a guard's phone was heard by this engine, and when one was bound to them.
    heard_at: BTreeMap<PersonId, Timestamp>,
    bound_at: BTreeMap<PersonId, Timestamp>,
    /// When a position came that must be taken for fresh, and when one that may be.
    fresh_at: BTreeMap<PersonId, Timestamp>,
    may_be_fresh_at: BTreeMap<PersonId, Timestamp>,
    /// Which positions may be a guard's newest, as the phone's time and ours: one but where a clock
    /// may have fallen back.
    newest: BTreeMap<PersonId, Vec<(Timestamp, Timestamp)>>,
    silent_guards: BTreeSet<PersonId>,
    /// Who had a phone when everything that was due had been done last.
    had_phone: BTreeSet<PersonId>,
    /// When an input was handled last.
    handled_at: Timestamp,
}

impl SilenceBook {
    /// Another engine begins. What the one before it recorded last of all stays, if it was due: its
    /// turn may have happened though nobody was told.
    pub(crate) fn reborn(&mut self, view: &View, estate: &EstateIndex, staff: &StaffBook) {
        let due = self.due.iter().filter(|(_, at)| **at <= self.handled_at);
        let shown = due.filter(|(id, _)| is_silent(view, id));
        self.silent.extend(shown.map(|(id, _)| id.clone()));
        for person in estate.estate.people.iter().map(|person| &person.id) {
            let may = self.guard_silent_at(staff, person);
            if may.is_some_and(|at| at <= self.handled_at) && is_guard_silent(view, person) {
                self.silent_guards.insert(person.clone());
            }
        }
        self.started_at = None;
        self.due.clear();
        self.heard_at.clear();
        self.fresh_at.clear();
        self.may_be_fresh_at.clear();
        self.newest.clear();
    }

    pub(crate) fn handled(&mut self, seen: &Seen<'_>, staff: &StaffBook, totals: &mut Totals) {
        let handled = seen.handled;
        self.handled_at = handled.at;
        for fact in &handled.facts {
            follow(seen, fact, totals);
            self.follow_guard(seen, fact);
        }
        let accepted = match &handled.answer {
            Some(Ok(accepted)) => Some(accepted),
            Some(Err(_)) => return,
            None => None,
        };
        match &handled.input {
            Input::EstateLoaded { .. } => self.loaded(seen),
            Input::Observed(Observation::Report(report)) if !report.drill => {
                self.heard(seen, &report.device, totals);
            }
            Input::Observed(Observation::Door(report)) if !report.drill => {
                self.heard(seen, &report.device, totals);
            }
            Input::Observed(Observation::Heard { device, .. }) => self.heard(seen, device, totals),
            Input::Observed(Observation::PhoneFix(fix)) => {
                if let Some(accepted @ (Accepted::Tracked | Accepted::OffSite)) = accepted {
                    self.said(seen, staff, fix, *accepted == Accepted::Tracked);
                }
            }
            Input::Observed(Observation::PhoneHeard { phone, .. })
                if accepted == Some(&Accepted::Heard) =>
            {
                self.spoke(seen, staff, phone);
            }
            Input::Observed(Observation::Call(call)) if !call.drill && accepted.is_some() => {
                self.spoke(seen, staff, &call.phone);
            }
            _ => {}
        }
    }

    /// A phone says something, and in doubt nothing of where its person is.
    fn spoke(&mut self, seen: &Seen<'_>, staff: &StaffBook, phone: &PhoneId) -> PersonId {
        let person = staff.person_of(phone, seen.estate);
        let person = person.expect("somebody's phone was taken").clone();
        self.heard_at.insert(person.clone(), seen.handled.at);
        person
    }

    /// A phone says where it is.
    fn said(&mut self, seen: &Seen<'_>, staff: &StaffBook, fix: &PhoneFix, is_on_site: bool) {
        let person = self.spoke(seen, staff, &fix.phone);
        if !is_on_site {
            return;
        }
        let at = seen.handled.at;
        let order = |(own, ours): (Timestamp, Timestamp)| (own.min(ours), own);
        let this = (fix.occurred_at, fix.received_at);
        let newest = self.newest.entry(person.clone()).or_default();
        if newest.iter().all(|known| known.0 == this.0) && !newest.is_empty() {
            return;
        }
        let is_newer =
            |known: &(Timestamp, Timestamp)| known.0 != this.0 && order(this) > order(*known);
        self.may_be_fresh_at.insert(person.clone(), at);
        if newest.iter().all(is_newer) {
            *newest = vec![this];
            self.fresh_at.insert(person.clone(), at);
            self.silent_guards.remove(&person);
            check_guard(seen.after, &person, false);
        } else {
            newest.push(this);
            if !is_guard_silent(seen.after, &person) {
                self.silent_guards.remove(&person);
            }
        }
    }

    fn loaded(&mut self, seen: &Seen<'_>) {
        let at = seen.handled.at;
        self.started_at.get_or_insert(at);
        let before = std::mem::take(&mut self.due);
        for device in &seen.estate.estate.devices {
            if let Some(every) = period(device) {
                // Who comes new has all its time before it.
                let due_at = before.get(&device.id).copied().unwrap_or(at + every);
                self.due.insert(device.id.clone(), due_at);
            }
        }
        self.silent.retain(|id| seen.estate.device(id).is_some());
    }

    fn heard(&mut self, seen: &Seen<'_>, id: &DeviceId, totals: &mut Totals) {
        let every = seen.estate.device(id).and_then(period);
        if let Some(every) = every {
            self.due.insert(id.clone(), seen.handled.at + every);
        }
        totals.heard_again += u64::from(self.silent.remove(id));
        assert!(!is_silent(seen.after, id), "{id} was just heard");
    }

    fn follow_guard(&mut self, seen: &Seen<'_>, fact: &Fact) {
        match &fact.body {
            FactBody::Staff(StaffFact::OffDuty(body)) => {
                self.silent_guards.remove(&body.person);
                check_guard(seen.after, &body.person, false);
            }
            FactBody::Staff(StaffFact::PhoneBound(body)) => {
                self.bound_at.insert(body.person.clone(), fact.recorded_at);
            }
            _ => {}
        }
    }

    /// Everything that was due by now has been done.
    pub(crate) fn check_due(
        &mut self,
        view: &View,
        estate: &EstateIndex,
        staff: &StaffBook,
        now: Timestamp,
        totals: &mut Totals,
    ) {
        for (id, due_at) in &self.due {
            if *due_at <= now && self.silent.insert(id.clone()) {
                totals.silences += 1;
            }
        }
        let devices = estate.estate.devices.iter();
        for id in devices.map(|device| &device.id).chain(&self.silent) {
            let expected = self.silent.contains(id);
            assert_eq!(is_silent(view, id), expected, "silence of {id}");
        }
        for row in view.alarms.values().filter(|row| !row.is_closed()) {
            let own = row.source.device().into_iter();
            let joined = row
                .joined
                .iter()
                .filter_map(|joined| joined.source.device());
            if SILENT.contains(&row.family.as_str()) {
                for id in own.chain(joined) {
                    let is_gone = estate.device(id).is_none();
                    assert!(!is_gone || !is_silent(view, id), "{id} has left the estate");
                }
            }
        }
        for person in &estate.estate.people {
            self.check_guard_due(view, estate, staff, &person.id, now, totals);
        }
    }

    /// From when on a guard on duty may be called silent.
    fn guard_silent_at(&self, staff: &StaffBook, person: &PersonId) -> Option<Timestamp> {
        let on_duty = staff.on_duty_since(person)?;
        let fresh_at = self.fresh_at.get(person).copied().or(self.started_at)?;
        Some(fresh_at.max(on_duty) + GUARD_SILENT_AFTER)
    }

    /// What the row of a missed guard has to say is missing: when everything that was due by now has
    /// been done, and this engine has had its time to find out.
    fn check_reason(&self, view: &View, person: &PersonId, now: Timestamp, totals: &mut Totals) {
        let began = [self.started_at, self.bound_at.get(person).copied()];
        let began = began.into_iter().flatten().max();
        if began.is_none_or(|at| at + GUARD_SILENT_AFTER > now) {
            return;
        }
        let heard_at = self.heard_at.get(person);
        let is_there = heard_at.is_some_and(|at| *at + GUARD_SILENT_AFTER > now);
        let source = guard(person);
        let rows = view.alarms.values().filter(|row| {
            row.family.as_str() == "guard_silent"
                && !row.drill
                && row.condition_of(&source).is_some_and(Condition::is_active)
        });
        for row in rows {
            let says_there = matches!(row.silence_of(&source), Some(Silence::Position { .. }));
            assert_eq!(says_there, is_there, "why {person} is missed");
            totals.positions_old += u64::from(is_there);
        }
    }

    fn check_guard_due(
        &mut self,
        view: &View,
        estate: &EstateIndex,
        staff: &StaffBook,
        person: &PersonId,
        now: Timestamp,
        totals: &mut Totals,
    ) {
        let Some(may) = self.guard_silent_at(staff, person) else {
            return;
        };
        let has_phone = staff.has_phone(person, estate);
        let bound_at = self.bound_at.get(person).copied();
        let may_be_fresh_at = self.may_be_fresh_at.get(person).copied();
        let since = bound_at.into_iter().chain(may_be_fresh_at).max();
        let must = since.map_or(may, |at| may.max(at + GUARD_SILENT_AFTER));
        // Their phone may have gone right after it was called silent.
        let is_said = (has_phone || self.had_phone.contains(person)) && may <= now;
        if (has_phone && must <= now) || (is_said && is_guard_silent(view, person)) {
            totals.guards_silent += u64::from(self.silent_guards.insert(person.clone()));
        }
        if has_phone {
            self.had_phone.insert(person.clone());
        } else {
            self.had_phone.remove(person);
        }
        check_guard(view, person, self.silent_guards.contains(person));
        if has_phone && must <= now {
            self.check_reason(view, person, now, totals);
        }
    }
}

fn guard(person: &PersonId) -> Source {
    Source::Person(person.clone())
}

fn is_guard_silent(view: &View, person: &PersonId) -> bool {
    is_active(view, &guard(person), "guard_silent", false)
}

fn check_guard(view: &View, person: &PersonId, expected: bool) {
    assert_eq!(
        is_guard_silent(view, person),
        expected,
        "silence of {person}"
    );
}

fn period(device: &Device) -> Option<Span> {
    let every_s = device.report_every_s_max?;
    Some(Span::from_secs(i64::from(every_s)))
}

/// Through which devices one is reached, the nearest first.
fn chain_of<'a>(estate: &'a EstateIndex, device: &'a Device) -> Vec<&'a DeviceId> {
    let next = |id: &&'a DeviceId| estate.device(id)?.upstream.as_ref();
    std::iter::successors(device.upstream.as_ref(), next).collect()
}

/// Whether a device is called silent: in one row, or as a part of one.
fn is_silent(view: &View, id: &DeviceId) -> bool {
    let source = Source::Device(id.clone());
    let rows = SILENT
        .iter()
        .flat_map(|family| conditions(view, &source, family, false));
    let rows = rows.filter(|(_, condition)| condition.is_active()).count();
    assert!(rows <= 1, "{id} is silent in two rows");
    rows == 1
}

/// One switch, one row: a silence gets its own row only where nothing shares its cause.
fn follow(seen: &Seen<'_>, fact: &Fact, totals: &mut Totals) {
    let is_silence =
        matches!(&fact.cause, Cause::Rule(rule) if rule.as_str().starts_with("device_silent@"));
    match &fact.body {
        FactBody::Alarm(AlarmFact::Joined(body)) if body.why == JoinedBy::Upstream => {
            totals.upstream += 1;
        }
        FactBody::Alarm(AlarmFact::Risen(body)) if matches!(body.why, RisenBy::Upstream(_)) => {
            totals.switches += 1;
        }
        FactBody::Alarm(AlarmFact::Raised(body)) if is_silence => {
            let id = body.source.device().expect("a device was silent");
            let device = seen.estate.device(id).expect("of the estate");
            let chain = chain_of(seen.estate, device);
            let Some(nearest) = chain.first() else {
                return;
            };
            let open = || seen.before.alarms.values().filter(|row| !row.is_closed());
            let mut rows = open().filter(|row| row.joined.len() + 2 <= JOINED_MAX && !row.drill);
            let own_s = i64::from(device.report_every_s_max.unwrap_or(0));
            let own_silence = Span::from_secs(TOGETHER.as_secs() + own_s);
            let is_common = |row: &Alarm| {
                let Some(of) = row.source.device().filter(|of| *of != id) else {
                    return false;
                };
                let age = fact.recorded_at.since(row.raised_at);
                let is_active = !row.is_judged() && row.condition.is_active();
                let other = seen.estate.device(of);
                let above = other.map_or_else(Vec::new, |other| chain_of(seen.estate, other));
                let is_behind = above.contains(&id) && age <= own_silence;
                let is_beside = above.first() == Some(nearest) && age <= TOGETHER;
                match row.family.as_str() {
                    "network_down" => chain.contains(&of) || (is_behind && is_active),
                    "device_silent" => is_active && (chain.contains(&of) || is_beside || is_behind),
                    _ => false,
                }
            };
            let shared = rows.find(|row| is_common(row));
            assert!(shared.is_none(), "{id} is part of {shared:?}");
        }
        _ => {}
    }
    let down = seen
        .after
        .alarms
        .values()
        .filter(|row| !row.is_closed() && !row.drill && row.family.as_str() == "network_down");
    let switches: Vec<_> = down.map(|row| &row.source).collect();
    let different: BTreeSet<_> = switches.iter().collect();
    assert_eq!(switches.len(), different.len(), "one switch, one row");
}
