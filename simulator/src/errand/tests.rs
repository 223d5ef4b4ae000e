//! What a guard makes of what they are asked, told as stories.

use super::*;
use castellan_domain::dispatch::{Arrival, Withdrawal};
use castellan_domain::estate::Estate;
use castellan_domain::estate::graph::Xy;
use castellan_domain::ids::PersonId;

const PROMPT: Character = Character {
    accepts_percent: 100,
    declines_percent: 0,
    answers_after_ms: 4_000..5_000,
    works_ms: 90_000..91_000,
    haste: 1.0,
    quiet_s: 600,
};
const ID: AssignmentId = AssignmentId(1);

/// A guard of the demo estate, and a server that takes what they say.
struct Story {
    errands: Errands,
    ground: Ground,
    rng: Rng,
    round: Spot,
    asked: Vec<Asked>,
    ms: i64,
    said: Vec<(i64, DispatchCommand)>,
}

impl Story {
    fn new(character: Character, radio_only: bool, device: &str) -> Self {
        let estate = Estate::parse(include_bytes!("../../../assets/demo/estate.json")).unwrap();
        let mut rng = Rng::with_seed(1);
        let ground = Ground::new(&estate, 1.0, &mut rng);
        let mut devices = estate.devices.iter();
        let device = devices.find(|one| one.id.as_str() == device).unwrap();
        let asked = Asked {
            assignment: ID,
            stage: Stage::Offered,
            is_quiet: false,
            place: Some(device.place.clone()),
            lifts: LiftRule::Forbidden,
            without_phone: true,
        };
        let at = Xy { x: -126.2, y: 52.2 };
        let mut story = Self {
            errands: Errands::new(character, false, radio_only),
            ground,
            rng,
            round: Spot {
                at,
                ordinal: 0,
                course_deg: 0.0,
            },
            asked: vec![asked],
            ms: 0,
            said: Vec::new(),
        };
        story.errands.see(story.asked.clone());
        story
    }

    fn second(&mut self) {
        self.ms += 1_000;
        let (errands, rng) = (&mut self.errands, &mut self.rng);
        let said = errands.live(self.ms, 1.0, self.round, &self.ground, rng);
        for command in said {
            let id = command.assignment();
            let mut asked = self.asked.iter_mut();
            let one = asked.find(|one| Some(one.assignment) == id).unwrap();
            match &command {
                DispatchCommand::Accept { .. } => one.stage = Stage::Accepted,
                DispatchCommand::SetOut { .. } => one.stage = Stage::OnTheWay,
                DispatchCommand::Arrive { .. } => {
                    one.stage = Stage::OnScene { how: Arrival::Said };
                }
                DispatchCommand::GoQuiet { .. } => one.is_quiet = true,
                DispatchCommand::EndQuiet { .. } => one.is_quiet = false,
                DispatchCommand::Finish { .. } => one.stage = Stage::Done,
                DispatchCommand::Decline { reason, .. } => {
                    one.stage = Stage::Declined { reason: *reason };
                }
                other => panic!("a guard does not say {other:?}"),
            }
            self.said.push((self.ms / 1_000, command));
        }
        self.look();
    }

    fn look(&mut self) {
        self.errands.see(self.asked.clone());
    }

    fn seconds(&mut self, seconds: u32) {
        for _ in 0..seconds {
            self.second();
        }
    }

    fn words(&self) -> Vec<&'static str> {
        self.said.iter().map(|(_, said)| said.name()).collect()
    }
}

#[test]
fn whoever_is_asked_answers_goes_down_the_stairs_works_in_silence_and_comes_back() {
    let mut story = Story::new(PROMPT, false, "gas-3-b1");
    story.seconds(300);
    let steps = [
        "accept",
        "set_out",
        "arrive",
        "go_quiet",
        "end_quiet",
        "finish",
    ];
    assert_eq!(story.words(), steps);
    let at: Vec<_> = story.said.iter().map(|(s, _)| *s).collect();
    assert!(
        (4..=6).contains(&at[0]),
        "it takes a moment to answer: {at:?}"
    );
    assert!(
        (60..=90).contains(&(at[2] - at[1])),
        "a minute down: {at:?}"
    );
    assert!(at[5] - at[2] >= 80, "it is seen to: {at:?}");
    assert!(story.errands.spot().is_none(), "and the round goes on");
}

#[test]
fn whoever_is_called_back_turns_round_at_once_and_says_nothing() {
    let mut story = Story::new(PROMPT, false, "gas-3-b1");
    story.seconds(40);
    let there = story.errands.spot().unwrap();
    let by = PersonId::new("li-na").unwrap();
    story.asked[0].stage = Stage::Withdrawn {
        why: Withdrawal::Recalled { by },
    };
    story.look();
    story.seconds(2);
    let away_m = |story: &Story, spot: Spot| spot.at.distance(story.round.at);
    let back = story.errands.spot().unwrap();
    assert!(away_m(&story, back) < away_m(&story, there));
    // What is over is not shown for ever.
    story.asked.clear();
    story.look();
    story.seconds(60);
    assert!(story.errands.spot().is_none());
    assert_eq!(story.words(), ["accept", "set_out"]);
}

#[test]
fn whoever_has_only_a_radio_says_nothing_by_phone_and_goes_when_somebody_wrote_it_down() {
    let mut story = Story::new(PROMPT, true, "gas-3-b1");
    story.seconds(60);
    assert!(story.errands.spot().is_none());
    story.asked[0].stage = Stage::Accepted;
    story.look();
    story.seconds(90);
    assert_eq!(story.errands.spot().unwrap().ordinal, -1);
    story.seconds(200);
    assert!(story.errands.spot().is_none(), "it is seen to");
    assert_eq!(story.words(), [""; 0]);
}

#[test]
fn whoever_is_on_an_errand_declines_the_next_and_one_without_a_place_is_declined() {
    let mut story = Story::new(PROMPT, false, "gas-3-b1");
    let second = Asked {
        assignment: AssignmentId(2),
        ..story.asked[0].clone()
    };
    story.seconds(6);
    story.asked.push(second);
    story.look();
    story.seconds(10);
    let busy = Stage::Declined {
        reason: DeclineReason::Busy,
    };
    assert_eq!(story.asked[1].stage, busy);

    let mut nowhere = Story::new(PROMPT, false, "gas-3-b1");
    nowhere.asked[0].place = None;
    nowhere.look();
    nowhere.seconds(10);
    assert_eq!(nowhere.words(), ["decline"]);
}

#[test]
fn outdoors_a_position_says_it_and_the_guard_only_if_nobody_noticed() {
    for is_noticed in [true, false] {
        let mut story = Story::new(PROMPT, false, "perimeter-10");
        story.asked[0].without_phone = false;
        story.look();
        let mut seconds = 0;
        while !story.errands.is_standing() && seconds < 900 {
            story.second();
            seconds += 1;
        }
        assert!(seconds < 900, "there is a way");
        if is_noticed {
            let how = Arrival::Position;
            story.asked[0].stage = Stage::OnScene { how };
            story.look();
        }
        story.seconds(30);
        let says_so = story.words().contains(&"arrive");
        assert_eq!(says_so, !is_noticed);
    }
}
