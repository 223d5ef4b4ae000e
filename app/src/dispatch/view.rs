//! The people of the selected alarm: who could be sent, and who was.

use super::model::{
    NAMED_MAX, Named, Said, duration, hole_words, in_order_of, radio_sentence, reason_name, sent,
    stage_name, way_words,
};
use super::ranked::{errand, ranked, send, waiting};
use super::texts;
use crate::ages;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::incidents::model::{move_words, stage_name as incident_stage, steps};
use crate::incidents::texts::INCIDENT;
use crate::ladders::{Ladder, NextCall};
use crate::names::{radio_name, sign_and_name};
use crate::texts::Words;
use castellan_domain::access::Right;
use castellan_domain::dispatch::rank::Candidate;
use castellan_domain::dispatch::{Assignment, DispatchCommand, Stage};
use castellan_domain::ids::{AlarmId, AssignmentId, PersonId};
use castellan_domain::incident::{Incident, IncidentCommand, NextStage};
use castellan_domain::matter::Matter;
use castellan_domain::text::Language;
use leptos::prelude::*;

/// Who could be sent for the selected alarm, which keys share.
#[derive(Clone, Copy)]
pub struct People {
    /// Who is named.
    pub named: RwSignal<Named>,
    /// Whether they are listed.
    pub listed: Signal<bool>,
    /// Lists them, or leaves that.
    pub list: Callback<bool>,
}

/// The incident of the selected alarm, who was sent, and who could be.
#[component]
pub fn Response(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    said: Signal<Said>,
    people: People,
) -> impl IntoView {
    let incident = Memo::new(move |_| {
        let incident = copy.alarm(id)?.incident?;
        copy.one(&copy.changes.incidents, &incident)
    });
    let going = Memo::new(move |_| {
        let incident = incident.get()?.id;
        copy.all(&copy.changes.assignments, |_| ());
        copy.known(|known| {
            sent(known, incident)
                .into_iter()
                .cloned()
                .collect::<Vec<_>>()
        })
    });
    let answers = Memo::new(move |_| {
        let _ = incident.get();
        copy.all(&copy.changes.assignments, |_| ());
        waiting(copy, id)
    });
    let wants = Memo::new(move |_| {
        let open = copy.alarm(id).is_some_and(|alarm| !alarm.is_judged());
        let open = incident.with(|incident| incident.as_ref().map_or(open, Incident::is_open));
        open && desk.may(Right::Dispatch)
    });
    view! {
        {move || incident.get().map(|incident| view! { <Heading copy desk incident /> })}
        <ul class="sent" aria-label=move || desk.t(texts::SENT)>
            {move || going.get().unwrap_or_default().into_iter().map(|one| view! {
                <Sent copy desk one said answers />
            }).collect_view()}
        </ul>
        {move || wants.get().then(|| view! { <Send copy desk id people /> })}
    }
}

/// Its number, how far it is, and the next steps that a person takes.
#[component]
fn Heading(copy: &'static SiteCopy, desk: &'static Desk, incident: Incident) -> impl IntoView {
    let id = incident.id;
    let may = Memo::new(move |_| {
        let person = desk.person.get();
        let owner = copy
            .one(&copy.changes.incidents, &id)
            .map(|now| now.owner().cloned());
        let is_owner = owner.is_some_and(|owner| owner.is_some() && owner == person);
        is_owner || desk.may(Right::LeadShift)
    });
    let button = move |to: NextStage| {
        view! {
            <button data-move=format!("{to:?}").to_lowercase()
                disabled=move || desk.sending.get()
                on:click=move |_| desk.send(IncidentCommand::Move { incident: id, to })>
                {move || desk.t(move_words(to))}
            </button>
        }
    };
    let next = steps(&incident.stage);
    let stage = incident.stage.clone();
    let stage = move || incident_stage(&stage, desk.language.get());
    view! {
        <div class="incident" data-incident=id.to_string()>
            <span>{move || desk.t(INCIDENT)}" "<strong>{id.to_string()}</strong></span>
            <span data-stage="">{stage}</span>
            {move || may.get().then(|| next.iter().copied().map(button).collect_view())}
        </div>
        <NextCall copy desk about=Matter::Incident(id) />
    }
}

#[component]
fn Sent(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    one: Assignment,
    said: Signal<Said>,
    answers: Memo<Option<AssignmentId>>,
) -> impl IntoView {
    let id = one.id;
    let person = one.person.clone();
    let name = move || named(copy, &person, desk.language.get());
    let stage = one.stage.clone();
    let state = move || {
        let said = desk.t(stage_name(&stage));
        match &stage {
            Stage::Declined { reason } => format!("{said} · {}", desk.t(reason_name(*reason))),
            _ => said.to_owned(),
        }
    };
    let way = one
        .way
        .filter(|_| one.is_live() && !matches!(one.stage, Stage::OnScene { .. }));
    let is_going = matches!(one.stage, Stage::Accepted | Stage::OnTheWay);
    let live_way = Memo::new(move |_| {
        let now = copy.shown_at();
        errand(copy, id)?.part.way_words(now, desk.language.get())
    });
    let way = move || {
        let planned = || way_words(way.as_ref(), desk.language.get());
        let live = is_going.then(|| live_way.get()).flatten();
        live.or_else(|| way.is_some().then(planned))
    };
    let due_at = one.due_at;
    let late = one.late_at.is_some();
    // 静默: the silence is counted down, and is no lateness.
    let quiet_until = one.quiet_until;
    let left = move || {
        let fill =
            |words: Words, at| words.fill(desk.language.get(), &[&ages::left(at, copy.shown_at())]);
        match (quiet_until, due_at) {
            (Some(until), _) => Some(fill(texts::QUIET_LEFT, until)),
            (None, Some(at)) => Some(fill(texts::LEFT, at)),
            (None, None) => late.then(|| desk.t(texts::LATE).to_owned()),
        }
    };
    let waits = one.is_live() && !one.is_accepted();
    let radio = one.clone();
    let sentence = move || {
        let language = desk.language.get();
        let sign = copy.known(|known| {
            let state = known.view.person(&radio.person);
            radio_name(Some(known.estate), &radio.person, &state, language)
        });
        let sign = sign.unwrap_or_default();
        said.with(|said| radio_sentence(&sign, said, &radio, language))
    };
    let may = desk.may(Right::Dispatch) && one.is_live();
    let command = move |words, name: &'static str, command: fn(AssignmentId) -> DispatchCommand| {
        view! {
            <button data-part=name disabled=move || desk.sending.get()
                on:click=move |_| desk.send(command(id))>
                {move || desk.t(words)}
                {move || (name == "accept" && answers.get() == Some(id)).then(|| desk.key('R').map(|key| view! { <kbd>{key}</kbd> }))}
            </button>
        }
    };
    let is_there = matches!(one.stage, Stage::OnScene { .. });
    view! {
        <li data-assignment=id.to_string() class:live=one.is_live()>
            <span class="sent-name">{name}</span>
            <span class="stage">{state}</span>
            {one.support_asked_at.is_some().then(|| view! {
                <strong class="support">{move || desk.t(texts::SUPPORT_ASKED)}</strong>
            })}
            <span class="way" class:going=is_going>{way}</span>
            <span class="time-left num">{left}</span>
            <NextCall copy desk about=Matter::Assignment(id) />
            {waits.then(|| view! {
                <p class="radio"><span class="quiet">{move || desk.t(texts::READ_OUT)}</span>" "{sentence}</p>
            })}
            {may.then(|| view! {
                <span class="parts">
                    {waits.then(|| command(texts::ANSWER_FOR, "accept", |assignment| DispatchCommand::Accept { assignment }))}
                    {is_going.then(|| command(texts::ARRIVE, "arrive", |assignment| DispatchCommand::Arrive { assignment }))}
                    {is_there.then(|| command(texts::FINISH, "finish", |assignment| DispatchCommand::Finish { assignment }))}
                    {(!is_there).then(|| command(texts::RECALL, "recall", |assignment| DispatchCommand::Recall { assignment }))}
                </span>
            })}
            <Ladder copy desk about=Matter::Assignment(id) />
        </li>
    }
}

/// The button that names who is asked, and the list of the others.
#[component]
fn Send(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    people: People,
) -> impl IntoView {
    let candidates = Memo::new(move |before: Option<&Vec<Candidate>>| {
        // They walk.
        copy.now();
        copy.all(&copy.changes.assignments, |_| ());
        copy.people(|_| ());
        let now = ranked(copy, id);
        match before {
            Some(before) if people.listed.get() => in_order_of(before, now),
            Some(_) | None => now,
        }
    });
    let shown = Memo::new(move |_| {
        candidates.with(|all| {
            let shown = all.iter().take(NAMED_MAX);
            shown.map(|one| one.person.clone()).collect::<Vec<_>>()
        })
    });
    Effect::new(move |_| {
        people.named.set(Named {
            alarm: Some(id),
            people: shown.get(),
        });
    });
    on_cleanup(move || people.named.set(Named::default()));
    let words = move |one: &Candidate| {
        let language = desk.language.get();
        let name = named(copy, &one.person, language);
        match &one.way {
            Some(way) => format!("{name} {}", duration(way.seconds, language)),
            None => format!("{name} {}", texts::NO_WAY.get(language)),
        }
    };
    let hole_of = move |one: &Candidate| {
        let (hole, language) = (one.hole.as_ref()?, desk.language.get());
        copy.estate
            .with(|estate| Some(hole_words(estate.as_deref()?, hole, language)))
    };
    // The button stays the same one while its words change: what is pressed and let go a second later counts.
    let first = Memo::new(move |_| shown.with(|shown| shown.first().cloned()));
    let of_first = move || candidates.with(|all| all.first().cloned());
    let entry = move |person: PersonId| {
        let this = {
            let person = person.clone();
            Memo::new(move |_| {
                candidates.with(|all| {
                    let mut all = all.iter().enumerate();
                    all.find(|(_, one)| one.person == person)
                        .map(|(index, one)| (index, one.clone()))
                })
            })
        };
        let digit = move || this.with(|this| this.as_ref().map(|(index, _)| index + 1));
        let remarks = move || {
            let (_, one) = this.get()?;
            let language = desk.language.get();
            let mut remarks = vec![way_words(one.way.as_ref(), language)];
            if let Some(incident) = one.busy {
                remarks.push(texts::ON_ERRAND.fill(language, &[&incident.to_string()]));
            }
            if one.on_break {
                remarks.push(texts::ON_BREAK.get(language).to_owned());
            }
            remarks.extend(hole_of(&one));
            if one.silent {
                remarks.push(texts::SILENT.get(language).to_owned());
            }
            if one.radio_only {
                remarks.push(texts::RADIO_ONLY.get(language).to_owned());
            }
            Some(remarks.join(" · "))
        };
        let (name, sent) = (person.clone(), person.clone());
        view! {
            <button data-send=person.to_string() on:click=move |_| {
                people.list.run(false);
                send(desk, id, sent.clone());
            }>
                <kbd>{digit}</kbd>{move || named(copy, &name, desk.language.get())}
                <span class="quiet">" "{remarks}</span>
            </button>
        }
    };
    view! {
        <div class="actions send">
            {move || match first.get() {
                Some(person) => {
                    view! {
                        <button data-action="dispatch" disabled=move || desk.sending.get()
                            on:click=move |_| send(desk, id, person.clone())>
                            {move || desk.t(texts::DISPATCH)}" "{move || of_first().as_ref().map(words)}
                            {move || desk.key('D').map(|key| view! { <kbd>{key}</kbd> })}
                        </button>
                        {move || of_first().as_ref().and_then(hole_of).map(|words| view! {
                            <span class="hole" data-hole="">{words}</span>
                        })}
                        <button data-action="people" aria-expanded=move || people.listed.get().to_string()
                            on:click=move |_| people.list.run(!people.listed.get_untracked())>
                            {move || desk.t(texts::PEOPLE)}
                            {move || desk.key('D').map(|key| view! { <kbd>{format!("⇧{key}")}</kbd> })}
                        </button>
                    }.into_any()
                }
                None => view! { <p class="quiet">{move || desk.t(texts::NOBODY)}</p> }.into_any(),
            }}
        </div>
        {move || people.listed.get().then(|| view! {
            <div class="choices candidates" role="group" aria-label=move || desk.t(texts::SEND_PROMPT)>
                <For each=move || shown.get() key=Clone::clone children=entry />
            </div>
        })}
    }
}

fn named(copy: &'static SiteCopy, person: &PersonId, language: Language) -> String {
    let name = copy.known(|known| sign_and_name(known, person, language));
    name.unwrap_or_else(|| person.to_string())
}
