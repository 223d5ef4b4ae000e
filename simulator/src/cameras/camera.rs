//! One camera: it draws and encodes while somebody watches, on a thread of its own, and rests otherwise.

use super::canvas::Backdrop;
use super::crowd::Crowd;
use super::encoder::{
    EncoderError, GROUP, H264 as _, KEY_SLICE, PICTURES_PER_S, ParameterSets, encoder, nal_kind,
    split,
};
use super::faults::{Fault, Faults, Shows};
use super::figures;
use super::picture::Picture;
use super::scenery::{Hour, Layout, Light, Standpoint};
use super::stamp::{self, Clock};
use bytes::Bytes;
use castellan_domain::estate::{Device, Estate};
use castellan_domain::ids::DeviceId;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::{broadcast, watch};

/// Pixels of every picture.
pub(crate) const WIDTH: usize = 640;
pub(crate) const HEIGHT: usize = 360;
/// Pictures that a viewer may be behind; one who is further behind goes on with the next key frame.
const BEHIND_MAX: usize = 32;
const STEP: Duration = Duration::from_millis(1_000 / PICTURES_PER_S as u64);
/// Of so many pictures, a camera that stutters leaves out so many.
const STUTTER: (u32, u32) = (12, 4);
/// Bytes of the stack on which a picture is drawn and encoded.
const STACK_BYTES: usize = 2 * 1024 * 1024;

/// One picture as it is sent.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) nals: Vec<Bytes>,
    pub(crate) is_key: bool,
    /// By the camera's clock, 90,000 to the second; it goes round.
    pub(crate) ticks: u32,
    /// Milliseconds since 1970, by the camera's clock.
    pub(crate) unix_ms: i64,
}

/// What all cameras of an estate share.
#[derive(Debug)]
pub(crate) struct Premises {
    pub(crate) layout: Layout,
    pub(crate) crowd: Crowd,
    pub(crate) clock: Clock,
    /// Day or night whatever the clock says.
    pub(crate) hour: Option<Hour>,
    pub(crate) has_bar: bool,
    /// Each camera sends its first group of pictures again and again: what drawing and encoding cost is left out.
    pub(crate) repeats: bool,
    pub(crate) sets: ParameterSets,
    pub(crate) began: Instant,
}

impl Premises {
    /// Whether it is light outside at a moment.
    pub(crate) fn hour_at(&self, unix_ms: i64) -> Hour {
        self.hour.unwrap_or_else(|| self.clock.hour(unix_ms))
    }
}

#[derive(Debug, Default)]
struct Watchers {
    count: usize,
    /// A thread draws for them. Under one lock with the count, so that there are never two.
    is_drawn: bool,
}

/// One camera.
#[derive(Debug)]
pub(crate) struct Camera {
    id: DeviceId,
    name: String,
    standpoint: Standpoint,
    premises: Arc<Premises>,
    frames: broadcast::Sender<Arc<Frame>>,
    watchers: Mutex<Watchers>,
    seats_taken: Mutex<usize>,
    wants_key: AtomicBool,
    faults: Mutex<Faults>,
    /// Changes when all connections break.
    drops: watch::Sender<u64>,
    /// What stands still before it, for the hour for which it was drawn last.
    backdrop: Mutex<Option<(Hour, Arc<Backdrop>)>>,
}

impl Camera {
    pub(crate) fn new(estate: &Estate, device: &Device, premises: Arc<Premises>) -> Self {
        Self {
            id: device.id.clone(),
            name: stamp::written(device.name.zh.as_str(), device.id.as_str()),
            standpoint: Standpoint::of(estate, device, WIDTH, HEIGHT),
            premises,
            frames: broadcast::Sender::new(BEHIND_MAX),
            watchers: Mutex::default(),
            seats_taken: Mutex::default(),
            wants_key: AtomicBool::new(false),
            faults: Mutex::default(),
            drops: watch::Sender::new(0),
            backdrop: Mutex::default(),
        }
    }

    pub(crate) const fn id(&self) -> &DeviceId {
        &self.id
    }

    pub(crate) fn sets(&self) -> &ParameterSets {
        &self.premises.sets
    }

    pub(crate) fn faults(&self) -> Faults {
        *lock(&self.faults)
    }

    /// Does something to it.
    pub(crate) fn suffer(&self, fault: Fault) {
        let mut faults = lock(&self.faults);
        *faults = faults.after(fault);
        if matches!(fault, Fault::Drop | Fault::Offline) {
            self.drops.send_modify(|times| *times += 1);
        }
    }

    /// Changes when all its connections break.
    pub(crate) fn drops(&self) -> watch::Receiver<u64> {
        self.drops.subscribe()
    }

    /// A place among those who may have it set up at once, if one is free.
    pub(crate) fn take_seat(self: &Arc<Self>) -> Option<Seat> {
        let seats_max = self.faults().seats_max;
        let mut taken = lock(&self.seats_taken);
        if seats_max.is_some_and(|most| *taken >= most) {
            return None;
        }
        *taken += 1;
        Some(Seat(Arc::clone(self)))
    }

    /// How many have it set up.
    pub(crate) fn seats_taken(&self) -> usize {
        *lock(&self.seats_taken)
    }

    /// The next picture shall be a key frame.
    pub(crate) fn want_key(&self) {
        self.wants_key.store(true, Ordering::Relaxed);
    }

    /// Its pictures, beginning with a key frame, for as long as what is handed back lives.
    pub(crate) fn watch(self: &Arc<Self>) -> Watch {
        let frames = self.frames.subscribe();
        let mut watchers = lock(&self.watchers);
        watchers.count += 1;
        self.want_key();
        if !watchers.is_drawn {
            let camera = Arc::clone(self);
            let thread = std::thread::Builder::new()
                .name(format!("camera {}", self.id))
                .stack_size(STACK_BYTES)
                .spawn(move || camera.run());
            match thread {
                Ok(_) => watchers.is_drawn = true,
                Err(error) => tracing::error!("{} shows nothing: no thread: {error}", self.id),
            }
        }
        Watch {
            camera: Arc::clone(self),
            frames,
        }
    }

    fn run(&self) {
        if let Err(error) = self.draw_while_watched() {
            tracing::error!("{} shows nothing any more: {error}", self.id);
            lock(&self.watchers).is_drawn = false;
            // Whoever watches must not wait for pictures that do not come.
            self.suffer(Fault::Drop);
        }
    }

    fn draw_while_watched(&self) -> Result<(), EncoderError> {
        let mut encoder = encoder(WIDTH, HEIGHT)?;
        let mut picture = Picture::new(WIDTH, HEIGHT);
        let mut repeated = Repeated::new(self.premises.repeats);
        let mut next = Instant::now();
        let mut count: u32 = 0;
        while self.is_watched() {
            count = count.wrapping_add(1);
            let faults = self.faults();
            let (every, left_out) = STUTTER;
            let is_left_out = faults.shows == Shows::Stuttering && count % every < left_out;
            if faults.shows != Shows::Nothing && !is_left_out {
                let now_ms = unix_ms();
                let ahead_ms = i64::from(faults.clock_ahead_s) * 1_000;
                let wants_key = self.wants_key.swap(false, Ordering::Relaxed);
                let kept = repeated.next(wants_key);
                let unit = if let Some(unit) = kept {
                    unit
                } else {
                    self.draw(
                        &mut picture,
                        now_ms,
                        now_ms + ahead_ms,
                        faults.shows == Shows::Black,
                    );
                    let unit = encoder.encode(&picture, wants_key)?;
                    repeated.keep(&unit);
                    unit
                };
                self.send(&unit, now_ms + ahead_ms, ahead_ms);
            }
            next += STEP;
            match next.checked_duration_since(Instant::now()) {
                Some(wait) => std::thread::sleep(wait),
                // Overloaded: pictures are left out, and none comes in a burst.
                None => next = Instant::now(),
            }
        }
        Ok(())
    }

    /// Whether somebody watches. If not, the thread that asks is the last one to know.
    fn is_watched(&self) -> bool {
        let mut watchers = lock(&self.watchers);
        watchers.is_drawn = watchers.count > 0;
        watchers.is_drawn
    }

    /// Draws what is before the camera at a moment, with the moment that its clock shows.
    pub(crate) fn draw(&self, picture: &mut Picture, now_ms: i64, shown_ms: i64, is_black: bool) {
        let premises = &self.premises;
        if is_black {
            picture.blacken();
        } else {
            let hour = premises.hour_at(now_ms);
            let backdrop = self.backdrop(hour);
            picture.overwrite(&backdrop.picture);
            self.draw_people(picture, &backdrop, &self.standpoint.light(hour), now_ms);
        }
        stamp::burn(picture, &self.name, &premises.clock.words(shown_ms));
        if premises.has_bar {
            stamp::burn_bar(picture, shown_ms);
        }
    }

    fn draw_people(&self, picture: &mut Picture, backdrop: &Backdrop, light: &Light, now_ms: i64) {
        let standpoint = &self.standpoint;
        let (foot, looks_m) = (standpoint.foot(), standpoint.looks_m());
        let mut bodies = self.premises.crowd.near(now_ms, foot, looks_m);
        bodies.retain(|body| standpoint.is_on_its_floor(body.ordinal));
        let view = standpoint.view();
        figures::draw(
            picture,
            &figures::Shot {
                view,
                backdrop,
                light,
            },
            &bodies,
        );
    }

    fn backdrop(&self, hour: Hour) -> Arc<Backdrop> {
        let mut kept = lock(&self.backdrop);
        match &*kept {
            Some((of, backdrop)) if *of == hour => Arc::clone(backdrop),
            Some(_) | None => {
                let backdrop = Arc::new(self.standpoint.backdrop(&self.premises.layout, hour));
                *kept = Some((hour, Arc::clone(&backdrop)));
                backdrop
            }
        }
    }

    fn send(&self, unit: &Bytes, unix_ms: i64, ahead_ms: i64) {
        let nals = split(unit);
        let passed_ms = self.premises.began.elapsed().as_millis();
        let passed_ms = i64::try_from(passed_ms).unwrap_or(i64::MAX / 180);
        let frame = Frame {
            is_key: nals.iter().any(|nal| nal_kind(nal) == KEY_SLICE),
            nals,
            ticks: low_bits((passed_ms + ahead_ms).wrapping_mul(90)),
            unix_ms,
        };
        // Nobody listens between the last viewer's leaving and the end of this thread.
        let _ = self.frames.send(Arc::new(frame));
    }
}

/// The first group of pictures, for a camera that repeats it.
struct Repeated {
    wanted: bool,
    /// One group at most.
    units: Vec<Bytes>,
    at: usize,
}

impl Repeated {
    const fn new(wanted: bool) -> Self {
        Self {
            wanted,
            units: Vec::new(),
            at: 0,
        }
    }

    /// What is sent next, once the group is whole. Whoever wants a key frame gets the first one.
    fn next(&mut self, wants_key: bool) -> Option<Bytes> {
        if self.units.len() < GROUP as usize {
            if wants_key {
                self.units.clear();
            }
            return None;
        }
        let at = if wants_key { 0 } else { self.at };
        self.at = (at + 1) % self.units.len();
        self.units.get(at).cloned()
    }

    fn keep(&mut self, unit: &Bytes) {
        if self.wanted {
            self.units.push(unit.clone());
        }
    }
}

/// A place among those who have a camera set up, until it is dropped.
#[derive(Debug)]
pub(crate) struct Seat(Arc<Camera>);

impl Seat {
    pub(crate) const fn camera(&self) -> &Arc<Camera> {
        &self.0
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        *lock(&self.0.seats_taken) -= 1;
    }
}

/// Somebody who watches, until it is dropped.
#[derive(Debug)]
pub(crate) struct Watch {
    camera: Arc<Camera>,
    frames: broadcast::Receiver<Arc<Frame>>,
}

/// What comes next of a camera.
#[derive(Debug)]
pub(crate) enum News {
    Frame(Arc<Frame>),
    /// The viewer was too slow: pictures are missing, and the next key frame is asked for.
    Behind,
}

impl Watch {
    /// The next picture; nothing more ever, if there is none.
    pub(crate) async fn next(&mut self) -> Option<News> {
        match self.frames.recv().await {
            Ok(frame) => Some(News::Frame(frame)),
            Err(broadcast::error::RecvError::Lagged(_)) => {
                self.camera.want_key();
                Some(News::Behind)
            }
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        lock(&self.camera.watchers).count -= 1;
    }
}

/// Nothing is done under these locks that could leave half of it behind.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Milliseconds since 1970 by this machine's clock.
fn unix_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    since
        .and_then(|since| i64::try_from(since.as_millis()).ok())
        .unwrap_or(0)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a clock of 32 bits goes round"
)]
pub(crate) const fn low_bits(number: i64) -> u32 {
    number as u32
}

#[cfg(test)]
mod tests {
    use super::super::crowd::Who;
    use super::super::fleet;
    use super::*;
    use crate::trip::Spot;
    use castellan_domain::estate::graph::Xy;
    use castellan_domain::geo::Anchor;

    #[tokio::test]
    async fn it_draws_while_somebody_watches_and_rests_otherwise() {
        let fleet = fleet::fixture();
        let camera = fleet.find("cam-1").unwrap();
        let is_drawn = || lock(&camera.watchers).is_drawn;
        for _ in 0..2 {
            assert!(!is_drawn());
            let (mut watch, other) = (camera.watch(), camera.watch());
            let Some(News::Frame(frame)) = watch.next().await else {
                panic!("a picture comes");
            };
            assert!(frame.is_key, "whoever begins can show the first picture");
            drop(watch);
            assert!(is_drawn(), "the other one still watches");
            drop(other);
            // Within a picture it notices; a minute is for a machine that does everything at once.
            for _ in 0..6_000 {
                if !is_drawn() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        assert!(!is_drawn());
    }

    #[test]
    fn who_comes_to_a_detector_in_a_cellar_is_seen_there_and_who_walks_above_it_is_not() {
        let estate = Estate::parse(include_bytes!("../../../assets/demo/estate.json")).unwrap();
        let device = |id: &str| {
            estate
                .devices
                .iter()
                .find(|one| one.id.as_str() == id)
                .unwrap()
        };
        let gas = Anchor::new(estate.anchor).metres(device("gas-3-b1").place.at);
        let drawn = |ordinal: i16| {
            let premises = Arc::new(fleet::premises(&estate));
            let spot = Spot {
                at: Xy { x: gas.0, y: gas.1 },
                ordinal,
                course_deg: 90.0,
            };
            premises.crowd.show(0, [(Who::Guard, spot)].into_iter());
            let camera = Camera::new(&estate, device("cam-3-b1"), premises);
            let mut picture = Picture::new(WIDTH, HEIGHT);
            camera.draw(&mut picture, 5_000, 5_000, false);
            picture
        };
        let (below, above) = (drawn(-1), drawn(0));
        let pixels = below.planes()[0].iter().zip(above.planes()[0]);
        let changed = pixels.filter(|(below, above)| below != above).count();
        assert!(changed > 300, "{changed} pixels of a person");
    }

    #[test]
    fn the_same_moment_gives_the_same_picture_and_faults_show_in_it() {
        let fleet = fleet::fixture();
        let camera = fleet.find("cam-1").unwrap();
        let drawn = |now_ms: i64, shown_ms: i64, is_black: bool| {
            let mut picture = Picture::new(WIDTH, HEIGHT);
            camera.draw(&mut picture, now_ms, shown_ms, is_black);
            picture
        };
        let noon_ms = 1_795_492_800_000;
        let picture = drawn(noon_ms, noon_ms, false);
        assert_eq!(picture, drawn(noon_ms, noon_ms, false));
        assert_ne!(
            picture,
            drawn(noon_ms + 12 * 3_600_000, noon_ms, false),
            "night is dark"
        );
        assert_ne!(
            picture,
            drawn(noon_ms, noon_ms - 3_600_000, false),
            "its clock is wrong"
        );
        let black = drawn(noon_ms, noon_ms, true);
        let below_the_stamp = &black.planes()[0][40 * WIDTH..];
        assert!(below_the_stamp.iter().all(|light| *light == 16));
    }
}
