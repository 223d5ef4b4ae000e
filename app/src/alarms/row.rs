//! One alarm as a row. Its height follows from its priority alone and its fill from whether anybody
//! has it, so that a claim moves nothing.

use super::doubts::in_short;
use super::located::{missing_in_short, place, place_class};
use super::marks::{Mark, marks};
use super::model::{class, condition_name, priority_name, priority_short, shelf_left, sign, what};
use super::standing::{Chip, Run, Standing, is_unowned, standing};
use super::texts;
use crate::ages::{self, Now};
use crate::copy::SiteCopy;
use crate::desk::{Desk, Picked};
use crate::dispatch::texts::SUPPORT_ASKED;
use crate::incidents::model::stage_name;
use crate::ladders::{Climb, climb_of};
use castellan_domain::access::Right;
use castellan_domain::alarm::{Alarm, AlarmCommand, Condition};
use castellan_domain::dispatch::Assignment;
use castellan_domain::estate::{Estate, Priority};
use castellan_domain::ids::AlarmId;
use castellan_domain::incident::Incident;
use castellan_domain::text::Language;
use leptos::prelude::*;

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// In the queue, where nothing may move under the hand.
    Queue,
    /// On the shelf, from where it can be taken back.
    Shelf,
    /// Among what is done.
    Done,
}

/// How a row is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Height {
    /// Three lines.
    Three,
    /// Two.
    Two,
    /// One.
    One,
}

impl Height {
    const fn of(priority: Priority, within: Within) -> Self {
        match (within, priority) {
            (Within::Queue, Priority::P1) => Self::Three,
            (Within::Queue, Priority::P2) => Self::Two,
            _ => Self::One,
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Three => "three",
            Self::Two => "two",
            Self::One => "one",
        }
    }
}

/// What a row says, each part drawn anew only when it says something else.
#[derive(Clone, Copy)]
struct Said {
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    within: Within,
    alarm: Memo<Option<Alarm>>,
    /// The open one that it is part of.
    incident: Memo<Option<Incident>>,
}

impl Said {
    fn of(copy: &'static SiteCopy, desk: &'static Desk, id: AlarmId, within: Within) -> Self {
        let alarm = Memo::new(move |_| copy.alarm(id));
        let incident = Memo::new(move |_| {
            let id = alarm.with(|alarm| alarm.as_ref()?.incident)?;
            let incident = copy.one(&copy.changes.incidents, &id);
            incident.filter(Incident::is_open)
        });
        Self {
            copy,
            desk,
            id,
            within,
            alarm,
            incident,
        }
    }

    /// Whether nobody has it.
    fn is_unowned(self) -> bool {
        self.incident
            .with(|incident| self.is(|alarm| is_unowned(alarm, incident.as_ref())))
    }

    fn read<T>(self, say: impl FnOnce(Option<&Estate>, &Alarm, Language) -> T) -> Option<T> {
        let language = self.desk.language.get();
        self.copy.estate.with(|estate| {
            let estate = estate.as_deref();
            self.alarm
                .with(|alarm| Some(say(estate, alarm.as_ref()?, language)))
        })
    }

    fn is(self, ask: impl FnOnce(&Alarm) -> bool) -> bool {
        self.alarm.with(|alarm| alarm.as_ref().is_some_and(ask))
    }

    /// The time, for what counts. What does not is called again by change alone.
    fn now_of(self, counts: impl FnOnce(&Alarm) -> bool) -> Now {
        if self.is(counts) {
            return self.copy.shown_at();
        }
        self.copy.now_untracked().into()
    }

    fn place(self) -> Option<String> {
        let counts = |alarm: &Alarm| alarm.source.person().is_some();
        let now = self.now_of(counts).at;
        let about = self
            .alarm
            .with(|alarm| alarm.as_ref()?.source.person().cloned());
        let state = about
            .map(|person| self.copy.person(&person))
            .unwrap_or_default();
        self.read(|estate, alarm, language| place(estate, alarm, &state, now, language))
    }

    fn age(self) -> Option<String> {
        let now = self.copy.now();
        self.read(|_, alarm, language| match (self.within, &alarm.shelf) {
            // What is put aside is as old as it was; what counts is when it comes back.
            (Within::Shelf, Some(aside)) => shelf_left(aside.until, self.copy.shown_at(), language),
            _ => ages::age(alarm.raised_at, now),
        })
    }

    fn standing(self) -> Standing {
        let unowned = self.is_unowned();
        let counts =
            |alarm: &Alarm| unowned || (alarm.is_annunciated() && alarm.next_due().is_some());
        let now = self.now_of(counts);
        let climb = self.climb();
        let said = self.incident.with(|incident| {
            self.read(|estate, alarm, language| {
                standing(
                    estate,
                    alarm,
                    incident.as_ref(),
                    climb.as_ref(),
                    now,
                    language,
                )
            })
        });
        said.unwrap_or_default()
    }

    /// Who is called while nobody has it.
    fn climb(self) -> Option<Climb> {
        let incident = self.alarm.with(|alarm| alarm.as_ref()?.incident);
        let unowned = self.is_unowned();
        unowned.then(|| climb_of(self.copy, self.desk, self.id, incident))?
    }

    /// What else there is to say, but for what stands in a place of its own.
    fn marks(self) -> Vec<Mark> {
        let counts = |alarm: &Alarm| alarm.mute.is_some() || alarm.silence.is_some();
        let now = self.now_of(counts);
        let said = self.read(|estate, alarm, language| {
            let mut said = marks(estate, alarm, now, language);
            // The sentences stand in the details: here they would be cut.
            said.retain(|mark| !matches!(mark.class, "comes-back" | "returned" | "doubt"));
            if alarm.repeats > 0 {
                let words = format!("×{}", alarm.repeats.saturating_add(1));
                said.insert(
                    0,
                    Mark {
                        class: "repeats",
                        words,
                    },
                );
            }
            let condition = overall(alarm);
            let usual = matches!(
                condition,
                Condition::Active { .. } | Condition::Momentary { .. }
            );
            if !usual || self.within != Within::Queue {
                let words = condition_name(condition).get(language).to_owned();
                said.insert(
                    0,
                    Mark {
                        class: "condition",
                        words,
                    },
                );
            }
            said
        });
        let incident = self.incident().map(|words| Mark {
            class: "incident-mark",
            words,
        });
        let doubt = self.read(|_, alarm, language| in_short(&alarm.doubts, language));
        let doubt = doubt.flatten().map(|words| Mark {
            class: "doubt",
            words,
        });
        // What somebody asks for comes first, and what may not be so: the rest of a full line is cut.
        self.support()
            .into_iter()
            .chain(doubt)
            .chain(incident)
            .chain(said.unwrap_or_default())
            .collect()
    }

    /// 求增援: somebody who was sent asks for more people.
    fn support(self) -> Option<Mark> {
        let id = self.alarm.with(|alarm| alarm.as_ref()?.incident)?;
        let asks = |one: &Assignment| one.incident == id && one.support_asked_at.is_some();
        let assignments = &self.copy.changes.assignments;
        let asks = self
            .copy
            .all(assignments, |view| view.assignments.values().any(asks));
        asks.then(|| Mark {
            class: "support-mark",
            words: SUPPORT_ASKED.get(self.desk.language.get()).to_owned(),
        })
    }

    /// The open incident that it is part of, and how far that is.
    fn incident(self) -> Option<String> {
        let language = self.desk.language.get();
        self.incident.with(|incident| {
            let incident = incident.as_ref()?;
            let stage = stage_name(&incident.stage, language);
            Some(format!("{} {stage}", incident.id))
        })
    }

    /// Hundredths that are left of the deadline that runs.
    fn left_percent(self) -> Option<i64> {
        let climb = self.climb();
        let run = self.incident.with(|incident| {
            self.alarm
                .with(|alarm| Run::of(alarm.as_ref()?, incident.as_ref(), climb.as_ref()))
        })?;
        Some(run.left_percent(self.copy.now()))
    }
}

/// One alarm. It is drawn again when it changes; with the second, only what counts.
#[component]
pub fn Row(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    within: Within,
) -> impl IntoView {
    let said = Said::of(copy, desk, id, within);
    let selected = Memo::new(move |_| desk.has_selected(&Picked::Alarm(id)));
    let height = Memo::new(move |_| {
        let priority = said.alarm.with(|alarm| alarm.as_ref().map(|a| a.priority));
        Height::of(priority.unwrap_or(Priority::P4), within)
    });
    let look = Memo::new(move |_| {
        let look = said.read(|_, alarm, _| {
            let drill = if alarm.drill { " drill" } else { "" };
            format!("row {}{drill}", class(alarm.priority))
        });
        let when = |on: bool, name: &'static str| if on { name } else { "" };
        // In one: a class that is set anew takes with it what was set beside it.
        [
            look.as_deref().unwrap_or("row"),
            " ",
            height.get().class(),
            when(selected.get(), " selected"),
            when(said.is_unowned(), " unclaimed"),
            when(said.is(Alarm::is_judged) && !said.is_unowned(), " judged"),
        ]
        .concat()
    });
    let take_back = move |_| desk.send(AlarmCommand::Unshelve { alarm: id });
    view! {
        <li class:shelved=within == Within::Shelf>
            <button
                class=look
                aria-pressed=move || selected.get().to_string()
                data-alarm=id.to_string()
                on:click=move |_| desk.select(Some(Picked::Alarm(id)))
            >
                {move || match height.get() {
                    Height::Three => three_lines(said).into_any(),
                    Height::Two => two_lines(said).into_any(),
                    Height::One => one_line(said).into_any(),
                }}
            </button>
            {(within == Within::Shelf).then(|| view! {
                {move || desk.may(Right::HandleAlarms).then(|| view! {
                    <button class="take-back" data-action="unshelve" disabled=move || desk.sending.get()
                        on:click=take_back>
                        {move || desk.t(texts::UNSHELVE)}
                        <span class="unseen">{id.to_string()}</span>
                    </button>
                })}
            })}
        </li>
    }
}

/// One alarm in the small window: how urgent, where and how long · what, and who is called next. It is no button:
/// there only one thing is done.
#[component]
pub fn SmallRow(copy: &'static SiteCopy, desk: &'static Desk, id: AlarmId) -> impl IntoView {
    let said = Said::of(copy, desk, id, Within::Queue);
    let look = move || {
        let look = said.read(|_, alarm, _| {
            let drill = if alarm.drill { " drill" } else { "" };
            format!("small-row {}{drill}", class(alarm.priority))
        });
        look.unwrap_or_default()
    };
    view! {
        <li class=look data-alarm=id.to_string()>
            <Sign said />
            <Urgency said />
            <Place said />
            <Age said />
            <div class="second">
                <span class="about"><What said drill=false /></span>
                <Who said />
            </div>
        </li>
    }
}

/// P1: where and how long · what, and its number · who, and what runs.
fn three_lines(said: Said) -> impl IntoView {
    view! {
        <Sign said />
        <Place said />
        <Age said />
        <Urgency said />
        <span class="about"><What said drill=false /></span>
        <span class="number">{said.id.to_string()}</span>
        <Who said />
        <Bar said />
    }
}

/// P2: where and how long · what, who and what runs.
fn two_lines(said: Said) -> impl IntoView {
    view! {
        <Sign said />
        <Place said />
        <Age said />
        <span class="about"><What said drill=true /></span>
        <Who said />
        <Bar said />
    }
}

/// P3 and P4, and whatever is no longer in the queue: all in one line.
fn one_line(said: Said) -> impl IntoView {
    view! {
        <Sign said />
        <Place said />
        <span class="about"><What said drill=true in_short=true /></span>
        <Who said />
        <Age said />
    }
}

#[component]
fn Sign(said: Said) -> impl IntoView {
    let priority = Memo::new(move |_| said.alarm.with(|alarm| Some(alarm.as_ref()?.priority)));
    move || {
        let priority = priority.get()?;
        let words = said.desk.t(priority_name(priority));
        Some(view! { <span class="sign" title=words>{sign(priority)}</span> })
    }
}

/// How urgent it is in a word; of a drill, that it is one.
#[component]
fn Urgency(said: Said) -> impl IntoView {
    move || {
        said.read(|_, alarm, language| {
            let (class, words) = if alarm.drill {
                ("word drill-tag", texts::DRILL)
            } else {
                ("word", priority_short(alarm.priority))
            };
            view! { <span class=class>{words.get(language)}</span> }
        })
    }
}

#[component]
fn Place(said: Said) -> impl IntoView {
    let words = Memo::new(move |_| said.place());
    let look = move || place_class(&words.get().unwrap_or_default());
    view! { <span class=look title=words>{words}</span> }
}

#[component]
fn Age(said: Said) -> impl IntoView {
    let words = Memo::new(move |_| said.age());
    view! { <span class="age">{words}</span> }
}

/// What it is, and what else there is to say. `in_short`: of somebody who is missed the line has room for what is
/// missing alone.
#[component]
fn What(said: Said, drill: bool, #[prop(optional)] in_short: bool) -> impl IntoView {
    let desk = said.desk;
    let has_draft = Memo::new(move |_| !desk.draft(said.id).is_empty());
    let missing = Memo::new(move |_| {
        let missing = said.alarm.with(|alarm| missing_in_short(alarm.as_ref()?));
        missing.filter(|_| in_short).map(|words| desk.t(words))
    });
    let what = move || match missing.get() {
        Some(missing) => Some(missing.to_owned()),
        None => said.read(what),
    };
    let marks = Memo::new(move |_| {
        let mut marks = said.marks();
        if missing.get().is_some() {
            marks.retain(|mark| mark.class != "missing");
        }
        marks
    });
    let mark = |Mark { class, words }| view! { <span class=class>{words}</span> };
    view! {
        {move || has_draft.get().then(|| view! { <span class="has-draft">{desk.t(texts::DRAFT)}</span> })}
        {move || (drill && said.is(|alarm| alarm.drill)).then(|| view! {
            <span class="drill-tag">{desk.t(texts::DRILL)}</span>
        })}
        <span class="what" class:missed=move || missing.with(Option::is_some)>{what}</span>
        <span class="marks num">{move || marks.get().into_iter().map(mark).collect_view()}</span>
    }
}

/// Who has it, and until when.
#[component]
fn Who(said: Said) -> impl IntoView {
    let standing = Memo::new(move |_| said.standing());
    let chip = Memo::new(move |_| standing.with(|standing| standing.chip.clone()));
    let who = Memo::new(move |_| standing.with(|standing| standing.who.clone()));
    let due = Memo::new(move |_| standing.with(|standing| standing.due.clone()));
    let chip = move || {
        let Chip { class, words } = chip.get()?;
        Some(view! { <span class=class>{words}</span> })
    };
    view! {
        <span class="whose">{chip}<span class="owner">{who}</span></span>
        <span class="due num">{due}</span>
    }
}

/// How much is left of the deadline that runs.
#[component]
fn Bar(said: Said) -> impl IntoView {
    let left = Memo::new(move |_| said.left_percent());
    move || {
        let part = format!("{}%", left.get()?);
        Some(view! { <span class="bar" aria-hidden="true"><i style=("--part", part)></i></span> })
    }
}

/// It exists as long as one of its sources says so.
fn overall(alarm: &Alarm) -> Condition {
    let active = alarm.joined.iter().map(|joined| joined.condition);
    let active = active.into_iter().find(|condition| condition.is_active());
    match alarm.condition {
        own if own.is_active() => own,
        own => active.unwrap_or(own),
    }
}
