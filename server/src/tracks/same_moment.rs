//! Several fixes of one moment: the map, the engine and the history believe the same one, in whatever
//! order they come.

use super::Tracks;
use castellan_domain::engine::{Engine, Input};
use castellan_domain::estate::{Estate, EstateIndex};
use castellan_domain::fix_order::ACCURACY_UNKNOWN_DM;
use castellan_domain::geo::{Anchor, LonLat, Offset};
use castellan_domain::ids::EstateHash;
use castellan_domain::observation::{Observation, PhoneFix};
use castellan_domain::site::Site;
use castellan_domain::stream::{Lane, Turn};
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::wire::position_frame::PositionFrame;
use proptest::prelude::*;
use std::sync::Arc;

const ESTATE: &str = include_str!("../../tests/common/estate.json");
const NOON: Timestamp = Timestamp::from_secs(1_795_348_800);

/// What a phone says: a second, how well it knows, and metres to the north.
type Said = (i64, Option<u16>, i32);

/// What of a phone's messages is shown, remembered and kept.
struct Three {
    engine: Engine,
    lane: Lane,
    tracks: Tracks,
    anchor: Anchor,
    now: Timestamp,
    _folder: tempfile::TempDir,
}

impl Three {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tracks = Tracks::open(&folder.path().join("tracks.db")).await;
        let estate = Arc::new(Estate::parse(ESTATE.as_bytes()).unwrap());
        let anchor = Anchor::new(estate.anchor);
        let mut three = Self {
            engine: Engine::new(Site::default()),
            lane: Lane::new(anchor, 1),
            tracks: tracks.unwrap(),
            anchor,
            now: NOON,
            _folder: folder,
        };
        let hash = EstateHash::new("test").unwrap();
        let estate = Arc::new(EstateIndex::new(estate).unwrap());
        three.handle(Input::EstateLoaded { hash, estate });
        three
    }

    fn handle(&mut self, input: Input) -> Turn {
        self.engine.handle(input, self.now);
        let mut turn = Turn::new("test-1".parse().unwrap());
        turn.drain(&mut self.engine, self.now).unwrap();
        turn
    }

    /// A turn with these messages, each a moment after the one before.
    async fn say(&mut self, said: &[Said]) {
        let mut kept = Vec::new();
        for (second, accuracy_dm, north_m) in said {
            self.now = self.now + Span::from_millis(100);
            let offset = Offset {
                x_cm: 0,
                y_cm: north_m * 100,
            };
            let turn = self.handle(Input::Observed(Observation::PhoneFix(PhoneFix {
                phone: "phone-1".parse().unwrap(),
                occurred_at: NOON - Span::from_secs(60 - second),
                received_at: self.now,
                at: self.anchor.position(offset).unwrap(),
                accuracy_dm: *accuracy_dm,
                battery_percent: None,
            })));
            for fix in &turn.latest {
                self.lane.update(fix);
            }
            kept.extend(turn.tracks);
        }
        self.tracks.append(&kept).await.unwrap();
    }

    fn north_m(&self, at: LonLat) -> i32 {
        let offset = self.anchor.offset(at).unwrap();
        (offset.y_cm + 50).div_euclid(100)
    }

    /// Where the person is on the map, for the engine, and by the history.
    async fn north_of_all(&mut self) -> [i32; 3] {
        self.lane.advance(self.now);
        let frame = self.lane.since(0, self.now).expect("somebody is shown");
        let frame = PositionFrame::decode(&frame).unwrap();
        let shown = self.anchor.position(frame.moved[0].offset).unwrap();
        let remembered = self.engine.last_fixes().remove(0).at;
        let kept = self.tracks.latest().await.unwrap().remove(0).at;
        [shown, remembered, kept].map(|at| self.north_m(at))
    }
}

/// Of the newest moment the one that the phone knew best, and of those the last that came.
fn expected(said: &[Said]) -> i32 {
    let newest = said.iter().map(|(second, ..)| *second).max();
    let of_newest = said.iter().filter(|(second, ..)| Some(*second) == newest);
    let known = |said: &&Said| said.1.unwrap_or(ACCURACY_UNKNOWN_DM);
    let best = of_newest.clone().map(|said| known(&said)).min();
    let last = of_newest.rev().find(|said| Some(known(said)) == best);
    last.expect("something was said").2
}

fn said() -> impl Strategy<Value = Vec<Vec<Said>>> {
    let accuracy = prop::sample::select(vec![None, Some(50), Some(300), Some(10_380)]);
    let one = (0_i64..3, accuracy, 0_i32..4);
    let turns = prop::collection::vec(prop::collection::vec(one, 1..5), 1..6);
    turns.prop_map(|turns| {
        let far = |(second, accuracy, place)| (second, accuracy, place * 100);
        let turns = turns.into_iter();
        turns
            .map(|turn| turn.into_iter().map(far).collect())
            .collect()
    })
}

async fn agree(turns: Vec<Vec<Said>>, packs: &[bool]) -> Result<(), TestCaseError> {
    let mut three = Three::new().await;
    let mut so_far = Vec::new();
    for (turn, packs) in turns.iter().zip(packs) {
        three.say(turn).await;
        so_far.extend_from_slice(turn);
        prop_assert_eq!(three.north_of_all().await, [expected(&so_far); 3]);
        if *packs {
            three.tracks.compact().await.unwrap();
            prop_assert_eq!(three.north_of_all().await, [expected(&so_far); 3]);
        }
    }
    Ok(())
}

fn run<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(future)
}

#[test]
fn of_one_second_the_better_position_counts_for_the_map_the_engine_and_the_history() {
    // By network within a kilometre, by satellite within ten metres.
    let (network, satellite) = ((0, Some(10_380), 0), (0, Some(100), 300));
    for turns in [
        vec![vec![network], vec![satellite]],
        vec![vec![satellite], vec![network]],
        vec![vec![network, satellite, network]],
    ] {
        run(agree(turns, &[false, true])).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn in_any_order_the_map_the_engine_and_the_history_agree(
        turns in said(),
        packs in prop::collection::vec(any::<bool>(), 5),
    ) {
        run(agree(turns, &packs))?;
    }
}
