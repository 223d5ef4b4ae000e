//! What a page is, and what every page is given.

use crate::alarms::Open;
use crate::alarms::filter::Filter;
use crate::alarms::queue::Queue;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::map::SceneHandle;
use crate::texts::Words;
use castellan_domain::audience::Audience;
use leptos::prelude::*;

/// A page: a line in the table of pages.
pub struct Page {
    /// Where it is: one lower-case word behind the slash, or none.
    pub path: &'static str,
    /// What style sheets call it.
    pub name: &'static str,
    /// What people call it.
    pub title: Words,
    /// Whether somebody works at it: it counts as their console, can be heard, and the operator's keys act.
    pub is_worked_at: bool,
    /// Whether it is for somebody who is known. Then the tiles of who that is stand before it.
    pub asks_who: bool,
    /// What it shows.
    pub shows: Shows,
}

/// What a page shows.
pub enum Shows {
    /// What stands between the top bar and the edge of the screen, over a copy of the site. What is said of the
    /// link stands outside of it.
    WithinAll(fn(&Parts) -> AnyView),
    /// The whole of a phone: no top bar, no map, and no copy of the site.
    Alone(fn(&'static Desk) -> AnyView),
    /// The whole of a screen at which nobody works, over a copy of what its audience may see.
    Hung {
        /// Who stands before it.
        audience: fn() -> Audience,
        /// What it shows.
        view: fn(&Hung) -> AnyView,
    },
}

/// What a page at which nobody works is given.
pub struct Hung {
    /// What is known of the site.
    pub copy: &'static SiteCopy,
    /// Its language and its look.
    pub desk: &'static Desk,
    /// What moves or flashes on a map.
    pub scene: SceneHandle,
    /// Set once all of the page has been drawn.
    pub drawn: WriteSignal<bool>,
}

/// What every page is given.
pub struct Parts {
    /// What is known of the site.
    pub copy: &'static SiteCopy,
    /// Who looks at it.
    pub desk: &'static Desk,
    /// What moves or flashes on a map.
    pub scene: SceneHandle,
    /// The queue as it is shown.
    pub queue: Memo<Queue>,
    /// What of it is wanted.
    pub filter: RwSignal<Filter>,
    /// What is open beside the selected alarm.
    pub open: Open,
    /// What is said of a command that came to nothing.
    pub sentence: Signal<Option<String>>,
    /// Set once all of the page has been drawn.
    pub drawn: WriteSignal<bool>,
}
