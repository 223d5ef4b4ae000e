//! The operator's keys: what a key that goes down means.
//!
//! A letter is looked for where this keyboard prints it, if the browser tells; else at its place on
//! an American keyboard. The character that an event carries is asked for `?` alone, because a
//! Chinese input method may swallow letters. Each letter has a twin among the function keys that
//! browsers leave alone, but S and V: none is left for them.

use crate::layout::Layout;

/// What a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAction {
    /// 接警
    Claim,
    /// Opens the choice of a verdict.
    OpenVerdicts,
    /// 签收
    Acknowledge,
    /// No sound for a while.
    Mute,
    /// Opens the choice of a shelf.
    OpenShelf,
    /// Picks from what is being chosen, by its index.
    Pick(usize),
    /// Opens the note.
    Note,
    /// Opens the choice of what was done.
    OpenFollowUps,
    /// 派单: whoever is named on the button.
    Dispatch,
    /// Lists who else could be sent.
    ListPeople,
    /// Opens what a guard says on the radio; again, what the next one says.
    AnswerFor,
    /// The next stage: of whoever was sent, else of the incident.
    GoOn,
    /// The next stage of the incident, whoever is still there.
    MoveIncident,
    /// The next step of the procedure is done.
    TakeStep,
    /// The next step is left out, for a reason.
    SkipStep,
    /// Makes a picture large, then the next one of its place, at last none.
    Enlarge,
    /// Makes the picture before (−1) or after (1) the large one large.
    Turn(isize),
    /// Takes back what was just done.
    TakeBack,
    /// Shows the map from somewhere.
    See(See),
    /// Goes to the newest alarm.
    Newest,
    /// Goes up (−1) or down (1) in the queue.
    Move(isize),
    /// Goes a page up (−1) or down (1).
    Page(isize),
    /// Goes to an end of the queue.
    End(End),
    /// Opens the search.
    Search,
    /// 登记: somebody tells of something.
    Register,
    /// Shows the keys.
    Help,
    /// Leaves what is open, or the selection.
    Back,
}

/// From where the map is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum See {
    /// The whole estate.
    Whole,
    /// From straight above, north up.
    Plan,
    /// Tilted.
    Tilt,
}

impl See {
    /// By which the map's button is found.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Plan => "plan",
            Self::Tilt => "tilt",
        }
    }

    /// Of a key's place, while nothing is being chosen.
    fn of(place: &str) -> Option<Self> {
        match place {
            "Digit0" | "Numpad0" => Some(Self::Whole),
            "Digit2" | "Numpad2" => Some(Self::Plan),
            "Digit3" | "Numpad3" => Some(Self::Tilt),
            _ => None,
        }
    }
}

/// An end of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The top.
    First,
    /// The bottom.
    Last,
}

impl KeyAction {
    /// Whether it goes on for as long as its key is held: going along the queue does nothing else.
    const fn walks(self) -> bool {
        matches!(self, Self::Move(_) | Self::Page(_))
    }
}

/// A key that went down, and where.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what a browser says of a key, one for each; every combination occurs"
)]
pub struct Press<'a> {
    /// Its place.
    pub code: &'a str,
    /// The character it makes, or its name.
    pub key: &'a str,
    /// With the shift key.
    pub shift: bool,
    /// With a key that makes it the browser's or the system's.
    pub modified: bool,
    /// It is still held down.
    pub repeats: bool,
    /// It belongs to an input method that is composing.
    pub composes: bool,
    /// The focus is where one types.
    pub types: bool,
    /// The focus is on something that Enter uses, and Enter means nothing else there.
    pub on_control: bool,
    /// The focus is on something that arrows scroll.
    pub on_scroller: bool,
    /// Something is being chosen, by digit.
    pub choosing: bool,
    /// A picture is large.
    pub enlarged: bool,
    /// Nothing stands before the desk. Else the only keys are those of what stands there.
    pub at_desk: bool,
}

impl Press<'_> {
    /// Whether the input method has this key. Safari tells so by the old number alone.
    pub fn is_composing(key: &str, flag: bool, key_code: u32) -> bool {
        flag || key == "Process" || key_code == 229
    }

    /// The same of the browser's event.
    #[cfg(target_arch = "wasm32")]
    pub fn composes(event: &web_sys::KeyboardEvent) -> bool {
        Self::is_composing(&event.key(), event.is_composing(), event.key_code())
    }

    fn is_enter(&self) -> bool {
        matches!(self.code, "Enter" | "NumpadEnter")
    }
}

/// What a key means where letters are typed that are looked up or sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InField {
    /// Whatever the field or its input method does with it.
    Left,
    /// To the result so many places on.
    Move(isize),
    /// Enter: what is marked, or all of it.
    Done,
    /// Enter that stays down belongs to what came before.
    Held,
}

impl InField {
    /// Of a key by its place on the keyboard.
    pub fn of(code: &str, composes: bool, repeats: bool) -> Self {
        match code {
            _ if composes => Self::Left,
            "ArrowDown" => Self::Move(1),
            "ArrowUp" => Self::Move(-1),
            "Enter" | "NumpadEnter" if repeats => Self::Held,
            "Enter" | "NumpadEnter" => Self::Done,
            _ => Self::Left,
        }
    }

    /// Of the browser's event, which is then not for the browser.
    #[cfg(target_arch = "wasm32")]
    pub fn of_event(event: &web_sys::KeyboardEvent) -> Self {
        let key = Self::of(&event.code(), Press::composes(event), event.repeat());
        if key != Self::Left {
            event.prevent_default();
        }
        key
    }
}

/// What is to be done about a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// The browser does with it what it always does.
    Left,
    /// Nothing, and the browser does nothing either.
    Swallowed,
    /// The operator wants this.
    Wanted(KeyAction),
}

/// Hears keys, one after the other.
#[derive(Debug, Clone, Default)]
pub struct Ear {
    /// What went down outside of a text and has done its work, by its place. While it stays down it
    /// does nothing more, wherever the focus has gone meanwhile: a held Enter claims once, flips no
    /// switch twice, and a held T types no T into the note that it opened.
    spent: Option<String>,
}

impl Ear {
    /// What a key that went down means.
    pub fn hear(&mut self, press: &Press<'_>, layout: &Layout) -> Heard {
        if press.repeats {
            let is_spent = self.spent.as_deref() == Some(press.code);
            let walks = wanted(press, layout).filter(|action| action.walks());
            return match walks {
                Some(action) if is_spent => Heard::Wanted(action),
                Some(_) | None if is_spent => Heard::Swallowed,
                Some(_) | None => Heard::Left,
            };
        }
        self.spent = None;
        let wanted = wanted(press, layout);
        let enters = press.is_enter() && !press.composes && !press.types && !press.modified;
        if wanted.is_some() || enters {
            self.spent = Some(press.code.to_owned());
        }
        wanted.map_or(Heard::Left, Heard::Wanted)
    }
}

/// What a key means where it was pressed.
fn wanted(press: &Press<'_>, layout: &Layout) -> Option<KeyAction> {
    if press.composes || press.types || press.modified || !press.at_desk {
        return None;
    }
    action(press, layout).filter(|action| match action {
        KeyAction::Claim => !(press.on_control && press.is_enter()),
        // On a control it is the browser's.
        KeyAction::TakeStep | KeyAction::SkipStep => !press.on_control,
        KeyAction::Move(_) | KeyAction::Page(_) | KeyAction::End(_) | KeyAction::Turn(_) => {
            !press.on_scroller
        }
        _ => true,
    })
}

/// What a key means now. While something is being chosen, digits choose; else three of them are for the map.
fn action(press: &Press<'_>, layout: &Layout) -> Option<KeyAction> {
    // Wherever a keyboard has it: on a French one it lies where others have their M.
    if matches!(press.key, "?" | "？") {
        return Some(KeyAction::Help);
    }
    // A Chinese input method makes another character of it, at the same place.
    let slash = matches!(press.key, "/" | "／") || (press.code == "Slash" && press.key == "、");
    if slash || press.code == "NumpadDivide" {
        return Some(KeyAction::Search);
    }
    Some(match press.code {
        "F2" if press.shift => KeyAction::Acknowledge,
        "F4" if press.shift => KeyAction::OpenShelf,
        "F8" if press.shift => KeyAction::Mute,
        "F9" if press.shift => KeyAction::OpenFollowUps,
        "Enter" | "NumpadEnter" | "F2" => KeyAction::Claim,
        "F4" => KeyAction::OpenVerdicts,
        "F6" if press.shift => KeyAction::ListPeople,
        "F6" => KeyAction::Dispatch,
        "F7" if press.shift => KeyAction::Register,
        "F7" => KeyAction::AnswerFor,
        "Space" if press.shift => KeyAction::SkipStep,
        "Space" => KeyAction::TakeStep,
        "F9" => KeyAction::Note,
        "F8" => KeyAction::Newest,
        "ArrowDown" => KeyAction::Move(1),
        "ArrowUp" => KeyAction::Move(-1),
        "ArrowRight" if press.enlarged => KeyAction::Turn(1),
        "ArrowLeft" if press.enlarged => KeyAction::Turn(-1),
        "PageDown" => KeyAction::Page(1),
        "PageUp" => KeyAction::Page(-1),
        "Home" => KeyAction::End(End::First),
        "End" => KeyAction::End(End::Last),
        "Escape" => KeyAction::Back,
        "Backspace" => KeyAction::TakeBack,
        place => match layout.letter_at(place) {
            Some('X') => KeyAction::OpenVerdicts,
            Some('Q') => KeyAction::Acknowledge,
            Some('M') => KeyAction::Mute,
            Some('H') => KeyAction::OpenShelf,
            Some('T') => KeyAction::Note,
            Some('O') => KeyAction::OpenFollowUps,
            Some('D') if press.shift => KeyAction::ListPeople,
            Some('D') => KeyAction::Dispatch,
            Some('R') => KeyAction::AnswerFor,
            Some('S') if press.shift => KeyAction::MoveIncident,
            Some('S') => KeyAction::GoOn,
            Some('G') => KeyAction::Newest,
            Some('N') => KeyAction::Register,
            Some('V') => KeyAction::Enlarge,
            Some(_) | None if press.choosing => KeyAction::Pick(digit(place)?),
            Some(_) | None => KeyAction::See(See::of(place)?),
        },
    })
}

/// Which index a digit picks.
fn digit(place: &str) -> Option<usize> {
    let digit = place.strip_prefix("Digit");
    let digit = digit.or_else(|| place.strip_prefix("Numpad"))?;
    digit.parse::<usize>().ok()?.checked_sub(1)
}

#[cfg(test)]
mod tests;
