//! Every recording becomes a walk or is refused with a sentence: real files, and files made ugly.

use castellan_simulator::{gpx_walk, schedule};
use std::path::{Path, PathBuf};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/gpx")
        .join(name)
}

#[test]
fn real_walks_are_timed_from_what_they_recorded() {
    // File, points, and the first words of each note.
    let table: [(&str, usize, &[&str]); 4] = [
        (
            "korita-zbevnica.gpx",
            871,
            &[
                "intervals without a usable time: 35",
                "waits cut to 10 s: 5",
            ],
        ),
        (
            "Mojstrovka.gpx",
            184,
            &["intervals without a usable time: 18", "waits cut to 10 s"],
        ),
        (
            "cerknicko-without-times.gpx",
            296,
            &[
                "intervals without a usable time: 29",
                "waits cut",
                "points left out",
            ],
        ),
        (
            "track-with-empty-segment.gpx",
            9,
            &["waits cut to 10 s: 2 of 8"],
        ),
    ];
    for (name, count, notes) in table {
        let points = gpx_walk::read_file(&file(name)).unwrap();
        assert_eq!(points.len(), count, "{name}");
        let plan = schedule::plan(&points, 1.0);
        assert_eq!(plan.notes.len(), notes.len(), "{name}: {:?}", plan.notes);
        for (note, begins) in plan.notes.iter().zip(notes) {
            assert!(note.starts_with(begins), "{name}: {note}");
        }
        for pair in plan.steps.windows(2) {
            let wait = pair[1].due.checked_sub(pair[0].due).unwrap();
            assert!(
                (1..=10).contains(&wait.as_secs()),
                "{name}: a wait of {wait:?}"
            );
            assert!(wait <= schedule::WAIT_MAX, "{name}: a wait of {wait:?}");
        }
        assert_eq!(
            plan.steps.last().unwrap().at,
            points[count - 1].at,
            "{name}: its end is sent"
        );
    }
}

#[test]
fn what_is_no_walk_is_refused_with_a_sentence() {
    let deep = format!("<gpx version=\"1.1\"><extensions>{}", "<a>".repeat(50_000));
    // Each entity is ten of the one before: 10 GB when written out.
    let bomb: Vec<String> = (1..8)
        .map(|n| format!("<!ENTITY e{n} \"{}\">", format!("&e{};", n - 1).repeat(10)))
        .chain([format!("<!ENTITY e0 \"{}\">", "x".repeat(1_000))])
        .collect();
    let bomb = format!(
        "<!DOCTYPE g [{}]><gpx version=\"1.1\"><trk><name>&e7;</name></trk></gpx>",
        bomb.concat()
    );
    let walk =
        |points: &str| format!("<gpx version=\"1.1\"><trk><trkseg>{points}</trkseg></trk></gpx>");
    let two = |lat: &str, lon: &str| {
        walk(&format!(
            "<trkpt lat=\"45\" lon=\"14\"/><trkpt lat=\"{lat}\" lon=\"{lon}\"/>"
        ))
    };
    let table: [(&str, String, &str); 23] = [
        ("nothing", String::new(), "is empty"),
        ("white space", " \r\n\t ".to_owned(), "is empty"),
        ("only a mark", "\u{feff}".to_owned(), "is empty"),
        ("words", "not a recording".to_owned(), "not GPX"),
        (
            "a web page",
            "<!DOCTYPE html><html><body>404</body></html>".to_owned(),
            "not GPX",
        ),
        (
            "another XML",
            "<kml><Document/></kml>".to_owned(),
            "not GPX",
        ),
        ("no points", walk(""), "nothing to walk"),
        (
            "one point",
            walk("<trkpt lat=\"45\" lon=\"14\"/>"),
            "only one point",
        ),
        (
            "cut off",
            "<gpx version=\"1.1\"><trk><trkseg><trkpt lat=\"4".to_owned(),
            "broken",
        ),
        (
            "cut off between",
            "<gpx version=\"1.1\"><trk><trkseg>".to_owned(),
            "broken",
        ),
        (
            "crossed tags",
            "<gpx version=\"1.1\"><trk></gpx></trk>".to_owned(),
            "broken",
        ),
        ("no version", "<gpx><trk/></gpx>".to_owned(), "no version"),
        (
            "version 9",
            "<gpx version=\"9\"><trk/></gpx>".to_owned(),
            "version is unknown",
        ),
        ("too far north", two("91", "14"), "outside"),
        ("beyond the map", two("89", "14"), "point 2"),
        ("too far east", two("45", "999"), "outside"),
        ("NaN", two("NaN", "14"), "outside"),
        ("no number", two("north", "14"), "number"),
        ("no longitude", walk("<trkpt lat=\"45\"/>"), "no longitude"),
        (
            "a bad time",
            walk("<trkpt lat=\"45\" lon=\"14\"><time>soon</time></trkpt>"),
            "time",
        ),
        ("very deep", deep, "deep"),
        ("an unknown part", walk("<a/>"), "does not know <a>"),
        ("an entity bomb", bomb, "broken"),
    ];
    for (what, text, words) in table {
        let said = gpx_walk::read(text.as_bytes()).expect_err(what).to_string();
        assert!(said.contains(words), "{what}: {said}");
        assert!(
            !said.contains('\n') && said.chars().count() < 200,
            "{what}: {said}"
        );
    }
    for (name, words) in [
        ("unicode_with_bom.gpx", "no version"),
        ("custom_schema_locations.gpx", "nothing to walk"),
        ("there-is-no-such-file.gpx", "cannot be read"),
        ("", "cannot be read"),
    ] {
        let said = gpx_walk::read_file(&file(name))
            .expect_err(name)
            .to_string();
        assert!(said.contains(words), "{name}: {said}");
    }
}

#[test]
fn html_in_a_description_is_not_depth() {
    let lines = "<br><p>".repeat(500);
    let point = "<trkpt lat=\"45\" lon=\"14\"/>";
    let text = format!(
        "<gpx version=\"1.1\"><!--{lines}--><trk><desc><![CDATA[{lines}]]></desc>\
         <trkseg>{point}{point}</trkseg></trk></gpx>"
    );
    assert_eq!(gpx_walk::read(text.as_bytes()).unwrap().len(), 2);
}

#[test]
fn a_byte_order_mark_before_a_good_walk_changes_nothing() {
    let plain = std::fs::read(file("track-with-empty-segment.gpx")).unwrap();
    let marked = [b"\xEF\xBB\xBF".as_slice(), &plain].concat();
    assert_eq!(
        gpx_walk::read(&marked).unwrap(),
        gpx_walk::read(&plain).unwrap()
    );
}

#[test]
fn a_walk_cut_off_anywhere_is_refused_and_never_panics() {
    let whole = std::fs::read(file("track-with-empty-segment.gpx")).unwrap();
    let end = whole.len() - 1 - whole.iter().rev().position(|byte| *byte == b'>').unwrap();
    for length in 0..end {
        assert!(gpx_walk::read(&whole[..length]).is_err(), "{length} bytes");
    }
    // And with one byte changed: a walk or a sentence, but no panic.
    for index in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[index] ^= 0x15;
        if let Ok(points) = gpx_walk::read(&bytes) {
            assert!(!schedule::plan(&points, 1.0).steps.is_empty());
        }
    }
}
