//! The page: a header that says the most urgent thing, what there is to know below it, and what hands do at the
//! bottom, where a thumb in a glove reaches.

use super::hold::Hold;
use super::model::{
    Face, Heard, class, dots, due, main_button, place_words, sent_word, sign, sign_of, tapped,
    type_words, urgency,
};
use super::parts::{Decline, Duty, Idle, OfferBody, Picker, Switch, TaskBody, TaskHands};
use super::phone::{Phone, Said};
use super::state::Call;
use super::taps::{Sent, Taps};
use super::texts;
use crate::browser::{clock_text, sleep, time_zone, window};
use crate::desk::Desk;
use crate::live::model as live;
use crate::refusals::failure_sentence;
use crate::texts::Words;
use castellan_domain::guard_view::{GuardDuty, GuardTask};
use castellan_domain::staff::StaffCommand;
use castellan_domain::stream::Link;
use castellan_domain::text::Language;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// How long the hidden dots are shown.
const DOTS_MS: u32 = 2_000;

/// All of the page.
pub fn view(desk: &'static Desk) -> AnyView {
    let phone = Phone::open(desk);
    phone.follow();
    phone.forget_settled();
    let face = Memo::new(move |_| phone.face());
    // What a tap means must have stood for a moment before it is meant.
    let shape = Memo::new(move |_| face.with(Face::shape));
    Effect::new(move |_| {
        shape.track();
        phone.unsettle();
    });
    Effect::new(move |before: Option<Option<_>>| {
        let offer = face.with(|face| match face {
            Face::Offer(task) if !task.discreet => Some(task.assignment),
            Face::Offer(_) | Face::Task(_) | Face::Idle => None,
        });
        if offer.is_some() && before.is_some_and(|before| before != offer) {
            announce(phone);
        }
        offer
    });
    // Once somebody has the call, the phone need not sound.
    Effect::new(move |_| {
        if phone.heard(false) == Some(Heard::Taken)
            && let Some(speaker) = phone.speaker_if_open()
            && speaker.sounding.get_untracked().is_some()
        {
            phone.ring(false);
        }
    });
    let link = move || live::class(phone.link.get());
    let waits_for_person = move || desk.person.with(Option::is_none);
    view! {
        <main class="guard-page" data-face=move || face.with(Face::name) data-link=link
            on:contextmenu=|event| event.prevent_default()>
            {move || if waits_for_person() {
                view! { <Picker phone /> }.into_any()
            } else {
                view! {
                    <Head phone face />
                    <Strips phone />
                    <Body phone face />
                    <Hands phone face />
                }.into_any()
            }}
        </main>
    }
    .into_any()
}

/// An offer has come: the phone shakes, and chimes if it may.
fn announce(phone: &'static Phone) {
    let navigator = js_sys::Reflect::get(&window(), &"navigator".into());
    if let Ok(navigator) = navigator
        && let Ok(vibrate) = js_sys::Reflect::get(&navigator, &"vibrate".into())
        && let Ok(vibrate) = wasm_bindgen::JsCast::dyn_into::<js_sys::Function>(vibrate)
    {
        let pattern = js_sys::Array::of3(&300.into(), &150.into(), &300.into());
        // A phone that cannot is silent.
        let _ = vibrate.call1(&navigator, &pattern);
    }
    if let Some(speaker) = phone.speaker_if_open() {
        speaker.test(castellan_domain::estate::Sound::Chimes);
    }
}

/// What is most urgent, and how the page stands to the server. Held for two seconds at its left it calls for help,
/// and nothing on it changes.
#[component]
fn Head(phone: &'static Phone, face: Memo<Face>) -> impl IntoView {
    let desk = phone.desk;
    let language = move || desk.language.get();
    let task = move || face.with(|face| face.task().cloned());
    let look = move || match face.get() {
        Face::Offer(task) => format!("g-head offer {}", class(&task)),
        Face::Task(task) => format!("g-head {}", class(&task)),
        Face::Idle => "g-head".to_owned(),
    };
    let left = move || task().and_then(|task| due(&task, phone.shown_at(), language()));
    let who = move || match face.get() {
        Face::Offer(task) => view! {
            <i class="g-sign" aria-hidden="true">{sign_of(&task)}</i>
            <h1>{urgency(&task).get(language())}</h1>
        }
        .into_any(),
        Face::Task(task) => view! {
            <i class="g-sign" aria-hidden="true">{sign_of(&task)}</i>
            <h1>{title(&task, language())}</h1>
        }
        .into_any(),
        Face::Idle => {
            let view = phone.ahead();
            let named = view.as_ref().map(|view| sign(&view.named, language()));
            let duty = view.map(|view| desk.t(duty_word(view.duty)));
            view! { <h1>{named}</h1><span class="g-duty">{duty}</span> }.into_any()
        }
    };
    let is_offer = move || face.with(Face::is_offer);
    view! {
        <header class=look>
            <Hold phone silent=true class="g-who">{who}</Hold>
            {move || if is_offer() {
                view! { <span class="g-left num">{move || left().map(|(words, _)| words)}</span> }.into_any()
            } else {
                view! { <LinkState phone /> }.into_any()
            }}
            {move || is_offer().then(|| view! {
                <span class="g-drain" aria-hidden="true">
                    <i style:width=move || format!("{}%", left().map_or(0, |(_, left)| left))></i>
                </span>
            })}
        </header>
    }
}

fn title(task: &GuardTask, language: Language) -> String {
    format!(
        "{} {}",
        place_words(task, language),
        type_words(task, language)
    )
}

const fn duty_word(duty: GuardDuty) -> Words {
    match duty {
        GuardDuty::Assumed | GuardDuty::On { .. } => texts::ON_DUTY,
        GuardDuty::Break { .. } => texts::BREAK,
        GuardDuty::Off => texts::NOT_ON_DUTY,
    }
}

/// Whether the page is live. Tapped it shows for a moment how far a silent call is, by dots and nothing else.
#[component]
fn LinkState(phone: &'static Phone) -> impl IntoView {
    let desk = phone.desk;
    let shows = RwSignal::new(false);
    let words = move || {
        let waiting = phone.taps.with(Taps::waiting);
        match phone.link.get() {
            Link::Connecting => desk.t(texts::CONNECTING).to_owned(),
            Link::Live => desk.t(texts::ONLINE).to_owned(),
            Link::Unsure => desk.t(texts::UNSURE).to_owned(),
            Link::Stale { .. } if waiting > 0 => {
                texts::OFFLINE_WAITING.fill(desk.language.get(), &[&waiting.to_string()])
            }
            Link::Stale { .. } => desk.t(texts::OFFLINE).to_owned(),
        }
    };
    let show = move |_| {
        shows.set(true);
        spawn_local(async move {
            sleep(DOTS_MS).await;
            shows.set(false);
        });
    };
    view! {
        <span class="g-link" role="status" on:click=show>
            <i class="dot" aria-hidden="true"></i>
            <span>{words}{move || shows.get().then(|| dots(phone.heard(true)))}</span>
        </span>
    }
}

/// What must be known before anything else: old, not recorded, not there.
#[component]
fn Strips(phone: &'static Phone) -> impl IntoView {
    let desk = phone.desk;
    let since = move || match phone.link.get() {
        Link::Stale { since } => Some(since),
        Link::Connecting | Link::Live | Link::Unsure => None,
    };
    let said = move || {
        phone.said.with(|said| match said.as_ref()? {
            Said::Words(words) => Some(desk.t(*words).to_owned()),
            Said::Failed(failure) => Some(failure_sentence(failure, None, desk.language.get())),
        })
    };
    view! {
        {move || since().map(|since| view! {
            <p class="g-strip offline" role="alert">
                {texts::OFFLINE_SINCE.fill(desk.language.get(), &[&clock_text(since, &time_zone())])}
            </p>
        })}
        {move || (phone.not_recording.get() && since().is_none()).then(|| view! {
            <p class="g-strip offline" role="alert">{desk.t(texts::NOT_RECORDING)}</p>
        })}
        {move || said().map(|words| view! { <p class="g-strip said" role="alert">{words}</p> })}
    }
}

/// What there is to know.
#[component]
fn Body(phone: &'static Phone, face: Memo<Face>) -> impl IntoView {
    view! {
        // It scrolls, by keys too.
        <div class="g-body" tabindex="0">
            <Switch phone face />
            {move || match face.get() {
                Face::Offer(task) => view! { <OfferBody phone task /> }.into_any(),
                Face::Task(task) => view! { <TaskBody phone task /> }.into_any(),
                Face::Idle => view! { <Idle phone /> }.into_any(),
            }}
        </div>
    }
}

/// What hands do, in the lower third.
#[component]
fn Hands(phone: &'static Phone, face: Memo<Face>) -> impl IntoView {
    let desk = phone.desk;
    let asking = RwSignal::new(false);
    // Whoever is asked something else, is not asked why they declined this, or how long they are silent.
    let about = Memo::new(move |_| face.with(Face::shape));
    Effect::new(move |_| {
        about.track();
        asking.set(false);
    });
    // Each of what it needs alone: a button that is pressed stays while anything else changes.
    let says = Memo::new(move |_| face.with(|face| main_button(face.task()?)));
    let off = Memo::new(move |_| {
        let duty = phone.ahead().map(|view| view.duty);
        duty == Some(GuardDuty::Off)
    });
    let asked =
        Memo::new(move |_| face.with(|face| Some((face.is_offer(), face.task()?.assignment))));
    let main = move || {
        if let Some((words, command)) = says.get() {
            let name = command.name();
            let look = if name == "accept" {
                "g-main"
            } else {
                "g-main go"
            };
            return Some(view! {
                <button class=look data-tap=name on:click=move |_| phone.tap(command.clone())>{desk.t(words)}</button>
            }.into_any());
        }
        let person = desk.person.get().filter(|_| off.get())?;
        Some(
            view! {
                <button class="g-main" data-tap="go_on_duty" on:click=move |_| {
                    phone.tap(StaffCommand::GoOnDuty { person: person.clone() });
                }>{desk.t(texts::GO_ON_DUTY)}</button>
            }
            .into_any(),
        )
    };
    view! {
        <footer class="g-hands">
            <LastTap phone />
            {move || if asking.get() { None } else { main() }}
            {move || match asked.get() {
                Some((true, assignment)) => view! { <Decline phone assignment asking /> }.into_any(),
                Some((false, assignment)) => view! { <TaskHands phone face assignment asking /> }.into_any(),
                None => view! { <Duty phone /> }.into_any(),
            }}
            <Sos phone />
        </footer>
    }
}

/// How far the last tap is: in one of three words.
#[component]
fn LastTap(phone: &'static Phone) -> impl IntoView {
    let desk = phone.desk;
    let words = move || {
        phone.taps.with(|taps| {
            let tap = taps.newest()?;
            let waiting = taps.waiting();
            let language = desk.language.get();
            let more =
                (waiting > 1).then(|| texts::WAITING.fill(language, &[&waiting.to_string()]));
            let what = tapped(&tap.command)?.get(language).replace('\u{3000}', "");
            let parts = [
                Some(format!("{what} · {}", sent_word(tap.sent).get(language))),
                more,
            ];
            let name = match tap.sent {
                Sent::Not => "not",
                Sent::Yes => "yes",
                Sent::Received => "received",
            };
            Some((
                name,
                parts.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            ))
        })
    };
    move || {
        words().map(|(name, words)| {
            view! {
                <p class="g-tap" role="status" data-sent=name>{words}</p>
            }
        })
    }
}

/// The call for help, and how far it is.
#[component]
fn Sos(phone: &'static Phone) -> impl IntoView {
    let desk = phone.desk;
    let loud = phone.calls.loud;
    let taken_by = move || {
        phone.told.with(|told| {
            let call = told.as_ref()?.1.call.as_ref().filter(|call| !call.silent)?;
            call.taken_by
                .as_ref()
                .map(|one| sign(one, desk.language.get()))
        })
    };
    let words = move || {
        if loud.get() == Some(Call::Failed) {
            return desk.t(texts::SOS_FAILED).to_owned();
        }
        match phone.heard(false) {
            None => desk.t(texts::HOLD_SOS).to_owned(),
            Some(Heard::Waits) if phone.is_offline() => desk.t(texts::SOS_NOT_SENT).to_owned(),
            Some(Heard::Waits) => desk.t(texts::SOS_SENT).to_owned(),
            Some(Heard::Received) => desk.t(texts::SOS_RECEIVED).to_owned(),
            Some(Heard::Taken) => {
                let by = taken_by().unwrap_or_default();
                texts::SOS_TAKEN.fill(desk.language.get(), &[&by])
            }
        }
    };
    let sounds = move || {
        loud.track();
        let speaker = phone.speaker_if_open();
        speaker.is_some_and(|speaker| speaker.sounding.get().is_some())
    };
    view! {
        <div class="g-sos-row">
            <Hold phone silent=false class="g-sos">{words}</Hold>
            {move || sounds().then(|| view! {
                <button class="g-sub" data-action="stop-sound" on:click=move |_| phone.ring(false)>
                    {desk.t(texts::SOS_STOP_SOUND)}
                </button>
            })}
        </div>
    }
}
