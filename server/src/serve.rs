//! `castellan serve`: opens the record, rebuilds the site, listens.

use crate::actuations::{self, Actuations, Driver};
use crate::admin::Admin;
use crate::anchor::AnchorFile;
use crate::built_in;
use crate::cameras::{Book, Budget, Cameras};
use crate::clips::{Clips, Keeper, Store};
use crate::clock::Clock;
use crate::config::{ServeArgs, anchors_or_default, key_or_default};
use crate::disk::Disk;
use crate::follower::{Ask, Beside, Follower};
use crate::health::HealthBoard;
use crate::http::connections::Connections;
use crate::http::{App, router};
use crate::hub::Hub;
use crate::ingest::registry::Registry;
use crate::journal::{Journal, Reader, copy_log};
use crate::listening;
use crate::metrics::Turns;
use crate::modes::Tightened;
use crate::observations::ObservationLog;
use crate::opening::{Opened, Opening};
use crate::outbox::{Outward, Webhook};
use crate::outside::Authorities;
use crate::requests::{QUEUE_MAX, Request};
use crate::self_test::SelfTests;
use crate::site_folder::{PublishedEstate, SiteFolder, SitePaths, read_estate};
use crate::site_task::{self, SetAsides, SiteTask};
use crate::tables::TablesReader;
use crate::tracks::Tracks;
use anyhow::{Context as _, bail};
use castellan_domain::engine::Engine;
use castellan_domain::estate::{DutyKept, Estate};
use castellan_domain::geo::Anchor;
use castellan_domain::ids::{DeviceId, PersonId, Seq};
use castellan_domain::observation::Fix;
use castellan_domain::site::Site;
use castellan_domain::staff::Duty;
use castellan_domain::stream::Backlog;
use castellan_domain::text::Text;
use castellan_domain::time::Span;
use castellan_domain::view::View;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tracing::{info, warn};

/// Longest wait at a stop for tables, snapshot and anchor. Nothing is lost without them.
const FINISH_WITHIN: Duration = Duration::from_secs(10);
/// Facts that a restarted server holds ready for displays that come back.
const BACKLOG_FACTS: u64 = 2_000;
/// Runs until a signal says otherwise. Stopping needs no ceremony (whatever was answered is on disk
/// already), only a moment for what makes the next start quick.
pub(crate) async fn run(args: ServeArgs) -> anyhow::Result<ExitCode> {
    listening::check(args.listen)?;
    let estate = read_estate(&args.estate, args.procedures.as_deref())?;
    let site = estate.site.clone();
    let folder = SiteFolder::lock(&args.data, &site)?;
    let paths = folder.paths();
    close_to_others(&args.data, paths);
    let listener = listening::open(args.listen)?;
    let address = listener.local_addr()?;

    let anchors = anchors_or_default(args.anchors.as_deref(), &args.data);
    let anchors = AnchorFile::new(&anchors, &site);
    let Opened {
        mut journal,
        replayed,
        tracks,
        latest,
        lost_tracks,
    } = opening(&args, paths, &anchors).open().await?;
    let mut engine = replayed.engine;
    let estate = folder.store_estate(estate)?;
    let disk = Arc::new(Disk::open(&args.data, args.ballast_mib * 1024 * 1024));
    let clock = Arc::new(Clock::start(replayed.last_recorded_at));
    let observations = observations(&args, paths, &estate.estate, &clock, &disk)?;
    let backlog = backlog(&mut journal).await?;
    let hub = hub(
        &args,
        &clock,
        backlog,
        engine.site().view().clone(),
        &estate,
    )?;
    tokio::spawn(tracks.clone().upkeep(clock.clone()));
    recall(&tracks, latest, &mut engine, &hub, &estate).await?;

    let (requests, inbox) = mpsc::channel(QUEUE_MAX);
    let reader = Reader::open(&paths.journal()).await?;
    let outward = outward(&args, &journal, &estate.estate)?;
    let outbox = outward.map(|outward| outward.start(&reader, &hub, &requests, &clock));
    let actuations = actuations(&args, &journal, &requests, &clock, &estate.estate)?;
    let cameras = cameras(&args, &clock, &estate.estate, &hub, &requests).await?;
    let set_asides = Arc::new(SetAsides::default());
    let turns = Arc::new(Turns::default());
    let mut task = SiteTask {
        site: site.clone(),
        engine,
        journal,
        tracks: tracks.clone(),
        estate: estate.clone(),
        hub: hub.clone(),
        clock: clock.clone(),
        disk: disk.clone(),
        outbox: outbox.clone(),
        actuations: actuations.clone(),
        set_asides: set_asides.clone(),
        turns: turns.clone(),
        state: site_task::State::default(),
    };
    task.begin(lost_tracks).await?;
    let site_task = tokio::spawn(task.run(inbox));
    tokio::spawn(disk.clone().watch());
    tokio::spawn(copy_log(paths.journal()));
    let (connections, beside) = (Connections::default(), Arc::new(Beside::default()));
    let follower = follow(paths, &anchors, &hub, &clock, &beside);
    let app = Arc::new(App {
        site: site.clone(),
        paths: paths.clone(),
        registry: Registry::new(estate.estate.clone()),
        estate,
        requests,
        hub: hub.clone(),
        health: Arc::new(HealthBoard::default()),
        started_at: clock.now(),
        clock,
        reader,
        tables: TablesReader::new(&paths.tables()),
        beside,
        disk,
        outbox,
        actuations,
        cameras: cameras.clone(),
        clips: Arc::new(Clips::new(Store::new(paths.clips()))),
        set_asides,
        turns,
        connections: connections.clone(),
        tracks,
        observations,
        chain_broken_at: replayed.chain_broken_at,
        web: args.web.clone(),
    });
    let (stop, stops) = watch::channel(false);
    let keeper = tokio::spawn(keeper(&args, &app).run(stops));
    tokio::spawn(self_tests(&args, &app, address).run());
    tokio::spawn(hub.tick());
    // Before anybody can know that it listens: whoever starts it may stop it at once.
    let terminate = signal(SignalKind::terminate())?;
    info!(%site, "listening on http://{address}/ (loopback only: there is no sign-in yet)");
    let served = connections.serve(listener, router::router(app));
    let ended = until_the_end(served, site_task, told_to_stop(terminate)).await?;
    stop.send_replace(true);
    finish(keeper, &follower, &cameras).await;
    Ok(ended)
}

fn opening<'a>(args: &ServeArgs, paths: &'a SitePaths, anchors: &'a AnchorFile) -> Opening<'a> {
    Opening {
        paths,
        anchors,
        notes_kept: Span::from_secs(i64::from(args.notes_kept_days) * 24 * 3600),
        begin_anew: args.begin_anew,
    }
}

/// Tells engine and displays what was known before: where everybody was, and when devices were heard.
async fn recall(
    tracks: &Tracks,
    mut latest: Vec<Fix>,
    engine: &mut Engine,
    hub: &Hub,
    estate: &PublishedEstate,
) -> anyhow::Result<()> {
    engine.recall(&latest);
    latest.retain(|fix| is_shown(&estate.estate, engine.site().view(), &fix.person));
    hub.publish_positions(&latest);
    let is_known = |device: &DeviceId| estate.index.device(device).is_some();
    let seen = tracks.last_seen(is_known).await?;
    hub.publish_seen(seen);
    Ok(())
}

/// Whether somebody's last position is to be shown: of the staff, and on duty where that is kept.
fn is_shown(estate: &Estate, view: &View, person: &PersonId) -> bool {
    let on_duty = match estate.staffing.duty {
        DutyKept::Assumed => true,
        DutyKept::Recorded => matches!(view.person(person).duty, Duty::On { .. }),
    };
    on_duty && estate.person(person).is_some()
}

/// Waits until somebody says stop.
async fn told_to_stop(mut terminate: Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// Serves until somebody says stop, or until it can do so no longer.
async fn until_the_end(
    served: impl Future<Output = io::Result<()>>,
    site_task: JoinHandle<()>,
    told_to_stop: impl Future<Output = ()>,
) -> anyhow::Result<ExitCode> {
    tokio::select! {
        served = served => served?,
        // Without it nothing is recorded and no deadline runs: better an end that is noticed.
        ended = site_task => bail!("the site's task has ended; start again, and report this: {ended:?}"),
        () = told_to_stop => info!("told to stop"),
    }
    Ok(ExitCode::SUCCESS)
}

/// The log of what devices say.
fn observations(
    args: &ServeArgs,
    paths: &SitePaths,
    estate: &Estate,
    clock: &Arc<Clock>,
    disk: &Arc<Disk>,
) -> anyhow::Result<ObservationLog> {
    let zone = estate.time_zone.as_str();
    let (clock, disk) = (clock.clone(), disk.clone());
    let folder = paths.observations();
    Ok(ObservationLog::open(
        &folder,
        zone,
        args.observation_days,
        clock,
        disk,
    )?)
}

/// The ways out, if people outside are to be called.
fn outward(
    args: &ServeArgs,
    journal: &Journal,
    estate: &Arc<Estate>,
) -> anyhow::Result<Option<Outward>> {
    if let Some(path) = &args.channels {
        return Outward::read(path, estate, journal.id()).map(Some);
    }
    let (Some(url), Some(secret)) = (&args.notify_webhook, &args.notify_secret_file) else {
        return Ok(None);
    };
    let (site, authorities) = (estate.site.clone(), Authorities::default());
    let webhook = Webhook::new(url, secret, site, journal.id(), &authorities)?;
    Outward::by_webhook(webhook, estate, journal.id()).map(Some)
}

/// The cameras' pictures: none is asked for one before somebody watches, and each is asked now and then whether it would
/// give one.
async fn cameras(
    args: &ServeArgs,
    clock: &Arc<Clock>,
    estate: &Estate,
    hub: &Arc<Hub>,
    requests: &mpsc::Sender<Request>,
) -> anyhow::Result<Arc<Cameras>> {
    let key = key_or_default(args.key_file.as_deref(), &args.data);
    let book = Arc::new(Book::open(&args.data, &key).await?);
    let budget = Budget::new(usize::from(args.camera_ring_mib) * 1024 * 1024);
    let cameras = Arc::new(Cameras::new(book, clock.clone(), budget));
    let every = Duration::from_secs(args.camera_round_s.into());
    cameras.begin_rounds(estate, every, requests);
    cameras.begin_recording(hub.clone(), requests);
    Ok(cameras)
}

/// What displays share, as it stands at a start.
fn hub(
    args: &ServeArgs,
    clock: &Arc<Clock>,
    backlog: Backlog,
    view: View,
    estate: &PublishedEstate,
) -> anyhow::Result<Arc<Hub>> {
    let site = estate.estate.site.clone();
    let build = build_of(args.web.as_deref())?;
    let anchor = Anchor::new(estate.estate.anchor);
    let hub = Arc::new(Hub::new(site, build, clock.clone(), backlog, view, anchor));
    hub.serve_guards(estate.index.clone());
    Ok(hub)
}

/// Who tests the way to the walls.
fn self_tests(args: &ServeArgs, app: &App, address: SocketAddr) -> SelfTests {
    SelfTests {
        address,
        every: Duration::from_secs(args.self_test_s.into()),
        hub: app.hub.clone(),
        clock: app.clock.clone(),
        requests: app.requests.clone(),
    }
}

/// Who keeps clips.
fn keeper(args: &ServeArgs, app: &App) -> Arc<Keeper> {
    Arc::new(Keeper {
        clips: app.clips.clone(),
        cameras: app.cameras.clone(),
        hub: app.hub.clone(),
        index: app.estate.index.clone(),
        requests: app.requests.clone(),
        clock: app.clock.clone(),
        disk: app.disk.clone(),
        kept: Span::from_secs(i64::from(args.clip_days) * 24 * 3600),
        prerecords: args.prerecord,
    })
}

/// The way to the driver of devices, if there is one.
fn actuations(
    args: &ServeArgs,
    journal: &Journal,
    requests: &mpsc::Sender<Request>,
    clock: &Arc<Clock>,
    estate: &Estate,
) -> anyhow::Result<Option<Arc<Actuations>>> {
    let (Some(url), Some(secret)) = (&args.actuator_url, &args.actuator_secret_file) else {
        let mut doors = estate.devices.iter().filter_map(|device| device.door);
        if doors.any(|door| door.remote_release) {
            warn!("the estate has doors to be opened from here, but there is no --actuator-url");
        }
        return Ok(None);
    };
    let (actuations, orders) = Actuations::channel();
    let worker = actuations::Worker {
        driver: Driver::new(url, secret, estate.site.clone(), journal.id())?,
        requests: requests.clone(),
        clock: clock.clone(),
    };
    tokio::spawn(worker.run(orders));
    Ok(Some(Arc::new(actuations)))
}

/// Starts what runs behind the turns, and the way in for command-line verbs.
fn follow(
    paths: &SitePaths,
    anchors: &AnchorFile,
    hub: &Arc<Hub>,
    clock: &Arc<Clock>,
    beside: &Arc<Beside>,
) -> mpsc::Sender<Ask> {
    let (asks, asked) = mpsc::channel(1);
    let follower = Follower {
        paths: paths.clone(),
        anchors: anchors.clone(),
        hub: hub.clone(),
        clock: clock.clone(),
        beside: beside.clone(),
        fold: Site::apply,
    };
    tokio::spawn(follower.run(asked));
    let admin = Arc::new(Admin {
        paths: paths.clone(),
        anchors: anchors.clone(),
        follower: asks.clone(),
        busy: Mutex::new(()),
    });
    match admin.listen() {
        Ok(listener) => drop(tokio::spawn(admin.serve(listener))),
        // The site itself needs no such socket, and a very long path allows none.
        Err(error) => warn!(%error, "no admin socket: doctor and backup need this server stopped"),
    }
    asks
}

/// Lets the follower keep a snapshot and anchor the head, so that the next start is quick: after the cameras' viewings, which are
/// recorded at the end.
async fn finish(keeper: JoinHandle<()>, follower: &mpsc::Sender<Ask>, cameras: &Cameras) {
    // Their last clips become facts, and the follower takes them in. That one broke was told when it did.
    drop(keeper.await);
    cameras.end().await;
    let (done, finished) = oneshot::channel();
    let finish = async {
        if follower.send(Ask::Stop(done)).await.is_ok() {
            // Gone without an answer is gone.
            let _ = finished.await;
        }
    };
    if timeout(FINISH_WITHIN, finish).await.is_err() {
        warn!("stopping without a snapshot; the next start folds a little more");
    }
}

/// Takes from other accounts what they may do in the data folder. Who reads what --anchors names
/// elsewhere is not ours to say.
fn close_to_others(data: &Path, paths: &SitePaths) {
    let mut done = Tightened::default();
    // Whoever calls their data by a link means the folder.
    let data = data.canonicalize().unwrap_or_else(|_| data.to_owned());
    done.alone(&data);
    for ours in [&data.join("sites"), &paths.folder, &data.join("anchors")] {
        done.whole(ours);
    }
    for ours in [
        "ballast",
        "server.db",
        "server.db-wal",
        "server.db-shm",
        "server.key",
    ] {
        done.alone(&data.join(ours));
    }
    let Tightened { changed, failed } = done;
    if changed > 0 {
        warn!(
            changed,
            "files of the record were open to other accounts, and are not any more"
        );
    }
    if let Some((path, error)) = failed {
        let path = path.display();
        warn!(%path, %error, "part of the record may be open to other accounts");
    }
}

/// The tail of the journal, so that displays resume across a restart without a snapshot.
async fn backlog(journal: &mut Journal) -> anyhow::Result<Backlog> {
    let (head, _) = journal.head();
    let mut at = Seq(head.0.saturating_sub(BACKLOG_FACTS));
    let base = journal.hash_at(at).await?;
    let mut backlog = Backlog::new(journal.id(), at, &base.to_hex());
    loop {
        let facts = journal.read_after(at).await?;
        let Some(last) = facts.last() else {
            return Ok(backlog);
        };
        at = last.seq;
        // One frame for each: any number that a display may stand at is then a frame's end.
        for fact in facts {
            backlog.push([fact.bytes.as_str()], fact.seq, &fact.hash.to_hex());
        }
    }
}

/// The build of the browser app in a folder, as its builder wrote it there.
fn build_of(web: Option<&Path>) -> anyhow::Result<Text<64>> {
    let Some(web) = web else {
        let built_in = built_in::build().and_then(|build| Text::new(build).ok());
        return Ok(built_in.unwrap_or_else(|| Text::constant("no browser app")));
    };
    let path = web.join("build.txt");
    let text = std::fs::read_to_string(&path).with_context(|| {
        format!(
            "{} is missing; build the browser app with `cargo xtask demo`",
            path.display()
        )
    })?;
    Text::new(text).with_context(|| format!("{} is not a build id", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{pending, ready};

    #[tokio::test]
    async fn the_end_of_the_site_task_is_the_end_of_the_server_with_a_sentence() {
        for task in [
            tokio::spawn(async {}),
            tokio::spawn(async { panic!("a rule nobody caught") }),
        ] {
            let ended = until_the_end(pending(), task, pending()).await;
            let said = ended.expect_err("it must be noticed").to_string();
            assert!(said.contains("start again"), "{said}");
        }
        let task = tokio::spawn(pending());
        let ended = until_the_end(pending(), task, ready(())).await;
        assert_eq!(ended.expect("told to stop"), ExitCode::SUCCESS);
    }
}
