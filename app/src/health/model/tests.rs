//! What is wrong, in which order, with which words, in both languages.

use super::*;
use crate::fixture::{START, kind, raised, view};
use castellan_domain::alarm::{Shelf, ShelfReason};
use castellan_domain::ids::Seq;
use castellan_domain::self_test::{Ended, SelfTest, SelfTestFault};
use castellan_domain::system::{ClockStepped, InputName};
use castellan_domain::wire::api::{
    AdapterHealth, BesideHealth, ClipHealth, ClockHealth, DiskHealth, OutboxHealth, Quarantined,
    RefusalCount, SetAside,
};
use castellan_domain::wire::history::ObservationHealth;

const ESTATE: &str = r#"{
    "site": "s", "name": {"zh": "园", "en": "S"}, "time_zone": "Asia/Shanghai",
    "datum": "WGS-84", "anchor": [120.0, 30.0],
    "home": {"centre": [120.0, 30.0], "zoom": 16.0, "bearing_deg": 0.0, "pitch_deg": 0.0},
    "devices": [
        {"id": "d1", "kind": "camera", "name": {"zh": "东门枪机", "en": "East gate camera"},
         "place": {"spot": {"zh": "东门", "en": "East gate"}, "at": [120.0, 30.0]}},
        {"id": "d2", "kind": "detector", "name": {"zh": "烟感", "en": "Smoke detector"},
         "place": {"spot": {"zh": "大堂", "en": "Lobby"}, "at": [120.0, 30.0]}},
        {"id": "d3", "kind": "fire_panel", "name": {"zh": "消防主机", "en": "Fire panel"},
         "place": {"spot": {"zh": "消控室", "en": "Fire room"}, "at": [120.0, 30.0]}}],
    "alarm_types": [{"id": "voice_failing", "name": {"zh": "语音不通", "en": "Voice fails"},
        "priority": 3, "by_rule_only": true}]
}"#;

fn after(secs: i64) -> Timestamp {
    START + Span::from_secs(secs)
}

/// An hour after the start nothing is wrong.
fn well() -> Health {
    let depth = |limit| QueueDepth { waiting: 0, limit };
    Health {
        at: after(3_600),
        started_at: START,
        seq: Seq(9),
        not_recording_since: None,
        chain_broken_at: None,
        beside: BesideHealth::default(),
        displays: 1,
        displays_behind: Vec::new(),
        queue: depth(4_096),
        adapters: Vec::new(),
        quarantine: Vec::new(),
        set_aside: Vec::new(),
        files_set_aside: Vec::new(),
        disk: DiskHealth {
            free_bytes: Some(1 << 40),
            level: DiskLevel::Ample,
            has_ballast: true,
            tracks_failing_since: None,
        },
        clock: ClockHealth {
            ahead_of_wall: Span::ZERO,
            steps: 0,
            last_step: None,
        },
        outbox: OutboxHealth::default(),
        orders: None,
        connections: depth(1_024),
        observations: ObservationHealth::default(),
        clips: ClipHealth::default(),
    }
}

fn clock(at: Timestamp) -> String {
    format!("+{}", at.since(START).as_secs())
}

fn seen<'a>(
    health: &'a Health,
    view: &'a View,
    estate: &'a Estate,
    language: Language,
) -> Seen<'a> {
    Seen {
        health,
        before: None,
        view,
        estate,
        language,
        clock: &clock,
    }
}

fn estate() -> Estate {
    Estate::parse(ESTATE.as_bytes()).expect("a valid estate")
}

/// What is said of it, each thing on a line: how urgent, what, since when, and the details.
fn told(health: &Health, view: &View, language: Language) -> Vec<String> {
    let estate = estate();
    let troubles = seen(health, view, &estate, language).troubles();
    let lines = troubles.into_iter().map(|trouble| {
        let since = match trouble.since {
            Since::At(at) => clock(at),
            Since::Seen(at) => format!("≥{}", clock(at)),
        };
        let details = trouble.details.join("; ");
        let priority = trouble.priority as u8 + 1;
        format!("{priority} {} {since} {details}", trouble.what)
    });
    lines.map(|line| line.trim_end().to_owned()).collect()
}

fn zh(health: &Health) -> Vec<String> {
    told(health, &View::default(), Language::Zh)
}

fn row(number: u32, family: &str) -> Alarm {
    let mut alarm = raised(number, 3);
    alarm.family = kind(family);
    alarm.kind = kind(family);
    alarm
}

#[test]
fn a_well_server_needs_nobody_and_says_since_when() {
    assert_eq!(zh(&well()), [""; 0]);
    let said = |troubles, language| sentence(troubles, "10:03", language);
    assert_eq!(said(0, Language::Zh), "系统正常，自 10:03 起");
    assert_eq!(said(0, Language::En), "The system is well, since 10:03");
    assert_eq!(said(1, Language::En), "1 thing needs somebody");
    assert_eq!(said(3, Language::Zh), "3 项需要处理");
}

#[test]
fn all_has_been_well_since_the_last_of_what_was_wrong() {
    let (mut health, estate) = (well(), estate());
    health.clock.last_step = Some(ClockStepped {
        by: Span::from_secs(9),
        at: after(100),
    });
    let mut over = row(1, "camera_down");
    over.condition = Condition::Cleared { at: after(700) };
    for (alarms, expected) in [(vec![], 100), (vec![over], 700)] {
        let view = view(alarms);
        let since = seen(&health, &view, &estate, Language::Zh).well_since();
        assert_eq!(since, after(expected));
    }
}

/// What is made wrong, and what is said of it in both languages.
type Case = (fn(&mut Health, Timestamp), &'static str, &'static str);

#[test]
fn each_fault_of_the_server_has_its_words_and_its_time() {
    let at = after(60);
    let cases: [Case; 14] = [
        (
            |health, at| health.not_recording_since = Some(at),
            "1 不在记录：什么都存不下 +60",
            "1 Not recording: nothing can be saved +60",
        ),
        (
            |health, _| health.chain_broken_at = Some(Seq(7)),
            "1 记录的哈希链在第 7 条事实处断开 +0",
            "1 The record's hash chain breaks at fact 7 +0",
        ),
        (
            |health, at| {
                health.set_aside = vec![SetAside {
                    at,
                    input: InputName::Deadline,
                    detail: String::new(),
                    why: "attempt to divide by zero".to_owned(),
                }];
            },
            "2 1 条输入使引擎出错，已搁置 +60",
            "2 1 inputs broke the engine and were set aside +60",
        ),
        (
            |health, _| health.disk.level = DiskLevel::FactsOnly,
            "1 磁盘将满：只记事实，连轨迹也不存 ≥+3600",
            "1 The disk fills: facts only, not even tracks ≥+3600",
        ),
        (
            |health, _| health.disk.level = DiskLevel::NoClips,
            "2 磁盘将满：不再留存录像 ≥+3600",
            "2 The disk fills: clips are given up ≥+3600",
        ),
        (
            |health, at| health.disk.tracks_failing_since = Some(at),
            "2 人员轨迹存不下 +60",
            "2 Tracks cannot be stored +60",
        ),
        (
            |health, at| {
                health.observations.dropped_day_full = 4;
                health.observations.dropped_at = Some(at);
            },
            "3 上报日志丢了 4 条 +60",
            "3 4 observations were not logged +60",
        ),
        (
            |health, at| {
                health.clips.not_kept_at = Some(at);
                health.clips.fault = Some("no room".to_owned());
            },
            "3 录像写不进 +60",
            "3 Clips cannot be written +60",
        ),
        (
            |health, _| health.queue.waiting = 3_072,
            "2 输入排队 3072/4096 ≥+3600",
            "2 3072 of 4096 inputs wait ≥+3600",
        ),
        (
            |health, at| {
                health.outbox.waiting = 2;
                health.outbox.failing_since = Some(at);
            },
            "2 通知发不出去，2 条在等 +60",
            "2 Notifications do not go out, 2 wait +60",
        ),
        (
            |health, at| {
                health.clock.last_step = Some(ClockStepped {
                    by: Span::from_micros(-3_600_500_000),
                    at,
                });
            },
            "3 机器时钟被拨 -3600.5 秒 +60",
            "3 The machine's clock was set by -3600.5 s +60",
        ),
        (
            |health, _| health.clock.ahead_of_wall = Span::from_millis(2_100),
            "3 园区时间与机器时钟相差 2.1 秒 ≥+3600",
            "3 Site time and the machine's clock are 2.1 s apart ≥+3600",
        ),
        (
            |health, _| health.beside.fault = Some("disk".to_owned()),
            "3 查询表、快照或链首存证跟不上 ≥+3600",
            "3 Tables, snapshots or chain anchors do not keep up ≥+3600",
        ),
        (
            |health, _| health.files_set_aside = vec!["2026-11-22T03-39-25Z".to_owned()],
            "4 启动或恢复时另存了 1 个文件夹 ≥+3600 2026-11-22T03-39-25Z",
            "4 A start or a restore kept 1 folders aside ≥+3600 2026-11-22T03-39-25Z",
        ),
    ];
    for (break_it, zh, en) in cases {
        let mut health = well();
        break_it(&mut health, at);
        assert_eq!(told(&health, &View::default(), Language::Zh), [zh]);
        assert_eq!(told(&health, &View::default(), Language::En), [en]);
    }
}

#[test]
fn the_worst_comes_first_and_of_equals_the_record() {
    let mut health = well();
    health.queue.waiting = 4_096;
    health.files_set_aside = vec!["x".to_owned()];
    health.disk.tracks_failing_since = Some(START);
    health.chain_broken_at = Some(Seq(1));
    let first = zh(&health).into_iter().map(|line| line[..1].to_owned());
    assert_eq!(first.collect::<String>(), "1224");
    assert!(zh(&health)[1].starts_with("2 人员轨迹"));
}

#[test]
fn what_was_lost_or_refused_long_ago_is_a_count_and_needs_nobody() {
    let mut health = well();
    health.at = after(90_000);
    health.observations.dropped_at = Some(after(60));
    health.clips.not_kept_at = Some(after(60));
    health.clock.last_step = Some(ClockStepped {
        by: Span::from_secs(9),
        at: after(60),
    });
    health.adapters = vec![refused("events", "malformed", 60, 80_000)];
    assert_eq!(zh(&health), [""; 0]);
    health.at = after(80_000);
    let lines = zh(&health);
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert_eq!(lines[3], "4 报警上报: 报文读不懂 +60 2 次，最近 +80000");
}

fn refused(adapter: &str, code: &str, first: i64, last: i64) -> AdapterHealth {
    AdapterHealth {
        adapter: adapter.to_owned(),
        accepted: 5,
        refusals: vec![RefusalCount {
            code: code.to_owned(),
            count: 2,
            first_at: after(first),
            last_at: after(last),
            message: "EOF while parsing".to_owned(),
        }],
        oddities: Vec::new(),
    }
}

#[test]
fn unknown_senders_are_named_once_and_off_duty_is_no_fault() {
    let mut health = well();
    health.quarantine = (0..7)
        .map(|n| Quarantined {
            adapter: "events".to_owned(),
            sender: format!("d-{n}"),
            count: 3,
            first_at: after(10 - n),
            last_at: after(100),
            last_message: "{}".to_owned(),
        })
        .collect();
    health.adapters = vec![
        refused("events", "unknown_sender", 1, 100),
        refused("owntracks", "off_duty", 1, 100),
    ];
    let lines = zh(&health);
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("3 7 个发送方不在登记表里 +4 d-0（报警上报）3 次，最近 +100;"));
    assert!(lines[0].ends_with("d-4（报警上报）3 次，最近 +100; 还有 2 个"));
}

#[test]
fn devices_that_are_silent_or_faulty_are_named_until_somebody_puts_them_aside() {
    let mut rows = vec![
        row(1, "camera_down"),
        row(2, "device_silent"),
        row(3, "fire_panel_fault"),
    ];
    let english = told(&well(), &view(rows.clone()), Language::En);
    assert_eq!(
        english,
        [
            "3 1 cameras give no picture +0 East gate camera · East gate",
            "3 1 devices are not heard +0 Smoke detector · Lobby",
            "3 1 devices are faulty +0 Fire panel · Fire room"
        ]
        .map(|line| line.replace("East gate camera · East gate", "East gate camera"))
    );
    rows[0].shelf = Some(Shelf {
        by: crate::fixture::li_na(),
        at: START,
        until: after(9_000),
        reason: ShelfReason::KnownFault,
    });
    assert_eq!(told(&well(), &view(rows), Language::En).len(), 2);
}

#[test]
fn a_channel_and_a_self_test_that_fail_say_so_and_a_drill_does_not() {
    let mut channel = row(4, "voice_failing");
    channel.source = Source::System;
    let mut site = view([channel.clone()]);
    site.self_test = Some(SelfTest {
        began_at: START,
        ended: Some(Ended {
            at: after(300),
            walls: 1,
            took_ms: 10_000,
            fault: Some(SelfTestFault::NotPainted { walls: 1 }),
            next_at: after(3_700),
        }),
    });
    assert_eq!(
        told(&well(), &site, Language::Zh),
        [
            "2 自检未通过 +300 1 面大屏没有画出; 下次 +3700",
            "3 语音不通 +0"
        ]
    );
    channel.drill = true;
    assert!(told(&well(), &view([channel]), Language::Zh).is_empty());
}

#[test]
fn a_wall_that_stands_still_from_one_answer_to_the_next_is_behind_and_a_console_is_not() {
    let behind = |display, audience, painted| DisplayBehind {
        display,
        audience,
        person: None,
        painted_upto: Seq(painted),
        behind: 9 - painted,
        told_at: after(30),
    };
    let mut before = well();
    before.displays_behind = vec![
        behind(1, Audience::Wall, 4),
        behind(2, Audience::Wall, 5),
        behind(3, Audience::Staff, 4),
    ];
    let mut health = before.clone();
    health.displays_behind[1].painted_upto = Seq(8);
    let (view, estate) = (View::default(), estate());
    let mut seen = seen(&health, &view, &estate, Language::Zh);
    assert!(
        seen.troubles().is_empty(),
        "of one answer alone nobody knows"
    );
    seen.before = Some(&before);
    let troubles = seen.troubles();
    assert_eq!(troubles.len(), 1);
    assert_eq!(troubles[0].details, ["1 号显示端，差 5 条"]);
    assert_eq!(troubles[0].since, Since::At(after(30)));
}

#[test]
fn what_the_server_gives_no_beginning_has_lasted_since_it_was_first_seen() {
    let mut health = well();
    health.queue.waiting = 4_096;
    let (view, estate) = (View::default(), estate());
    let first = seen(&health, &view, &estate, Language::Zh).troubles();
    health.at = after(3_700);
    let mut next = seen(&health, &view, &estate, Language::En).troubles();
    assert_eq!(next[0].since, Since::Seen(after(3_700)));
    remember(&mut next, &first);
    assert_eq!(next[0].since, Since::Seen(after(3_600)));
}
