//! The verb `walk`: gives the world a clock and a network until it is told to stop.

use crate::crew::Crew;
use crate::devices::{Rates, Said};
use crate::outbox::{Done, Outbox};
use crate::world::{Outgoing, Settings, World};
use anyhow::{Context as _, bail};
use castellan_client::http::{Client, Failure, Identity};
use castellan_client::owntracks::Location;
use castellan_domain::command::Command;
use castellan_domain::estate::{DutyKept, Estate};
use castellan_domain::ids::{AlarmId, CommandId, PersonId, PhoneId, SiteId};
use castellan_domain::staff::StaffCommand;
use castellan_domain::wire::api::{CommandRequest, SiteSummary};
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
/// Reports of doors that are kept while the server is away.
const DOORS_HELD_MAX: usize = 200;
/// Signs of life that wait. While the server is away none is kept: it would say nothing.
const SIGNS_HELD_MAX: usize = 200;
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
    /// Seconds between two people who go through a door; none: nobody does.
    pub doors_every_s: Option<f64>,
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
    /// Reports of doors that it took.
    pub doors: u64,
    /// Signs of life that it took.
    pub signs: u64,
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
    let mut shell = Shell::new(client, estate.site.clone(), world);
    if estate.staffing.duty == DutyKept::Recorded {
        shell.begin_duty(&estate);
    }
    Ok(shell.run(stop).await)
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

fn choose<'a>(
    sites: &'a [SiteSummary],
    wanted: Option<&SiteId>,
) -> anyhow::Result<&'a SiteSummary> {
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
    Said(Said),
    Duty(PersonId, CommandId),
}

/// The world, its outbox and the requests under way.
struct Shell {
    client: Client,
    site: SiteId,
    world: World,
    phones: Vec<PhoneId>,
    outbox: Outbox<Parcel>,
    under_way: JoinSet<(usize, Parcel, Result<Option<AlarmId>, Failure>)>,
    began: Instant,
    tally: Tally,
    refusals: BTreeMap<String, u64>,
    away_since: Option<Instant>,
}

impl Shell {
    fn new(client: Client, site: SiteId, world: World) -> Self {
        let phones: Vec<PhoneId> = world.guards().iter().map(|g| g.phone().clone()).collect();
        // Behind the phones' lanes: one for events and calls, one for doors, one for signs of life.
        let rooms = phones.iter().map(|_| FIXES_HELD_MAX).chain([
            EVENTS_HELD_MAX,
            DOORS_HELD_MAX,
            SIGNS_HELD_MAX,
        ]);
        Self {
            client,
            site,
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

    /// Guards go on duty before their phones say anything, and shift leaders with them. Operators do
    /// it themselves, at the console.
    fn begin_duty(&mut self, estate: &Estate) {
        let people = self.world.people().to_vec();
        for (lane, person) in people.iter().enumerate() {
            self.outbox.push(lane, duty(person));
        }
        // Whoever is called when nobody answers has to be there.
        let called = estate.people.iter().filter(|p| !p.rungs.is_empty());
        for person in called.filter(|person| !people.contains(&person.id)) {
            self.outbox.push(people.len(), duty(&person.id));
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
                Outgoing::Said(Said::Heard(_)) if self.away_since.is_some() => {}
                Outgoing::Said(said) => {
                    let behind = match said {
                        Said::Door(_) => 1,
                        Said::Heard(_) => 2,
                        Said::Event(_) | Said::Call(_) | Said::Astray { .. } => 0,
                    };
                    self.outbox
                        .push(self.phones.len() + behind, Parcel::Said(said));
                }
            }
        }
    }

    fn send_due(&mut self) {
        while let Some((lane, parcel)) = self.outbox.start(self.now_ms()) {
            let (client, site) = (self.client.clone(), self.site.clone());
            self.under_way.spawn(async move {
                let result = match &parcel {
                    Parcel::Fix(phone, fix) => client.fix(phone, fix).await.map(|()| None),
                    Parcel::Duty(person, id) => {
                        go_on_duty(&client, &site, person, *id).await.map(|()| None)
                    }
                    Parcel::Said(Said::Event(event)) => client.event(event).await,
                    Parcel::Said(Said::Door(door)) => client.door(door).await,
                    Parcel::Said(Said::Call(call)) => client.call(call).await,
                    Parcel::Said(Said::Heard(heard)) => client.heard(heard).await.map(|()| None),
                    // The world keeps these to itself.
                    Parcel::Said(Said::Astray { .. }) => Ok(None),
                };
                (lane, parcel, result)
            });
        }
    }

    fn settle(&mut self, lane: usize, parcel: &Parcel, result: Result<Option<AlarmId>, Failure>) {
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
                self.count(parcel, alarm);
                Done::Settled
            }
        };
        self.outbox.finish(lane, done, now_ms);
    }

    fn count(&mut self, parcel: &Parcel, alarm: Option<AlarmId>) {
        match parcel {
            Parcel::Fix(..) => self.tally.fixes += 1,
            Parcel::Duty(person, _) => tracing::info!("{person} is on duty"),
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
        let who = match parcel {
            Parcel::Fix(..) => "a position".to_owned(),
            Parcel::Duty(person, _) => format!("{person} on duty"),
            Parcel::Said(Said::Event(event)) => format!("{} of {}", event.kind, event.device),
            Parcel::Said(Said::Door(door)) => format!("{:?} of {}", door.what, door.device),
            Parcel::Said(Said::Call(call)) => format!("a call of {}", call.phone),
            Parcel::Said(Said::Heard(heard)) => format!("a sign of life of {}", heard.device),
            Parcel::Said(Said::Astray { .. }) => "nothing".to_owned(),
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
            doors = self.tally.doors,
            signs = self.tally.signs,
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

/// As by themselves. Being on duty already is as good.
async fn go_on_duty(
    client: &Client,
    site: &SiteId,
    person: &PersonId,
    command_id: CommandId,
) -> Result<(), Failure> {
    let request = CommandRequest {
        command_id,
        expected: None,
        command: Command::Staff(StaffCommand::GoOnDuty {
            person: person.clone(),
        }),
    };
    let client = client.by(Identity::Header(person.clone()));
    match client.command(site, &request).await {
        Err(Failure::Refused { status: 409, .. }) | Ok(_) => Ok(()),
        Err(failure) => Err(failure),
    }
}

fn duty(person: &PersonId) -> Parcel {
    Parcel::Duty(person.clone(), CommandId(uuid::Uuid::new_v4()))
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
