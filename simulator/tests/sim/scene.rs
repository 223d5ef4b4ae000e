//! Scenes in virtual time: the same file that is played at the pace of life, against the real engine, turns and
//! streams. The server dies where the file says so.

use super::cast::Document;
use super::display::Display;
use super::people::words;
use super::server::Server;
use castellan_domain::audience::Audience;
use castellan_domain::command::Command;
use castellan_domain::engine::Input;
use castellan_domain::estate::{AlarmType, Channel, Estate, EstateIndex, Ladder};
use castellan_domain::fact::ReachPublished;
use castellan_domain::geo::LonLat;
use castellan_domain::ids::{CommandId, EstateHash, PersonId};
use castellan_domain::observation::{Doubts, Observation, PhoneFix, Report};
use castellan_domain::procedure::Procedure;
use castellan_domain::staff::StaffCommand;
use castellan_domain::time::{Span, Timestamp};
use castellan_simulator::scene::{Hint, News, Out, Play, Scene, named};
use fastrand::Rng;
use serde::Deserialize;
use std::convert::Infallible;
use std::sync::Arc;

/// 2026-11-18, 03:00 in Hangzhou.
const NIGHT: Timestamp = Timestamp::from_secs(1_794_942_000);
const TICK: Span = Span::from_millis(100);
/// Facts that a server which came back has at hand for displays.
const AT_HAND: u64 = 50;
/// Steps after which a scene is over whatever it says.
const STEPS_MAX: usize = 100_000;

/// The demo estate as a server has it.
fn demo() -> Estate {
    #[derive(Deserialize)]
    struct Types {
        alarm_type: Vec<AlarmType>,
    }
    #[derive(Deserialize)]
    struct Ladders {
        ladder: Vec<Ladder>,
    }
    let document = include_bytes!("../../../assets/demo/estate.json");
    let types = include_str!("../../../assets/defaults/alarm_types.toml");
    let types: Types = toml::from_str(types).expect("alarm types");
    let ladders = include_str!("../../../assets/defaults/ladders.toml");
    let ladders: Ladders = toml::from_str(ladders).expect("ladders");
    Estate::parse(document)
        .map(|estate| estate.with_procedures(procedures()))
        .and_then(|estate| estate.with_alarm_types(types.alarm_type))
        .and_then(|estate| estate.with_ladders(ladders.ladder))
        .expect("the demo estate")
}

fn procedures() -> Vec<Procedure> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/defaults/procedures");
    let files = std::fs::read_dir(folder).expect("the folder");
    let files = files.map(|file| std::fs::read_to_string(file.expect("a file").path()));
    let read = |text: String| {
        let document: serde_json::Value = toml::from_str(&text).expect("TOML");
        Procedure::read(&document).expect("a procedure")
    };
    files.map(|text| read(text.expect("readable"))).collect()
}

/// A server, two consoles, and a scene that is played.
struct Theatre {
    now: Timestamp,
    server: Server,
    consoles: [Display; 2],
    play: Play,
    rng: Rng,
    /// What waits to be sent: while nobody listens, all of it.
    waiting: Vec<Out>,
    down_until: Option<Timestamp>,
    /// The commands and reports that were sent, for their ids.
    sent: u64,
    beat_at: Timestamp,
    log: Vec<String>,
}

impl Theatre {
    fn new(scene: Scene) -> Self {
        let estate = Arc::new(demo());
        let now = NIGHT;
        let index = EstateIndex::new(estate.clone()).expect("its calendar");
        let document = Document {
            hash: EstateHash::constant("demo"),
            estate: Arc::new(index),
        };
        let mut server = Server::new(document, now);
        // Everybody on a rung has a telephone.
        let called = estate.people.iter().filter(|one| !one.rungs.is_empty());
        let people = called.map(|one| (one.id.clone(), vec![Channel::Voice]));
        server.own(Input::ReachLoaded(ReachPublished {
            people: people.collect(),
        }));
        server.work(now);
        let person = |id: &str| Some(PersonId::new(id).expect("an id"));
        let play = Play::new(scene, estate, "sim".to_owned(), false, now.as_millis());
        Self {
            now,
            server,
            consoles: [
                Display::new(Audience::Staff, person("li-na"), now),
                Display::new(Audience::Staff, person("zhang-wei"), now),
            ],
            play: play.expect("it fits"),
            rng: Rng::with_seed(3),
            waiting: Vec::new(),
            down_until: None,
            sent: 0,
            beat_at: now,
            log: Vec::new(),
        }
    }

    fn step(&mut self) {
        self.now = self.now + TICK;
        let waiting = &mut self.waiting;
        let mut send = |out| waiting.push(out);
        let hints = self.play.step(self.now.as_millis(), self.now, &mut send);
        for hint in hints {
            if let Hint::Break(for_s) = hint {
                self.server.crash(None, AT_HAND);
                self.consoles.iter_mut().for_each(Display::lose);
                self.down_until = Some(self.now + Span::from_secs(i64::from(for_s)));
            }
            let scene_ms = self.play.scene_ms(self.now.as_millis());
            self.log.push(format!("{scene_ms} ms: {hint:?}"));
        }
        if self.down_until.is_some_and(|until| until > self.now) {
            return;
        }
        for out in std::mem::take(&mut self.waiting) {
            self.sent += 1;
            let input = self.input(out);
            self.server.take(self.sent, input);
        }
        for (_, heard) in self.server.work(self.now) {
            let heard = format!("{heard:?}");
            if heard.contains("Err") {
                self.log.push(format!("refused: {heard}"));
            }
        }
        self.server.take_log();
        self.publish();
    }

    /// The consoles are told, as by the real server; the players see what the first one shows.
    fn publish(&mut self) {
        self.server.stream.advance(self.now).expect("JSON");
        if self.beat_at <= self.now {
            self.server.stream.beat(self.now, None).expect("JSON");
            self.beat_at = self.now + Span::from_secs(1);
        }
        for console in &mut self.consoles {
            if !console.is_connected() {
                let site = "jinxiu".parse().expect("an id");
                console.connect(&mut self.server, &site, self.now);
            }
            console.step(&mut self.server, &mut self.rng, self.now);
        }
        if self.consoles[0].shows().is_some() {
            let view = Arc::new(self.consoles[0].view().clone());
            self.play.see(view, self.now);
        }
    }

    fn input(&self, out: Out) -> Input {
        let commanded = |by: PersonId, command| Input::Commanded {
            command_id: CommandId(uuid::Uuid::from_u128(u128::from(self.sent))),
            by,
            expected: None,
            command,
        };
        let received_at = self.now;
        match out {
            Out::Fix(phone, fix) => {
                let (lat, lon) = fix.lat_lon();
                Input::Observed(Observation::PhoneFix(PhoneFix {
                    phone,
                    occurred_at: Timestamp::from_secs(fix.taken_at_s()),
                    received_at,
                    at: LonLat::new(lon, lat).expect("on the estate"),
                    accuracy_dm: Some(fix.accuracy_m() * 10),
                    battery_percent: None,
                }))
            }
            Out::Event(event) => Input::Observed(Observation::Report(Report {
                device: event.device,
                kind: event.kind,
                state: event.state,
                event: event.event_id,
                claimed_at: None,
                received_at,
                drill: event.drill,
                doubts: Doubts::default(),
            })),
            Out::Heard(heard) => Input::Observed(Observation::Heard {
                device: heard.device,
                received_at,
            }),
            Out::Duty(person) => {
                let on = StaffCommand::GoOnDuty {
                    person: person.clone(),
                };
                commanded(person, Command::Staff(on))
            }
            Out::Command(person, want) => {
                let sealed = want.seal(|_, _| Ok::<_, Infallible>(words(u128::from(self.sent))));
                let Ok(command) = sealed;
                commanded(person, command)
            }
        }
    }
}

/// Plays a scene to its end.
fn played(scene: Scene) -> Theatre {
    let mut theatre = Theatre::new(scene);
    let mut steps = 0;
    while !theatre.play.is_over(theatre.now.as_millis()) && steps < STEPS_MAX {
        theatre.step();
        steps += 1;
    }
    theatre
}

/// Plays a scene that is built in. `refused` is how often somebody else is faster.
fn play(scene: &str, milestones: usize, refused: usize) {
    let theatre = played(named(scene).expect("a scene"));
    let log = theatre.log.join("\n");
    let missed = theatre.play.missed();
    assert_eq!((missed, theatre.play.reached()), (0, milestones), "{log}");
    let refusals = theatre.log.iter().filter(|line| line.contains("refused"));
    assert_eq!(refusals.count(), refused, "{log}");
    assert!(!log.contains("Idle"), "{log}");
    let [one, other] = &theatre.consoles;
    assert_eq!(one.view(), other.view(), "both consoles show the same");
}

#[test]
fn scene_a_plays_from_the_detector_to_the_closed_incident_and_a_death_of_the_server_costs_nothing()
{
    play("gas", 29, 0);
}

#[test]
fn scene_b_plays_from_the_gate_over_the_blind_wall_to_the_closed_incident_and_who_is_second_is_refused()
 {
    play("b", 24, 1);
}

#[test]
fn scene_c_plays_two_incidents_and_what_was_signed_for_and_left_comes_back() {
    play("c", 22, 0);
}

#[test]
fn what_is_seen_too_late_is_missed_and_it_is_said_by_how_much() {
    let text = include_str!("../../scenes/perimeter.toml");
    // The note is written at 0:26.
    let text = text.replacen("from_s = 20\nto_s = 32", "from_s = 20\nto_s = 22", 1);
    let theatre = played(Scene::parse(&text).expect("a scene"));
    assert_eq!((theatre.play.missed(), theatre.play.reached()), (1, 23));
    let mut late = theatre.play.milestones().filter_map(|(words, news)| {
        let Some(News::Late(ms)) = news else {
            return None;
        };
        Some((words.to_owned(), ms))
    });
    let (words, ms) = late.next().expect("one is late");
    assert!(
        words.starts_with("0:20") && (4_000..6_000).contains(&ms),
        "{words}: {ms} ms"
    );
}
