//! Procedures from files, as somebody at the command line meets them: checked, served, printed.

use crate::common::{Castellan, estate, run, text};
use castellan_domain::estate::Estate;
use std::fs;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

/// A procedure of the estate's own in place of a default. Its name would be a tag, were it not escaped.
const GAS: &str = r#"
id = "gas"
name = { zh = "燃气<b>", en = "Gas <b>&\"" }
prohibitions = [{ zh = "禁明火", en = "No open flames" }]

[[steps]]
id = "ask"
words = { zh = "问", en = "Ask" }
who = "engineer"
deadline_s = 90
optional = true
release_doors = true
note = true
read_aloud = ["119"]
answers = [
    { id = "yes", label = { zh = "是", en = "Yes" }, to = "go" },
    { id = "no", label = { zh = "否", en = "No" }, to = "end" },
]

[[steps]]
id = "go"
words = { zh = "去", en = "Go" }
"#;

fn folder(file: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("gas.toml"), file).expect("a file");
    folder
}

fn said(output: &Output) -> String {
    let said = [&*output.stdout, &*output.stderr].concat();
    String::from_utf8(said).expect("words")
}

#[test]
fn check_names_each_fault_with_file_and_line_and_says_so_to_a_script() {
    let good = folder(GAS);
    let output = run(&["procedures", "check", text(good.path())]);
    assert_eq!(said(&output), "1 procedures hold.\n");
    assert!(output.status.success());
    let bad = folder(
        &GAS.replace("to = \"go\"", "to = \"ask\"")
            .replace("engineer", "king"),
    );
    let file = bad.path().join("gas.toml");
    let output = run(&["procedures", "check", text(good.path()), text(&file)]);
    let told = said(&output);
    let lines: Vec<_> = told.lines().collect();
    let line = |number: u32, rest: &str| format!("{}:{number}: {rest}", file.display());
    assert!(
        lines[0].starts_with(&line(9, "steps[1].who: `king` means nothing here")),
        "{told}"
    );
    let back = "steps[1].answers[1].to: this leads back: ask → ask; a procedure goes forward";
    assert_eq!(lines[1], line(16, back));
    assert!(
        lines[2].starts_with(&line(20, "steps[2]: nothing leads to the step `go`")),
        "{told}"
    );
    assert_eq!(lines[3..], ["3 faults; 1 procedures hold."]);
    assert_eq!(output.status.code(), Some(1));
    let output = run(&["procedures", "check"]);
    assert_eq!(
        said(&output),
        "The 28 procedures that come with castellan hold.\n"
    );
}

#[tokio::test]
async fn a_server_gives_displays_the_procedures_of_its_folder_and_the_other_defaults() {
    let (data, own) = (tempfile::tempdir().expect("a folder"), folder(GAS));
    let more = ["--procedures", text(own.path())];
    let server = Castellan::start_with(data.path(), &estate(), &more);
    let known = served(data.path());
    let procedure = |id: &str| known.procedure(&id.parse().expect("an id"));
    let steps = |id: &str| procedure(id).map(|procedure| procedure.steps().len());
    assert_eq!((steps("gas"), steps("fire")), (Some(2), Some(7)));
    let of = known.procedure_of(&"smoke_single".parse().expect("an id"));
    assert_eq!(of.map(|procedure| procedure.id().as_str()), Some("fire"));
    server.stop();
}

/// The document that a server has put under its hash.
fn served(data: &Path) -> Estate {
    let estates = data.join("sites/test-1/estates");
    let mut documents = fs::read_dir(estates).expect("documents");
    let document = documents.next().expect("one").expect("its name").path();
    Estate::parse(&fs::read(document).expect("bytes")).expect("an estate")
}

#[test]
fn a_server_does_not_start_with_a_fault_in_its_folder_and_names_it() {
    let data = tempfile::tempdir().expect("a folder");
    let bad = folder(&GAS.replace("deadline_s = 90", "deadline_s = 0"));
    let output = run(&[
        "serve",
        "--data",
        text(data.path()),
        "--estate",
        text(&estate()),
        "--procedures",
        text(bad.path()),
    ]);
    let told = said(&output);
    assert!(
        told.contains("gas.toml:10: steps[1].deadline_s: the number is 0"),
        "{told}"
    );
    assert!(!output.status.success());
}

#[tokio::test]
async fn cards_stand_alone_in_both_languages_and_name_the_estate_that_a_server_serves() {
    let (data, own) = (tempfile::tempdir().expect("a folder"), folder(GAS));
    let target = data.path().join("cards.html");
    let estate = estate();
    let output = run(&[
        "procedures",
        "print",
        text(&target),
        "--estate",
        text(&estate),
        "--procedures",
        text(own.path()),
        "--language",
        "en",
    ]);
    assert!(output.status.success(), "{}", said(&output));
    let page = fs::read_to_string(&target).expect("a page");
    let more = ["--procedures", text(own.path())];
    Castellan::start_with(data.path(), &estate, &more).stop();
    let estates = data.path().join("sites/test-1/estates");
    let document = fs::read_dir(estates)
        .expect("documents")
        .next()
        .expect("one");
    let hash = document.expect("its name").file_name();
    let hash = hash.to_str().expect("a hash").get(..12).expect("12 of it");
    let count = |part: &str| page.matches(part).count();
    assert_eq!(
        (
            count("lang=\"zh-CN\">\n<header>"),
            count("lang=\"en\">\n<header>")
        ),
        (28, 28)
    );
    assert_eq!(count(&format!("estate document {hash}")), 28);
    for part in [
        "id=\"en\" checked",
        "<h1>Gas &lt;b&gt;&amp;&quot;</h1>",
        "<p class=\"words\">Ask</p>\
         <p class=\"marks\">engineer · within 90 s from the start · if it applies · release the doors</p>\
         <p class=\"answer\">Yes → step 2</p><p class=\"answer\">No → end</p>\
         <p class=\"note\">Note:</p></div><p class=\"call\">☎ 119</p>",
        "<p class=\"marks\">工程 · 开始后 90 秒内 · 视情况 · 开门</p>\
         <p class=\"answer\">是 → 第 2 步</p><p class=\"answer\">否 → 结束</p>",
        "<p class=\"types\">用于：烟感报警（单点）、",
        "<dt>Place</dt><dd>Test estate</dd>",
        "<p>保安员不限制他人人身自由。</p>",
    ] {
        assert!(page.contains(part), "{part}");
    }
    let gas = page
        .find("<h1>燃气")
        .and_then(|at| page.get(at..))
        .expect("the card");
    let [forbidden, step] = ["禁明火", "class=\"words\""].map(|part| gas.find(part));
    assert!(forbidden < step, "prohibitions stand on top");
    for outside in ["http", "src=", "url(", "@import", "<script", "<link"] {
        assert_eq!(count(outside), 0, "{outside}");
    }
}
