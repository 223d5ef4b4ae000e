//! What is said of a ladder: who is called next and when, who was called, and what came of it.

use super::texts;
use crate::ages::{self, Now};
use crate::names::person_name;
use crate::texts::Words;
use castellan_domain::estate::{Channel, Estate, LadderStep, Rung, Target};
use castellan_domain::ladder::rungs::{Called, NextCall, next_call};
use castellan_domain::ladder::{Call, LadderRun, Reached};
use castellan_domain::matter::{Matter, Unanswered};
use castellan_domain::notify::Settlement;
use castellan_domain::text::Language;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::Known;

/// Up to so many seconds a wait is counted in seconds.
const IN_SECONDS: i64 = 99;

/// What a rung is called.
pub const fn rung_name(rung: Rung) -> Words {
    match rung {
        Rung::ShiftLeader => texts::SHIFT_LEADER,
        Rung::DutyManager => texts::DUTY_MANAGER,
        Rung::ProjectManager => texts::PROJECT_MANAGER,
        Rung::Engineer => texts::ENGINEER,
        Rung::Steward => texts::STEWARD,
    }
}

/// What a channel is called.
pub const fn channel_name(channel: Channel) -> Words {
    match channel {
        Channel::Voice => texts::VOICE,
        Channel::Sms => texts::SMS,
        Channel::Chat => texts::CHAT,
        Channel::Mail => texts::MAIL,
        Channel::Webhook => texts::WEBHOOK,
    }
}

/// What came of a call.
pub const fn result_name(call: &Call) -> Words {
    match call.reached {
        None => texts::CALLING,
        Some(Reached::Failing { .. }) => texts::FAILING,
        Some(Reached::Settled { outcome, .. }) => match outcome {
            Settlement::Delivered => texts::DELIVERED,
            Settlement::Refused => texts::REFUSED,
            Settlement::GivenUp => texts::GIVEN_UP,
            Settlement::Answered => texts::ANSWERED,
        },
    }
}

/// What nobody did.
pub const fn why_name(why: Unanswered) -> Words {
    match why {
        Unanswered::Unclaimed => texts::WHY_UNCLAIMED,
        Unanswered::Returned => texts::WHY_RETURNED,
        Unanswered::Undispatched => texts::WHY_UNDISPATCHED,
        Unanswered::Unaccepted => texts::WHY_UNACCEPTED,
        Unanswered::NotOnScene => texts::WHY_NOT_ON_SCENE,
        Unanswered::StepLate => texts::WHY_STEP_LATE,
        Unanswered::StepSkipped => texts::WHY_STEP_SKIPPED,
    }
}

/// What a row says of a ladder that is climbed, and what its bar drains to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Climb {
    /// Who is called next and when, else who was called last, as short as in a row.
    pub words: String,
    /// Who was called before, by name, if somebody else is next.
    pub called: Option<String>,
    /// From the last step to the next one, if there is one.
    pub bar: Option<(Timestamp, Timestamp)>,
}

/// What is said of a ladder as long as nobody answers.
pub fn climb(known: &Known<'_>, run: &LadderRun, now: Now, language: Language) -> Option<Climb> {
    if !run.is_open() {
        return None;
    }
    let from = run.climbed_at.unwrap_or(run.since);
    let Some(next) = next_call(known, run) else {
        let rung = |call: &Call| match call.rung {
            Some(rung) => rung_word(rung, language),
            None => person_name(Some(known.estate), &call.person, language),
        };
        return Some(Climb {
            words: last_called(run, now, language, rung)?,
            called: None,
            bar: None,
        });
    };
    Some(Climb {
        words: next_words(known.estate, run.why, &next, now, language),
        called: called_words(Some(known.estate), run, now, language),
        bar: Some((from, next.at)),
    })
}

/// One line beside an incident or somebody who was sent: what nobody did, and who is called next or was.
pub fn line(known: &Known<'_>, run: &LadderRun, now: Now, language: Language) -> Option<String> {
    let Climb { words, bar, .. } = climb(known, run, now, language)?;
    // Before it is time, whoever accepted has missed nothing.
    if run.why == Unanswered::NotOnScene && bar.is_some() {
        return Some(words);
    }
    Some(format!("{} · {words}", why_name(run.why).get(language)))
}

/// Whether a strip is shown. Whoever was sent has one only once somebody had to be called.
pub const fn has_strip(run: &LadderRun) -> bool {
    !matches!(run.about, Matter::Assignment(_)) || run.step > 0
}

fn next_words(
    estate: &Estate,
    why: Unanswered,
    next: &NextCall,
    now: Now,
    language: Language,
) -> String {
    let is_due = !now.stands_still && next.at <= now.at;
    let wait = wait(next.at, now, language);
    let called = &next.called;
    if called.people.is_empty() {
        let rungs = listed(
            called.nobody.iter().map(|rung| rung_word(*rung, language)),
            language,
        );
        return if is_due {
            texts::NOBODY.fill(language, &[&rungs])
        } else {
            texts::NEXT_NOBODY.fill(language, &[&wait, &rungs])
        };
    }
    let whom = whom(estate, called, language);
    if is_due {
        return texts::NEXT_NOW.fill(language, &[&whom]);
    }
    let words = match why {
        Unanswered::NotOnScene => texts::NEXT_UNLESS_THERE,
        Unanswered::Unclaimed
        | Unanswered::Returned
        | Unanswered::Undispatched
        | Unanswered::Unaccepted
        | Unanswered::StepLate
        | Unanswered::StepSkipped => texts::NEXT,
    };
    words.fill(language, &[&wait, &whom])
}

fn rung_word(rung: Rung, language: Language) -> String {
    rung_name(rung).get(language).to_owned()
}

/// By rungs, each once, and by name who is called by name.
fn whom(estate: &Estate, called: &Called, language: Language) -> String {
    let people = called.people.iter();
    let names = people.map(|callee| match callee.rung {
        Some(rung) => rung_word(rung, language),
        None => person_name(Some(estate), &callee.person, language),
    });
    listed(names, language)
}

/// Each once, in their order.
fn listed(names: impl Iterator<Item = String>, language: Language) -> String {
    let mut listed: Vec<String> = Vec::new();
    for name in names {
        if !listed.contains(&name) {
            listed.push(name);
        }
    }
    listed.join(texts::AND.get(language))
}

/// How long until then: in seconds where that is short.
fn wait(until: Timestamp, now: Now, language: Language) -> String {
    if now.stands_still {
        return ages::left(until, now);
    }
    span(until.since(now.at), language)
}

fn span(span: Span, language: Language) -> String {
    // The last second of a wait is one second still, and never "0".
    let secs = (span.as_micros() + 999_999).div_euclid(1_000_000).max(0);
    if secs > IN_SECONDS {
        return ages::text(span);
    }
    texts::SECONDS.fill(language, &[&secs.to_string()])
}

/// `已呼值班主管 陈刚 12秒前`: who was called last. Nothing before anybody was.
pub fn called_words(
    estate: Option<&Estate>,
    run: &LadderRun,
    now: Now,
    language: Language,
) -> Option<String> {
    last_called(run, now, language, |call| call_name(estate, call, language))
}

fn last_called(
    run: &LadderRun,
    now: Now,
    language: Language,
    name: impl Fn(&Call) -> String,
) -> Option<String> {
    if usize::from(run.step) > run.steps.len() {
        return Some(texts::NOBODY_LEFT.get(language).to_owned());
    }
    if run.nobody.is_empty() || run.calls.iter().any(|call| call.step == run.step) {
        let last = run.calls.last()?;
        let calls = run.calls.iter();
        let together = calls.filter(|call| (call.step, call.round) == (last.step, last.round));
        let names = listed(together.map(name), language);
        let since = if now.stands_still {
            ages::left(last.at, now)
        } else {
            span(now.at.since(last.at), language)
        };
        return Some(texts::CALLED.fill(language, &[&names, &since]));
    }
    let rungs = run.nobody.iter().map(|rung| rung_word(*rung, language));
    Some(texts::NOBODY.fill(language, &[&listed(rungs, language)]))
}

/// `值班主管 陈刚`.
pub fn call_name(estate: Option<&Estate>, call: &Call, language: Language) -> String {
    let name = person_name(estate, &call.person, language);
    match call.rung {
        Some(rung) => format!("{} {name}", rung_name(rung).get(language)),
        None => name,
    }
}

/// How a step of the strip looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Somebody was called.
    Done,
    /// Nobody could be, or was reached.
    Failed,
    /// It is next.
    Next,
    /// It comes after that.
    Later,
    /// A person's answer.
    Answer,
}

impl Look {
    /// The class by which the style sheet draws it.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Next => "next",
            Self::Later => "later",
            Self::Answer => "answer",
        }
    }
}

/// One step of the strip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dot {
    pub look: Look,
    /// Who.
    pub who: String,
    /// When, and what came of it.
    pub what: String,
}

/// The strip: a dot for each step, and one for the answer.
pub fn dots(known: &Known<'_>, run: &LadderRun, now: Now, language: Language) -> Vec<Dot> {
    let next = next_call(known, run);
    let taken = usize::from(run.step);
    let mut dots = Vec::new();
    for (index, step) in run.steps.iter().enumerate() {
        let number = u8::try_from(index + 1).unwrap_or(u8::MAX);
        let is_next = index == taken && run.is_open();
        dots.extend(if index < taken {
            Some(taken_dot(known.estate, run, step, number, language))
        } else if let Some(next) = next.as_ref().filter(|_| is_next) {
            let look = Look::Next;
            let who = targets(known.estate, step, language);
            let what = if next.at <= now.at && !now.stands_still {
                texts::AT_ONCE.get(language).to_owned()
            } else {
                wait(next.at, now, language)
            };
            Some(Dot { look, who, what })
        } else {
            // What an answer made needless is left out.
            run.is_open().then(|| Dot {
                look: Look::Later,
                who: targets(known.estate, step, language),
                what: planned(step, language),
            })
        });
    }
    if let Some(stopped) = &run.stopped {
        let name = person_name(Some(known.estate), &stopped.by, language);
        dots.push(Dot {
            look: Look::Answer,
            who: texts::STOPPED.fill(language, &[&name]),
            what: since_begin(run, stopped.at, language),
        });
    }
    dots
}

fn taken_dot(
    estate: &Estate,
    run: &LadderRun,
    step: &LadderStep,
    number: u8,
    language: Language,
) -> Dot {
    let calls: Vec<_> = run
        .calls
        .iter()
        .filter(|call| call.step == number)
        .collect();
    let Some(last) = calls.last() else {
        let is_empty = number == run.step && !run.nobody.is_empty();
        let rungs = run.nobody.iter().map(|rung| rung_word(*rung, language));
        let nobody = texts::NOBODY.fill(language, &[&listed(rungs, language)]);
        return Dot {
            look: if is_empty { Look::Failed } else { Look::Done },
            who: targets(estate, step, language),
            what: if is_empty {
                nobody
            } else {
                planned(step, language)
            },
        };
    };
    let names = calls
        .iter()
        .map(|call| call_name(Some(estate), call, language));
    let reached = calls.iter().any(|call| match call.reached {
        None => true,
        Some(Reached::Failing { .. }) => false,
        Some(Reached::Settled { outcome, .. }) => !outcome.reached_nobody(),
    });
    let at = since_begin(run, last.at, language);
    let result = result_name(last).get(language);
    let is_late = number == run.step && run.late_s > 0;
    let late = is_late.then(|| texts::LATE.fill(language, &[&run.late_s.to_string()]));
    let what = [Some(at), Some(result.to_owned()), late];
    Dot {
        look: if reached { Look::Done } else { Look::Failed },
        who: listed(names, language),
        what: what.into_iter().flatten().collect::<Vec<_>>().join(" · "),
    }
}

fn planned(step: &LadderStep, language: Language) -> String {
    match step.after_s {
        0 => texts::AT_ONCE.get(language).to_owned(),
        after_s => texts::AFTER.fill(language, &[&after_s.to_string()]),
    }
}

fn since_begin(run: &LadderRun, at: Timestamp, language: Language) -> String {
    match at.since(run.since).as_secs() {
        ..=0 => texts::AT_ONCE.get(language).to_owned(),
        secs => texts::AFTER.fill(language, &[&secs.to_string()]),
    }
}

/// Whom a step names.
fn targets(estate: &Estate, step: &LadderStep, language: Language) -> String {
    let names = step.call.iter().map(|target| match target {
        Target::Owner => texts::OWNER.get(language).to_owned(),
        Target::Rung(rung) => rung_word(*rung, language),
        Target::Person(person) => person_name(Some(estate), person, language),
    });
    listed(names, language)
}

#[cfg(test)]
mod tests;
