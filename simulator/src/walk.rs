//! The verb `walk`: gives the world a clock and a network until it is told to stop.

use crate::cameras::{self, Cameras};
use crate::courier::{Courier, Delivered, IN_FLIGHT_MAX};
use crate::crew::Crew;
use crate::day::Day;
use crate::devices::{Rates, Said};
use crate::lookup::{START_PATIENCE, fetch_estate};
use crate::opening::Opening;
use crate::parcel::Parcel;
use crate::site_copy::{self, Seen};
use crate::world::{Outgoing, Settings, World};
use castellan_client::http::{Client, Failure};
use castellan_domain::estate::{DutyKept, Estate};
use castellan_domain::ids::{AlarmId, PhoneId, SiteId};
use std::collections::BTreeMap;
use std::future::Future;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

/// How often the world moves.
const TICK: Duration = Duration::from_millis(100);
/// How often a line says how it goes.
const REPORT_EVERY: Duration = Duration::from_secs(30);
/// Fixes that one phone keeps while the server is away.
const FIXES_HELD_MAX: usize = 600;
/// Events that all devices together keep while the server is away.
const EVENTS_HELD_MAX: usize = 200;
/// Reports of doors that are kept while the server is away.
const DOORS_HELD_MAX: usize = 200;
/// Signs of life that wait. While the server is away none is kept: it would say nothing.
const SIGNS_HELD_MAX: usize = 200;
/// Different refusals that are said; further ones are only counted.
const REFUSALS_SAID_MAX: usize = 20;

/// What the command line asks for.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the server is.
    pub server: String,
    /// Which site; the first one where none is named.
    pub site: Option<SiteId>,
    /// Only so many guards.
    pub guards: Option<usize>,
    /// How many times faster than life guards walk.
    pub speed: f64,
    /// Seconds between two alarms; none: no alarms.
    pub alarms_every_s: Option<f64>,
    /// Seconds between two people who go through a door; none: nobody does.
    pub doors_every_s: Option<f64>,
    /// Day and night pass, in place of both.
    pub by_day: bool,
    /// Gas in a cellar once somebody has opened a console.
    pub has_opening: bool,
    /// Gives the world.
    pub seed: u64,
    /// How its cameras are shown; none: they are not.
    pub cameras: Option<cameras::Options>,
}

/// How it went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Fixes that the server stored.
    pub fixes: u64,
    /// Events that the server took.
    pub events: u64,
    /// Reports of doors that it took.
    pub doors: u64,
    /// Signs of life that it took.
    pub signs: u64,
    /// Answers of guards who were sent that it took.
    pub answers: u64,
    /// What the server refused.
    pub refused: u64,
    /// What was dropped because the server was away for too long.
    pub dropped: u64,
}

/// Lets the estate live until `stop` comes true. Ends at once then, with requests under way.
pub async fn run(options: &Options, stop: impl Future<Output = ()>) -> anyhow::Result<Tally> {
    let mut stop = std::pin::pin!(stop);
    let client = Client::new(&options.server, IN_FLIGHT_MAX)?;
    let estate = tokio::select! {
        () = &mut stop => return Ok(Tally::default()),
        estate = fetch_estate(&client, options.site.as_ref(), START_PATIENCE) => estate?,
    };
    let settings = Settings {
        seed: options.seed,
        crew: options.guards.map_or(Crew::Shift, Crew::First),
        pace: options.speed,
        rates: Rates {
            alarms_every_ms: options.alarms_every_s.map(milliseconds),
            doors_every_ms: options.doors_every_s.map(milliseconds),
        },
    };
    let mut world = World::new(&estate, &settings, wall_ms())?;
    if options.by_day {
        world.live_by(Day::new(estate.time_zone.as_str(), options.seed));
    }
    tracing::info!(
        guards = world.guards().len(),
        paths = world.ground().graph.len(),
        alarm_sources = world.alarm_candidates(),
        seed = options.seed,
        "{} lives now",
        estate.name.en,
    );
    if options
        .guards
        .is_some_and(|wanted| wanted > world.guards().len())
    {
        tracing::warn!(
            "the estate has only {} guards with a phone",
            world.guards().len()
        );
    }
    if options.alarms_every_s.is_some() && world.alarm_candidates() == 0 {
        tracing::warn!("no device of the estate can raise an alarm that the simulator knows");
    }
    let cameras = match &options.cameras {
        Some(options) => Some(Cameras::start(&estate, options).await?),
        None => None,
    };
    let seen = site_copy::follow(client.clone(), estate.site.clone());
    let opening = options.has_opening.then(|| Opening::of(&estate)).flatten();
    if options.has_opening && opening.is_none() {
        tracing::warn!("the estate lacks the detector of the first minute");
    }
    let mut shell = Shell::new(client, estate, world, cameras);
    shell.opening = opening;
    shell.begin_duty();
    Ok(shell.run(stop, seen).await)
}

/// The world, and what carries its words to the server.
struct Shell {
    estate: Estate,
    world: World,
    cameras: Option<Cameras>,
    opening: Option<Opening>,
    /// Whether somebody sits at a console.
    is_watched: bool,
    phones: Vec<PhoneId>,
    courier: Courier,
    tally: Tally,
    refusals: BTreeMap<String, u64>,
    away_since: Option<Instant>,
}

impl Shell {
    fn new(client: Client, estate: Estate, world: World, cameras: Option<Cameras>) -> Self {
        let phones: Vec<PhoneId> = world.guards().iter().map(|g| g.phone().clone()).collect();
        // Behind the phones' lanes: one for events and calls, one for doors, one for signs of life.
        let rooms = phones.iter().map(|_| FIXES_HELD_MAX).chain([
            EVENTS_HELD_MAX,
            DOORS_HELD_MAX,
            SIGNS_HELD_MAX,
        ]);
        Self {
            courier: Courier::new(client, estate.site.clone(), rooms),
            estate,
            phones,
            world,
            cameras,
            opening: None,
            is_watched: false,
            tally: Tally::default(),
            refusals: BTreeMap::new(),
            away_since: None,
        }
    }

    /// Guards go on duty before their phones say anything, and shift leaders with them. Operators do
    /// it themselves, at the console.
    fn begin_duty(&mut self) {
        if self.estate.staffing.duty != DutyKept::Recorded {
            return;
        }
        let people = self.world.people().to_vec();
        for (lane, person) in people.iter().enumerate() {
            self.courier.push(lane, Parcel::duty(person));
        }
        // Whoever is called when nobody answers has to be there.
        let called = self.estate.people.iter().filter(|p| !p.rungs.is_empty());
        for person in called.filter(|person| !people.contains(&person.id)) {
            self.courier.push(people.len(), Parcel::duty(&person.id));
        }
    }

    async fn run(
        mut self,
        mut stop: impl Future<Output = ()> + Unpin,
        mut seen: watch::Receiver<Option<Seen>>,
    ) -> Tally {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut report =
            tokio::time::interval_at(tokio::time::Instant::now() + REPORT_EVERY, REPORT_EVERY);
        loop {
            tokio::select! {
                () = &mut stop => break,
                Some(ended) = self.courier.next() => match ended {
                    Ok((parcel, result)) => self.settle(&parcel, result),
                    Err(error) => {
                        tracing::error!("{error:#}; stopping");
                        break;
                    }
                },
                Ok(()) = seen.changed() => {
                    let now = seen.borrow_and_update().clone();
                    if let Some(Seen { view, at, is_watched }) = now {
                        self.is_watched = is_watched;
                        self.world.see(&self.estate, &view, at);
                    }
                }
                _ = tick.tick() => self.live(),
                _ = report.tick() => self.report(),
            }
            self.courier.send_due();
        }
        self.tally.dropped = self.courier.dropped();
        self.report();
        self.tally
    }

    fn live(&mut self) {
        let now_ms = wall_ms();
        let items = self.world.step(now_ms);
        if let Some(cameras) = &mut self.cameras {
            cameras.show(&self.world, now_ms);
        }
        let opening = self.opening.iter_mut();
        let events = opening.flat_map(|opening| opening.step(now_ms, self.is_watched));
        for event in events {
            let said = Parcel::Said(Said::Event(event));
            self.courier.push(self.phones.len(), said);
        }
        for item in items {
            match item {
                Outgoing::Fix { guard, body } => {
                    self.courier
                        .push(guard, Parcel::Fix(self.phones[guard].clone(), body));
                }
                Outgoing::Answer { guard, command } => {
                    let person = self.world.people()[guard].clone();
                    self.courier
                        .push(guard, Parcel::command(person, command.into()));
                }
                Outgoing::Said(Said::Heard(_)) if self.away_since.is_some() => {}
                Outgoing::Said(said) => {
                    let behind = match said {
                        Said::Door(_) => 1,
                        Said::Heard(_) => 2,
                        Said::Event(_) | Said::Call(_) | Said::Astray { .. } => 0,
                    };
                    self.courier
                        .push(self.phones.len() + behind, Parcel::Said(said));
                }
            }
        }
    }

    fn settle(&mut self, parcel: &Parcel, result: Delivered) {
        match result {
            Err(Failure::Away(why)) => {
                if self.away_since.is_none() {
                    self.away_since = Some(Instant::now());
                    tracing::warn!(
                        "the server is away: {why}; phones and devices keep what they have"
                    );
                }
            }
            Err(Failure::Refused { status, message }) => self.refuse(parcel, status, &message),
            Ok(alarm) => {
                self.back();
                self.count(parcel, alarm);
            }
        }
    }

    fn count(&mut self, parcel: &Parcel, alarm: Option<AlarmId>) {
        match parcel {
            Parcel::Fix(..) => self.tally.fixes += 1,
            Parcel::Duty(person, _) => tracing::info!("{person} is on duty"),
            Parcel::Command(person, request) => {
                self.tally.answers += 1;
                tracing::info!("{person}: {}", request.command.name());
            }
            Parcel::Said(Said::Event(event)) => {
                self.tally.events += 1;
                let alarm = alarm.map_or_else(|| "no alarm".to_owned(), |id| id.to_string());
                tracing::info!("{} {} {:?}: {alarm}", event.device, event.kind, event.state);
            }
            Parcel::Said(Said::Door(door)) => {
                self.tally.doors += 1;
                if let Some(alarm) = alarm {
                    tracing::info!("{} {:?}: {alarm}", door.device, door.what);
                }
            }
            Parcel::Said(Said::Call(call)) => {
                self.tally.events += 1;
                tracing::info!(
                    "{} {:?}: {}",
                    call.phone,
                    call.kind,
                    alarm.map(|id| id.to_string()).unwrap_or_default()
                );
            }
            Parcel::Said(Said::Heard(_)) => self.tally.signs += 1,
            Parcel::Said(Said::Astray { .. }) => {}
        }
    }

    /// Says each refusal once and counts them all.
    fn refuse(&mut self, parcel: &Parcel, status: u16, message: &str) {
        self.back();
        self.tally.refused += 1;
        let what = format!("{}: {status} {message}", parcel.name());
        if let Some(count) = self.refusals.get_mut(&what) {
            *count += 1;
        } else if self.refusals.len() < REFUSALS_SAID_MAX {
            tracing::warn!("refused, and not sent again: {what}");
            self.refusals.insert(what, 1);
        }
    }

    fn back(&mut self) {
        if let Some(since) = self.away_since.take() {
            tracing::info!(
                away_s = since.elapsed().as_secs(),
                waiting = self.courier.waiting(),
                "the server is back"
            );
        }
    }

    fn report(&mut self) {
        let dropped = self.courier.dropped();
        let lost = dropped - self.tally.dropped.min(dropped);
        if lost > 0 {
            tracing::warn!(
                "{lost} of the oldest were dropped: a phone keeps {FIXES_HELD_MAX} fixes"
            );
        }
        self.tally.dropped = dropped;
        tracing::info!(
            fixes = self.tally.fixes,
            events = self.tally.events,
            doors = self.tally.doors,
            signs = self.tally.signs,
            answers = self.tally.answers,
            refused = self.tally.refused,
            waiting = self.courier.waiting(),
            dropped,
            "so far"
        );
    }
}

/// Milliseconds since 1970 by this machine's clock.
pub fn wall_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_millis()).ok())
        .unwrap_or(0)
}

fn milliseconds(seconds: f64) -> i64 {
    Duration::try_from_secs_f64(seconds)
        .ok()
        .and_then(|span| i64::try_from(span.as_millis()).ok())
        .unwrap_or(i64::MAX / 4)
}
