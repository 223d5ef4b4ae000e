//! What a scene's file says.

use super::sight::Sight;
use crate::character::Character;
use castellan_domain::alarm::Verdict;
use castellan_domain::estate::Estate;
use castellan_domain::ids::{AlarmTypeId, DeviceId, PersonId, StepId};
use serde::Deserialize;
use std::path::Path;

/// The scenes that are built in, by name.
const SCENES: [(&str, &str); 1] = [("gas", include_str!("../../scenes/gas.toml"))];
/// Bytes of a file at most.
const FILE_BYTES_MAX: u64 = 256 * 1024;
/// Guards, readings, acts, milestones and breaks of one scene at most, of each.
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
    pub detector: Detector,
    /// Who walks.
    #[serde(rename = "guard")]
    pub guards: Vec<Part>,
    /// Who else is on duty.
    pub on_duty: Vec<PersonId>,
    /// What the detector measures.
    #[serde(rename = "reading")]
    pub readings: Vec<Reading>,
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
    #[serde(rename = "do")]
    pub what: Deed,
}

/// What can be done in a scene. It is about the detector's row, and the incident that it is part of.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Deed {
    /// 接警
    Claim,
    /// D, to this person.
    Send(PersonId),
    /// R: this person said on the radio that they go. Or they say so themselves.
    Accept(PersonId),
    /// This person can be heard again.
    EndQuiet(PersonId),
    /// This person has done.
    Finish(PersonId),
    /// A step of the procedure is done.
    Step(StepId),
    /// 核实结论
    Judge {
        verdict: Verdict,
        /// Who saw it on the spot.
        on_scene: PersonId,
    },
    /// 已控制
    Contain,
    /// 已处置
    Resolve,
    /// 已结案
    Close,
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
    if let Some((_, text)) = SCENES.iter().find(|(known, _)| *known == name) {
        return Scene::parse(text);
    }
    let is_file = Path::new(name).extension().is_some_and(|ext| ext == "toml");
    if !is_file {
        let known: Vec<_> = SCENES.iter().map(|(name, _)| *name).collect();
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
        let counts = [
            self.guards.len(),
            self.on_duty.len(),
            self.detector.limits.len(),
            self.readings.len(),
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
        let limits = &self.detector.limits;
        if !limits.is_sorted_by(|a, b| a.percent < b.percent) {
            return unfit("the detector's limits go from the lower one up".to_owned());
        }
        let seconds = self.readings.iter().map(|reading| reading.at_s);
        let seconds = seconds.chain(self.acts.iter().map(|act| act.at_s));
        let seconds = seconds.chain(self.breaks.iter().map(|one| one.at_s + one.for_s));
        let seconds = seconds.chain(self.milestones.iter().map(|one| one.to_s));
        if let Some(late_s) = seconds.max().filter(|at_s| *at_s > self.lasts_s) {
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
        if estate.device(&self.detector.device).is_none() {
            let device = &self.detector.device;
            return unfit(format!("the estate has no device {device}"));
        }
        for limit in &self.detector.limits {
            if estate.alarm_type(&limit.kind).is_none() {
                return unfit(format!("the estate has no alarm type {}", limit.kind));
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
}

impl Detector {
    /// The limits that a reading reaches.
    pub(super) fn reached(&self, percent: u8) -> impl Iterator<Item = &Limit> {
        let limits = self.limits.iter();
        limits.filter(move |limit| percent >= limit.percent)
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
