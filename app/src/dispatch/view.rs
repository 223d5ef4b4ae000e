//! The people of the selected alarm: who could be sent, and who was.

use super::hands::Hands;
use super::model::{
    NAMED_MAX, Named, Said, duration, hole_words, in_order_of, sent, skill_name, way_words,
    why_before_nearer,
};
use super::onward::{Onward, next_stage, onward};
use super::radio::next_speaker;
use super::ranked::{ranked, send};
use super::sent::Sent;
use super::texts;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::incidents::model::{move_words, stage_name as incident_stage, steps};
use crate::incidents::texts::INCIDENT;
use crate::ladders::NextCall;
use crate::names::sign_and_name;
use castellan_domain::access::Right;
use castellan_domain::dispatch::rank::Candidate;
use castellan_domain::estate::Role;
use castellan_domain::ids::{AlarmId, IncidentId, PersonId};
use castellan_domain::incident::{Incident, NextStage};
use castellan_domain::matter::Matter;
use castellan_domain::text::Language;
use leptos::prelude::*;

/// The incident of the selected alarm, who was sent, and who could be.
#[component]
pub fn Response(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    said: Signal<Said>,
    hands: Hands,
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
    // R and S mean that on which their keys stand.
    let next = Memo::new(move |_| {
        let incident = incident.get()?.id;
        copy.all(&copy.changes.assignments, |_| ());
        copy.known(|known| (onward(known, incident), next_stage(known, incident)))
    });
    Effect::new(move |_| {
        next.track();
        desk.come_to_stage();
    });
    let next = Memo::new(move |_| next.get()?.0);
    let radio = Memo::new(move |_| {
        let incident = incident.get()?.id;
        copy.all(&copy.changes.assignments, |_| ());
        let now = hands.spoken.get().map(|spoken| spoken.assignment);
        let next = copy.known(|known| next_speaker(known, incident, now));
        next.flatten()
    });
    let wants = Memo::new(move |_| {
        let open = copy.alarm(id).is_some_and(|alarm| !alarm.is_judged());
        let open = incident.with(|incident| incident.as_ref().map_or(open, Incident::is_open));
        open && desk.may(Right::Dispatch)
    });
    view! {
        {move || incident.get().map(|incident| view! { <Heading copy desk incident next go_on=hands.go_on /> })}
        <ul class="sent" aria-label=move || desk.t(texts::SENT)>
            {move || going.get().unwrap_or_default().into_iter().map(|one| view! {
                <Sent copy desk one said next radio hands />
            }).collect_view()}
        </ul>
        {move || wants.get().then(|| view! { <Send copy desk id hands /> })}
    }
}

/// Its number, how far it is, and the next steps that a person takes.
#[component]
fn Heading(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    incident: Incident,
    next: Memo<Option<Onward>>,
    go_on: Callback<(IncidentId, NextStage)>,
) -> impl IntoView {
    let id = incident.id;
    let may = Memo::new(move |_| {
        let person = desk.person.get();
        let owner = copy
            .one(&copy.changes.incidents, &id)
            .map(|now| now.owner().cloned());
        let is_owner = owner.is_some_and(|owner| owner.is_some() && owner == person);
        is_owner || desk.may(Right::LeadShift)
    });
    let all = steps(&incident.stage);
    let key = move |to: NextStage| {
        let key = desk.key('S').filter(|_| all.first() == Some(&to))?;
        let key = match next.get() {
            Some(Onward::Move(next)) if next == to => key.to_string(),
            _ if to == NextStage::Reopened => return None,
            _ => format!("⇧{key}"),
        };
        Some(view! { <kbd>{key}</kbd> })
    };
    let button = move |to: NextStage| {
        view! {
            <button data-move=format!("{to:?}").to_lowercase()
                disabled=move || desk.sending.get()
                on:click=move |_| go_on.run((id, to))>
                {move || desk.t(move_words(to))}{move || key(to)}
            </button>
        }
    };
    let stage = incident.stage.clone();
    let stage = move || incident_stage(&stage, desk.language.get());
    view! {
        <div class="incident" data-incident=id.to_string()>
            <span>{move || desk.t(INCIDENT)}" "<strong>{id.to_string()}</strong></span>
            <span data-stage="">{stage}</span>
            {move || may.get().then(|| all.iter().copied().map(button).collect_view())}
        </div>
        <NextCall copy desk about=Matter::Incident(id) />
    }
}

/// The button that names who is asked, and the list of the others.
#[component]
fn Send(copy: &'static SiteCopy, desk: &'static Desk, id: AlarmId, hands: Hands) -> impl IntoView {
    let candidates = Memo::new(move |before: Option<&Vec<Candidate>>| {
        // They walk.
        copy.now();
        copy.all(&copy.changes.assignments, |_| ());
        copy.people(|_| ());
        let now = ranked(copy, id);
        match before {
            Some(before) if hands.listed.get() => in_order_of(before, now),
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
        hands.named.set(Named {
            alarm: Some(id),
            people: shown.get(),
        });
    });
    on_cleanup(move || hands.named.set(Named::default()));
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
            remarks.extend(
                one.skill
                    .map(|skill| skill_name(skill).get(language).to_owned()),
            );
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
                hands.list.run(false);
                send(copy, desk, id, sent.clone());
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
                        <button class:main=move || hands.is_main.get() data-action="dispatch" disabled=move || desk.sending.get()
                            on:click=move |_| send(copy, desk, id, person.clone())>
                            {move || desk.t(texts::DISPATCH)}" "{move || of_first().as_ref().map(words)}
                            {move || desk.key('D').map(|key| view! { <kbd>{key}</kbd> })}
                        </button>
                        {move || candidates.with(|all| why_before_nearer(&guards(copy, all), desk.language.get())).map(|words| view! {
                            <span class="quiet" data-why="">{words}</span>
                        })}
                        {move || of_first().as_ref().and_then(hole_of).map(|words| view! {
                            <span class="hole" data-hole="">{words}</span>
                        })}
                        <button data-action="people" aria-expanded=move || hands.listed.get().to_string()
                            on:click=move |_| hands.list.run(!hands.listed.get_untracked())>
                            {move || desk.t(texts::PEOPLE)}
                            {move || desk.key('D').map(|key| view! { <kbd>{format!("⇧{key}")}</kbd> })}
                        </button>
                    }.into_any()
                }
                None => view! { <p class="quiet">{move || desk.t(texts::NOBODY)}</p> }.into_any(),
            }}
        </div>
        {move || hands.listed.get().then(|| view! {
            <div class="choices candidates" role="group" aria-label=move || desk.t(texts::SEND_PROMPT)>
                <For each=move || shown.get() key=Clone::clone children=entry />
            </div>
        })}
    }
}

/// Those whom the rule ranks.
fn guards(copy: &'static SiteCopy, all: &[Candidate]) -> Vec<Candidate> {
    let guards = copy.known(|known| {
        let is_guard = |one: &&Candidate| {
            let person = known.estate.person(&one.person);
            person.is_some_and(|person| person.role == Role::Guard)
        };
        all.iter().filter(is_guard).cloned().collect()
    });
    guards.unwrap_or_default()
}

fn named(copy: &'static SiteCopy, person: &PersonId, language: Language) -> String {
    let name = copy.known(|known| sign_and_name(known, person, language));
    name.unwrap_or_else(|| person.to_string())
}
