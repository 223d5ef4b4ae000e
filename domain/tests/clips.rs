//! 录像: who sees what was filmed of an alarm, and what of it goes onto the record.

use crate::common::{World, id, secs, text};
use castellan_domain::access::{Actor, shows_clips};
use castellan_domain::alarm::{AlarmCommand, AlarmFact, AlarmRefusal, ClipNews};
use castellan_domain::answer::Answer;
use castellan_domain::command::Command;
use castellan_domain::engine::Input;
use castellan_domain::fact::{AlarmClipKept, AlarmClipViewed};
use castellan_domain::ids::{AlarmId, ClipId};
use castellan_domain::observation::ReportedState::Active;
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::view::Known;

const NOT_SHOWN: Refusal = Refusal::Alarm(AlarmRefusal::ClipNotShown);
const NOT_ALLOWED: Refusal = Refusal::Common(CommonRefusal::NotAllowed);
const NOTHING_TO_DO: Refusal = Refusal::Common(CommonRefusal::NothingToDo);

fn shown(world: &World, who: &str, alarm: AlarmId) -> Result<(), Refusal> {
    let estate = crate::common::estate();
    let known = Known {
        view: world.view(),
        estate: &estate,
        now: world.now,
    };
    shows_clips(&Actor::of(&known, id(who)), alarm, world.view())
}

fn clip(alarm: AlarmId) -> ClipId {
    ClipId { alarm, nth: 1 }
}

fn keep(world: &mut World, alarm: AlarmId) -> Answer {
    let kept = AlarmClipKept {
        alarm,
        clip: clip(alarm),
        camera: id("cam-1"),
        from: world.now,
        to: world.now + secs(50),
        bytes: 4_096,
        sha256: text(&"0".repeat(64)),
        codec: text("avc1.42C01E"),
    };
    let news = Input::Clip(ClipNews::Kept(kept));
    world.give(news).expect("an answer")
}

fn view(world: &mut World, who: &str, alarm: AlarmId) -> Answer {
    let viewed = AlarmClipViewed {
        alarm,
        clip: clip(alarm),
        by: id(who),
    };
    let news = Input::Clip(ClipNews::Viewed(viewed));
    world.give(news).expect("an answer")
}

#[test]
fn clips_are_shown_to_the_owner_and_to_those_above_and_to_nobody_else() {
    let mut world = World::new();
    let alarm = world.raise("gas-1", "gas_low", Active);
    assert_eq!(
        shown(&world, "li-na", alarm),
        Err(NOT_SHOWN),
        "nobody has it"
    );
    world.claim("li-na", alarm).unwrap();
    assert_eq!(shown(&world, "li-na", alarm), Ok(()));
    assert_eq!(
        shown(&world, "zhou-jie", alarm),
        Ok(()),
        "who leads the shift"
    );
    assert_eq!(shown(&world, "zhao-min", alarm), Err(NOT_SHOWN));
    assert_eq!(shown(&world, "wang-qiang", alarm), Err(NOT_ALLOWED));
    let to = id("zhao-min");
    let command = Command::Alarm(AlarmCommand::Transfer { alarm, to });
    world.command("li-na", None, command).unwrap();
    assert_eq!(shown(&world, "li-na", alarm), Err(NOT_SHOWN));
    assert_eq!(shown(&world, "zhao-min", alarm), Ok(()));
    // Whose an alarm was that is not live any more nobody knows.
    assert_eq!(shown(&world, "zhao-min", AlarmId(77)), Err(NOT_SHOWN));
    assert_eq!(shown(&world, "zhou-jie", AlarmId(77)), Ok(()));
}

#[test]
fn a_clip_is_kept_once_and_changes_nothing_that_people_decide_on() {
    let mut world = World::new();
    let alarm = world.raise("gas-1", "gas_low", Active);
    let before = world.alarm(alarm).version;
    keep(&mut world, alarm).unwrap();
    assert_eq!(keep(&mut world, alarm), Err(NOTHING_TO_DO));
    let row = world.alarm(alarm);
    assert_eq!(row.version, before);
    assert!(row.clip(clip(alarm)).is_some());
}

#[test]
fn who_looks_at_a_clip_is_on_record_once_an_hour() {
    let mut world = World::new();
    let alarm = world.raise("gas-1", "gas_low", Active);
    keep(&mut world, alarm).unwrap();
    view(&mut world, "li-na", alarm).unwrap();
    world.wait(secs(3_599));
    assert_eq!(view(&mut world, "li-na", alarm), Err(NOTHING_TO_DO));
    view(&mut world, "zhou-jie", alarm).unwrap();
    world.wait(secs(1));
    view(&mut world, "li-na", alarm).unwrap();
    let steps = world.alarm(alarm).history.steps().iter();
    let viewed = steps.filter(|step| matches!(step.fact, AlarmFact::ClipViewed(_)));
    let by: Vec<_> = viewed.filter_map(|step| step.actor.clone()).collect();
    assert_eq!(by, [id("li-na"), id("zhou-jie"), id("li-na")]);
}
