//! What somebody has to look after, worst first, each with since when and what to do. Pure, so that every word can be
//! tested.

use super::figures::{faulty, is_fault};
use super::reasons::{adapter_name, reason};
use super::texts;
use crate::alarms::model::type_name;
use crate::names::device_name;
use crate::self_test::model::Standing;
use crate::silent::silent;
use crate::texts::Words;
use castellan_domain::alarm::{Alarm, Condition, Source};
use castellan_domain::audience::Audience;
use castellan_domain::estate::{Device, DeviceKind, Estate, Priority};
use castellan_domain::text::Language;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::View;
use castellan_domain::wire::api::{DiskLevel, DisplayBehind, Health, QueueDepth};

/// For so long after its last message, who or what was refused needs somebody.
const LATELY: Span = Span::from_secs(3_600);
/// For so long, what was lost does, and a clock that stepped.
const TODAY: Span = Span::from_secs(24 * 3_600);
/// Site time further from the machine's clock than this is told.
const CLOCK_APART: Span = Span::from_secs(2);
/// Names, senders or sentences that are listed for one thing; of the others their number.
const LISTED_MAX: usize = 5;
/// What the server says of itself as rows, and this page from its own figures.
const TOLD_BY_HEALTH: [&str; 4] = ["alarm_flood", "canary_failed", "clock_step", "disk_low"];

/// Since when something is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// Since then.
    At(Timestamp),
    /// The server does not know; this page has seen it since then.
    Seen(Timestamp),
}

/// One thing that needs somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub priority: Priority,
    /// What it is, whatever the figures in it say: by this it is known again.
    pub name: Words,
    pub what: String,
    pub since: Since,
    pub details: Vec<String>,
    /// What the server or a sender said, word for word.
    pub quoted: Option<String>,
    pub todo: Words,
    /// Where more is shown.
    pub link: Option<String>,
}

/// What is looked at.
pub struct Seen<'a> {
    pub health: &'a Health,
    /// The answer before: what stands as it stood then stands still.
    pub before: Option<&'a Health>,
    pub view: &'a View,
    pub estate: &'a Estate,
    pub language: Language,
    /// Writes a moment.
    pub clock: &'a dyn Fn(Timestamp) -> String,
}

/// The sentence above all.
pub fn sentence(troubles: usize, well_since: &str, language: Language) -> String {
    match troubles {
        0 => texts::ALL_WELL.fill(language, &[well_since]),
        1 => texts::ONE_THING.get(language).to_owned(),
        _ => texts::THINGS.fill(language, &[&troubles.to_string()]),
    }
}

/// Of what the server knows no beginning, this page remembers its own.
pub fn remember(troubles: &mut [Trouble], before: &[Trouble]) {
    for trouble in troubles {
        let known = before.iter().find(|known| known.name == trouble.name);
        if let (Since::Seen(_), Some(known)) = (trouble.since, known) {
            trouble.since = known.since;
        }
    }
}

impl Seen<'_> {
    /// What needs somebody, worst first.
    pub fn troubles(&self) -> Vec<Trouble> {
        let mut all = Vec::new();
        self.record(&mut all);
        self.disk(&mut all);
        self.walls(&mut all);
        self.load(&mut all);
        self.people_outside(&mut all);
        self.clock_of_site(&mut all);
        self.devices(&mut all);
        self.senders(&mut all);
        self.left_over(&mut all);
        // Of equals the order above stays.
        all.sort_by_key(|trouble| trouble.priority);
        all
    }

    /// Since when nothing has needed anybody, as far as is known.
    pub fn well_since(&self) -> Timestamp {
        let health = self.health;
        let counts = health.adapters.iter().flat_map(|one| &one.refusals);
        let counts = counts.filter(|one| reason(&one.code).is_some());
        let moments = counts.map(|one| one.last_at).chain(
            health
                .quarantine
                .iter()
                .map(|one| one.last_at)
                .chain(health.clock.last_step.map(|step| step.at))
                .chain(health.observations.dropped_at)
                .chain(health.clips.not_kept_at)
                .chain(health.outbox.left_out_at),
        );
        let ends = self.view.alarms.values().filter_map(|alarm| {
            let is_ours = alarm.source == Source::System;
            let is_device = is_fault(&alarm.family);
            match alarm.condition {
                Condition::Cleared { at } | Condition::Unheard { at } => {
                    (is_ours || is_device).then_some(at)
                }
                Condition::Active { .. } | Condition::Momentary { .. } => None,
            }
        });
        moments.chain(ends).fold(health.started_at, Timestamp::max)
    }

    fn is_within(&self, at: Option<Timestamp>, span: Span) -> Option<Timestamp> {
        at.filter(|at| self.health.at.since(*at) <= span)
    }

    fn told(&self, priority: Priority, (name, todo): (Words, Words), parts: &[&str]) -> Trouble {
        Trouble {
            priority,
            name,
            what: name.fill(self.language, parts),
            since: Since::Seen(self.health.at),
            details: Vec::new(),
            quoted: None,
            todo,
            link: None,
        }
    }

    fn record(&self, all: &mut Vec<Trouble>) {
        let health = self.health;
        if let Some(since) = health.not_recording_since {
            let words = (texts::NOT_RECORDING, texts::NOT_RECORDING_DO);
            all.push(self.told(Priority::P1, words, &[]).since(since));
        }
        if let Some(at) = health.chain_broken_at {
            let words = (texts::CHAIN_BROKEN, texts::CHAIN_BROKEN_DO);
            let told = self.told(Priority::P1, words, &[&at.to_string()]);
            // It is looked at when the server starts.
            all.push(told.since(health.started_at));
        }
        if let Some(first) = health.set_aside.last() {
            let words = (texts::SET_ASIDE, texts::SET_ASIDE_DO);
            let count = health.set_aside.len().to_string();
            let mut told = self.told(Priority::P2, words, &[&count]).since(first.at);
            told.quoted = health.set_aside.first().map(|newest| newest.why.clone());
            all.push(told);
        }
        if let Some(fault) = &health.beside.fault {
            let words = (texts::BESIDE, texts::BESIDE_DO);
            all.push(self.told(Priority::P3, words, &[]).quoting(fault));
        }
    }

    fn disk(&self, all: &mut Vec<Trouble>) {
        let (disk, logged, clips) = (
            &self.health.disk,
            &self.health.observations,
            &self.health.clips,
        );
        let level = match disk.level {
            DiskLevel::Ample => None,
            DiskLevel::NoClips => Some((Priority::P2, texts::DISK_CLIPS)),
            DiskLevel::NoObservations => Some((Priority::P2, texts::DISK_OBSERVATIONS)),
            DiskLevel::FactsOnly => Some((Priority::P1, texts::DISK_FACTS)),
        };
        if let Some((priority, words)) = level {
            let mut told = self.told(priority, (words, texts::DISK_DO), &[]);
            let row = self.rows().find(|row| row.family.as_str() == "disk_low");
            if let Some(row) = row {
                told = told.since(row.occurred_at);
            }
            all.push(told);
        }
        if let Some(since) = disk.tracks_failing_since {
            let words = (texts::TRACKS, texts::TRACKS_DO);
            all.push(self.told(Priority::P2, words, &[]).since(since));
        }
        let lost = logged.dropped_queue_full + logged.dropped_unwritable + logged.dropped_day_full;
        if let Some(since) = logged.not_writing_since {
            let words = (texts::OBSERVATIONS, texts::OBSERVATIONS_DO);
            all.push(self.told(Priority::P3, words, &[]).since(since));
        } else if let Some(at) = self.is_within(logged.dropped_at, TODAY) {
            let words = (texts::OBSERVATIONS_LOST, texts::OBSERVATIONS_DO);
            let told = self.told(Priority::P3, words, &[&lost.to_string()]);
            all.push(told.since(at));
        }
        if let Some(fault) = &clips.fault {
            let words = (texts::CLIPS, texts::CLIPS_DO);
            let told = self.told(Priority::P3, words, &[]).quoting(fault);
            all.push(match clips.not_kept_at {
                Some(at) => told.since(at),
                None => told,
            });
        } else if let Some(at) = self.is_within(clips.not_kept_at, TODAY) {
            let words = (texts::CLIPS_LOST, texts::CLIPS_DO);
            let told = self.told(Priority::P3, words, &[&clips.not_kept.to_string()]);
            all.push(told.since(at));
        }
    }

    fn walls(&self, all: &mut Vec<Trouble>) {
        match Standing::of(self.view.self_test.as_ref(), self.health.at) {
            None | Some(Standing::Passed(_)) => {}
            Some(standing @ (Standing::Failed(ended) | Standing::Overdue(ended))) => {
                let words = (standing.title(), texts::SELF_TEST_DO);
                let since = match standing {
                    Standing::Overdue(_) => ended.next_at,
                    Standing::Passed(_) | Standing::Failed(_) => ended.at,
                };
                let mut told = self.told(Priority::P2, words, &[]).since(since);
                told.details = standing.details(self.clock, self.language);
                all.push(told);
            }
        }
        // Of a console nobody looks at, the browser paints nothing: that is as it should be.
        let is_wall = |audience: &Audience| match audience {
            Audience::Wall | Audience::WallVisitor => true,
            Audience::Staff | Audience::Guard => false,
        };
        let before = self.before.map(|before| &before.displays_behind);
        let before = before.map_or(&[][..], Vec::as_slice);
        let stuck = self.health.displays_behind.iter().filter(|now| {
            let stood = |then: &DisplayBehind| {
                then.display == now.display && then.painted_upto == now.painted_upto
            };
            is_wall(&now.audience) && before.iter().any(stood)
        });
        let stuck: Vec<_> = stuck.collect();
        if let Some(since) = stuck.iter().map(|display| display.told_at).min() {
            let words = (texts::WALLS_BEHIND, texts::WALLS_BEHIND_DO);
            let told = self.told(Priority::P2, words, &[&stuck.len().to_string()]);
            let lines = stuck.iter().map(|one| {
                let parts = [one.display.to_string(), one.behind.to_string()];
                texts::WALL_BEHIND.fill(self.language, &[&parts[0], &parts[1]])
            });
            all.push(told.since(since).listing(lines, self.language));
        }
    }

    fn load(&self, all: &mut Vec<Trouble>) {
        let health = self.health;
        for (depth, words) in [
            (Some(health.queue), (texts::QUEUE, texts::QUEUE_DO)),
            (health.orders, (texts::ORDERS, texts::ORDERS_DO)),
            (
                Some(health.connections),
                (texts::CONNECTIONS, texts::CONNECTIONS_DO),
            ),
        ] {
            let Some(QueueDepth { waiting, limit }) = depth else {
                continue;
            };
            // Three quarters: what is less comes and goes.
            if waiting * 4 >= limit * 3 {
                let parts = [waiting.to_string(), limit.to_string()];
                all.push(self.told(Priority::P2, words, &[&parts[0], &parts[1]]));
            }
        }
    }

    fn people_outside(&self, all: &mut Vec<Trouble>) {
        let outbox = &self.health.outbox;
        if let Some(since) = outbox.failing_since {
            let words = (texts::OUTBOX, texts::OUTBOX_DO);
            let told = self.told(Priority::P2, words, &[&outbox.waiting.to_string()]);
            let mut told = told.since(since);
            told.quoted.clone_from(&outbox.last_failure);
            all.push(told);
        }
        if let Some(at) = self.is_within(outbox.left_out_at, TODAY) {
            let words = (texts::OUTBOX_FULL, texts::OUTBOX_FULL_DO);
            let told = self.told(Priority::P2, words, &[&outbox.left_out.to_string()]);
            all.push(told.since(at));
        }
        for row in self.rows() {
            let family = row.family.as_str();
            if TOLD_BY_HEALTH.contains(&family) {
                continue;
            }
            let todo = if family.ends_with("_failing") {
                texts::CHANNEL_DO
            } else {
                texts::ROW_DO
            };
            let mut told = self.told(row.priority, (todo, todo), &[]);
            told.what = type_name(Some(self.estate), &row.kind, self.language);
            told.link = Some(format!("/?selected={}", row.id));
            all.push(told.since(row.occurred_at));
        }
    }

    /// What the server found out about itself, and nobody has dealt with.
    fn rows(&self) -> impl Iterator<Item = &Alarm> {
        let rows = self.view.alarms.values();
        let rows = rows.filter(|row| row.source == Source::System && !row.drill);
        rows.filter(|row| !row.is_closed() && row.shelf.is_none())
    }

    fn clock_of_site(&self, all: &mut Vec<Trouble>) {
        let clock = self.health.clock;
        let step = clock.last_step;
        let step = step.filter(|step| self.is_within(Some(step.at), TODAY).is_some());
        if let Some(step) = step {
            let words = (texts::CLOCK_STEP, texts::CLOCK_STEP_DO);
            let told = self.told(Priority::P3, words, &[&seconds(step.by)]);
            all.push(told.since(step.at));
        }
        let apart = clock.ahead_of_wall;
        if apart.as_micros().abs() > CLOCK_APART.as_micros() {
            let words = (texts::CLOCK_AHEAD, texts::CLOCK_AHEAD_DO);
            all.push(self.told(Priority::P3, words, &[&seconds(apart)]));
        }
    }

    fn devices(&self, all: &mut Vec<Trouble>) {
        let silent = silent(self.view);
        // Somebody has put aside what is on the shelf, for a reason and for a time.
        let rows = self.view.alarms.values().filter(|row| row.shelf.is_none());
        let since = faulty(rows);
        let devices = self.estate.devices.iter();
        let faulty = devices.filter(|device| since.contains_key(&device.id));
        let (silent, others): (Vec<_>, Vec<_>) =
            faulty.partition(|device| silent.contains(&device.id));
        let is_camera = |device: &&Device| device.kind == DeviceKind::Camera;
        let (cameras, devices): (Vec<_>, Vec<_>) = silent.into_iter().partition(is_camera);
        for (those, words, list) in [
            (
                cameras,
                (texts::CAMERAS_SILENT, texts::CAMERAS_SILENT_DO),
                "cameras",
            ),
            (
                devices,
                (texts::DEVICES_SILENT, texts::DEVICES_SILENT_DO),
                "devices",
            ),
            (others, (texts::FAULTY, texts::FAULTY_DO), "devices"),
        ] {
            if those.is_empty() {
                continue;
            }
            let mut told = self.told(Priority::P3, words, &[&those.len().to_string()]);
            let first = those
                .iter()
                .filter_map(|device| since.get(&device.id))
                .min();
            if let Some(first) = first {
                told = told.since(*first);
            }
            told.link = Some(format!("/?list={list}"));
            let name = |device: &&Device| {
                let place = self.estate.place_name(&device.place, self.language);
                let name = device_name(Some(self.estate), &device.id, self.language);
                if name.contains(&place) {
                    return name;
                }
                format!("{name} · {place}")
            };
            let names: Vec<_> = those.iter().map(name).collect();
            all.push(told.listing(names.into_iter(), self.language));
        }
    }

    fn senders(&self, all: &mut Vec<Trouble>) {
        let lately = |at| self.is_within(Some(at), LATELY).is_some();
        let times = |count: u64, last_at| {
            let parts = [count.to_string(), (self.clock)(last_at)];
            texts::TIMES.fill(self.language, &[&parts[0], &parts[1]])
        };
        let strangers = self.health.quarantine.iter();
        let strangers: Vec<_> = strangers.filter(|one| lately(one.last_at)).collect();
        if let Some(since) = strangers.iter().map(|one| one.first_at).min() {
            let words = (texts::QUARANTINE, texts::QUARANTINE_DO);
            let told = self.told(Priority::P3, words, &[&strangers.len().to_string()]);
            let lines = strangers.iter().map(|one| {
                let by = adapter_name(&one.adapter, self.language);
                format!("{}（{by}）{}", one.sender, times(one.count, one.last_at))
            });
            let lines: Vec<_> = lines.collect();
            let mut told = told.since(since).listing(lines.into_iter(), self.language);
            told.quoted = strangers.first().map(|one| one.last_message.clone());
            all.push(told);
        }
        for adapter in &self.health.adapters {
            for refusal in &adapter.refusals {
                let Some(words) = reason(&refusal.code) else {
                    continue;
                };
                if !lately(refusal.last_at) {
                    continue;
                }
                let told = self.told(Priority::P4, words, &[]).since(refusal.first_at);
                let mut told = told.quoting(&refusal.message);
                told.what = format!(
                    "{}: {}",
                    adapter_name(&adapter.adapter, self.language),
                    told.what
                );
                told.details = vec![times(refusal.count, refusal.last_at)];
                all.push(told);
            }
        }
    }

    fn left_over(&self, all: &mut Vec<Trouble>) {
        let files = &self.health.files_set_aside;
        if !files.is_empty() {
            let words = (texts::FILES, texts::FILES_DO);
            let told = self.told(Priority::P4, words, &[&files.len().to_string()]);
            all.push(told.listing(files.iter().cloned(), self.language));
        }
    }
}

impl Trouble {
    fn since(mut self, at: Timestamp) -> Self {
        self.since = Since::At(at);
        self
    }

    fn quoting(mut self, words: &str) -> Self {
        self.quoted = Some(words.to_owned());
        self
    }

    fn listing(mut self, lines: impl ExactSizeIterator<Item = String>, language: Language) -> Self {
        let more = lines.len().saturating_sub(LISTED_MAX);
        self.details = lines.take(LISTED_MAX).collect();
        if more > 0 {
            let more = texts::AND_MORE.fill(language, &[&more.to_string()]);
            self.details.push(more);
        }
        self
    }
}

fn seconds(span: Span) -> String {
    let tenths = span.as_micros() / 100_000;
    let sign = if tenths < 0 { "-" } else { "" };
    format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10)
}

#[cfg(test)]
mod tests;
