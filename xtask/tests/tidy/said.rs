//! What a crate shows to others is said in a sentence: its types, functions and constants. A field
//! whose name says it needs none.

use super::File;

const SHOWN: [&str; 9] = [
    "pub fn ",
    "pub const fn ",
    "pub async fn ",
    "pub struct ",
    "pub enum ",
    "pub trait ",
    "pub type ",
    "pub const ",
    "pub static ",
];

/// Public types, functions and constants without a sentence before them.
pub(crate) fn unsaid(files: &[File]) -> Vec<String> {
    let sources = files.iter().filter(|file| file.path.contains("/src/"));
    let sources = sources.filter(|file| file.ends_with(&["rs"]) && !is_test(&file.path));
    sources.flat_map(unsaid_in).collect()
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs")
}

fn unsaid_in(file: &File) -> Vec<String> {
    let text = file.text.as_deref().unwrap_or_default();
    // What a test module shows is for its tests.
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let told = lines.iter().enumerate().filter(|(at, line)| {
        // A list's own pattern is said where the list is written.
        let is_pattern = line.contains('$');
        let shown = SHOWN.iter().any(|shown| line.starts_with(shown));
        shown && !is_pattern && !is_said(&lines[..*at])
    });
    told.map(|(at, line)| format!("{}:{}: {line}", file.path, at + 1))
        .collect()
}

/// Whether the lines before end with a sentence, attributes aside.
fn is_said(before: &[&str]) -> bool {
    let mut rest = before.iter().rev();
    let mut depth = 0_usize;
    rest.find_map(|line| {
        // An attribute over several lines is read from its end.
        let closes = line.matches(']').count();
        let opens = line.matches('[').count();
        let inside = depth > 0;
        depth = (depth + closes).saturating_sub(opens);
        if inside || depth > 0 || line.starts_with("#[") || line.starts_with("$(") {
            None
        } else {
            Some(line.starts_with("///") || line.starts_with("//!"))
        }
    })
    .unwrap_or(false)
}

#[test]
fn what_is_shown_without_a_word_is_found() {
    let file = |text: &str| [File::new("domain/src/door.rs", text)];
    for said in [
        "/// A door.\npub struct Door {\n    pub open: bool,\n}\n",
        "/// A door.\n#[derive(Debug)]\n#[serde(\n    rename = \"x\",\n    tag = \"y\"\n)]\npub enum Door {}\n",
        "impl Door {\n    /// Opens.\n    #[must_use]\n    pub fn open(self) {}\n}\n",
        "fn own() {}\npub(crate) fn near() {}\n",
        "#[cfg(test)]\nmod tests {\n    pub fn helper() {}\n}\n",
    ] {
        assert_eq!(unsaid(&file(said)), [""; 0], "{said}");
    }
    let bare = unsaid(&file("use x;\n\n#[derive(Debug)]\npub struct Door;\n"));
    assert_eq!(bare, ["domain/src/door.rs:4: pub struct Door;"]);
    assert_eq!(
        unsaid(&file("impl A {\n    pub const fn f() {}\n}\n")).len(),
        1
    );
}
