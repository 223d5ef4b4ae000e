//! A site with ladders, and what was seen of them.

use crate::rules_common::{NOON, World, estate, id, kind, list, secs};
use castellan_domain::alarm::AlarmCommand;
use castellan_domain::command::Command;
use castellan_domain::engine::Input;
use castellan_domain::estate::Channel;
use castellan_domain::fact::{FactBody, NotificationSettled, ReachPublished};
use castellan_domain::ids::AlarmId;
use castellan_domain::ladder::LadderFact;
use castellan_domain::matter::Matter;
use castellan_domain::notify::Settlement;
use castellan_domain::staff::StaffCommand;
use serde_json::{Value, json};

/// Who is on which rung: two shift leaders, a duty manager, a project manager, an engineer.
pub(crate) const LADDER: [(&str, &str); 5] = [
    ("zhou-jie", "shift_leader"),
    ("gao-fei", "shift_leader"),
    ("chen-hui", "duty_manager"),
    ("he-ping", "project_manager"),
    ("tan-wei", "engineer"),
];

pub(crate) fn ladders(estate: &mut Value) {
    let people = list(estate, "people");
    people.retain(|person| person["id"] != "zhou-jie");
    for (person, rung) in LADDER {
        let role = if rung == "engineer" {
            "engineer"
        } else {
            "shift_leader"
        };
        people.push(
            json!({"id": person, "name": {"zh": person, "en": person}, "role": role,
            "rungs": [rung]}),
        );
    }
    estate["ladders"] = json!([
        {"id": "e1", "by_day": {"unclaimed": [
            {"after_s": 30, "by": ["voice"],
             "call": [{"rung": "shift_leader"}, {"rung": "duty_manager"}]},
            {"after_s": 60, "call": [{"rung": "project_manager"}]}],
            "undispatched": [{"after_s": 0, "call": [{"rung": "shift_leader"}]}],
            "unaccepted_s_max": 20,
            "not_on_scene": [{"after_s": 180, "call": [{"rung": "duty_manager"}]}]},
         "by_night": {"unclaimed": [{"after_s": 10, "call": [{"rung": "duty_manager"}]}]}},
        {"id": "e2", "by_day": {"unclaimed": [
            {"after_s": 90, "call": [{"rung": "shift_leader"}], "repeat": {"every_s": 20, "times": 2}},
            {"after_s": 180, "call": [{"rung": "duty_manager"}]}],
            "unaccepted_s_max": 45,
            "not_on_scene": [{"after_s": 240, "call": [{"rung": "shift_leader"}]}]}},
        {"id": "e3", "by_day": {"unclaimed": [
            {"after_s": 300, "call": ["owner", {"person": "tan-wei"}]}]}}]);
    for (type_id, ladder) in [
        ("panic", "e1"),
        ("fight", "e2"),
        ("water", "e3"),
        ("smoke", "e2"),
    ] {
        let kinds = list(estate, "alarm_types");
        let kind = kinds.iter_mut().find(|kind| kind["id"] == type_id);
        kind.expect("that type")["ladder"] = json!(ladder);
    }
    let at_once = json!({"family": "fire", "tier": 2, "ladder": "e1",
        "call_at_once": [{"rung": "engineer"}]});
    let kinds = list(estate, "alarm_types");
    kinds.retain(|kind| kind["id"] != "fire");
    kinds.push(kind("fire", 1, 30, &at_once));
    let nobody = json!({"by_rule_only": true, "call_at_once": [{"rung": "shift_leader"}]});
    kinds.push(kind("nobody_reachable", 2, 60, &nobody));
}

pub(crate) fn reach(people: &[(&str, &[Channel])]) -> Input {
    let people = people.iter();
    let people = people.map(|(person, channels)| (id(person), channels.to_vec()));
    Input::ReachLoaded(ReachPublished {
        people: people.collect(),
    })
}

pub(crate) const BOTH: &[Channel] = &[Channel::Sms, Channel::Voice];

pub(crate) fn everybody() -> Input {
    let people: Vec<_> = LADDER.iter().map(|(person, _)| (*person, BOTH)).collect();
    reach(&people)
}

/// A site whose ladder has these people on duty, each of them reached by two channels.
pub(crate) fn world(on_duty: &[&str]) -> World {
    let mut world = without_channels(on_duty);
    world.give(everybody());
    world
}

pub(crate) fn without_channels(on_duty: &[&str]) -> World {
    let mut document = estate();
    ladders(&mut document);
    let mut world = World::of(&document);
    for person in on_duty.iter().chain(&["li-na"]) {
        duty(&mut world, person, true);
    }
    world
}

pub(crate) fn duty(world: &mut World, person: &str, on: bool) {
    let person_id = id(person);
    world.done(
        person,
        Command::Staff(if on {
            StaffCommand::GoOnDuty { person: person_id }
        } else {
            StaffCommand::GoOffDuty { person: person_id }
        }),
    );
}

pub(crate) fn all() -> World {
    world(&LADDER.map(|(person, _)| person))
}

/// What ladders did, each with its second.
pub(crate) fn climbed(world: &World) -> Vec<String> {
    let all = climbed_about(world).into_iter();
    all.map(|(_, told)| told).collect()
}

/// The same with what each was about.
pub(crate) fn climbed_about(world: &World) -> Vec<(Matter, String)> {
    let facts = world.facts.iter().filter_map(|fact| {
        let FactBody::Ladder(body) = &fact.body else {
            return None;
        };
        let about = body.about();
        let told = match body {
            LadderFact::Started(body) => format!("{about} {:?}", body.why).to_lowercase(),
            LadderFact::Climbed(body) => {
                let nobody = body.nobody.iter().map(|rung| format!(" nobody:{rung:?}"));
                let spared = body.spared.iter().map(|person| format!(" spared:{person}"));
                let late = (body.late_s > 0).then(|| format!(" late:{}", body.late_s));
                let more: String = nobody.chain(spared).chain(late).collect();
                format!("step {}{more}", body.step)
            }
            LadderFact::Called(body) => format!("{} {}", body.person, body.channel.name()),
            LadderFact::Stopped(body) => format!("stopped by {}", body.by),
        };
        let second = fact.recorded_at.since(NOON).as_secs();
        Some((about, format!("{second} {told}")))
    });
    facts.collect()
}

/// The same after some of it was seen.
pub(crate) fn then(world: &World, seen: usize) -> Vec<String> {
    climbed(world).split_off(seen)
}

pub(crate) fn alarm_command(world: &mut World, who: &str, command: AlarmCommand) {
    world.done(who, Command::Alarm(command));
}

pub(crate) fn claim(world: &mut World, alarm: AlarmId) {
    alarm_command(world, "li-na", AlarmCommand::Claim { alarm });
}

/// What became of the last call.
pub(crate) fn settle(world: &mut World, outcome: Settlement) {
    let mut calls = world
        .facts
        .iter()
        .rev()
        .filter_map(|fact| match &fact.body {
            FactBody::Ladder(LadderFact::Called(body)) => {
                Some((fact.seq, body.about, body.channel))
            }
            _ => None,
        });
    let (about, matter, channel) = calls.next().expect("somebody was called");
    world.give(Input::Notified(NotificationSettled {
        about,
        matter,
        channel,
        outcome,
        attempts: 1,
    }));
    world.wait(secs(0));
}
