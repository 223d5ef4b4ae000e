//! What each key means.

use super::*;

fn at<'a>(code: &'a str, key: &'a str) -> Press<'a> {
    Press {
        code,
        key,
        at_desk: true,
        ..Press::default()
    }
}

fn wanted(press: Press<'_>, layout: &Layout) -> Option<KeyAction> {
    match Ear::default().hear(&press, layout) {
        Heard::Wanted(action) => Some(action),
        Heard::Left | Heard::Swallowed => None,
    }
}

fn layout(keys: &[(&str, &str)]) -> Layout {
    let keys = keys
        .iter()
        .map(|(place, text)| ((*place).into(), (*text).into()));
    Layout::new(keys)
}

/// The keys that a French keyboard has elsewhere.
fn azerty() -> Layout {
    layout(&[
        ("KeyQ", "a"),
        ("KeyA", "q"),
        ("KeyW", "z"),
        ("KeyZ", "w"),
        ("Semicolon", "m"),
        ("KeyM", ","),
        ("KeyX", "x"),
        ("KeyT", "t"),
        ("KeyG", "g"),
        ("KeyH", "h"),
        ("Digit2", "é"),
    ])
}

fn qwertz() -> Layout {
    layout(&[
        ("KeyZ", "y"),
        ("KeyY", "z"),
        ("Minus", "ß"),
        ("Slash", "-"),
        ("KeyQ", "q"),
        ("KeyM", "m"),
        ("KeyX", "x"),
    ])
}

#[test]
fn on_a_french_keyboard_a_letter_is_where_it_is_printed() {
    let french = azerty();
    for (place, key, means) in [
        ("Semicolon", "m", Some(KeyAction::Mute)),
        ("KeyM", ",", None),
        ("KeyA", "q", Some(KeyAction::Acknowledge)),
        ("KeyQ", "a", None),
        ("KeyX", "x", Some(KeyAction::OpenVerdicts)),
        ("KeyT", "t", Some(KeyAction::Note)),
    ] {
        assert_eq!(wanted(at(place, key), &french), means, "{place}");
    }
    let help = Press {
        shift: true,
        ..at("KeyM", "?")
    };
    assert_eq!(wanted(help, &french), Some(KeyAction::Help));
    assert_eq!(wanted(help, &Layout::default()), Some(KeyAction::Help));
    let second = Press {
        choosing: true,
        ..at("Digit2", "é")
    };
    assert_eq!(wanted(second, &french), Some(KeyAction::Pick(1)));
    assert_eq!(french.label('M'), Some('M'));
}

#[test]
fn on_a_german_keyboard_the_question_mark_is_help_and_the_minus_is_not() {
    let german = qwertz();
    let help = Press {
        shift: true,
        ..at("Minus", "?")
    };
    assert_eq!(wanted(help, &german), Some(KeyAction::Help));
    assert_eq!(wanted(at("Slash", "-"), &german), None);
    assert_eq!(wanted(at("KeyM", "m"), &german), Some(KeyAction::Mute));
    // What the browser does not tell is where an American keyboard has it.
    assert_eq!(wanted(at("KeyT", "t"), &german), Some(KeyAction::Note));
}

#[test]
fn with_a_chinese_input_method_keys_act_and_what_it_composes_never_does() {
    let american = Layout::default();
    assert_eq!(wanted(at("Slash", "？"), &american), Some(KeyAction::Help));
    assert_eq!(
        wanted(at("KeyX", "x"), &american),
        Some(KeyAction::OpenVerdicts)
    );
    for (code, key, flag, key_code) in [
        ("KeyX", "Process", false, 0),
        ("KeyX", "x", true, 0),
        ("Enter", "Enter", false, 229),
        ("Enter", "Process", true, 229),
        ("Escape", "Escape", true, 27),
        ("Digit1", "Process", true, 229),
    ] {
        let press = Press {
            composes: Press::is_composing(key, flag, key_code),
            choosing: true,
            ..at(code, key)
        };
        assert_eq!(
            Ear::default().hear(&press, &american),
            Heard::Left,
            "{code}"
        );
    }
    assert!(!Press::is_composing("x", false, 88));
}

#[test]
fn the_enter_that_ends_a_composition_picks_and_sends_nothing() {
    for (key, flag, key_code) in [
        ("Enter", false, 229),
        ("Process", false, 0),
        ("Enter", true, 13),
    ] {
        let composes = Press::is_composing(key, flag, key_code);
        for code in ["Enter", "NumpadEnter", "ArrowDown"] {
            assert_eq!(InField::of(code, composes, false), InField::Left, "{code}");
        }
    }
    let composes = Press::is_composing("Enter", false, 13);
    assert_eq!(InField::of("Enter", composes, false), InField::Done);
    assert_eq!(InField::of("NumpadEnter", composes, true), InField::Held);
    assert_eq!(InField::of("ArrowUp", composes, true), InField::Move(-1));
    assert_eq!(InField::of("KeyA", composes, false), InField::Left);
}

#[test]
fn one_key_makes_pictures_large_and_arrows_turn_to_the_next_only_while_one_is() {
    let american = Layout::default();
    assert_eq!(wanted(at("KeyV", "v"), &american), Some(KeyAction::Enlarge));
    for (code, step) in [("ArrowRight", 1), ("ArrowLeft", -1)] {
        let press = at(code, code);
        assert_eq!(wanted(press, &american), None);
        let enlarged = Press {
            enlarged: true,
            ..press
        };
        assert_eq!(wanted(enlarged, &american), Some(KeyAction::Turn(step)));
        let on_map = Press {
            on_scroller: true,
            ..enlarged
        };
        assert_eq!(wanted(on_map, &american), None);
    }
}

#[test]
fn a_key_that_stays_down_has_done_its_work() {
    let american = Layout::default();
    let mut ear = Ear::default();
    let held = |press: Press<'static>| Press {
        repeats: true,
        ..press
    };
    let enter = at("Enter", "Enter");
    assert_eq!(ear.hear(&enter, &american), Heard::Wanted(KeyAction::Claim));
    assert_eq!(ear.hear(&held(enter), &american), Heard::Swallowed);
    // The note has the focus by now.
    let note = at("KeyT", "t");
    assert_eq!(ear.hear(&note, &american), Heard::Wanted(KeyAction::Note));
    let typed = Press {
        types: true,
        ..note
    };
    assert_eq!(ear.hear(&held(typed), &american), Heard::Swallowed);
    assert_eq!(ear.hear(&typed, &american), Heard::Left);
    assert_eq!(
        ear.hear(&held(typed), &american),
        Heard::Left,
        "a row of letters"
    );
}

#[test]
fn the_search_is_where_the_slash_is_printed_and_under_a_chinese_input_method() {
    let american = Layout::default();
    let shifted = Press {
        shift: true,
        ..at("Digit7", "/")
    };
    for press in [
        at("Slash", "/"),
        at("Slash", "、"),
        at("NumpadDivide", "/"),
        shifted,
    ] {
        assert_eq!(
            wanted(press, &american),
            Some(KeyAction::Search),
            "{}",
            press.code
        );
    }
    assert_eq!(wanted(at("Slash", "-"), &qwertz()), None);
    let typed = Press {
        types: true,
        ..at("Slash", "/")
    };
    assert_eq!(wanted(typed, &american), None);
}

#[test]
fn a_held_arrow_goes_on_along_the_queue_and_an_end_is_an_end() {
    let american = Layout::default();
    for (code, action, goes_on) in [
        ("ArrowDown", KeyAction::Move(1), true),
        ("ArrowUp", KeyAction::Move(-1), true),
        ("PageDown", KeyAction::Page(1), true),
        ("PageUp", KeyAction::Page(-1), true),
        ("Home", KeyAction::End(End::First), false),
        ("End", KeyAction::End(End::Last), false),
    ] {
        let mut ear = Ear::default();
        let press = at(code, code);
        assert_eq!(ear.hear(&press, &american), Heard::Wanted(action), "{code}");
        let held = Press {
            repeats: true,
            ..press
        };
        let again = if goes_on {
            Heard::Wanted(action)
        } else {
            Heard::Swallowed
        };
        assert_eq!(ear.hear(&held, &american), again, "{code}");
        let scrolled = Press {
            on_scroller: true,
            ..press
        };
        assert_eq!(wanted(scrolled, &american), None, "{code}");
    }
    // Held since before this page could hear it.
    let held = Press {
        repeats: true,
        ..at("ArrowDown", "ArrowDown")
    };
    assert_eq!(Ear::default().hear(&held, &american), Heard::Left);
}

#[test]
fn enter_on_a_button_is_the_buttons_and_uses_it_once() {
    let american = Layout::default();
    for at_desk in [true, false] {
        let mut ear = Ear::default();
        let enter = Press {
            on_control: true,
            at_desk,
            ..at("Enter", "Enter")
        };
        assert_eq!(ear.hear(&enter, &american), Heard::Left);
        let held = Press {
            repeats: true,
            on_control: !at_desk,
            ..enter
        };
        assert_eq!(ear.hear(&held, &american), Heard::Swallowed);
    }
    let twin = Press {
        on_control: true,
        ..at("F2", "F2")
    };
    assert_eq!(wanted(twin, &american), Some(KeyAction::Claim));
    let scrolled = Press {
        on_scroller: true,
        ..at("ArrowDown", "ArrowDown")
    };
    assert_eq!(wanted(scrolled, &american), None);
}

#[test]
fn behind_what_stands_before_the_desk_no_key_commands() {
    let american = Layout::default();
    for code in ["KeyX", "F2", "Escape", "ArrowDown", "Slash"] {
        let press = Press {
            at_desk: false,
            ..at(code, "?")
        };
        assert_eq!(Ear::default().hear(&press, &american), Heard::Left);
    }
}

#[test]
fn a_digit_picks_while_something_is_being_chosen_and_else_turns_the_map() {
    let means = |code, choosing| {
        let press = Press {
            choosing,
            ..at(code, "")
        };
        wanted(press, &Layout::default())
    };
    assert_eq!(means("Digit2", true), Some(KeyAction::Pick(1)));
    assert_eq!(means("Numpad4", true), Some(KeyAction::Pick(3)));
    assert_eq!(means("Digit4", false), None);
    assert_eq!(means("Digit2", false), Some(KeyAction::See(See::Plan)));
    assert_eq!(means("Numpad3", false), Some(KeyAction::See(See::Tilt)));
    assert_eq!(means("Digit0", false), Some(KeyAction::See(See::Whole)));
    assert_eq!(means("Digit0", true), None);
    assert_eq!(means("NumpadAdd", true), None);
}

#[test]
fn every_letter_of_the_alarm_has_a_function_key() {
    let american = Layout::default();
    for (letter, twin, shift) in [
        ("KeyX", "F4", false),
        ("KeyT", "F9", false),
        ("KeyG", "F8", false),
        ("KeyQ", "F2", true),
        ("KeyH", "F4", true),
        ("KeyM", "F8", true),
        ("KeyO", "F9", true),
    ] {
        let means = wanted(at(letter, ""), &american);
        assert!(means.is_some(), "{letter}");
        let twin = Press {
            shift,
            ..at(twin, twin)
        };
        assert_eq!(means, wanted(twin, &american), "{letter}");
    }
    assert_eq!(wanted(at("F2", "F2"), &american), Some(KeyAction::Claim));
}

#[test]
fn one_key_goes_on_and_with_shift_it_is_the_incident_that_does() {
    let american = Layout::default();
    let press = at("KeyS", "s");
    assert_eq!(wanted(press, &american), Some(KeyAction::GoOn));
    let shifted = Press {
        shift: true,
        ..at("KeyS", "S")
    };
    assert_eq!(wanted(shifted, &american), Some(KeyAction::MoveIncident));
    let held = Press {
        repeats: true,
        ..press
    };
    let mut ear = Ear::default();
    ear.hear(&press, &american);
    assert_eq!(
        ear.hear(&held, &american),
        Heard::Swallowed,
        "one stage a press"
    );
}

#[test]
fn what_was_done_is_taken_back_by_a_key_that_every_keyboard_has() {
    let backspace = at("Backspace", "Backspace");
    assert_eq!(wanted(backspace, &azerty()), Some(KeyAction::TakeBack));
}

#[test]
fn function_keys_that_browsers_use_are_left_alone() {
    for code in ["F1", "F3", "F5", "F10", "F11", "F12"] {
        for shift in [false, true] {
            let press = Press {
                shift,
                choosing: true,
                ..at(code, code)
            };
            assert_eq!(wanted(press, &Layout::default()), None, "{code}");
        }
    }
}
