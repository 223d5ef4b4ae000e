//! What the operator's hand is doing, so that nothing moves under it and no key hits a row that
//! only just came.

use super::settled::has_settled;
use crate::browser::mono;
use castellan_domain::time::Span;
use leptos::prelude::*;
use std::time::Duration;

/// The queue stays still this long after a row was focused.
const FOCUS_HOLDS: Duration = Duration::from_secs(10);

/// The hand, by the display's own clock.
pub(super) struct Hand {
    selected_at: StoredValue<Span>,
    step_at: StoredValue<Span>,
    stage_at: StoredValue<Span>,
    points: RwSignal<bool>,
    focuses: RwSignal<bool>,
    lets_go: StoredValue<Option<TimeoutHandle>>,
}

impl Hand {
    pub(super) fn new() -> Self {
        Self {
            selected_at: StoredValue::new(Span::ZERO),
            step_at: StoredValue::new(Span::ZERO),
            stage_at: StoredValue::new(Span::ZERO),
            points: RwSignal::new(false),
            focuses: RwSignal::new(false),
            lets_go: StoredValue::new(None),
        }
    }

    pub(super) fn selects(&self) {
        self.selected_at.set_value(mono());
    }

    pub(super) fn has_settled(&self) -> bool {
        has_settled(self.selected_at.get_value(), mono())
    }

    pub(super) fn comes_to_step(&self) {
        self.step_at.set_value(mono());
    }

    pub(super) fn step_has_settled(&self) -> bool {
        has_settled(self.step_at.get_value(), mono())
    }

    pub(super) fn comes_to_stage(&self) {
        self.stage_at.set_value(mono());
    }

    pub(super) fn stage_has_settled(&self) -> bool {
        has_settled(self.stage_at.get_value(), mono())
    }

    /// Whether it is on the queue.
    pub(super) fn holds(&self) -> bool {
        // Both are read, whatever the first one says: whoever asks waits for both.
        let (points, focuses) = (self.points.get(), self.focuses.get());
        points || focuses
    }

    pub(super) fn points(&self, on: bool) {
        self.points.set(on);
    }

    /// Focus holds for a while only: it stays where it is when nobody sits there any more.
    pub(super) fn focuses(&self, on: bool) {
        if let Some(before) = self.lets_go.get_value() {
            before.clear();
        }
        let focuses = self.focuses;
        focuses.set(on);
        // Without a timer, which only a page that is going away refuses, the queue stays still.
        let timer = on.then(|| set_timeout_with_handle(move || focuses.set(false), FOCUS_HOLDS));
        self.lets_go.set_value(timer.and_then(Result::ok));
    }
}
