//! Independent books: what must be true, kept without the code that is under test.
//!
//! The server tells which inputs it handled, with what was recorded and answered, and each book
//! follows those that concern it. A restored record takes the books back to what they were then.

use super::area_book::AreaBook;
use super::cast::Document;
use super::display::Display;
use super::door_book::DoorBook;
use super::happened::{Handled, Happened, Heard};
use super::ladder_book::{LadderBook, check_incidents};
use super::order_book::OrderBook;
use super::row_book::RowBook;
use super::server::Server;
use super::shows;
use super::silence_book::SilenceBook;
use super::staff_book::StaffBook;
use super::system_book::SystemBook;
use super::tier_book::TierBook;
use super::totals::Totals;
use castellan_domain::alarm::{Alarm, Condition, Source};
use castellan_domain::answer::{Accepted, Outcome};
use castellan_domain::engine::Input;
use castellan_domain::estate::EstateIndex;
use castellan_domain::fact::Fact;
use castellan_domain::ids::{AlarmTypeId, DeviceId, EstateHash, EventId, Seq};
use castellan_domain::observation::{Observation, ReportedState};
use castellan_domain::site::Site;
use castellan_domain::stream::{Machine as _, RepeatKey, STALE_AFTER};
use castellan_domain::time::Timestamp;
use castellan_domain::view::View;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// Facts by which a restored record can be behind at most.
const RESTORED_FACTS_MAX: u64 = 80;

/// An input that was handled, and the site on both sides of it.
pub(crate) struct Seen<'a> {
    pub(crate) handled: &'a Handled,
    pub(crate) before: &'a View,
    pub(crate) after: &'a View,
    pub(crate) estate: &'a EstateIndex,
}

/// The books that go back with the record.
#[derive(Clone, Default)]
struct Pages {
    rows: RowBook,
    doors: DoorBook,
    silence: SilenceBook,
    areas: AreaBook,
    staff: StaffBook,
    tiers: TierBook,
    system: SystemBook,
    orders: OrderBook,
    ladders: LadderBook,
    last_recorded_at: Timestamp,
}

/// The books of one night.
pub(crate) struct Books {
    pub(crate) estate: Arc<EstateIndex>,
    estate_hash: EstateHash,
    pub(crate) totals: Totals,
    /// The state after every fact.
    pub(crate) truths: Vec<Arc<View>>,
    site: Site,
    /// When each number was committed.
    pub(crate) committed_at: VecDeque<(Timestamp, Seq)>,
    pages: Pages,
    /// The books as they were at the end of a step, for as far back as a backup may be.
    backups: VecDeque<(Seq, Pages)>,
    /// What devices know to be active on the record.
    active: BTreeMap<(usize, AlarmTypeId), (DeviceId, AlarmTypeId)>,
    /// Reports that were refused: a copy that is on its way may come when it no longer would be.
    refused: BTreeSet<(DeviceId, EventId)>,
    /// Of what such a copy spoke. What its sender hears next may have been handled before.
    doubtful: BTreeSet<(DeviceId, AlarmTypeId)>,
}

impl Books {
    pub(crate) fn new(document: &Document) -> Self {
        Self {
            estate: document.estate.clone(),
            estate_hash: document.hash.clone(),
            totals: Totals::default(),
            truths: vec![Arc::new(View::default())],
            site: Site::default(),
            committed_at: VecDeque::new(),
            pages: Pages::default(),
            backups: VecDeque::new(),
            active: BTreeMap::new(),
            refused: BTreeSet::new(),
            doubtful: BTreeSet::new(),
        }
    }

    /// Follows what the server did.
    pub(crate) fn follow(&mut self, log: Vec<Happened>, server: &Server) {
        for happened in log {
            match happened {
                Happened::Reborn => {
                    let (truth, pages) = (self.truth(), &mut self.pages);
                    pages.silence.reborn(&truth, &self.estate, &pages.staff);
                    self.pages.areas.reborn();
                }
                Happened::Handled(handled) => self.handled(&handled, server),
                Happened::Sent(sent) => self.pages.orders.heard(&sent, &mut self.totals),
                Happened::Told(told) => self.pages.ladders.told(&told, &mut self.totals),
            }
        }
    }

    fn handled(&mut self, handled: &Handled, server: &Server) {
        let before = self.truth();
        for fact in &handled.facts {
            self.fact(fact);
        }
        if let Input::EstateLoaded { hash, estate } = &handled.input {
            self.estate = estate.clone();
            self.estate_hash = hash.clone();
        }
        if let Input::Observed(Observation::Report(report)) = &handled.input {
            let event = (report.device.clone(), report.event.clone());
            if matches!(handled.answer, Some(Ok(_))) && self.refused.remove(&event) {
                let said = (report.device.clone(), report.kind.clone());
                self.active.retain(|_, believed| *believed != said);
                self.doubtful.insert(said);
            }
        }
        let after = self.truth();
        let estate = self.estate.clone();
        let seen = Seen {
            handled,
            before: &before,
            after: &after,
            estate: &estate,
        };
        let (pages, totals) = (&mut self.pages, &mut self.totals);
        pages.rows.handled(&seen, totals);
        pages.tiers.handled(&seen, totals);
        pages.system.handled(&seen, totals);
        pages.orders.handled(&seen, totals);
        pages.ladders.handled(&seen, totals);
        pages.doors.handled(&seen, &pages.orders, totals);
        pages.staff.handled(&seen, &server.store, totals);
        pages.silence.handled(&seen, &pages.staff, totals);
        pages.areas.handled(&seen, &pages.staff, totals);
    }

    fn truth(&self) -> Arc<View> {
        self.truths.last().expect("the first one").clone()
    }

    fn fact(&mut self, fact: &Fact) {
        self.totals.facts += 1;
        let pages = &mut self.pages;
        assert!(
            fact.recorded_at >= pages.last_recorded_at,
            "time went backwards"
        );
        pages.last_recorded_at = fact.recorded_at;
        self.committed_at.push_back((fact.recorded_at, fact.seq));
        pages.rows.fact(fact, self.site.view(), &mut self.totals);
        let touched = self.site.apply(fact);
        RowBook::check_drill(fact, &touched, self.site.view());
        self.truths.push(Arc::new(self.site.view().clone()));
    }

    /// Invariant 3: what is answered is on the record.
    pub(crate) fn answered(&mut self, input: &Input, heard: &Heard, server: &Server) {
        let Heard::Answer(Ok(accepted)) = heard else {
            return;
        };
        match (input, accepted) {
            (Input::Observed(Observation::PhoneFix(fix)), Accepted::Tracked) => {
                let kept = server.store.has_track_of(fix.occurred_at);
                assert!(kept, "a position was answered and is not stored");
            }
            (Input::Observed(_), Accepted::Reported { outcome, .. }) => {
                let key = RepeatKey::of(input).expect("a report has an id");
                let RepeatKey::Event(device, event) = &key else {
                    panic!("{key:?} is no report");
                };
                let is_fact = !matches!(
                    outcome,
                    Outcome::NothingToClear | Outcome::NotArmed | Outcome::Unchanged
                );
                assert_eq!(
                    self.pages.rows.has_fact_of(device, event),
                    is_fact,
                    "{key:?} was answered {outcome:?}"
                );
                assert!(server.store.seen(&key).is_some());
            }
            (Input::Commanded { command_id, .. }, Accepted::Done { seq }) => {
                assert!(
                    *seq <= server.store.head(),
                    "answered before it was recorded"
                );
                assert!(self.pages.rows.is_done_once(*command_id), "{command_id}");
            }
            _ => {}
        }
    }

    /// A sender heard, and believes it.
    pub(crate) fn heard(&mut self, who: usize, input: &Input, heard: &Heard) {
        let Input::Observed(Observation::Report(report)) = input else {
            return;
        };
        if report.drill {
            return;
        }
        let key = (who, report.kind.clone());
        if matches!(heard, Heard::Answer(Err(_))) {
            let event = (report.device.clone(), report.event.clone());
            self.refused.insert(event);
        }
        let said = (report.device.clone(), report.kind.clone());
        if self.doubtful.remove(&said) {
            self.active.remove(&key);
            return;
        }
        match heard {
            Heard::Answer(Ok(Accepted::Reported { outcome, .. }))
                if report.state == ReportedState::Active && *outcome != Outcome::NotArmed =>
            {
                self.active.insert(key, said);
            }
            // Having happened once more, it exists as before.
            Heard::Answer(Ok(_)) if report.state == ReportedState::Momentary => {}
            // Each type ends by itself. Who does not know stays out of the books.
            _ => drop(self.active.remove(&key)),
        }
    }

    /// What holds after every step.
    pub(crate) fn check(
        &mut self,
        server: &Server,
        displays: &mut [Display],
        now: Timestamp,
        calm: &[bool],
    ) {
        let site = server.machine.site();
        assert_eq!(
            site.view().seq,
            server.store.head(),
            "unrecorded state was kept"
        );
        let view = site.view();
        self.pages.rows.check(site);
        self.pages.tiers.check(view, &self.estate);
        self.pages.system.check(view);
        self.pages.orders.check(view);
        self.pages.ladders.check(view);
        check_incidents(view, server.settled_at.filter(|at| *at == now));
        self.check_believed(calm);
        self.pages.doors.check(view, &self.estate);
        self.pages.staff.check(view, &self.estate);
        self.pages.areas.check(view, &self.estate);
        if server.settled_at == Some(now) {
            assert_eq!(view.estate.as_ref(), Some(&self.estate_hash));
            let pages = &mut self.pages;
            pages.doors.check_due(&self.estate, now);
            pages.staff.check_due(view, now);
            pages.ladders.check_due(view, &self.estate, now);
            let totals = &mut self.totals;
            pages
                .silence
                .check_due(view, &self.estate, &pages.staff, now, totals);
        }
        while self
            .committed_at
            .get(1)
            .is_some_and(|(at, _)| *at <= now - STALE_AFTER)
        {
            self.committed_at.pop_front();
        }
        for display in displays {
            shows::check(self, display, now);
        }
        self.back_up();
    }

    /// Whatever a source believes to be active is so on the record.
    fn check_believed(&self, calm: &[bool]) {
        for ((who, kind), (device, _)) in &self.active {
            if calm[*who] {
                let is_known = self.pages.tiers.says(device, kind);
                assert!(is_known, "{device} {kind} is active and nowhere");
            }
        }
    }

    /// What holds once nobody has more to say.
    pub(crate) fn check_rest(&self) {
        self.pages.orders.check_rest();
        self.pages.ladders.check_rest();
    }

    fn back_up(&mut self) {
        let head = self.site.view().seq;
        if self.backups.back().is_none_or(|(seq, _)| *seq < head) {
            self.backups.push_back((head, self.pages.clone()));
        }
        let oldest = head.0.saturating_sub(RESTORED_FACTS_MAX);
        while self.backups.front().is_some_and(|(seq, _)| seq.0 < oldest) {
            self.backups.pop_front();
        }
    }

    /// Records that a backup can have.
    pub(crate) fn backups(&self) -> Vec<Seq> {
        self.backups.iter().map(|(seq, _)| *seq).collect()
    }

    /// The record is the backup's.
    pub(crate) fn restore(&mut self, server: &Server) {
        let upto = server.store.head();
        self.backups.retain(|(seq, _)| *seq <= upto);
        let (seq, pages) = self.backups.back().expect("this backup");
        assert_eq!(*seq, upto);
        self.pages = pages.clone();
        self.site = server.fold();
        self.truths
            .truncate(usize::try_from(upto.0).expect("small") + 1);
        assert_eq!(*self.truth(), *self.site.view(), "a restored record");
        self.committed_at.retain(|(_, seq)| *seq <= upto);
        // What they know came after the backup, as far as they can tell.
        self.active.clear();
    }
}

/// What the open rows say of a source and a family, each with its row.
pub(crate) fn conditions<'a>(
    view: &'a View,
    source: &'a Source,
    family: &'a str,
    drill: bool,
) -> impl Iterator<Item = (&'a Alarm, Condition)> {
    let rows = view.alarms.values();
    let rows = rows.filter(move |row| row.drill == drill && !row.is_closed());
    rows.flat_map(move |row| {
        let own = std::iter::once((&row.source, &row.family, row.condition));
        let joined = row.joined.iter();
        own.chain(joined.map(|joined| (&joined.source, &joined.family, joined.condition)))
            .filter(move |(of, in_family, _)| *of == source && in_family.as_str() == family)
            .map(move |(_, _, condition)| (row, condition))
    })
}

/// Whether a source's condition exists, by the open rows: then in one of them only.
pub(crate) fn is_active(view: &View, source: &Source, family: &str, drill: bool) -> bool {
    let says = conditions(view, source, family, drill);
    let active = says.filter(|(_, condition)| condition.is_active()).count();
    assert!(active <= 1, "{source:?} {family} is active in two rows");
    active == 1
}
