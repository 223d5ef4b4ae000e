//! One alarm as a row.

use super::located::place;
use super::marks::{Mark, has_marks, marks};
use super::model::{
    class, condition_name, is_overdue, priority_name, priority_short, sign, state, what,
};
use super::queue::Queue;
use super::texts;
use crate::ages::{self, Now};
use crate::copy::SiteCopy;
use crate::desk::{Desk, Picked};
use crate::texts::Words;
use castellan_domain::access::Right;
use castellan_domain::alarm::{Alarm, AlarmCommand, Condition};
use castellan_domain::estate::Estate;
use castellan_domain::ids::AlarmId;
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

/// One alarm. It is drawn again when it changes, or with the second.
#[component]
pub fn Row(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    queue: Memo<Queue>,
    id: AlarmId,
    within: Within,
) -> impl IntoView {
    let alarm = Memo::new(move |_| copy.alarm(id));
    let selected = move || desk.has_selected(&Picked::Alarm(id));
    let is = move |ask: fn(&Alarm) -> bool| alarm.with(|alarm| alarm.as_ref().is_some_and(ask));
    let text = move |say: fn(Option<&Estate>, &Alarm, Now, Language) -> String| {
        let (now, language) = (copy.shown_at(), desk.language.get());
        copy.estate.with(|estate| {
            alarm.with(|alarm| {
                alarm
                    .as_ref()
                    .map(|alarm| say(estate.as_deref(), alarm, now, language))
            })
        })
    };
    let of = move |read: fn(&Alarm) -> String| {
        alarm.with(|alarm| alarm.as_ref().map(read).unwrap_or_default())
    };
    let word = move |read: fn(&Alarm) -> Words| {
        let language = desk.language.get();
        alarm.with(|alarm| alarm.as_ref().map(|alarm| read(alarm).get(language)))
    };
    let whereabouts = move || {
        let (now, language) = (copy.now(), desk.language.get());
        let alarm = alarm.get()?;
        let about = alarm.source.person().map(|person| copy.person(person));
        let state = about.unwrap_or_default();
        copy.estate
            .with(|estate| Some(place(estate.as_deref(), &alarm, &state, now, language)))
    };
    let look = move || {
        let look = of(|alarm| {
            let drill = if alarm.drill { " drill" } else { "" };
            format!("row {}{drill}", class(alarm.priority))
        });
        let when = |on: bool, name: &'static str| if on { name } else { "" };
        // In one: a class that is set anew takes with it what was set beside it.
        [
            look.as_str(),
            when(selected(), " selected"),
            when(is(nobody_has_or_has_seen_it), " unclaimed"),
            when(is(is_overdue), " overdue"),
            when(is(Alarm::is_judged), " judged"),
        ]
        .concat()
    };
    let lined = Memo::new(move |_| match within {
        Within::Queue => queue.with(|queue| queue.marked.contains(&id)),
        Within::Shelf | Within::Done => is(has_marks),
    });
    let has_draft = Memo::new(move |_| !desk.draft(id).is_empty());
    let take_back = move |_| desk.send(AlarmCommand::Unshelve { alarm: id });
    view! {
        <li class:shelved=within == Within::Shelf>
            <button
                class=look
                aria-pressed=move || selected().to_string()
                data-alarm=id.to_string()
                on:click=move |_| desk.select(Some(Picked::Alarm(id)))
            >
                <span class="sign" title=move || word(|alarm| priority_name(alarm.priority))>
                    {move || of(|alarm| sign(alarm.priority).to_owned())}
                    <small>{move || word(|alarm| priority_short(alarm.priority))}</small>
                    {move || has_draft.get().then(|| view! {
                        <small class="has-draft">{desk.t(texts::DRAFT)}</small>
                    })}
                </span>
                <span class="what">
                    {move || is(|alarm| alarm.drill).then(|| view! {
                        <span class="drill-tag">{desk.t(texts::DRILL)}</span>
                    })}
                    {move || text(|estate, alarm, _, language| what(estate, alarm, language))}
                </span>
                <span class="age">{move || text(|_, alarm, now, _| ages::age(alarm.raised_at, now.at))}</span>
                <span class="place">{whereabouts}</span>
                <span class="number">{id.to_string()}</span>
                <span class="foot">
                    <span class="owner">{move || text(state)}</span>
                    <span class="more">
                        {move || alarm.with(|a| a.as_ref().filter(|a| a.repeats > 0).map(|a| {
                            format!("×{}", a.repeats.saturating_add(1))
                        }))}
                        <span class="condition" class:active=move || is(Alarm::is_active)>
                            {move || word(|alarm| condition_name(overall(alarm)))}
                        </span>
                    </span>
                </span>
                {move || lined.get().then(|| view! { <Marks copy desk alarm /> })}
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

/// One line, however much there is to say: the whole of it stands in the details.
#[component]
fn Marks(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    alarm: Memo<Option<Alarm>>,
) -> impl IntoView {
    let marks = Memo::new(move |_| {
        let (now, language) = (copy.shown_at(), desk.language.get());
        copy.estate.with(|estate| {
            alarm.with(|alarm| {
                alarm
                    .as_ref()
                    .map(|alarm| marks(estate.as_deref(), alarm, now, language))
                    .unwrap_or_default()
            })
        })
    });
    let mark = |Mark { class, words }| view! { <span class=class>{words}</span> };
    view! {
        <span class="marks num">{move || marks.get().into_iter().map(mark).collect_view()}</span>
    }
}

fn nobody_has_or_has_seen_it(alarm: &Alarm) -> bool {
    alarm.owner().is_none() && alarm.acknowledged.is_none() && alarm.is_annunciated()
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
