//! What can be done about the selected alarm: its buttons, and what is chosen beside them.

use super::asked::{Bases, FollowUps, Lookers};
use super::can::{Can, changes_at, claim, release};
use super::choice::{Choice, Judging, SHELF_REASONS, ShelfTime};
use super::hand_over::has_console;
use super::main_button::MainButton;
use super::model::{shelf_reason_name, verdict_name};
use super::open::{Open, heirs_of, shift_end};
use super::texts;
use super::unjudged::Unjudged;
use crate::ages;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::names::person_name;
use castellan_domain::alarm::{AlarmCommand, ShelfReason, Verdict};
use castellan_domain::ids::{AlarmId, PersonId};
use castellan_domain::wire::api::WireCommand;
use leptos::prelude::*;

/// What whoever works here can do with an alarm.
pub fn can_do(copy: &'static SiteCopy, desk: &'static Desk, id: AlarmId) -> Option<Can> {
    let actor = desk.actor()?;
    let alarm = copy.alarm(id)?;
    if let Some(at) = changes_at(&alarm) {
        copy.wait_for(at);
    }
    // Whose its incident is counts as well.
    if let Some(incident) = &alarm.incident {
        copy.changes.incidents.track(incident);
    }
    copy.known(|known| Can::of(known, id, &actor)).flatten()
}

/// The buttons, and what they open.
#[component]
pub fn Actions(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    can: Memo<Option<Can>>,
    main: Memo<Option<MainButton>>,
    open: Open,
) -> impl IntoView {
    view! {
        {move || can.get().map(|can| view! { <Buttons copy desk id can main open /> })}
        {move || {
            let choice = open.choice.get()?;
            can.get().filter(|can| can.still(choice))?;
            Some(match choice {
                // They stand beside their step and their button.
                Choice::Step(_) | Choice::People | Choice::Radio(_) => ().into_any(),
                Choice::Closing(asked) => view! { <Unjudged copy desk id open asked /> }.into_any(),
                Choice::Verdict(judging) => view! { <Verdicts copy desk id open judging /> }.into_any(),
                Choice::Basis(_, verdict) => view! { <Bases copy desk id open verdict /> }.into_any(),
                Choice::OnScene(..) => view! { <Lookers copy desk id open /> }.into_any(),
                Choice::FollowUp => view! { <FollowUps copy desk id open /> }.into_any(),
                Choice::Shelf(reason) => view! { <Shelves copy desk id open reason /> }.into_any(),
                Choice::Transfer => view! { <Heirs copy desk id open /> }.into_any(),
            })
        }}
    }
}

#[component]
fn Buttons(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    can: Can,
    main: Memo<Option<MainButton>>,
    open: Open,
) -> impl IntoView {
    let is_main = move |button: MainButton| main.get() == Some(button);
    let busy = move || desk.sending.get();
    let send = move |command: AlarmCommand| desk.send(command);
    let toggle = move |choice: Choice| {
        if open
            .choice
            .get_untracked()
            .is_some_and(|now| now.first() == choice)
        {
            open.choice.set(None);
        } else {
            open.choose(copy, desk, id, choice);
        }
    };
    let expanded = move |choice: Choice| {
        let is_open = open.choice.get().is_some_and(|now| now.first() == choice);
        is_open.to_string()
    };
    view! {
        <div class="actions">
            {can.claim.then(|| view! {
                <button class:main=move || is_main(MainButton::Claim) disabled=busy data-action="claim"
                    on:click=move |_| claim_it(copy, desk, id)>
                    {move || desk.t(texts::CLAIM)}<kbd>"Enter"</kbd>
                </button>
            })}
            {can.judge.then(|| view! {
                <button class:main=move || is_main(MainButton::Judge) disabled=busy data-action="judge"
                    aria-expanded=move || expanded(Choice::Verdict(Judging::First))
                    on:click=move |_| toggle(Choice::Verdict(Judging::First))>
                    {move || desk.t(texts::VERDICT)}<Key desk letter='X' />
                </button>
            })}
            {can.correct.then(|| view! {
                <button disabled=busy data-action="correct"
                    aria-expanded=move || expanded(Choice::Verdict(Judging::Correction))
                    on:click=move |_| toggle(Choice::Verdict(Judging::Correction))>
                    {move || desk.t(texts::CORRECT_VERDICT)}<Key desk letter='X' />
                </button>
            })}
            {can.unshelve.then(|| view! {
                <button class:main=move || is_main(MainButton::Unshelve) disabled=busy data-action="unshelve"
                    on:click=move |_| send(AlarmCommand::Unshelve { alarm: id })>
                    {move || desk.t(texts::UNSHELVE)}
                </button>
            })}
            <button disabled=busy data-action="note" on:click=move |_| open.noting.update(|open| *open = !*open)>
                {move || desk.t(texts::NOTE)}<Key desk letter='T' />
            </button>
            {can.follow_up.then(|| view! {
                <button disabled=busy data-action="follow-up"
                    aria-expanded=move || expanded(Choice::FollowUp)
                    on:click=move |_| toggle(Choice::FollowUp)>
                    {move || desk.t(texts::FOLLOW_UP)}<Key desk letter='O' />
                </button>
            })}
            {can.acknowledge.then(|| view! {
                <button disabled=busy data-action="acknowledge"
                    on:click=move |_| send(AlarmCommand::Acknowledge { alarm: id })>
                    {move || desk.t(texts::ACKNOWLEDGE)}<Key desk letter='Q' />
                </button>
            })}
            {can.mute.then(|| view! {
                <button disabled=busy data-action="mute"
                    on:click=move |_| send(AlarmCommand::Mute { alarm: id })>
                    {move || desk.t(texts::MUTE)}<Key desk letter='M' />
                </button>
            })}
            {can.shelve.then(|| view! {
                <button disabled=busy data-action="shelve"
                    aria-expanded=move || expanded(Choice::Shelf(None))
                    on:click=move |_| toggle(Choice::Shelf(None))>
                    {move || desk.t(texts::SHELVE)}<Key desk letter='H' />
                </button>
            })}
            {can.transfer.then(|| view! {
                <button disabled=busy data-action="transfer"
                    aria-expanded=move || expanded(Choice::Transfer)
                    on:click=move |_| toggle(Choice::Transfer)>
                    {move || desk.t(texts::TRANSFER)}
                </button>
            })}
            {can.release.then(|| view! {
                <button disabled=busy data-action="release"
                    on:click=move |_| give_back(copy, desk, id)>
                    {move || desk.t(texts::RELEASE)}
                </button>
            })}
        </div>
    }
}

/// Claims it, or the incident that nobody has.
pub fn claim_it(copy: &'static SiteCopy, desk: &'static Desk, id: AlarmId) {
    let command: Option<Option<WireCommand>> =
        copy.known(|known| Some(claim(known, known.view.alarms.get(&id)?)));
    if let Some(command) = command.flatten() {
        desk.send(command);
    }
}

/// Gives it back, with its incident if it is part of one.
fn give_back(copy: &'static SiteCopy, desk: &'static Desk, id: AlarmId) {
    let command: Option<Option<WireCommand>> =
        copy.known(|known| Some(release(known, known.view.alarms.get(&id)?)));
    if let Some(command) = command.flatten() {
        desk.send(command);
    }
}

/// The key that does the same as a button.
#[component]
fn Key(desk: &'static Desk, letter: char) -> impl IntoView {
    move || desk.key(letter).map(|key| view! { <kbd>{key}</kbd> })
}

#[component]
fn Verdicts(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    open: Open,
    judging: Judging,
) -> impl IntoView {
    let label = move || {
        desk.t(match judging {
            Judging::Correction => texts::CORRECT_VERDICT,
            Judging::First => texts::VERDICT,
        })
    };
    view! {
        <div class="choices verdicts" role="group" aria-label=label>
            <p class="quiet">{move || desk.t(texts::VERDICT_PROMPT)}</p>
            {Verdict::ALL.into_iter().enumerate().map(|(index, verdict)| view! {
                <button data-verdict=index + 1 on:click=move |_| open.pick(copy, desk, id, index)>
                    <kbd>{index + 1}</kbd>{move || desk.t(verdict_name(verdict))}
                </button>
            }).collect_view()}
        </div>
    }
}

/// Why first, and then how long: a reason is never left out.
#[component]
fn Shelves(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    open: Open,
    reason: Option<ShelfReason>,
) -> impl IntoView {
    let choose = move |picked| open.choice.set(Some(Choice::Shelf(Some(picked))));
    let now = copy.now_untracked();
    let until_shift_ends = ages::text(shift_end(copy, now).since(now));
    let time_name = move |time: ShelfTime| {
        let name = desk.t(time.name());
        match time {
            ShelfTime::ShiftEnd => format!("{name} {until_shift_ends}"),
            _ => name.to_owned(),
        }
    };
    let times = reason.map(|_| {
        let button = |(index, time): (usize, ShelfTime)| {
            let name = time_name.clone();
            view! {
                <button data-shelf=index + 1 on:click=move |_| open.pick(copy, desk, id, index)>
                    <kbd>{index + 1}</kbd>{move || name(time)}
                </button>
            }
        };
        view! {
            <p class="quiet">{move || desk.t(texts::SHELF_TIME_PROMPT)}</p>
            {ShelfTime::ALL.into_iter().enumerate().map(button).collect_view()}
        }
    });
    view! {
        <div class="choices shelves" role="group" aria-label=move || desk.t(texts::SHELVE)>
            <p class="quiet">{move || desk.t(texts::SHELF_REASON_PROMPT)}</p>
            {SHELF_REASONS.into_iter().zip(1..).map(|(named, digit)| view! {
                <button class="chip" data-reason=digit aria-pressed=(reason == Some(named)).to_string()
                    on:click=move |_| choose(named)>
                    {reason.is_none().then(|| view! { <kbd>{digit}</kbd> })}
                    {move || desk.t(shelf_reason_name(named))}
                </button>
            }).collect_view()}
            {times}
        </div>
    }
}

#[component]
fn Heirs(copy: &'static SiteCopy, desk: &'static Desk, id: AlarmId, open: Open) -> impl IntoView {
    let heirs = heirs_of(copy, id);
    let nobody = heirs.is_empty();
    let name = move |person: &PersonId| {
        let language = desk.language.get();
        copy.estate
            .with(|estate| person_name(estate.as_deref(), person, language))
    };
    let button = |(index, person): (usize, PersonId)| {
        let data = person.to_string();
        let sees = copy.known(|known| has_console(known, &person));
        let unseen = sees == Some(false);
        view! {
            <button data-heir=data on:click=move |_| open.pick(copy, desk, id, index)>
                {(index < 9).then(|| view! { <kbd>{index + 1}</kbd> })}
                {move || name(&person)}
                {unseen.then(|| view! { <span class="quiet">" · "{move || desk.t(texts::NO_CONSOLE)}</span> })}
            </button>
        }
    };
    view! {
        <div class="choices heirs" role="group" aria-label=move || desk.t(texts::TRANSFER)>
            <p class="quiet">
                {move || desk.t(if nobody { texts::TRANSFER_NOBODY } else { texts::TRANSFER_PROMPT })}
            </p>
            {heirs.into_iter().enumerate().map(button).collect_view()}
        </div>
    }
}
