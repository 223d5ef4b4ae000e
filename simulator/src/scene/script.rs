//! What a scene's file says.

use super::deed::Deed;
use super::sight::Sight;
use crate::character::Character;
use castellan_domain::alarm::Source;
use castellan_domain::estate::Estate;
use castellan_domain::ids::{AlarmTypeId, DeviceId, PersonId};
use castellan_domain::observation::ReportedState;
use serde::Deserialize;
use std::path::Path;

/// The scenes that are built in, by letter and name.
const SCENES: [(&str, &str, &str); 3] = [
    ("a", "gas", include_str!("../../scenes/gas.toml")),
    (
        "b",
        "perimeter",
        include_str!("../../scenes/perimeter.toml"),
    ),
    ("c", "lift", include_str!("../../scenes/lift.toml")),
];
/// Bytes of a file at most.
const FILE_BYTES_MAX: u64 = 256 * 1024;
/// Lines of one scene at most, of each kind.
pub(super) const LINES_MAX: usize = 200;
/// Seconds that a scene lasts at most.
pub(super) const LASTS_S_MAX: u32 = 7_200;
/// Seconds before its beginning within which people come on duty and their phones are heard.
pub(super) const LEAD_S: i64 = 20;
/// Seconds for which somebody is silent by their own word in a scene.
const QUIET_S: u32 = 600;

/// A scene.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// What it is about, in a few words.
    pub title: String,
    /// Seconds from its beginning to its end.
    pub lasts_s: u32,
    /// Whom acts and milestones are about that name nobody. Left out: the detector.
    #[serde(default)]
    pub about: Option<Source>,
    #[serde(default)]
    pub detector: Option<Detector>,
    /// Who walks.
    #[serde(rename = "guard")]
    pub guards: Vec<Part>,
    /// Who else is on duty.
    pub on_duty: Vec<PersonId>,
    /// What the detector measures.
    #[serde(rename = "reading", default)]
    pub readings: Vec<Reading>,
    /// What other devices say.
    #[serde(rename = "report", default)]
    pub reports: Vec<Report>,
    /// Of whom nothing is heard for a while.
    #[serde(rename = "silence", default)]
    pub silences: Vec<Silence>,
    #[serde(rename = "act")]
    pub acts: Vec<Act>,
    /// When the server dies, and for how long.
    #[serde(rename = "break", default)]
    pub breaks: Vec<Break>,
    #[serde(rename = "milestone")]
    pub milestones: Vec<Milestone>,
}

/// A detector of gas. It says that a limit is reached, and that it is not any more.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detector {
    pub device: DeviceId,
    /// Its limits, in percent of what can explode (LEL), from the lower one up, and what each means.
    pub limits: Vec<Limit>,
}

/// A limit of a detector.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    pub percent: u8,
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
}

/// What a detector measures from a second on.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    pub at_s: u32,
    pub percent: u8,
}

/// A device says something of a condition.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    pub at_s: u32,
    pub device: DeviceId,
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    pub state: ReportedState,
}

/// Nothing is heard of somebody's phone, or of a device and of those that are reached through it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Silence {
    pub of: Source,
    pub from_s: u32,
    pub to_s: u32,
}

/// A guard of a scene.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub person: PersonId,
    /// Where they walk up and down, in metres east and north of the estate's anchor.
    pub at_m: [f64; 2],
    /// After how many seconds they accept what they are asked. Left out: they do not hear it.
    #[serde(default)]
    pub accepts_after_s: Option<u16>,
}

impl Part {
    /// As a character: works until the scene says that they have done.
    pub(super) fn character(&self, lasts_s: u32) -> Character {
        let after_ms = i64::from(self.accepts_after_s.unwrap_or(0)) * 1_000;
        let works_ms = i64::from(lasts_s) * 2_000;
        Character {
            accepts_percent: if self.accepts_after_s.is_some() {
                100
            } else {
                0
            },
            declines_percent: 0,
            answers_after_ms: after_ms..after_ms,
            works_ms: works_ms..works_ms,
            haste: 1.0,
            quiet_s: QUIET_S,
        }
    }
}

/// What somebody does.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    pub at_s: u32,
    pub by: PersonId,
    /// Whose row it is about.
    #[serde(default)]
    pub about: Option<Source>,
    #[serde(rename = "do")]
    pub what: Deed,
    /// Somebody else is faster, and the server refuses it.
    #[serde(default)]
    pub refused: bool,
}

/// The server dies and comes back.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Break {
    pub at_s: u32,
    pub for_s: u32,
}

/// What has to be seen, and when.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    /// In words, for whoever watches.
    pub words: String,
    /// Not before this second, and by that one.
    pub from_s: u32,
    pub to_s: u32,
    /// It holds from the first second to the last, and not only once between them.
    #[serde(default)]
    pub throughout: bool,
    /// It needs channels by which people can be called; without one it is left out.
    #[serde(default)]
    pub needs_channels: bool,
    /// Whose row it is about.
    #[serde(default)]
    pub about: Option<Source>,
    pub see: Vec<Sight>,
}

/// Why there is no scene.
#[derive(Debug, thiserror::Error)]
pub enum SceneError {
    /// No such scene.
    #[error("there is no scene {0:?}: name one of {1}, or a file that ends in .toml")]
    Unknown(String, String),
    /// The file is not there, or too long.
    #[error("the scene {0} cannot be read: {1}")]
    File(String, String),
    /// Not a scene.
    #[error("the scene cannot be understood: {0}")]
    Malformed(#[from] toml::de::Error),
    /// It does not fit the estate, or itself.
    #[error("the scene does not fit: {0}")]
    Unfit(String),
}

/// The scene of this name, or in this file.
pub fn named(name: &str) -> Result<Scene, SceneError> {
    let mut built_in = SCENES.iter();
    if let Some((.., text)) = built_in.find(|(letter, long, _)| [*letter, *long].contains(&name)) {
        return Scene::parse(text);
    }
    let is_file = Path::new(name).extension().is_some_and(|ext| ext == "toml");
    if !is_file {
        let known = SCENES
            .iter()
            .map(|(letter, long, _)| format!("{letter} ({long})"));
        let known: Vec<_> = known.collect();
        return Err(SceneError::Unknown(name.to_owned(), known.join(", ")));
    }
    let unreadable = |why: String| SceneError::File(name.to_owned(), why);
    let meta = std::fs::metadata(name).map_err(|error| unreadable(error.to_string()))?;
    if meta.len() > FILE_BYTES_MAX {
        let why = format!("it has more than {FILE_BYTES_MAX} bytes");
        return Err(unreadable(why));
    }
    let text = std::fs::read_to_string(name).map_err(|error| unreadable(error.to_string()))?;
    Scene::parse(&text)
}

impl Scene {
    /// Reads a scene.
    pub fn parse(text: &str) -> Result<Self, SceneError> {
        let scene: Self = toml::from_str(text)?;
        scene.check()?;
        Ok(scene)
    }

    fn check(&self) -> Result<(), SceneError> {
        let unfit = |why: String| Err(SceneError::Unfit(why));
        let limits = self.detector.iter().flat_map(|detector| &detector.limits);
        let counts = [
            self.guards.len(),
            self.on_duty.len(),
            limits.clone().count(),
            self.readings.len(),
            self.reports.len(),
            self.silences.len(),
            self.acts.len(),
            self.breaks.len(),
            self.milestones.len(),
        ];
        if counts.iter().any(|count| *count > LINES_MAX) {
            return unfit(format!("it has more than {LINES_MAX} lines of one kind"));
        }
        if self.lasts_s > LASTS_S_MAX {
            return unfit(format!("it lasts longer than {LASTS_S_MAX} s"));
        }
        if self.about().is_none() {
            return unfit("it has neither a detector nor a line about".to_owned());
        }
        if self.detector.is_none() && !self.readings.is_empty() {
            return unfit("nobody measures its readings".to_owned());
        }
        if !limits.is_sorted_by(|a, b| a.percent < b.percent) {
            return unfit("the detector's limits go from the lower one up".to_owned());
        }
        if let Some(late_s) = self.seconds().max().filter(|at_s| *at_s > self.lasts_s) {
            return unfit(format!("it is over before second {late_s}"));
        }
        let mut reversed = self.milestones.iter();
        if let Some(one) = reversed.find(|one| one.from_s > one.to_s) {
            return unfit(format!("\"{}\" ends before it begins", one.words));
        }
        Ok(())
    }

    /// Refuses an estate in which the scene cannot be played.
    pub fn must_fit(&self, estate: &Estate) -> Result<(), SceneError> {
        let unfit = |why: String| Err(SceneError::Unfit(why));
        for source in self.sources() {
            if !is_of(estate, source) {
                return unfit(format!("the estate has no {}", name_of(source)));
            }
        }
        let reported = self.reports.iter().map(|report| &report.device);
        for device in reported.chain(self.detector.as_ref().map(|one| &one.device)) {
            if estate.device(device).is_none() {
                return unfit(format!("the estate has no device {device}"));
            }
        }
        let limits = self.detector.iter().flat_map(|detector| &detector.limits);
        let limits = limits.map(|limit| &limit.kind);
        for kind in limits.chain(self.reports.iter().map(|report| &report.kind)) {
            if estate.alarm_type(kind).is_none() {
                return unfit(format!("the estate has no alarm type {kind}"));
            }
        }
        for part in &self.guards {
            let person = estate.person(&part.person);
            if person.and_then(|person| person.phone.as_ref()).is_none() {
                return unfit(format!("{} is nobody with a phone", part.person));
            }
        }
        let others = self.on_duty.iter();
        let mut others = others.chain(self.acts.iter().map(|act| &act.by));
        match others.find(|person| estate.person(person).is_none()) {
            Some(person) => unfit(format!("the estate has nobody called {person}")),
            None => Ok(()),
        }
    }

    /// Whom it is about where nothing else is said.
    pub(super) fn about(&self) -> Option<Source> {
        let device = self.detector.iter().map(|one| one.device.clone());
        self.about
            .clone()
            .or_else(|| device.map(Source::Device).next())
    }

    /// Every second that it names.
    fn seconds(&self) -> impl Iterator<Item = u32> {
        let seconds = self.readings.iter().map(|reading| reading.at_s);
        let seconds = seconds.chain(self.reports.iter().map(|report| report.at_s));
        let seconds = seconds.chain(self.silences.iter().map(|silence| silence.to_s));
        let seconds = seconds.chain(self.acts.iter().map(|act| act.at_s));
        let seconds = seconds.chain(self.breaks.iter().map(|one| one.at_s + one.for_s));
        seconds.chain(self.milestones.iter().map(|one| one.to_s))
    }

    /// Everybody and everything that its lines are about.
    fn sources(&self) -> impl Iterator<Item = &Source> {
        let acts = self.acts.iter().filter_map(|act| act.about.as_ref());
        let seen = self.milestones.iter().filter_map(|one| one.about.as_ref());
        let silent = self.silences.iter().map(|silence| &silence.of);
        self.about.iter().chain(acts).chain(seen).chain(silent)
    }
}

fn is_of(estate: &Estate, source: &Source) -> bool {
    match source {
        Source::Device(device) => estate.device(device).is_some(),
        Source::Person(person) => estate.person(person).is_some(),
        Source::Registration(_) | Source::System => false,
    }
}

fn name_of(source: &Source) -> String {
    match source {
        Source::Device(device) => format!("device {device}"),
        Source::Person(person) => format!("person {person}"),
        Source::Registration(_) | Source::System => "source of that kind".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAS: &str = include_str!("../../scenes/gas.toml");

    #[test]
    fn a_scene_that_cannot_be_played_is_refused_with_a_sentence() {
        let line = "\n[[reading]]\nat_s = 1\npercent = 1\n";
        let many = format!("{}\n[[break]]", line.repeat(201));
        let silent = "lasts_s = 450\nsilence = [{ of = \"system\", from_s = 1, to_s = 451 }]";
        for (from, to, part) in [
            ("lasts_s = 450", "lasts_s = 400", "it is over before second"),
            (
                "lasts_s = 450",
                "lasts_s = 9000",
                "it lasts longer than 7200 s",
            ),
            (
                "percent = 25, type",
                "percent = 60, type",
                "from the lower one up",
            ),
            ("from_s = 430", "from_s = 441", "ends before it begins"),
            ("do = \"claim\"", "do = \"dance\"", "dance"),
            ("lasts_s", "lasts_h", "lasts_h"),
            ("\n[[break]]", &many, "more than 200 lines"),
            ("[detector]", "[other]", "other"),
            ("lasts_s = 450", silent, "it is over before second"),
        ] {
            let error = Scene::parse(&GAS.replacen(from, to, 1)).unwrap_err();
            assert!(error.to_string().contains(part), "{error}");
        }
        let unknown = named("flood").unwrap_err().to_string();
        assert!(unknown.contains("gas"), "{unknown}");
        let missing = named("nowhere.toml").unwrap_err().to_string();
        assert!(missing.contains("nowhere.toml"), "{missing}");
    }

    #[test]
    fn an_estate_that_lacks_somebody_or_something_is_refused_with_a_sentence() {
        let scene = Scene::parse(GAS).unwrap();
        let demo = Estate::parse(include_bytes!("../../../assets/demo/estate.json")).unwrap();
        let said = |estate: &Estate| scene.must_fit(estate).unwrap_err().to_string();
        assert!(
            said(&demo).contains("alarm type gas_low"),
            "{}",
            said(&demo)
        );
        let mut other = demo;
        other.devices.clear();
        assert!(said(&other).contains("device gas-3-b1"), "{}", said(&other));
    }
}
