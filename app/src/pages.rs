//! Every page, in one list: a page is a folder with a view, and a line here. The server gives the
//! app to whoever asks for one word, and this list knows which words there are.

use crate::page::{Page, Shows};
use crate::{cameras_page, console, guard_page, health, no_page, sheet, wall};

const PAGES: [Page; 6] = [
    Page {
        path: "/",
        name: "console",
        title: console::texts::TITLE,
        is_worked_at: true,
        asks_who: true,
        shows: Shows::WithinAll(console::view),
    },
    Page {
        path: "/g",
        name: "guard-page",
        title: guard_page::texts::TITLE,
        is_worked_at: false,
        asks_who: false,
        shows: Shows::Alone(guard_page::view),
    },
    Page {
        path: "/sheet",
        name: "sheet",
        title: sheet::texts::TITLE,
        is_worked_at: false,
        asks_who: true,
        shows: Shows::WithinAll(sheet::view),
    },
    Page {
        path: "/wall",
        name: "wall",
        title: wall::texts::TITLE,
        is_worked_at: false,
        asks_who: false,
        shows: Shows::Hung {
            audience: wall::audience,
            view: wall::view,
        },
    },
    Page {
        path: "/cameras",
        name: "cameras-page",
        title: cameras_page::texts::TITLE,
        is_worked_at: false,
        asks_who: true,
        shows: Shows::WithinAll(cameras_page::view),
    },
    Page {
        path: "/health",
        name: "health",
        title: health::texts::TITLE,
        is_worked_at: false,
        asks_who: true,
        shows: Shows::WithinAll(health::view),
    },
];

/// What is shown where there is no page.
const NO_PAGE: Page = Page {
    path: "",
    name: "no-page",
    title: no_page::texts::TITLE,
    is_worked_at: false,
    asks_who: false,
    shows: Shows::WithinAll(no_page::view),
};

/// The page at a path of the address.
pub fn page_at(path: &str) -> Page {
    let mut pages = PAGES.into_iter();
    pages.find(|page| page.path == path).unwrap_or(NO_PAGE)
}
