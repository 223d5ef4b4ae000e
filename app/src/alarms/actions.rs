//! What can be done about the selected alarm: its buttons, and what is chosen beside them.

use super::can::{Can, why_not_choose};
use super::choice::{Choice, SHELF_REASONS, ShelfTime, heirs, judge};
use super::model::{shelf_reason_name, verdict_name};
use super::refusals::sentence;
use crate::ages;
use crate::live::Console;
use crate::names::person_name;
use crate::texts::Key;
use castellan_domain::access::Actor;
use castellan_domain::alarm::{ShelfReason, Verdict};
use castellan_domain::estate::{Calendar, Role};
use castellan_domain::ids::{AlarmId, PersonId};
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::CommandBody;
use leptos::prelude::*;

/// What is open beside the selected alarm.
#[derive(Clone, Copy, Default)]
pub struct Open {
    /// Something is being chosen.
    pub choice: RwSignal<Option<Choice>>,
    /// A note is being written. It stays as it is while the alarm around it changes.
    pub noting: RwSignal<bool>,
}

impl Open {
    /// Whether anything is open. It does not track.
    pub fn is_any(&self) -> bool {
        self.choice.get_untracked().is_some() || self.noting.get_untracked()
    }

    /// Closes all of it.
    pub fn close(&self) {
        self.choice.set(None);
        self.noting.set(false);
    }

    /// Opens a choice, or says why there is nothing to choose.
    pub fn choose(&self, console: Console, id: AlarmId, choice: Choice) {
        let Some(actor) = untrack(|| actor(console)) else {
            return;
        };
        let now = console.now.get_untracked();
        match console.with(|replica| why_not_choose(replica.view(), id, &actor, choice, now)) {
            None => self.choice.set(Some(choice)),
            Some(refusal) => {
                let estate = console.estate.get_untracked();
                let language = console.language.get_untracked();
                let words = sentence(&refusal, estate.as_deref(), Some(now), language);
                console.sentence.set(Some(words));
            }
        }
    }

    /// Picks from what is being chosen, by its index.
    pub fn pick(&self, console: Console, id: AlarmId, index: usize) {
        match self.choice.get_untracked() {
            None => {}
            Some(choice @ (Choice::Verdict | Choice::Correction)) => {
                if let Some(verdict) = Verdict::ALL.get(index) {
                    self.choice.set(None);
                    console.command(judge(choice, id, *verdict), || {});
                }
            }
            Some(Choice::Shelf(None)) => {
                if let Some(reason) = SHELF_REASONS.get(index) {
                    self.choice.set(Some(Choice::Shelf(Some(*reason))));
                }
            }
            Some(Choice::Shelf(Some(reason))) => {
                if let Some(time) = ShelfTime::ALL.get(index) {
                    self.choice.set(None);
                    console.command(shelve(console, id, *time, reason), || {});
                }
            }
            Some(Choice::Transfer) => {
                if let Some(to) = heirs_of(console, id).into_iter().nth(index) {
                    self.choice.set(None);
                    console.command(CommandBody::Transfer { alarm: id, to }, || {});
                }
            }
        }
    }
}

/// Whoever works here, with the role that the estate gives them.
pub fn actor(console: Console) -> Option<Actor> {
    let person = console.person.get()?;
    let role = console
        .estate
        .with(|estate| Some(estate.as_ref()?.person(&person)?.role))?;
    Some(Actor { person, role })
}

/// Whether whoever works here may command at all, beyond their own duty.
pub fn is_operator(console: Console) -> bool {
    actor(console).is_some_and(|actor| actor.role >= Role::Operator)
}

/// What whoever works here can do with an alarm.
pub fn can_do(console: Console, id: AlarmId) -> Option<Can> {
    let now = console.now.get();
    let actor = actor(console)?;
    console.alarm(id)?;
    console.with(|replica| Can::of(replica.view(), id, &actor, now))
}

/// When the shift ends; without a calendar, now.
fn shift_end(console: Console, now: Timestamp) -> Timestamp {
    let calendar = console
        .estate
        .with_untracked(|estate| Calendar::new(estate.as_ref()?).ok());
    calendar.map_or(now, |calendar| calendar.shift_end(now))
}

fn shelve(console: Console, alarm: AlarmId, time: ShelfTime, reason: ShelfReason) -> CommandBody {
    let now = console.now.get_untracked();
    CommandBody::Shelve {
        alarm,
        for_s: time.seconds(now, shift_end(console, now)),
        reason,
    }
}

fn heirs_of(console: Console, id: AlarmId) -> Vec<PersonId> {
    let owner = console.with(|replica| replica.view().alarms.get(&id)?.owner().cloned());
    console.estate.with_untracked(|estate| {
        let heirs = estate.as_ref().map(|e| heirs(e, owner.as_ref()));
        let heirs = heirs.unwrap_or_default().into_iter();
        heirs.map(|person| person.id.clone()).collect()
    })
}

/// The buttons, and what they open.
#[component]
pub fn Actions(console: Console, id: AlarmId, can: Memo<Option<Can>>, open: Open) -> impl IntoView {
    view! {
        {move || can.get().map(|can| view! { <Buttons console id can open /> })}
        {move || {
            let choice = open.choice.get()?;
            can.get().filter(|can| can.still(choice))?;
            Some(match choice {
                Choice::Verdict | Choice::Correction => view! { <Verdicts console id open choice /> }.into_any(),
                Choice::Shelf(reason) => view! { <Shelves console id open reason /> }.into_any(),
                Choice::Transfer => view! { <Heirs console id open /> }.into_any(),
            })
        }}
    }
}

#[component]
fn Buttons(console: Console, id: AlarmId, can: Can, open: Open) -> impl IntoView {
    let busy = move || console.sending.get();
    let send = move |command: CommandBody| console.command(command, || {});
    let toggle = move |choice: Choice| {
        if open
            .choice
            .get_untracked()
            .is_some_and(|now| is_same(now, choice))
        {
            open.choice.set(None);
        } else {
            open.choose(console, id, choice);
        }
    };
    let expanded = move |choice: Choice| {
        let is_open = open.choice.get().is_some_and(|now| is_same(now, choice));
        is_open.to_string()
    };
    view! {
        <div class="actions">
            {can.claim.then(|| view! {
                <button class="main" disabled=busy data-action="claim"
                    on:click=move |_| send(CommandBody::Claim { alarm: id })>
                    {move || console.t(Key::Claim)}<kbd>"Enter"</kbd>
                </button>
            })}
            {can.judge.then(|| view! {
                <button class="main" disabled=busy data-action="judge"
                    aria-expanded=move || expanded(Choice::Verdict)
                    on:click=move |_| toggle(Choice::Verdict)>
                    {move || console.t(Key::Verdict)}<kbd>"X"</kbd>
                </button>
            })}
            {can.correct.then(|| view! {
                <button disabled=busy data-action="correct"
                    aria-expanded=move || expanded(Choice::Correction)
                    on:click=move |_| toggle(Choice::Correction)>
                    {move || console.t(Key::CorrectVerdict)}<kbd>"X"</kbd>
                </button>
            })}
            {can.unshelve.then(|| view! {
                <button class="main" disabled=busy data-action="unshelve"
                    on:click=move |_| send(CommandBody::Unshelve { alarm: id })>
                    {move || console.t(Key::Unshelve)}
                </button>
            })}
            <button disabled=busy data-action="note" on:click=move |_| open.noting.update(|open| *open = !*open)>
                {move || console.t(Key::Note)}<kbd>"T"</kbd>
            </button>
            {can.acknowledge.then(|| view! {
                <button disabled=busy data-action="acknowledge"
                    on:click=move |_| send(CommandBody::Acknowledge { alarm: id })>
                    {move || console.t(Key::Acknowledge)}<kbd>"Q"</kbd>
                </button>
            })}
            {can.mute.then(|| view! {
                <button disabled=busy data-action="mute"
                    on:click=move |_| send(CommandBody::Mute { alarm: id })>
                    {move || console.t(Key::Mute)}<kbd>"M"</kbd>
                </button>
            })}
            {can.shelve.then(|| view! {
                <button disabled=busy data-action="shelve"
                    aria-expanded=move || expanded(Choice::Shelf(None))
                    on:click=move |_| toggle(Choice::Shelf(None))>
                    {move || console.t(Key::Shelve)}<kbd>"H"</kbd>
                </button>
            })}
            {can.transfer.then(|| view! {
                <button disabled=busy data-action="transfer"
                    aria-expanded=move || expanded(Choice::Transfer)
                    on:click=move |_| toggle(Choice::Transfer)>
                    {move || console.t(Key::Transfer)}
                </button>
            })}
            {can.release.then(|| view! {
                <button disabled=busy data-action="release"
                    on:click=move |_| send(CommandBody::Release { alarm: id })>
                    {move || console.t(Key::Release)}
                </button>
            })}
        </div>
    }
}

/// The shelf's two steps are one choice.
fn is_same(one: Choice, other: Choice) -> bool {
    std::mem::discriminant(&one) == std::mem::discriminant(&other)
}

#[component]
fn Verdicts(console: Console, id: AlarmId, open: Open, choice: Choice) -> impl IntoView {
    let label = move || {
        console.t(match choice {
            Choice::Correction => Key::CorrectVerdict,
            _ => Key::Verdict,
        })
    };
    view! {
        <div class="choices verdicts" role="group" aria-label=label>
            <p class="quiet">{move || console.t(Key::VerdictPrompt)}</p>
            {Verdict::ALL.into_iter().enumerate().map(|(index, verdict)| view! {
                <button data-verdict=index + 1 on:click=move |_| open.pick(console, id, index)>
                    <kbd>{index + 1}</kbd>{move || console.t(verdict_name(verdict))}
                </button>
            }).collect_view()}
        </div>
    }
}

/// Why first, and then how long: a reason is never left out.
#[component]
fn Shelves(
    console: Console,
    id: AlarmId,
    open: Open,
    reason: Option<ShelfReason>,
) -> impl IntoView {
    let choose = move |picked| open.choice.set(Some(Choice::Shelf(Some(picked))));
    let now = console.now.get_untracked();
    let until_shift_ends = ages::text(shift_end(console, now).since(now));
    let time_name = move |time: ShelfTime| {
        let name = console.t(time.name());
        match time {
            ShelfTime::ShiftEnd => format!("{name} {until_shift_ends}"),
            _ => name.to_owned(),
        }
    };
    let times = reason.map(|_| {
        let button = |(index, time): (usize, ShelfTime)| {
            let name = time_name.clone();
            view! {
                <button data-shelf=index + 1 on:click=move |_| open.pick(console, id, index)>
                    <kbd>{index + 1}</kbd>{move || name(time)}
                </button>
            }
        };
        view! {
            <p class="quiet">{move || console.t(Key::ShelfTimePrompt)}</p>
            {ShelfTime::ALL.into_iter().enumerate().map(button).collect_view()}
        }
    });
    view! {
        <div class="choices shelves" role="group" aria-label=move || console.t(Key::Shelve)>
            <p class="quiet">{move || console.t(Key::ShelfReasonPrompt)}</p>
            {SHELF_REASONS.into_iter().zip(1..).map(|(named, digit)| view! {
                <button class="chip" data-reason=digit aria-pressed=(reason == Some(named)).to_string()
                    on:click=move |_| choose(named)>
                    {reason.is_none().then(|| view! { <kbd>{digit}</kbd> })}
                    {move || console.t(shelf_reason_name(named))}
                </button>
            }).collect_view()}
            {times}
        </div>
    }
}

#[component]
fn Heirs(console: Console, id: AlarmId, open: Open) -> impl IntoView {
    let heirs = heirs_of(console, id);
    let nobody = heirs.is_empty();
    let name = move |person: &PersonId| {
        let language = console.language.get();
        console
            .estate
            .with(|estate| person_name(estate.as_deref(), person, language))
    };
    let button = |(index, person): (usize, PersonId)| {
        let data = person.to_string();
        view! {
            <button data-heir=data on:click=move |_| open.pick(console, id, index)>
                {(index < 9).then(|| view! { <kbd>{index + 1}</kbd> })}
                {move || name(&person)}
            </button>
        }
    };
    view! {
        <div class="choices heirs" role="group" aria-label=move || console.t(Key::Transfer)>
            <p class="quiet">
                {move || console.t(if nobody { Key::TransferNobody } else { Key::TransferPrompt })}
            </p>
            {heirs.into_iter().enumerate().map(button).collect_view()}
        </div>
    }
}
