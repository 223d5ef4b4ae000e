//! The verb `walk`: gives the world a clock and a network until it is told to stop.

use crate::client::{Client, Failure, Site};
use crate::outbox::{Done, Outbox};
use crate::owntracks::Location;
use crate::world::{Outgoing, Settings, World};
use crate::{alarms::Event, world};
use anyhow::{Context as _, bail};
use castellan_domain::estate::Estate;
use castellan_domain::ids::{PhoneId, SiteId};
use std::collections::BTreeMap;
use std::future::Future;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

/// How often the world moves.
const TICK: Duration = Duration::from_millis(100);
/// How often a line says how it goes.
const REPORT_EVERY: Duration = Duration::from_secs(30);
/// Fixes that one phone keeps while the server is away.
const FIXES_HELD_MAX: usize = 600;
/// Events that all devices together keep while the server is away.
const EVENTS_HELD_MAX: usize = 200;
/// Requests under way at once.
const IN_FLIGHT_MAX: usize = 32;
/// How long a server that is just starting is waited for.
const START_PATIENCE: Duration = Duration::from_mins(1);
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
    /// Gives the world.
    pub seed: u64,
}

/// How it went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Fixes that the server stored.
    pub fixes: u64,
    /// Events that the server took.
    pub events: u64,
    /// Fixes and events that the server refused.
    pub refused: u64,
    /// Fixes and events that were dropped because the server was away for too long.
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
        guards_max: options.guards.unwrap_or(world::GUARDS_MAX),
        pace: options.speed,
        alarms_every_ms: options.alarms_every_s.map(milliseconds),
    };
    let world = World::new(&estate, &settings, wall_ms())?;
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
    Ok(Shell::new(client, world).run(stop).await)
}

/// The estate of a site, waiting for a server that is not up yet.
pub async fn fetch_estate(
    client: &Client,
    wanted: Option<&SiteId>,
    patience: Duration,
) -> anyhow::Result<Estate> {
    let began = Instant::now();
    let mut said = false;
    loop {
        match try_fetch(client, wanted).await {
            Ok(found) => return found,
            Err(why) if began.elapsed() >= patience => {
                bail!(
                    "gave up waiting for the server after {} s: {why}",
                    patience.as_secs()
                );
            }
            Err(why) => {
                if !said {
                    tracing::info!("waiting for the server: {why}");
                    said = true;
                }
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
    }
}

/// The outer error is worth another try, the inner one is final.
async fn try_fetch(
    client: &Client,
    wanted: Option<&SiteId>,
) -> Result<anyhow::Result<Estate>, String> {
    let sites = match client.sites().await {
        Ok(sites) => sites,
        Err(Failure::Away(why)) => return Err(why),
        Err(refused) => return Ok(Err(refused).context("the server gave no list of sites")),
    };
    let site = match choose(&sites, wanted) {
        Ok(site) => site,
        Err(error) => return Ok(Err(error)),
    };
    match client.estate(&site.site, &site.estate).await {
        Ok(estate) => Ok(Ok(estate)),
        Err(Failure::Away(why)) => Err(why),
        Err(refused) => Ok(Err(refused).with_context(|| format!("no estate of {}", site.site))),
    }
}

fn choose<'a>(sites: &'a [Site], wanted: Option<&SiteId>) -> anyhow::Result<&'a Site> {
    let names = || {
        let names: Vec<&str> = sites.iter().map(|site| site.site.as_str()).collect();
        names.join(", ")
    };
    match (wanted, sites) {
        (_, []) => bail!("the server has no site yet: import an estate first"),
        (Some(wanted), sites) => sites
            .iter()
            .find(|site| site.site == *wanted)
            .with_context(|| format!("the server has no site {wanted}, only {}", names())),
        (None, [only]) => Ok(only),
        (None, [first, ..]) => {
            tracing::warn!(
                "the server has the sites {}; taking {}",
                names(),
                first.site
            );
            Ok(first)
        }
    }
}

/// One thing on its way.
#[derive(Debug, Clone)]
enum Parcel {
    Fix(PhoneId, Location),
    Event(Event),
}

/// The world, its outbox and the requests under way.
struct Shell {
    client: Client,
    world: World,
    phones: Vec<PhoneId>,
    outbox: Outbox<Parcel>,
    under_way: JoinSet<(usize, Parcel, Result<Option<String>, Failure>)>,
    began: Instant,
    tally: Tally,
    refusals: BTreeMap<String, u64>,
    away_since: Option<Instant>,
}

impl Shell {
    fn new(client: Client, world: World) -> Self {
        let phones: Vec<PhoneId> = world.guards().iter().map(|g| g.phone().clone()).collect();
        // The devices' events share one lane behind the phones'.
        let rooms = phones
            .iter()
            .map(|_| FIXES_HELD_MAX)
            .chain([EVENTS_HELD_MAX]);
        Self {
            client,
            outbox: Outbox::new(rooms, IN_FLIGHT_MAX),
            phones,
            world,
            under_way: JoinSet::new(),
            began: Instant::now(),
            tally: Tally::default(),
            refusals: BTreeMap::new(),
            away_since: None,
        }
    }

    async fn run(mut self, mut stop: impl Future<Output = ()> + Unpin) -> Tally {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut report =
            tokio::time::interval_at(tokio::time::Instant::now() + REPORT_EVERY, REPORT_EVERY);
        loop {
            tokio::select! {
                () = &mut stop => break,
                Some(ended) = self.under_way.join_next() => match ended {
                    Ok((lane, parcel, result)) => self.settle(lane, &parcel, result),
                    // Nothing aborts a request while the shell runs; its lane would wait for ever.
                    Err(error) => {
                        tracing::error!("a request ended by itself ({error}); stopping");
                        break;
                    }
                },
                _ = tick.tick() => self.live(),
                _ = report.tick() => self.report(),
            }
            self.send_due();
        }
        self.under_way.abort_all();
        self.tally.dropped = self.outbox.dropped();
        self.report();
        self.tally
    }

    fn live(&mut self) {
        for item in self.world.step(wall_ms()) {
            match item {
                Outgoing::Fix { guard, body } => {
                    self.outbox
                        .push(guard, Parcel::Fix(self.phones[guard].clone(), body));
                }
                Outgoing::Event(event) => {
                    self.outbox.push(self.phones.len(), Parcel::Event(event));
                }
            }
        }
    }

    fn send_due(&mut self) {
        while let Some((lane, parcel)) = self.outbox.start(self.now_ms()) {
            let client = self.client.clone();
            self.under_way.spawn(async move {
                let result = match &parcel {
                    Parcel::Fix(phone, fix) => client.fix(phone, fix).await.map(|()| None),
                    Parcel::Event(event) => client.event(event).await,
                };
                (lane, parcel, result)
            });
        }
    }

    fn settle(&mut self, lane: usize, parcel: &Parcel, result: Result<Option<String>, Failure>) {
        let now_ms = self.now_ms();
        let done = match result {
            Err(Failure::Away(why)) => {
                if self.away_since.is_none() {
                    self.away_since = Some(Instant::now());
                    tracing::warn!(
                        "the server is away: {why}; phones and devices keep what they have"
                    );
                }
                Done::Away
            }
            Err(Failure::Refused { status, message }) => {
                self.refuse(parcel, status, &message);
                Done::Settled
            }
            Ok(alarm) => {
                self.back();
                match parcel {
                    Parcel::Fix(..) => self.tally.fixes += 1,
                    Parcel::Event(event) => {
                        self.tally.events += 1;
                        let alarm = alarm.unwrap_or_else(|| "no alarm".to_owned());
                        tracing::info!(
                            "{} {} {:?}: {alarm}",
                            event.device,
                            event.kind,
                            event.state
                        );
                    }
                }
                Done::Settled
            }
        };
        self.outbox.finish(lane, done, now_ms);
    }

    /// Says each refusal once and counts them all.
    fn refuse(&mut self, parcel: &Parcel, status: u16, message: &str) {
        self.back();
        self.tally.refused += 1;
        let who = match parcel {
            Parcel::Fix(..) => "a position".to_owned(),
            Parcel::Event(event) => format!("{} of {}", event.kind, event.device),
        };
        let what = format!("{who}: {status} {message}");
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
                waiting = self.outbox.waiting(),
                "the server is back"
            );
        }
    }

    fn report(&mut self) {
        let dropped = self.outbox.dropped();
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
            refused = self.tally.refused,
            waiting = self.outbox.waiting(),
            dropped,
            "so far"
        );
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
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
