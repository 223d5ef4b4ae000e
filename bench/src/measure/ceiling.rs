//! G2: the highest rate of deliveries at which nearly everything arrives in time, beside
//! nats-server's and mosquitto's.
//!
//! A ramp without an end of its own: the rate doubles until a run fails, then the gap is halved. What
//! stops it is the server's core, or the generator's; then the last rate that held is a floor, and
//! the ceiling lies somewhere above.

use anyhow::Result;
use serde_json::{Value, json};

use super::fan_out::{CLIENT_SHARE_MAX, LATE_MAX_US};
use super::numbers::{Spread, number, per, shown};
use super::peers::{March, Side};
use super::report::Section;
use super::rig::Rig;

/// mosquitto is not built for more.
const DISPLAYS: u32 = 500;
/// Nobody moves more than once a second, so there are as many people as updates, and this many at least.
const PEOPLE_MIN: u32 = 2_000;
/// As many as our estate has: the ramp ends there at the latest.
pub(crate) const RATE_MAX: u32 = 16_000;
/// Of all positions, so many are to arrive in time.
const IN_TIME_MIN: f64 = 0.999;
/// Above it the server's core was full.
const SERVER_SHARE_FULL: f64 = 0.9;
/// Runs of one ramp at most: every one has its own fresh server.
const RUNS_MAX: usize = 16;
const GOAL_MOSQUITTO: f64 = 10.0;
const GOAL_NATS_CPU: f64 = 0.5;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Everything arrived, nearly all of it in time, and the generator had room.
    Held,
    /// It did not, and the server's core was full.
    ServerFull,
    /// The generator was at its limit, whatever arrived: nothing is known of the server.
    GeneratorFull,
    /// It did not, and neither core was full.
    Neither,
}

/// What a ramp found.
#[derive(Debug, Default)]
struct Ceiling {
    /// The highest rate that held, with what was reported of it.
    held: Option<(u32, Value)>,
    /// Why the next higher one did not.
    stopped_by: Option<Outcome>,
}

/// A rate in a table: how often it was tried, and the reports of those that held.
#[derive(Debug, Default)]
struct Held {
    tried: usize,
    reports: Vec<Value>,
}

pub(crate) fn measure(rig: &Rig) -> Result<Section> {
    let mut section = Section::new(
        "The fan-out's ceiling, 500 displays (G2)",
        &[
            "",
            "updates/s",
            "deliveries/s",
            "core used",
            "generator's core",
            "freshness p50 / p99 ms",
            "in time",
            "what ended the ramp",
        ],
    );
    let estate = rig.large_estate(RATE_MAX)?;
    let mut run = |side: Side, rate: u32| -> Result<Option<(Outcome, Value)>> {
        let march = March {
            displays: DISPLAYS,
            rate,
            people: rate.max(PEOPLE_MIN),
            seconds: rig.options.depth.pick(4, 3),
        };
        let report = match rig.fan_out(side, march, &estate) {
            Ok(Some(report)) => report,
            Ok(None) => return Ok(None),
            // A peer that falls over ends its own ramp and nothing else.
            Err(error) => {
                let said = format!("{} at {rate} updates/s broke off: {error:#}", side.name());
                println!("      {said}");
                section.notes.push(said);
                return Ok(None);
            }
        };
        let outcome = judge(&report);
        let said = format!("{outcome:?}");
        println!("      {} at {rate} updates/s: {said}", side.name());
        section
            .rounds
            .push(json!({"peer": side.name(), "rate": rate, "outcome": said, "report": report}));
        Ok(Some((outcome, report)))
    };
    let halvings = rig.options.depth.pick(3, 0);
    let mut ramps = Vec::new();
    for (side, first) in [(Side::Nats, 500), (Side::Mosquitto, 125), (Side::Ours, 500)] {
        let ceiling = ramp(first, halvings, |rate| {
            if rig.goes_on()? {
                run(side, rate)
            } else {
                Ok(None)
            }
        })?;
        ramps.push((side, ceiling));
    }
    let nats_rate = ramps[0].1.held.as_ref().map(|(rate, _)| *rate);
    // Each ceiling again, in turn, and ours at the rate that is nats-server's: what held once may have been luck.
    let repeats = rig.options.depth.pick(3, 0);
    let mut cases: Vec<(Side, u32, Held)> = ramps
        .iter()
        .filter_map(|(side, ceiling)| {
            let (rate, report) = ceiling.held.clone()?;
            let held = Held {
                tried: 1,
                reports: vec![report],
            };
            Some((*side, rate, held))
        })
        .collect();
    if let Some(rate) = nats_rate {
        cases.push((Side::Ours, rate, Held::default()));
    }
    for repeat in 0..=repeats {
        for (side, rate, held) in &mut cases {
            let is_wanted = repeat < repeats || held.tried == 0;
            if !is_wanted || !(rig.goes_on()? || held.tried == 0) {
                continue;
            }
            let Some((outcome, report)) = run(*side, *rate)? else {
                continue;
            };
            held.tried += 1;
            if outcome == Outcome::Held {
                held.reports.push(report);
            }
        }
    }
    rows(&mut section, &ramps, &cases, nats_rate);
    section.notes.push(format!(
        "A delivery is one position of one person at one display. Ours: one of the entity updates in a frame of the tick that a display decoded and checked; two moves of a person within one tick are one update, and the other one is missing from what is in time. nats-server and mosquitto: one message of 20 bytes. In time is within 250 ms of the due time, of everything that was due at every eighth display; a rate holds if that is at least {IN_TIME_MIN} and no display saw a fault or was cut off. The generator's core is at its limit above {CLIENT_SHARE_MAX}, or when it sends later than 20 ms at p99 while the server has room"
    ));
    Ok(section)
}

fn judge(report: &Value) -> Outcome {
    if number(report, "client_share") > CLIENT_SHARE_MAX {
        return Outcome::GeneratorFull;
    }
    let is_late = number(report, "posts/late/p99_us") > LATE_MAX_US;
    let is_whole = number(report, "faults") < 1.0 && number(report, "gone") < 1.0;
    let is_in_time = in_time(report).is_some_and(|share| share >= IN_TIME_MIN);
    if is_whole && is_in_time && !is_late {
        return Outcome::Held;
    }
    // A phone waits for its answer: behind a full server it sends late, through no fault of the generator.
    if core_share(report).is_some_and(|share| share >= SERVER_SHARE_FULL) {
        Outcome::ServerFull
    } else if is_late {
        Outcome::GeneratorFull
    } else {
        Outcome::Neither
    }
}

fn in_time(report: &Value) -> Option<f64> {
    per(number(report, "in_time"), number(report, "due"))
}

/// Doubles the rate until a run fails, then halves the gap; downwards from the first where not even that holds. `run` gives
/// nothing where there is nobody to be measured, or no time.
fn ramp(
    first: u32,
    halvings: u32,
    mut run: impl FnMut(u32) -> Result<Option<(Outcome, Value)>>,
) -> Result<Ceiling> {
    let mut ceiling = Ceiling::default();
    let mut failed: Option<u32> = None;
    let mut rate = first;
    let mut halved = 0;
    for _ in 0..RUNS_MAX {
        let Some((mut outcome, mut report)) = run(rate)? else {
            break;
        };
        // It may have been a neighbour, and then a whole ramp would end too low. Once more.
        if outcome != Outcome::Held
            && let Some(again) = run(rate)?
        {
            (outcome, report) = again;
        }
        if outcome == Outcome::Held {
            ceiling.held = Some((rate, report));
        } else {
            failed = Some(rate);
            ceiling.stopped_by = Some(outcome);
        }
        rate = match (&ceiling.held, failed) {
            (Some((held, _)), None) if *held >= RATE_MAX => break,
            (Some((held, _)), None) => (held * 2).min(RATE_MAX),
            (None, Some(failed)) if failed > 1 => failed / 2,
            (Some((held, _)), Some(failed)) if halved < halvings && failed - held > 1 => {
                halved += 1;
                held.midpoint(failed)
            }
            _ => break,
        };
    }
    Ok(ceiling)
}

fn rows(
    section: &mut Section,
    ramps: &[(Side, Ceiling)],
    cases: &[(Side, u32, Held)],
    nats_rate: Option<u32>,
) {
    let ended = |side: Side| {
        ramps
            .iter()
            .find(|(of, _)| *of == side)
            .map(|(_, c)| c.stopped_by)
    };
    // The last case is ours at the rate of nats-server, where there is one.
    let ceilings = cases.len() - usize::from(nats_rate.is_some());
    for (index, (side, rate, held)) in cases.iter().enumerate() {
        let of =
            |what: &dyn Fn(&Value) -> Option<f64>| Spread::of(held.reports.iter().filter_map(what));
        let millis = |path: &'static str| shown(of(&|r| Some(number(r, path) / 1e3)), 0);
        let end = if index >= ceilings {
            "at the rate of nats-server".to_owned()
        } else {
            match ended(*side).flatten() {
                Some(Outcome::ServerFull) => "the server's core: a ceiling".to_owned(),
                Some(Outcome::GeneratorFull) => "the generator's core: a floor".to_owned(),
                None => "the end of the estate: a floor".to_owned(),
                Some(_) => "neither core was full: a floor".to_owned(),
            }
        };
        section.row([
            side.name().to_owned(),
            rate.to_string(),
            shown(of(&delivered_per_s), 0),
            shown(of(&core_share), 2),
            shown(of(&|r| Some(number(r, "client_share"))), 2),
            format!(
                "{} / {}",
                millis("freshness/p50_us"),
                millis("freshness/p99_us")
            ),
            shown(of(&in_time), 4),
            format!(
                "{end}; held in {} of {} runs",
                held.reports.len(),
                held.tried
            ),
        ]);
    }
    for (side, ceiling) in ramps {
        if ceiling.held.is_none() {
            section.notes.push(format!(
                "{}: it is missing, no time was left for it, or not even the lowest rate held",
                side.name()
            ));
        }
    }
    let best = |side: Side| {
        let of = cases.iter().take(ceilings).find(|(of, ..)| *of == side);
        of.and_then(|(.., held)| Spread::of(held.reports.iter().filter_map(delivered_per_s)))
    };
    let is_floor = ended(Side::Ours).flatten() != Some(Outcome::ServerFull);
    let at_least = if is_floor { "at least " } else { "" };
    match (best(Side::Ours), best(Side::Mosquitto)) {
        (Some(ours), Some(theirs)) if theirs.median > 0.0 => {
            let times = ours.median / theirs.median;
            let theirs_is_ceiling = ended(Side::Mosquitto).flatten() == Some(Outcome::ServerFull);
            let met = theirs_is_ceiling.then_some(times >= GOAL_MOSQUITTO);
            // A floor that is below says nothing of the ceiling.
            let met = met.filter(|met| *met || !is_floor);
            section.verdict("G2", met, format!("{GOAL_MOSQUITTO} times the deliveries a second of mosquitto's WebSocket; they are {at_least}{times:.1} times"));
        }
        _ => section.verdict(
            "G2",
            None,
            "there is no mosquitto to compare with, or one of the two held no rate".to_owned(),
        ),
    }
    let nats = cases
        .iter()
        .take(ceilings)
        .find(|(of, ..)| *of == Side::Nats);
    let ours = cases.get(ceilings);
    match (nats, ours) {
        (Some((_, rate, nats)), Some((.., ours))) => {
            let share = |held: &Held| Spread::of(held.reports.iter().filter_map(core_share));
            let ratio = share(ours)
                .zip(share(nats))
                .and_then(|(a, b)| per(a.median, b.median));
            let ratio_text = ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"));
            section.verdict("G2", Some(ratio.is_some_and(|ratio| ratio <= GOAL_NATS_CPU)), format!(
                "as many deliveries as nats-server at its highest rate, {rate} × {DISPLAYS}, at no more than {GOAL_NATS_CPU} of its processor time; ours held in {} of {} runs, at {ratio_text} of it", ours.reports.len(), ours.tried));
        }
        _ => section.verdict(
            "G2",
            None,
            "there is no nats-server to compare with".to_owned(),
        ),
    }
}

fn delivered_per_s(report: &Value) -> Option<f64> {
    per(number(report, "delivered"), number(report, "measured_s"))
}

fn core_share(report: &Value) -> Option<f64> {
    per(number(report, "server_cpu_s"), number(report, "measured_s"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(rate: u32, server_cpu_s: f64, in_time: u64) -> Value {
        json!({
            "measured_s": 4.0, "server_cpu_s": server_cpu_s, "client_share": 0.5, "due": 10_000, "in_time": in_time,
            "delivered": u64::from(rate) * 500 * 4, "faults": 0, "gone": 0, "posts": {"late": {"p99_us": 900}},
        })
    }

    /// A server that holds up to a rate.
    fn holds_to(limit: u32, why: Outcome) -> impl FnMut(u32) -> Result<Option<(Outcome, Value)>> {
        move |rate| {
            let outcome = if rate <= limit { Outcome::Held } else { why };
            Ok(Some((outcome, json!({"rate": rate}))))
        }
    }

    #[test]
    fn a_run_holds_only_if_nearly_all_came_in_time_and_the_generator_had_room() {
        assert_eq!(judge(&report(500, 1.0, 9_990)), Outcome::Held);
        assert_eq!(judge(&report(500, 3.9, 9_989)), Outcome::ServerFull);
        assert_eq!(judge(&report(500, 1.0, 9_989)), Outcome::Neither);
        let mut cut_off = report(500, 3.9, 10_000);
        cut_off["gone"] = json!(1);
        assert_eq!(judge(&cut_off), Outcome::ServerFull);
        let mut busy = report(500, 3.9, 10_000);
        busy["client_share"] = json!(0.9);
        assert_eq!(judge(&busy), Outcome::GeneratorFull);
        for (server_cpu_s, outcome) in [(1.0, Outcome::GeneratorFull), (3.9, Outcome::ServerFull)] {
            let mut late = report(500, server_cpu_s, 10_000);
            late["posts"] = json!({"late": {"p99_us": 21_000}});
            assert_eq!(judge(&late), outcome);
        }
        assert_eq!(judge(&json!({})), Outcome::Neither);
    }

    #[test]
    fn a_ramp_closes_in_on_the_ceiling_from_both_sides() -> Result<()> {
        for limit in [3, 90, 500, 1_700, 9_999] {
            let ceiling = ramp(500, 3, holds_to(limit, Outcome::ServerFull))?;
            let (rate, report) = ceiling.held.expect("something holds");
            assert!(
                rate <= limit && rate * 9 / 8 + 1 >= limit * 7 / 8,
                "{rate} of {limit}"
            );
            assert_eq!(report["rate"], rate);
            assert_eq!(ceiling.stopped_by, Some(Outcome::ServerFull));
        }
        Ok(())
    }

    #[test]
    fn a_ramp_ends_where_nothing_holds_where_all_holds_and_where_nobody_is() -> Result<()> {
        let nothing = ramp(500, 3, holds_to(0, Outcome::ServerFull))?;
        assert!(nothing.held.is_none(), "{nothing:?}");
        let all = ramp(500, 3, holds_to(u32::MAX, Outcome::Neither))?;
        assert_eq!(all.held.map(|(rate, _)| rate), Some(RATE_MAX));
        assert_eq!(all.stopped_by, None);
        let nobody = ramp(500, 3, |_| Ok(None))?;
        assert!(nobody.held.is_none() && nobody.stopped_by.is_none());
        Ok(())
    }

    #[test]
    fn a_run_that_failed_is_done_once_more() -> Result<()> {
        let mut runs = 0;
        let ceiling = ramp(RATE_MAX, 0, |rate| {
            runs += 1;
            let outcome = if runs == 1 {
                Outcome::ServerFull
            } else {
                Outcome::Held
            };
            Ok(Some((outcome, json!({"rate": rate}))))
        })?;
        assert_eq!(runs, 2);
        assert_eq!(ceiling.held.map(|(rate, _)| rate), Some(RATE_MAX));
        Ok(())
    }

    fn case(side: Side, rate: u32, cpu_s: f64) -> (Side, u32, Held) {
        let held = Held {
            tried: 1,
            reports: vec![report(rate, cpu_s, 10_000)],
        };
        (side, rate, held)
    }

    fn met(ours_ended_by: Outcome, ours: u32) -> Vec<Option<bool>> {
        let ramped = |side, stopped_by| {
            let held = Some((1, json!({})));
            (
                side,
                Ceiling {
                    held,
                    stopped_by: Some(stopped_by),
                },
            )
        };
        let ramps = [
            ramped(Side::Nats, Outcome::ServerFull),
            ramped(Side::Mosquitto, Outcome::ServerFull),
            ramped(Side::Ours, ours_ended_by),
        ];
        let cases = [
            case(Side::Nats, 2_000, 4.0),
            case(Side::Mosquitto, 125, 4.0),
            case(Side::Ours, ours, 2.0),
            case(Side::Ours, 2_000, 1.0),
        ];
        let mut section = Section::default();
        rows(&mut section, &ramps, &cases, Some(2_000));
        assert_eq!(section.rows.len(), 4);
        section.verdicts.iter().map(|verdict| verdict.met).collect()
    }

    #[test]
    fn a_floor_can_meet_the_goal_and_cannot_miss_it() {
        assert_eq!(met(Outcome::GeneratorFull, 4_000), [Some(true), Some(true)]);
        assert_eq!(met(Outcome::GeneratorFull, 1_000), [None, Some(true)]);
        assert_eq!(met(Outcome::ServerFull, 1_000), [Some(false), Some(true)]);
    }
}
