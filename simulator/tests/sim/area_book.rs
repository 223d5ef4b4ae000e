//! The book of borders: who is inside which area, by the fixes that were taken and plain rectangles.

use super::books::{Seen, is_active};
use super::staff_book::StaffBook;
use super::totals::Totals;
use castellan_domain::alarm::Source;
use castellan_domain::answer::Accepted;
use castellan_domain::area::AreaFact;
use castellan_domain::engine::Input;
use castellan_domain::estate::{Area, AreaKind, EstateIndex};
use castellan_domain::fact::{Fact, FactBody};
use castellan_domain::geo::{LonLat, distance_m};
use castellan_domain::ids::{AreaId, PersonId};
use castellan_domain::observation::{Observation, PhoneFix};
use castellan_domain::staff::StaffFact;
use castellan_domain::time::Timestamp;
use castellan_domain::view::View;
use std::collections::{BTreeMap, BTreeSet};

/// Nobody is faster on foot or on a cycle.
const SPEED_M_S_MAX: f64 = 12.0;
/// Older fixes that keep pace with our time as well as this, for so long, come from a clock that was
/// set.
const PACE_DIFFERS_S_MAX: i64 = 5;
const CLOCK_SHOWN_S_MIN: i64 = 30;
const ACCURACY_UNKNOWN_M: f64 = 30.0;
const ACCURACY_M_MIN: f64 = 5.0;

#[derive(Clone, Default)]
pub(crate) struct AreaBook {
    /// The last position of each person that was believed by this engine.
    last: BTreeMap<PersonId, Last>,
    /// Those that were older than it, as far as they may come from a clock that was set.
    older: BTreeMap<PersonId, Vec<Heard>>,
    /// How many in a row lay beyond a border.
    beyond: BTreeMap<(PersonId, AreaId), u8>,
    inside: BTreeSet<(PersonId, AreaId)>,
    /// Who is where they may not be, or not where they should be.
    breaches: BTreeSet<PersonId>,
}

/// When a fix was by its phone's clock, and when it was sent by ours.
type Heard = (Timestamp, Timestamp);

/// A position that was believed, and the one before it.
#[derive(Clone, Copy)]
struct Last {
    heard: Heard,
    place: LonLat,
    accuracy_dm: Option<u16>,
    before: Option<(Heard, LonLat)>,
}

/// What a fix says of one area.
struct Said<'a> {
    area: &'a Area,
    was_inside: bool,
    lies_inside: bool,
    in_a_row: u8,
    crossed: bool,
}

impl AreaBook {
    pub(crate) fn reborn(&mut self) {
        self.last.clear();
        self.older.clear();
        self.beyond.clear();
    }

    pub(crate) fn handled(&mut self, seen: &Seen<'_>, staff: &StaffBook, totals: &mut Totals) {
        let handled = seen.handled;
        let told = handled.facts.iter().filter_map(border);
        let told: BTreeSet<_> = told.collect();
        let mut expected = BTreeSet::new();
        match (&handled.input, &handled.answer) {
            (Input::EstateLoaded { .. }, _) => self.beyond.clear(),
            (Input::Observed(Observation::PhoneFix(fix)), Some(Ok(Accepted::Tracked))) => {
                let person = staff.person_of(&fix.phone, seen.estate);
                let person = person.expect("somebody's phone was tracked");
                expected = self.fix(seen, person, fix, totals);
            }
            _ => {}
        }
        assert_eq!(told, expected, "borders crossed by {:?}", handled.input);
        for fact in &handled.facts {
            if let FactBody::Staff(StaffFact::OffDuty(body)) = &fact.body {
                self.inside.retain(|(person, _)| *person != body.person);
                self.beyond.retain(|(person, _), _| *person != body.person);
                self.breaches.remove(&body.person);
            }
        }
    }

    /// Whether fixes that are older have kept pace with our time for so long that they are not late.
    fn is_clock_set(&mut self, person: &PersonId, heard: Heard) -> bool {
        let row = self.older.entry(person.clone()).or_default();
        let keeps_pace = row.first().zip(row.last()).is_some_and(|(first, last)| {
            let own = heard.0.since(first.0).as_micros();
            let ours = heard.1.since(first.1).as_micros();
            let is_after = heard.0 > last.0 && heard.1 >= last.1;
            is_after && (own - ours).abs() <= PACE_DIFFERS_S_MAX * 1_000_000
        });
        if !keeps_pace {
            row.clear();
        }
        row.push(heard);
        row.len() >= 3 && heard.1.since(row[0].1).as_secs() >= CLOCK_SHOWN_S_MIN
    }

    /// A breach goes on until its person is in order again.
    pub(crate) fn check(&self, view: &View, estate: &EstateIndex) {
        for person in &estate.estate.people {
            let source = Source::Person(person.id.clone());
            let is_shown = is_active(view, &source, "area_breach", false);
            let expected = self.breaches.contains(&person.id);
            assert_eq!(is_shown, expected, "whether {} is in order", person.id);
        }
    }

    fn fix(
        &mut self,
        seen: &Seen<'_>,
        person: &PersonId,
        fix: &PhoneFix,
        totals: &mut Totals,
    ) -> BTreeSet<(PersonId, AreaId, bool)> {
        let heard = (fix.occurred_at, fix.received_at);
        let mut before = None;
        let mut is_again = false;
        if let Some(last) = self.last.get(person).copied() {
            let order = |(own, ours): Heard| (own.min(ours), own);
            is_again = heard.0 == last.heard.0;
            if is_again && !is_better(fix, last) {
                return BTreeSet::new();
            }
            let is_newer = is_again || order(heard) > order(last.heard);
            if !is_newer && !self.is_clock_set(person, heard) {
                return BTreeSet::new();
            }
            before = if is_again {
                last.before
            } else {
                Some((last.heard, last.place))
            };
            if before.is_some_and(|from| !is_on_foot(from, heard, fix.at)) {
                totals.jumps += 1;
                return BTreeSet::new();
            }
            totals.clocks_set += u64::from(!is_newer);
        }
        let last = Last {
            heard,
            place: fix.at,
            accuracy_dm: fix.accuracy_dm,
            before,
        };
        self.last.insert(person.clone(), last);
        self.older.remove(person);
        let areas = seen.estate.estate.areas.iter();
        let areas = areas
            .filter(|area| area.people.contains(person) == (area.kind == AreaKind::Responsibility));
        let areas: Vec<_> = areas.collect();
        let said = areas
            .iter()
            .map(|area| self.says(seen.estate, person, (fix, is_again), area));
        let said: Vec<_> = said.collect();
        let is_own = |said: &Said<'_>| said.area.kind == AreaKind::Responsibility;
        // From one's own area into one's next one there is no outside.
        let reaches_next = said
            .iter()
            .any(|s| is_own(s) && s.lies_inside && !s.was_inside && !s.crossed);
        let mut flips = BTreeSet::new();
        for said in &said {
            let key = (person.clone(), said.area.id.clone());
            let waits = is_own(said) && said.was_inside && reaches_next;
            let flips_now = said.crossed && !waits;
            self.beyond.remove(&key);
            if flips_now {
                let entered = !said.was_inside;
                flips.insert((key.0.clone(), key.1.clone(), entered));
                if entered {
                    totals.entered += 1;
                    self.inside.insert(key);
                } else {
                    totals.left += 1;
                    self.inside.remove(&key);
                }
            } else if said.in_a_row > 0 {
                self.beyond.insert(key, said.in_a_row);
            }
        }
        let inside_now = |area: &Area| self.inside.contains(&(person.clone(), area.id.clone()));
        let own = || {
            areas
                .iter()
                .filter(|area| area.kind == AreaKind::Responsibility)
        };
        let at_home = own().any(|area| inside_now(area));
        let in_forbidden = areas
            .iter()
            .any(|area| area.kind == AreaKind::Forbidden && inside_now(area));
        // Whoever was sent goes at our word, and into what is forbidden only if it is there.
        let mut assignments = seen.before.assignments.values();
        let sent = assignments.find(|one| one.person == *person && one.is_task());
        let sent_to = sent.and_then(|one| seen.before.incidents[&one.incident].place.point());
        let is_sent_into = |area: &Area| {
            let encloses = |at| seen.estate.anchor.encloses(&area.outline, at);
            sent_to.is_some_and(encloses)
        };
        let left_own = said
            .iter()
            .any(|s| is_own(s) && s.was_inside && !inside_now(s.area));
        let entered_forbidden = said
            .iter()
            .any(|s| !is_own(s) && !s.was_inside && inside_now(s.area) && !is_sent_into(s.area));
        if entered_forbidden || (left_own && !at_home && sent.is_none()) {
            totals.breaches += 1;
            self.breaches.insert(person.clone());
        } else if !in_forbidden && (at_home || own().next().is_none()) {
            self.breaches.remove(person);
        }
        flips
    }

    fn says<'a>(
        &self,
        estate: &EstateIndex,
        person: &PersonId,
        (fix, is_again): (&PhoneFix, bool),
        area: &'a Area,
    ) -> Said<'a> {
        let key = (person.clone(), area.id.clone());
        let was_inside = self.inside.contains(&key);
        let (x, y) = estate.anchor.metres(fix.at);
        let corners = area.outline.iter().map(|at| estate.anchor.metres(*at));
        let corners: Vec<_> = corners.collect();
        let span = |values: &dyn Fn(&(f64, f64)) -> f64| {
            let values = corners.iter().map(values);
            values.fold((f64::MAX, f64::MIN), |(least, most), v| {
                (least.min(v), most.max(v))
            })
        };
        let (west, east) = span(&|corner| corner.0);
        let (south, north) = span(&|corner| corner.1);
        let inner = (x - west).min(east - x).min(y - south).min(north - y);
        let lies_inside = inner > 0.0;
        let depth_m = if lies_inside {
            inner
        } else {
            let aside = (west - x).max(x - east).max(0.0);
            let above = (south - y).max(y - north).max(0.0);
            -aside.hypot(above)
        };
        let accuracy_m = fix
            .accuracy_dm
            .map_or(ACCURACY_UNKNOWN_M, |dm| f64::from(dm) / 10.0);
        let accuracy_m = accuracy_m.max(ACCURACY_M_MIN);
        let quarter = (east - west).min(north - south) / 4.0;
        let reach_m = if was_inside {
            accuracy_m
        } else {
            accuracy_m.min(quarter)
        };
        let beyond_m = if was_inside { -depth_m } else { depth_m };
        let before = self.beyond.get(&key).copied().unwrap_or(0);
        let in_a_row = if beyond_m >= reach_m {
            // Of one moment there is one in a row.
            before.saturating_add(u8::from(!is_again)).max(1)
        } else {
            0
        };
        Said {
            area,
            was_inside,
            lies_inside,
            in_a_row,
            crossed: in_a_row >= 3 || beyond_m >= 2.0 * accuracy_m,
        }
    }
}

/// Of two fixes of one moment, whether the later one counts.
fn is_better(fix: &PhoneFix, last: Last) -> bool {
    let known_m = |dm: Option<u16>| dm.map_or(ACCURACY_UNKNOWN_M, |dm| f64::from(dm) / 10.0);
    let (new, old) = (known_m(fix.accuracy_dm), known_m(last.accuracy_dm));
    new < old || (new <= old && fix.at != last.place)
}

/// Whether somebody can have come from there in this time.
fn is_on_foot((from, place): (Heard, LonLat), heard: Heard, at: LonLat) -> bool {
    let by_own = heard.0.since(from.0).as_millis();
    let passed_ms = if by_own > 0 {
        by_own
    } else {
        heard.1.since(from.1).as_millis()
    };
    let elapsed_s = f64::from(i32::try_from(passed_ms).expect("a night")) / 1_000.0;
    passed_ms > 0 && distance_m(place, at) <= SPEED_M_S_MAX * elapsed_s
}

/// Whose border a fact tells of, and whether they entered.
fn border(fact: &Fact) -> Option<(PersonId, AreaId, bool)> {
    match &fact.body {
        FactBody::Area(AreaFact::Entered(body)) => {
            Some((body.person.clone(), body.area.clone(), true))
        }
        FactBody::Area(AreaFact::Left(body)) => {
            Some((body.person.clone(), body.area.clone(), false))
        }
        _ => None,
    }
}
