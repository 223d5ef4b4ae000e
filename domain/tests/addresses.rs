//! Addresses as operators type them, in the demo estate, and where what was found is.

use crate::common::{folder, id, read};
use castellan_domain::estate::{Estate, Found, SearchKey};
use castellan_domain::text::Language;

fn demo() -> Estate {
    let document = folder("../../assets/demo").join("estate.json");
    Estate::parse(read(&document).as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

fn ids(estate: &Estate, typed: &str, most: usize) -> Vec<String> {
    let found = estate.find(typed, most);
    found.into_iter().map(Found::id).collect()
}

#[test]
fn an_address_is_found_however_it_is_written() {
    let demo = demo();
    for (first, spellings) in [
        (
            "3-2-1502",
            &[
                "3-2-1502",
                " 3 2 1502 ",
                "３－２－１５０２",
                "3号楼2单元1502",
                "3号楼 2单元 1502室",
                "3栋2单元1502室",
                "3幢2单元1502房",
                "3号2单元1502号",
                "3#2-1502",
                "3#-2-1502",
                "3-2-15-02",
                "3-2-15层02",
                "3hl2dy1502",
                "3d2dy1502s",
                "3HL2DY1502",
                "Building 3 unit 2 room 1502",
                "building 3, unit 2, flat 1502",
            ][..],
        ),
        ("3-2-3A02", &["3-2-3a02", "3号楼2单元3A02"][..]),
        ("5-1-3301", &["5-3301", "5号楼3301室", "5-1-3301"][..]),
        ("3-1-1502", &["3-1502", "3号楼1502", "3号楼15层02"][..]),
        ("3-2", &["3-2", "3号楼2单元", "3#2单元", "3hl2dy"][..]),
        (
            "3-B1",
            &[
                "3-B1",
                "3号楼B1层",
                "3#b1",
                "3号楼 B1",
                "3hlb1c",
                "building 3 floor b1",
            ][..],
        ),
        (
            "3-15",
            &["3号楼15层", "3号楼15楼", "3hl15l", "3-2-15层", "3栋15F"][..],
        ),
        ("5-避难层", &["5号楼避难层", "5-避难层"][..]),
    ] {
        for typed in spellings {
            let found = ids(&demo, typed, 1);
            assert_eq!(found, [first], "{typed}");
        }
    }
}

#[test]
fn what_may_be_two_things_is_both_and_a_beginning_is_enough() {
    let demo = demo();
    // Unit 2, or the second floor.
    assert_eq!(ids(&demo, "3-2", 2), ["3-2", "3-2"]);
    assert!(matches!(
        demo.find("3-2", 2)[..],
        [Found::Unit(..), Found::Floor(..)]
    ));
    assert_eq!(ids(&demo, "3-1502", 2), ["3-1-1502", "3-2-1502"]);
    assert_eq!(ids(&demo, "3-2-15", 3), ["3-15", "3-2-1501", "3-2-1502"]);
    assert_eq!(ids(&demo, "3-2-150", 9), ["3-2-1501", "3-2-1502"]);
    for nowhere in [
        "3-2-1503",
        "3-4-1502",
        "13-2-1502",
        "3-2-1502-9",
        "3单元1502",
        "-",
        "3-",
    ] {
        let found = demo.find(nowhere, 9);
        let addressed = |thing: &Found<'_>| {
            matches!(thing, Found::Unit(..) | Found::Floor(..) | Found::Room(..))
        };
        assert!(!found.iter().any(addressed), "{nowhere}");
    }
}

#[test]
fn whatever_is_found_has_a_name_and_a_place_that_a_guard_can_be_sent_to() {
    let demo = demo();
    let first = |typed: &str| {
        *demo
            .find(typed, 1)
            .first()
            .unwrap_or_else(|| panic!("{typed}"))
    };
    for (typed, zh, en) in [
        (
            "3-2-1502",
            "3号楼 15层 2单元1502室",
            "Building 3 floor 15 unit 2 room 1502",
        ),
        ("3号楼2单元", "3号楼 2单元", "Building 3 unit 2"),
        ("3-B1", "3号楼 B1层", "Building 3 B1"),
        ("east-gate", "东门", "East gate"),
        ("gas-3-b1", "3号楼 B1层 走道", "Building 3 B1 corridor"),
        ("北责任区", "北责任区", "North beat"),
        ("wall-4", "周界 7–8区", "Perimeter 7–8"),
        ("会所", "会所", "Clubhouse"),
    ] {
        let place = first(typed).place(&demo).expect(typed);
        assert_eq!(demo.place_name(&place, Language::Zh), zh, "{typed}");
        assert_eq!(demo.place_name(&place, Language::En), en, "{typed}");
    }
    let room = first("3-2-1502");
    assert_eq!(room.name().zh.as_str(), "3号楼2单元1502室");
    assert_eq!(room.name().en.as_str(), "Building 3 unit 2 room 1502");
    assert_eq!(first("3-15层").name().en.as_str(), "Building 3 floor 15");
    let unit = demo.building(&id("3")).unwrap().unit("2").unwrap();
    assert_eq!(room.place(&demo).unwrap().at, unit.at);
    assert_eq!(first("王强").place(&demo), None, "where his phone says");
}

#[test]
fn a_post_is_found_by_its_initials() {
    let initials = |name: &str| {
        let words = name.chars().map(|c| match c {
            '东' => "d",
            '门' => "m",
            '岗' => "g",
            _ => "x",
        });
        SearchKey::new(words.collect::<Vec<_>>())
    };
    let demo = demo().with_search_keys(initials);
    assert!(ids(&demo, "dmg", 9).contains(&"east-gate".to_owned()));
}
