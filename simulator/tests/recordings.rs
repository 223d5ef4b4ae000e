//! Every recording becomes a walk or is refused with a sentence: real files, and files made ugly.

use castellan_simulator::{gpx_walk, schedule};
use proptest::prelude::*;
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
        let walk = gpx_walk::read_file(&file(name)).unwrap();
        assert_eq!(walk.unreadable, 0, "{name}");
        let points = walk.points;
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
    let table: [(&str, String, &str); 19] = [
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
        ("too far north", two("91", "14"), "outside"),
        ("beyond the map", two("89", "14"), "point 2"),
        ("too far east", two("45", "999"), "outside"),
        ("NaN", two("NaN", "14"), "point 2"),
        ("no number", two("north", "14"), "latitude of point 2"),
        ("no longitude", walk("<trkpt lat=\"45\"/>"), "no longitude"),
        ("very deep", deep, "deep"),
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
        ("unicode_with_bom.gpx", "1 single waypoints"),
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
fn files_with_one_odd_tag_are_walks_all_the_same() {
    for name in ["empty-elevation", "satellites-with-point", "speed-in-1.1"] {
        let walk = gpx_walk::read_file(&file(&format!("gpx-{name}.gpx"))).unwrap();
        assert_eq!((walk.points.len(), walk.unreadable), (2, 0), "{name}");
    }
}

/// A walk of two points, the first of which holds this.
fn walk_with(inside: &str) -> gpx_walk::Walk {
    let text = format!(
        "<gpx version=\"1.1\"><trk><trkseg><trkpt lat=\"30.28\" lon=\"120.11\">{inside}</trkpt>\
         <trkpt lat=\"30.281\" lon=\"120.11\"/></trkseg></trk></gpx>"
    );
    let walk = gpx_walk::read(text.as_bytes());
    walk.unwrap_or_else(|refusal| panic!("{inside:?} costs the walk: {refusal}"))
}

#[test]
fn what_a_recorder_writes_oddly_costs_that_tag_and_not_the_walk() {
    let time = Some(1_335_866_400_000);
    // What stands in the point, its height, its time, and how many tags could not be read.
    let table: [(&str, Option<f64>, Option<i64>, usize); 20] = [
        ("<ele></ele>", None, None, 0),
        ("<ele/><time/>", None, None, 0),
        ("<time> \n </time>", None, None, 0),
        ("<time>\n  2012-05-01T10:00:00Z\t</time>", None, time, 0),
        (
            "<time><![CDATA[2012-05-01T10:00:00Z]]></time>",
            None,
            time,
            0,
        ),
        ("<time>2012-05-01T18:00:00.000+08:00</time>", None, time, 0),
        ("<time>2012-05-01T10:00:00</time>", None, time, 0),
        ("<time>soon</time><ele>7</ele>", Some(7.0), None, 1),
        ("<time>2012-13-01T10:00:00Z</time>", None, None, 1),
        ("<time>1335866400</time>", None, None, 1),
        ("<ele>high</ele>", None, None, 1),
        ("<ele>NaN</ele><ele>1e999</ele>", None, None, 2),
        ("<ele> 12.5 </ele>", Some(12.5), None, 0),
        ("<sat>7.0</sat><fix></fix><hdop>-</hdop>", None, None, 0),
        ("<speed>1.2</speed><course/>", None, None, 0),
        ("<link/><link href=\"\"><text/></link>", None, None, 0),
        (
            "<extensions><ele>9</ele><time>soon</time></extensions>",
            None,
            None,
            0,
        ),
        ("<x:y xmlns:x=\"urn:x\"><x:time/></x:y>", None, None, 0),
        ("words between", None, None, 0),
        (
            "<ele>1</ele><time>2012-05-01T10:00:00Z</time>",
            Some(1.0),
            time,
            0,
        ),
    ];
    for (inside, altitude_m, at_ms, unreadable) in table {
        let walk = walk_with(inside);
        assert_eq!(walk.points.len(), 2, "{inside}");
        let first = walk.points[0];
        assert_eq!(
            (first.altitude_m, first.at_ms),
            (altitude_m, at_ms),
            "{inside}"
        );
        assert_eq!(walk.unreadable, unreadable, "{inside}");
        assert_eq!(walk.points[1].at_ms, None, "{inside}");
    }
}

#[test]
fn a_walk_needs_no_version_and_may_have_a_prefix() {
    let points =
        "<g:trkpt lat=\" 30.28 \" lon=\"120.11\"/><g:trkpt lat=\"30.281\" lon=\"120.11\"/>";
    let text = format!(
        "<g:gpx xmlns:g=\"http://www.topografix.com/GPX/1/0\"><g:trk><g:trkseg>{points}\
         </g:trkseg></g:trk></g:gpx>"
    );
    assert_eq!(gpx_walk::read(text.as_bytes()).unwrap().points.len(), 2);
}

proptest! {
    #[test]
    fn no_words_in_a_point_cost_the_walk(
        tag in prop::sample::select(vec!["ele", "time", "sat", "speed", "fix", "hdop", "name", "type"]),
        words in "[ \\t\\n0-9a-zA-Z.:+TZ-]{0,24}",
    ) {
        let walk = walk_with(&format!("<{tag}>{words}</{tag}>"));
        prop_assert_eq!(walk.points.len(), 2);
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
    let walk = gpx_walk::read(text.as_bytes()).unwrap();
    assert_eq!(walk.points.len(), 2);
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
        if let Ok(walk) = gpx_walk::read(&bytes) {
            assert!(!schedule::plan(&walk.points, 1.0).steps.is_empty());
        }
    }
}
