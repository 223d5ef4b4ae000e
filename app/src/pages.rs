//! Every page, in one list: a page is a folder with a view, and a line here. The server gives the
//! app to whoever asks for one word, and this list knows which words there are.

use crate::console;
use crate::page::{Page, Parts};
use crate::texts::Key;
use leptos::prelude::*;

const PAGES: [Page; 1] = [Page {
    path: "/",
    name: "console",
    title: Key::Console,
    is_worked_at: true,
    view: console::view,
}];

/// What is shown where there is no page.
const NO_PAGE: Page = Page {
    path: "",
    name: "no-page",
    title: Key::NoPage,
    is_worked_at: false,
    view: no_page,
};

/// The page at a path of the address.
pub fn page_at(path: &str) -> Page {
    let mut pages = PAGES.into_iter();
    pages.find(|page| page.path == path).unwrap_or(NO_PAGE)
}

fn no_page(parts: &Parts) -> AnyView {
    let Parts { desk, drawn, .. } = *parts;
    drawn.set(true);
    let link = |page: Page| {
        view! { <li><a href=page.path>{move || desk.t(page.title)}</a></li> }
    };
    view! {
        <h2>{move || desk.t(NO_PAGE.title)}</h2>
        <p>{move || desk.t(Key::NoPageAdvice)}</p>
        <ul>{PAGES.into_iter().map(link).collect_view()}</ul>
    }
    .into_any()
}
