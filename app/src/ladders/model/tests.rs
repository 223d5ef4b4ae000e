//! What is said of ladders, in both languages.

use super::*;
use crate::fixture::{START, estate, raised, view};
use castellan_domain::ids::PersonId;
use castellan_domain::notify::Reach;
use castellan_domain::text::Language::{En, Zh};
use castellan_domain::view::View;
use serde_json::{Value, json};

fn staffed() -> Estate {
    let mut estate = estate();
    let person = |id: &str, zh: &str, en: &str, rungs: &[&str]| {
        let person = json!({"id": id, "name": {"zh": zh, "en": en}, "role": "shift_leader",
            "rungs": rungs});
        serde_json::from_value(person).expect("a person")
    };
    estate.people = vec![
        person("wang", "王建国", "Wang Jianguo", &["shift_leader"]),
        person("chen", "陈刚", "Chen Gang", &["duty_manager"]),
        person("li-na", "李娜", "Li Na", &[]),
    ];
    estate
}

fn reached(people: &[&str]) -> View {
    let mut view = view([raised(17, 1)]);
    for person in people {
        let channels = vec![Channel::Voice];
        let person: PersonId = person.parse().expect("an id");
        view.reach.insert(person, Reach { channels });
    }
    view
}

/// Unclaimed since the start, on the ladder for life, with what else a test says of it.
fn run(more: &Value) -> LadderRun {
    let mut run = json!({"about": "A-17", "why": "unclaimed", "ladder": "e1",
        "since": START.as_micros(), "step": 0, "steps": [
            {"after_s": 30, "call": [{"rung": "shift_leader"}, {"rung": "duty_manager"}]},
            {"after_s": 200, "call": [{"rung": "project_manager"}]}]});
    for (key, value) in more.as_object().expect("fields") {
        run[key] = value.clone();
    }
    serde_json::from_value(run).expect("a run")
}

fn call(person: &str, rung: &str, reached: &Value) -> Value {
    let at = (START + Span::from_secs(30)).as_micros();
    json!({"seq": 9, "at": at, "step": 1, "person": person, "rung": rung, "channel": "voice",
        "reached": reached})
}

fn next_call_words(
    known: &Known<'_>,
    run: &LadderRun,
    now: Now,
    language: Language,
) -> Option<String> {
    let next = next_call(known, run)?;
    Some(next_words(known.estate, run.why, &next, now, language))
}

fn after(secs: i64) -> Timestamp {
    START + Span::from_secs(secs)
}

fn said<T>(view: &View, at: Timestamp, say: impl FnOnce(&Known<'_>, Now) -> T) -> T {
    let estate = staffed();
    let known = Known {
        view,
        estate: &estate,
        now: at,
    };
    say(&known, at.into())
}

#[test]
fn a_row_counts_towards_whoever_is_called_next() {
    let view = reached(&["wang", "chen"]);
    let run = run(&json!({}));
    let next = |secs, language| {
        said(&view, after(secs), |known, now| {
            next_call_words(known, &run, now, language)
        })
    };
    assert_eq!(next(24, Zh).as_deref(), Some("6秒后呼班长、值班主管"));
    assert_eq!(
        next(24, En).as_deref(),
        Some("in 6 s: shift leader, duty manager")
    );
    assert_eq!(
        next(31, Zh).as_deref(),
        Some("正在呼班长、值班主管"),
        "it is due"
    );
}

#[test]
fn a_longer_wait_is_counted_in_minutes_and_stands_still_with_the_picture() {
    let view = reached(&["wang", "chen"]);
    let run = run(&json!({"step": 1}));
    let words = |now: Now| {
        said(&view, now.at, |known, _| {
            next_call_words(known, &run, now, Zh)
        })
    };
    assert_eq!(
        words(after(40).into()).as_deref(),
        Some("02:40后无人可呼（项目经理）")
    );
    let still = Now {
        at: after(40),
        stands_still: true,
    };
    assert_eq!(words(still).as_deref(), Some("--:--后无人可呼（项目经理）"));
}

#[test]
fn whoever_stands_in_for_an_empty_rung_is_named_before_he_is_called() {
    let view = reached(&["chen"]);
    let run = run(&json!({}));
    let words = said(&view, after(20), |known, now| {
        next_call_words(known, &run, now, Zh)
    });
    assert_eq!(words.as_deref(), Some("10秒后呼值班主管"));
}

#[test]
fn who_was_called_is_said_with_rung_and_name_and_since_when() {
    let calls = json!([call("chen", "duty_manager", &Value::Null)]);
    let run = run(&json!({"step": 1, "calls": calls}));
    let estate = staffed();
    let words = |language| called_words(Some(&estate), &run, after(42).into(), language);
    assert_eq!(words(Zh).as_deref(), Some("已呼值班主管 陈刚 12秒前"));
    assert_eq!(
        words(En).as_deref(),
        Some("duty manager Chen Gang called 12 s ago")
    );
}

#[test]
fn where_nobody_could_be_called_it_says_so() {
    let run = run(&json!({"step": 1, "nobody": ["shift_leader", "duty_manager"]}));
    let words = called_words(None, &run, after(42).into(), Zh);
    assert_eq!(words.as_deref(), Some("无人可呼：班长、值班主管"));
}

#[test]
fn the_strip_has_a_dot_for_each_step_and_says_what_came_of_it() {
    let view = reached(&["wang", "chen"]);
    let refused = json!({"settled": {"outcome": "refused", "at": 1}});
    let calls = json!([call("wang", "shift_leader", &refused)]);
    let told = run(&json!({"step": 1, "late_s": 9, "calls": calls}));
    let strip = said(&view, after(194), |known, now| dots(known, &told, now, Zh));
    let dot = |look, who: &str, what: &str| Dot {
        look,
        who: who.to_owned(),
        what: what.to_owned(),
    };
    let expected = [
        dot(Look::Failed, "班长 王建国", "30秒时 · 被拒收 · 晚 9 秒"),
        dot(Look::Next, "项目经理", "立即"),
    ];
    assert_eq!(strip, expected);
}

#[test]
fn an_answer_ends_the_strip_and_leaves_out_whom_it_spared() {
    let view = reached(&["wang", "chen"]);
    let stopped = json!({"by": "li-na", "at": after(45).as_micros()});
    let calls = json!([call("wang", "shift_leader", &Value::Null)]);
    let run = run(&json!({"step": 1, "calls": calls, "stopped": stopped}));
    let strip = said(&view, after(60), |known, now| dots(known, &run, now, En));
    let looks: Vec<_> = strip.iter().map(|dot| dot.look).collect();
    assert_eq!(looks, [Look::Done, Look::Answer]);
    assert_eq!(
        (strip[1].who.as_str(), strip[1].what.as_str()),
        ("Li Na answered", "after 45 s")
    );
    let next = said(&view, after(60), |known, now| {
        next_call_words(known, &run, now, En)
    });
    assert_eq!(next, None);
}

#[test]
fn a_climb_says_who_is_next_and_who_was_called_and_in_the_end_who_was_called_last() {
    let view = reached(&["wang", "chen"]);
    let told = |run: &LadderRun, secs| {
        let climb = said(&view, after(secs), |known, now| climb(known, run, now, Zh))?;
        Some((climb.words, climb.called, climb.bar))
    };
    let begun = run(&json!({}));
    let bar = Some((after(0), after(30)));
    let words = "6秒后呼班长、值班主管".to_owned();
    assert_eq!(told(&begun, 24), Some((words, None, bar)));
    let calls = json!({"step": 2, "climbed_at": after(200).as_micros(),
        "calls": [{"seq": 9, "at": after(200).as_micros(), "step": 2, "person": "chen",
            "rung": "duty_manager", "channel": "voice"}]});
    let last = "已呼值班主管 9秒前".to_owned();
    assert_eq!(told(&run(&calls), 209), Some((last, None, None)));
    let mut answered = begun;
    answered.stopped = Some(castellan_domain::ladder::Stopped {
        by: "li-na".parse().expect("an id"),
        at: after(9),
    });
    assert_eq!(told(&answered, 24), None);
}

#[test]
fn of_whoever_accepted_it_is_said_what_happens_unless_they_are_there() {
    let view = reached(&["chen"]);
    let run = run(&json!({"about": "D-3", "why": "not_on_scene", "steps": [
        {"after_s": 180, "call": [{"rung": "duty_manager"}]}]}));
    let told = |language| {
        let climb = said(&view, after(28), |known, now| {
            climb(known, &run, now, language)
        });
        climb.map(|climb| climb.words)
    };
    assert_eq!(told(Zh).as_deref(), Some("02:32后未到场则呼值班主管"));
    let late = said(&view, after(181), |known, now| {
        let mut run = run.clone();
        (run.step, run.climbed_at) = (1, Some(after(180)));
        let call = call("chen", "duty_manager", &Value::Null);
        run.calls = vec![serde_json::from_value(call).expect("a call")];
        line(known, &run, now, Zh)
    });
    assert_eq!(late.as_deref(), Some("未到场 · 已呼值班主管 02:31前"));
    assert_eq!(
        told(En).as_deref(),
        Some("in 02:32 unless there: duty manager")
    );
    assert!(!has_strip(&run), "nobody was called");
}
