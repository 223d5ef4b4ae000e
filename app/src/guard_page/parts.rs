//! What the page says of an offer, of a task, and of nothing to do.

use super::duty::{reads_first, stands, steps_to};
use super::model::{
    Face, about_words, class, due, place_words, quiet_left, sign, type_words, way_line,
};
use super::phone::Phone;
use super::sketch::{frame, on_sketch, points, rest_of_way, turned};
use super::state::Located;
use super::taps::Taps;
use super::texts;
use crate::dispatch::model::{reason_name, stage_name};
use crate::dispatch::radio::QUIET_MINUTES;
use crate::dispatch::texts::QUIET_MIN;
use crate::texts::Words;
use castellan_domain::dispatch::{DeclineReason, DispatchCommand, Stage};
use castellan_domain::geo::LonLat;
use castellan_domain::guard_view::{GuardDuty, GuardTask, Plan};
use castellan_domain::ids::AssignmentId;
use castellan_domain::incident::IncidentCommand;
use leptos::prelude::*;

/// Another task than the one that is shown.
#[component]
pub fn Switch(phone: &'static Phone, face: Memo<Face>) -> impl IntoView {
    let desk = phone.desk;
    let next = move || {
        let tasks = phone.ahead().map(|view| view.tasks).unwrap_or_default();
        let shown = face.with(|face| face.task().map(|task| task.assignment))?;
        let at = tasks.iter().position(|task| task.assignment == shown)?;
        let next = tasks
            .get((at + 1) % tasks.len())
            .filter(|_| tasks.len() > 1)?;
        Some((tasks.len() - 1, next.assignment))
    };
    move || {
        next().map(|(others, next)| {
            view! {
                <button class="g-sub g-switch" on:click=move |_| phone.picked.set(Some(next))>
                    {texts::OTHER_TASK.fill(desk.language.get(), &[&others.to_string()])}
                </button>
            }
        })
    }
}

/// Where, what, how, and what nobody may do there.
#[component]
pub fn OfferBody(phone: &'static Phone, task: GuardTask) -> impl IntoView {
    let desk = phone.desk;
    let language = move || desk.language.get();
    let (place, kind, about, way) = (task.clone(), task.clone(), task.clone(), task.clone());
    view! {
        <p class="g-place">{move || place_words(&place, language())}</p>
        <p class="g-type">{move || type_words(&kind, language())}</p>
        <p class="g-line">
            {move || way_line(&way, language()).map(|way| view! { <b>{way}</b> })}
            <span>{move || about_words(&about, phone.shown_at(), language())}</span>
        </p>
        <Prohibitions phone task=task.clone() />
        <Sketch phone task=task.clone() />
        <Steps phone task=task.clone() />
        <Others phone task />
    }
}

/// The same once they are going: what nobody may do comes first.
#[component]
pub fn TaskBody(phone: &'static Phone, task: GuardTask) -> impl IntoView {
    let desk = phone.desk;
    let language = move || desk.language.get();
    let (about, way, left) = (task.clone(), task.clone(), task.clone());
    view! {
        <Prohibitions phone task=task.clone() />
        <Sketch phone task=task.clone() />
        <p class="g-line">
            {move || way_line(&way, language()).map(|way| view! { <b>{way}</b> })}
            <span>{move || about_words(&about, phone.shown_at(), language())}</span>
            {move || due(&left, phone.shown_at(), language()).map(|(left, _)| view! { <span class="num g-due">{left}</span> })}
        </p>
        <Steps phone task=task.clone() />
        <Others phone task />
    }
}

#[component]
fn Prohibitions(phone: &'static Phone, task: GuardTask) -> impl IntoView {
    let desk = phone.desk;
    let has = !task.prohibitions.is_empty();
    has.then(|| {
        let each = move || {
            let words = task.prohibitions.iter();
            words.map(|words| view! { <li><i class="no" aria-hidden="true"></i>{words.get(desk.language.get()).to_owned()}</li> }).collect_view()
        };
        view! { <ul class="g-ban" aria-label=move || desk.t(texts::PROHIBITIONS)>{each}</ul> }
    })
}

#[component]
fn Steps(phone: &'static Phone, task: GuardTask) -> impl IntoView {
    let desk = phone.desk;
    let has = !task.steps.is_empty();
    has.then(|| {
        let goes = matches!(task.stage, Stage::Accepted | Stage::OnTheWay | Stage::OnScene { .. });
        let incident = task.incident;
        let each = move || {
            let steps = task.steps.iter();
            steps.map(|step| {
                let id = step.id.clone();
                let done = move |_| phone.tap(IncidentCommand::TakeStep {
                    incident,
                    step: id.clone(),
                    answer: None,
                });
                let can = goes && !step.asks && !step.taken;
                view! {
                    <li class:taken=step.taken data-step=step.id.to_string()>
                        <span class="num">{if step.taken { "✓".to_owned() } else { step.number.to_string() }}</span>
                        <span>{step.words.get(desk.language.get()).to_owned()}</span>
                        {can.then(|| view! { <button on:click=done>{move || desk.t(texts::STEP_DONE)}</button> })}
                    </li>
                }
            }).collect_view()
        };
        view! {
            <p class="g-kicker">{move || desk.t(texts::STEPS)}</p>
            <ol class="g-steps">{each}</ol>
        }
    })
}

#[component]
fn Others(phone: &'static Phone, task: GuardTask) -> impl IntoView {
    let desk = phone.desk;
    let has = !task.others.is_empty();
    has.then(|| {
        let each = move || {
            let language = desk.language.get();
            let others = task.others.iter();
            others.map(|one| view! {
                <li><b>{sign(&one.named, language)}</b>" "<span>{stage_name(&one.stage).get(language)}</span></li>
            }).collect_view()
        };
        view! { <ul class="g-others" aria-label=move || desk.t(texts::OTHERS)>{each}</ul> }
    })
}

/// The place, what stands around it, and the way that is left.
#[component]
fn Sketch(phone: &'static Phone, task: GuardTask) -> impl IntoView {
    let look = class(&task);
    let words = task.clone();
    let label = move || place_words(&words, phone.desk.language.get());
    task.place.zip(task.plan).map(|(place, plan)| {
        let has_name = place.name.is_some();
        let drawn = Memo::new(move |_| {
            Drawn::of(
                &plan,
                place.at,
                phone.place.fix.get().map(|fix| (fix.at, fix.accuracy_m)),
            )
        });
        view! {
            <figure class=format!("g-map {look}")>
                {move || drawn.with(Drawn::svg)}
                {has_name.then(|| view! { <figcaption>{label}</figcaption> })}
            </figure>
        }
    })
}

/// A sketch as it is drawn now.
#[derive(Debug, Clone, PartialEq)]
struct Drawn {
    window: String,
    /// A fiftieth of its width.
    unit: f64,
    paths: Vec<String>,
    buildings: Vec<String>,
    goal: String,
    way: String,
    own: Option<(f64, f64, f64)>,
}

impl Drawn {
    fn of(plan: &Plan, place: LonLat, own: Option<(LonLat, f64)>) -> Self {
        let own = own.map(|(at, accuracy_m)| (on_sketch(place, at), accuracy_m * 10.0));
        let at = own.map(|(at, _)| at);
        let way = rest_of_way(&turned(&plan.course), at);
        let frame = frame(plan, &way, at);
        let line = |line: &Vec<[i32; 2]>| points(&turned(line));
        Self {
            window: format!(
                "{:.0} {:.0} {:.0} {:.0}",
                frame.from.0, frame.from.1, frame.size.0, frame.size.1
            ),
            unit: frame.size.0 / 50.0,
            paths: plan.paths.iter().map(line).collect(),
            buildings: plan.buildings.iter().map(line).collect(),
            goal: line(&plan.goal),
            way: points(&way),
            own: own.map(|((x, y), accuracy)| (x, y, accuracy)),
        }
    }

    fn svg(&self) -> AnyView {
        let unit = self.unit;
        let path = |points: &String| view! { <polyline class="path" points=points.clone() /> };
        let building =
            |points: &String| view! { <polygon class="building" points=points.clone() /> };
        let own = self.own.map(|(x, y, accuracy)| view! {
            <circle class="halo" cx=x.to_string() cy=y.to_string() r=accuracy.clamp(unit, unit * 8.0).to_string() />
            <circle class="own" cx=x.to_string() cy=y.to_string() r=unit.to_string() />
        });
        let begins = self
            .way
            .split(' ')
            .next()
            .and_then(|first| first.split_once(','));
        let begins = begins.filter(|_| self.own.is_none());
        let begins = begins.map(|(x, y)| {
            view! {
                <circle class="begins" cx=x.to_owned() cy=y.to_owned() r=(unit * 0.8).to_string() />
            }
        });
        view! {
            <svg viewBox=self.window.clone() preserveAspectRatio="xMidYMid meet" aria-hidden="true"
                style=("--unit", format!("{unit:.1}px"))>
                {self.paths.iter().map(path).collect_view()}
                {self.buildings.iter().map(building).collect_view()}
                <polygon class="goal" points=self.goal.clone() />
                <polyline class="way" points=self.way.clone() />
                {begins}
                <circle class="spot" cx="0" cy="0" r=(unit * 0.9).to_string() />
                {own}
            </svg>
        }
        .into_any()
    }
}

/// Why somebody cannot go.
#[component]
pub fn Decline(
    phone: &'static Phone,
    assignment: AssignmentId,
    asking: RwSignal<bool>,
) -> impl IntoView {
    let desk = phone.desk;
    let reason = move |reason: DeclineReason| {
        view! {
            <button class="g-sub" data-reason=format!("{reason:?}").to_lowercase()
                on:click=move |_| phone.tap(DispatchCommand::Decline { assignment, reason })>
                {move || desk.t(reason_name(reason))}
            </button>
        }
    };
    move || {
        if asking.get() {
            view! {
                <div class="g-reasons" role="group" aria-label=desk.t(texts::DECLINE_WHY)>
                    {DeclineReason::ALL.into_iter().map(reason).collect_view()}
                    <button class="g-sub plain" on:click=move |_| asking.set(false)>{desk.t(texts::BACK)}</button>
                </div>
            }
            .into_any()
        } else {
            view! {
                <button class="g-sub plain" data-action="decline" on:click=move |_| asking.set(true)>
                    {desk.t(texts::DECLINE)}
                </button>
            }
            .into_any()
        }
    }
}

/// One thing of the task that is shown, so that only what needs it is drawn anew when it changes.
fn of_task<T: PartialEq + Send + Sync + 'static>(
    face: Memo<Face>,
    read: fn(&GuardTask) -> T,
) -> Memo<Option<T>> {
    Memo::new(move |_| face.with(|face| face.task().map(read)))
}

/// What else hands do on a task.
#[component]
pub fn TaskHands(
    phone: &'static Phone,
    face: Memo<Face>,
    assignment: AssignmentId,
    asking: RwSignal<bool>,
) -> impl IntoView {
    let desk = phone.desk;
    let asked = of_task(face, |task| task.support_asked_at.is_some());
    let goes = of_task(face, |task| task.stage == Stage::Accepted);
    let quiet_until = of_task(face, |task| task.quiet_until);
    let left = move || quiet_left(quiet_until.get().flatten(), phone.shown_at());
    let asked = move || asked.get() == Some(true);
    let quiet_words = move || match left() {
        Some(left) => texts::QUIET_LEFT.fill(desk.language.get(), &[&left]),
        None => desk.t(texts::QUIET).to_owned(),
    };
    let toggle = move |_| {
        if untrack(left).is_some() {
            phone.tap(DispatchCommand::EndQuiet { assignment });
        } else {
            asking.set(true);
        }
    };
    let for_minutes = move |minutes: u32| {
        let words = move || QUIET_MIN.fill(desk.language.get(), &[&minutes.to_string()]);
        let for_s = minutes * 60;
        let go = move |_| {
            asking.set(false);
            phone.tap(DispatchCommand::GoQuiet { assignment, for_s });
        };
        view! { <button class="g-sub" data-quiet=minutes.to_string() on:click=go>{words}</button> }
    };
    let how_long = move || {
        view! {
            <div class="g-reasons" role="group" aria-label=move || desk.t(texts::QUIET_HOW_LONG)>
                {QUIET_MINUTES.into_iter().map(for_minutes).collect_view()}
                <button class="g-sub plain" on:click=move |_| asking.set(false)>{move || desk.t(texts::BACK)}</button>
            </div>
        }
    };
    view! {
        {move || asking.get().then(how_long)}
        <div class="g-row" class:away=move || asking.get()>
            {move || (goes.get() == Some(true)).then(|| view! {
                <button class="g-sub" data-tap="arrive" on:click=move |_| phone.tap(DispatchCommand::Arrive { assignment })>
                    {move || desk.t(texts::ARRIVED_ALREADY)}
                </button>
            })}
            <button class="g-sub" data-tap="go_quiet" on:click=toggle>{quiet_words}</button>
            <button class="g-sub" data-tap="ask_support" disabled=asked
                on:click=move |_| phone.tap(DispatchCommand::AskSupport { assignment })>
                {move || desk.t(if asked() { texts::SUPPORT_ASKED } else { texts::SUPPORT })}
            </button>
        </div>
    }
}

/// Nothing is wanted: who this is, whether they are located, and how the page is used.
#[component]
pub fn Idle(phone: &'static Phone) -> impl IntoView {
    let desk = phone.desk;
    let duty = move || phone.ahead().map(|view| view.duty);
    let advice = move || match duty() {
        Some(GuardDuty::Off) => Some((texts::NOT_ON_DUTY, texts::NOT_FOLLOWED)),
        Some(GuardDuty::Break { .. }) => Some((texts::BREAK, texts::ON_BREAK)),
        Some(GuardDuty::On { .. } | GuardDuty::Assumed) => Some((texts::NO_TASK, texts::STAND_BY)),
        None => None,
    };
    let named = move || {
        phone
            .ahead()
            .map(|view| view.named.name.get(desk.language.get()).to_owned())
    };
    view! {
        {move || advice().map(|(title, words)| view! {
            <p class="g-place">{desk.t(title)}</p>
            <p class="g-type">{desk.t(words)}</p>
        })}
        <p class="g-line quiet g-own">
            <span>{named}</span>
            <span>{move || desk.t(located_word(phone.place.located.get()))}</span>
            <span>{move || texts::WAITING.fill(desk.language.get(), &[&phone.taps.with(Taps::waiting).to_string()])}</span>
        </p>
        <Help phone />
        <p class="g-line">
            <button class="plain" data-action="not-me" on:click=move |_| phone.hand_over(None)>{move || desk.t(texts::NOT_ME)}</button>
            <button class="plain" data-action="language" on:click=move |_| desk.switch_language()>
                {move || desk.t(crate::texts::OTHER_LANGUAGE)}
            </button>
            <button class="plain" data-action="theme" on:click=move |_| desk.switch_theme()>{move || desk.t(texts::THEME)}</button>
        </p>
    }
}

const fn located_word(located: Located) -> Words {
    match located {
        Located::Off => texts::NOT_LOCATED,
        Located::Waits => texts::LOCATING,
        Located::Sent => texts::LOCATED,
        Located::Lost => texts::LOCATION_LOST,
        Located::NotSecure => texts::NOT_SECURE,
        Located::NoPermission => texts::NO_PERMISSION,
        Located::NoFix => texts::NO_FIX,
    }
}

/// How the page is used. It is read in peace, and folded away: nobody who looks over a shoulder reads it.
#[component]
fn Help(phone: &'static Phone) -> impl IntoView {
    let desk = phone.desk;
    let lines = [
        texts::HELP_SOS,
        texts::HELP_SILENT,
        texts::HELP_SILENT_STATE,
        texts::HELP_TAPS,
        texts::ONLY_LIT,
        texts::TASK_BINDS,
    ];
    view! {
        <details class="g-help">
            <summary>{move || desk.t(texts::HELP)}</summary>
            <ul>{lines.into_iter().map(|words| view! { <li>{move || desk.t(words)}</li> }).collect_view()}</ul>
        </details>
    }
}

/// 在岗、休息、下班. Whoever leaves something behind reads what, and says it again.
#[component]
pub fn Duty(phone: &'static Phone) -> impl IntoView {
    let desk = phone.desk;
    let leaving = RwSignal::new(false);
    let duty = move || phone.ahead().map(|view| view.duty);
    let step = move |nth| {
        let person = desk.person.get()?;
        steps_to(duty()?, nth, &person)
    };
    let reads = move |nth| reads_first(&phone.ahead()?, &step(nth)?, desk.language.get());
    let tap = move |nth| {
        if let Some(command) = untrack(|| step(nth)) {
            phone.tap(command);
        }
        leaving.set(false);
    };
    let button = move |(nth, words): (usize, Words)| {
        let is_on = move || duty().is_some_and(|duty| stands(duty) == nth);
        let press = move |_| {
            if untrack(|| reads(nth)).is_some() {
                leaving.set(true);
            } else {
                tap(nth);
            }
        };
        view! {
            <button aria-pressed=move || is_on().to_string() disabled=move || step(nth).is_none() && !is_on()
                data-duty=nth.to_string() on:click=press>
                {move || desk.t(words)}
            </button>
        }
    };
    let three = [texts::ON_DUTY, texts::BREAK, texts::OFF_DUTY];
    let shown = Memo::new(move |_| duty().is_some_and(|duty| duty != GuardDuty::Off));
    let asked = Memo::new(move |_| leaving.get().then(|| reads(2)).flatten());
    move || {
        let asked = asked.get();
        let shown = shown.get() && asked.is_none();
        let segments = shown.then(|| view! {
            <div class="g-seg" role="group">{three.into_iter().enumerate().map(button).collect_view()}</div>
        });
        let leaves = asked.map(|words| view! {
            <div class="g-reasons" role="group" data-asked="leave">
                <p role="alert">{words}</p>
                <button class="g-sub" data-action="leave" on:click=move |_| tap(2)>{desk.t(texts::LEAVE_ANYWAY)}</button>
                <button class="g-sub plain" on:click=move |_| leaving.set(false)>{desk.t(texts::BACK)}</button>
            </div>
        });
        (segments, leaves)
    }
}

/// Everybody whose page it could be.
#[component]
pub fn Picker(phone: &'static Phone) -> impl IntoView {
    let desk = phone.desk;
    let people = phone.people();
    let refused = move || phone.refused_words();
    let tile = move |person: castellan_domain::estate::Person| {
        let id = person.id.clone();
        let language = desk.language.get();
        let sign = person
            .call_sign
            .as_ref()
            .map(|sign| sign.get(language).to_owned());
        view! {
            <button class="tile" data-person=person.id.to_string() on:click=move |_| phone.hand_over(Some(id.clone()))>
                <b>{sign}</b><span>{person.name.get(language).to_owned()}</span>
            </button>
        }
    };
    view! {
        <header class="g-head"><h1>{move || desk.t(texts::WHO_ARE_YOU)}</h1>
            <button class="plain" on:click=move |_| desk.switch_language()>{move || desk.t(crate::texts::OTHER_LANGUAGE)}</button>
        </header>
        <div class="g-body">
            {move || refused().map(|words| view! { <p class="g-strip said" role="alert">{desk.t(words)}</p> })}
            <div class="g-people">{move || people.get().into_iter().map(tile).collect_view()}</div>
            <p class="quiet">{move || desk.t(crate::operator::texts::NO_SIGN_IN)}</p>
        </div>
    }
}
