//! Plays a scene at the pace of life against a real server, by the ports that everybody uses.
//!
//! The server may die meanwhile: what is to be sent waits, as phones and detectors wait, and the scene goes on.

use super::play::{Hint, News, Out, Play};
use super::script::{LINES_MAX, Scene};
use crate::cameras::{self, Cameras};
use crate::courier::{Courier, IN_FLIGHT_MAX};
use crate::devices::Said;
use crate::lookup::{START_PATIENCE, fetch_estate};
use crate::parcel::Parcel;
use crate::site_copy;
use crate::walk::wall_ms;
use castellan_client::http::{Client, Failure};
use castellan_domain::ids::{PhoneId, SiteId};
use castellan_domain::time::{Span, Timestamp};
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::MissedTickBehavior;

/// How often the scene moves.
const TICK: Duration = Duration::from_millis(100);
/// Fixes that one phone keeps while the server is away.
const FIXES_HELD_MAX: usize = 600;
/// Signs of life that wait.
const SIGNS_HELD_MAX: usize = 200;

/// What the command line asks for.
#[derive(Debug, Clone)]
pub struct Options {
    pub scene: Scene,
    /// Where the server is.
    pub server: String,
    /// Which site; the first one where none is named.
    pub site: Option<SiteId>,
    /// What operators do is left to those who sit at the consoles.
    pub by_hand: bool,
    /// How its cameras are shown; none: they are not.
    pub cameras: Option<cameras::Options>,
}

/// How a scene went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// To its end: so many milestones were reached, missed, and left out because nobody could be called.
    Over {
        reached: usize,
        missed: usize,
        left_out: usize,
    },
    /// It was stopped.
    Stopped,
}

/// Plays a scene to its end, or until `stop` comes true, and says each milestone.
pub async fn run(
    options: &Options,
    stop: impl Future<Output = ()>,
    say: &mut impl FnMut(String),
) -> anyhow::Result<Outcome> {
    let mut stop = std::pin::pin!(stop);
    let client = Client::new(&options.server, IN_FLIGHT_MAX)?;
    let estate = tokio::select! {
        () = &mut stop => return Ok(Outcome::Stopped),
        estate = fetch_estate(&client, options.site.as_ref(), START_PATIENCE) => estate?,
    };
    let name = uuid::Uuid::new_v4().simple().to_string();
    let site = estate.site.clone();
    let cameras = match &options.cameras {
        Some(options) => Some(Cameras::start(&estate, options).await?),
        None => None,
    };
    let play = Play::new(
        options.scene.clone(),
        Arc::new(estate),
        name,
        options.by_hand,
        wall_ms(),
    );
    let mut stage = Stage::new(client.clone(), site.clone(), play?, cameras);
    say(format!("{}: it begins in a moment", options.scene.title));
    let mut seen = site_copy::follow(client, site);
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = &mut stop => return Ok(Outcome::Stopped),
            Some(ended) = stage.courier.next() => {
                let (parcel, result) = ended?;
                stage.heard(&parcel, result.err(), say);
            }
            Ok(()) = seen.changed() => {
                let now = seen.borrow_and_update().clone();
                if let Some(now) = now {
                    stage.clock = Some((now.at, Instant::now()));
                    stage.play.see(now.view, now.at);
                }
            }
            _ = tick.tick() => stage.step(say),
        }
        stage.courier.send_due();
        if stage.play.is_over(wall_ms()) {
            return Ok(stage.end(say));
        }
    }
}

/// A scene, and what carries its words to the server.
struct Stage {
    play: Play,
    cameras: Option<Cameras>,
    courier: Courier,
    /// The lane of each phone; events, signs of life and people have one each behind them.
    lanes: BTreeMap<PhoneId, usize>,
    /// The site's clock, and when it was read.
    clock: Option<(Timestamp, Instant)>,
    is_away: bool,
}

impl Stage {
    fn new(client: Client, site: SiteId, play: Play, cameras: Option<Cameras>) -> Self {
        let phones = play.phones().iter();
        let lanes: BTreeMap<_, _> = phones.cloned().zip(0..).collect();
        let rooms = lanes.values().map(|_| FIXES_HELD_MAX);
        let rooms = rooms.chain([LINES_MAX, SIGNS_HELD_MAX, LINES_MAX]);
        Self {
            courier: Courier::new(client, site, rooms),
            play,
            cameras,
            lanes,
            clock: None,
            is_away: false,
        }
    }

    fn step(&mut self, say: &mut impl FnMut(String)) {
        let Some((at, read)) = self.clock else {
            return;
        };
        let passed = i64::try_from(read.elapsed().as_millis()).unwrap_or(i64::MAX);
        let (courier, lanes) = (&mut self.courier, &self.lanes);
        let behind = lanes.len();
        let now_ms = wall_ms();
        let at = at + Span::from_millis(passed);
        let hints = self.play.step(now_ms, at, &mut |out| match out {
            Out::Fix(phone, fix) => {
                let lane = lanes.get(&phone).copied().unwrap_or_default();
                courier.push(lane, Parcel::Fix(phone, fix));
            }
            Out::Event(event) => courier.push(behind, Parcel::Said(Said::Event(event))),
            Out::Heard(heard) => courier.push(behind + 1, Parcel::Said(Said::Heard(heard))),
            Out::Duty(person) => courier.push(behind + 2, Parcel::duty(&person)),
            Out::Command(person, want) => {
                courier.push(behind + 2, Parcel::command(person, want));
            }
        });
        if let Some(cameras) = &mut self.cameras {
            cameras.show(self.play.world(), now_ms);
        }
        let scene_ms = self.play.scene_ms(now_ms);
        for hint in hints {
            say(line(scene_ms, &words(hint)));
        }
    }

    /// Says once more what was missed, and by how much.
    fn end(&self, say: &mut impl FnMut(String)) -> Outcome {
        let mut left_out = 0;
        for (words, news) in self.play.milestones() {
            match news {
                Some(News::Missed) => say(format!("missed: {words}")),
                Some(News::Late(ms)) => say(format!("missed: {words}: {}", by(ms))),
                Some(News::LeftOut) => left_out += 1,
                Some(News::Reached(_)) | None => {}
            }
        }
        let (reached, missed) = (self.play.reached(), self.play.missed());
        Outcome::Over {
            reached,
            missed,
            left_out,
        }
    }

    fn heard(&mut self, parcel: &Parcel, failure: Option<Failure>, say: &mut impl FnMut(String)) {
        let scene_ms = self.play.scene_ms(wall_ms());
        let was_away = self.is_away;
        self.is_away = matches!(failure, Some(Failure::Away(_)));
        match failure {
            Some(Failure::Away(why)) if !was_away => {
                say(line(scene_ms, &format!("the server is away: {why}")));
            }
            Some(Failure::Refused { status, message }) => {
                let what = parcel.name();
                say(line(
                    scene_ms,
                    &format!("refused: {what}: {status} {message}"),
                ));
            }
            None if was_away => say(line(scene_ms, "the server is back")),
            Some(Failure::Away(_)) | None => {}
        }
    }
}

fn words(hint: Hint) -> String {
    match hint {
        Hint::Milestone(words, News::Reached(_)) => format!("reached   {words}"),
        Hint::Milestone(words, News::Missed) => format!("MISSED    {words}"),
        Hint::Milestone(words, News::Late(ms)) => {
            format!("too late  {words} ({})", by(ms))
        }
        Hint::Milestone(words, News::LeftOut) => {
            format!("left out  {words} (no channel is set up: nobody can be called)")
        }
        Hint::Idle(words) => format!("nothing to do it to: {words}"),
        Hint::Break(for_s) => {
            format!("now kill the server, and start it again within some {for_s} seconds")
        }
    }
}

/// `2:05.3  words`
fn line(scene_ms: i64, words: &str) -> String {
    let sign = if scene_ms < 0 { "-" } else { " " };
    let tenths = scene_ms.abs() / 100;
    let (minutes, seconds) = (tenths / 600, tenths / 10 % 60);
    format!("{sign}{minutes}:{seconds:02}.{}  {words}", tenths % 10)
}

/// `12.3 s too late`
fn by(late_ms: i64) -> String {
    format!("{}.{} s too late", late_ms / 1_000, late_ms / 100 % 10)
}
