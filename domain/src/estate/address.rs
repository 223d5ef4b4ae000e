//! Addresses as people type and say them: `3-2-1502`, `3号楼2单元1502室`, `3#2-1502`, `3hl2dy1502`,
//! `Building 3 unit 2 room 1502`.

use super::building::{Building, Label, Unit};
use super::document::Estate;
use super::found::Found;

/// What a part of an address is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// Only a stroke or a space follows it: it may be anything.
    Bare,
    Building,
    Unit,
    Floor,
    Room,
}

#[derive(Debug, PartialEq, Eq)]
struct Part {
    text: String,
    mark: Mark,
}

/// What stands after a part and says what it is; the longer ones first.
const AFTER: [(&str, Mark); 11] = [
    ("号楼", Mark::Building),
    ("栋", Mark::Building),
    ("幢", Mark::Building),
    ("座", Mark::Building),
    ("#", Mark::Building),
    ("单元", Mark::Unit),
    ("层", Mark::Floor),
    ("楼", Mark::Floor),
    ("室", Mark::Room),
    ("房", Mark::Room),
    ("号", Mark::Bare),
];
/// The same by the initials of their pinyin, after a digit; `f` is English.
const INITIALS: [(&str, Mark); 8] = [
    ("hl", Mark::Building),
    ("dy", Mark::Unit),
    ("d", Mark::Building),
    ("z", Mark::Building),
    ("c", Mark::Floor),
    ("l", Mark::Floor),
    ("f", Mark::Floor),
    ("s", Mark::Room),
];
/// What stands before a part.
const BEFORE: [(&str, Mark); 5] = [
    ("building ", Mark::Building),
    ("unit ", Mark::Unit),
    ("floor ", Mark::Floor),
    ("room ", Mark::Room),
    ("flat ", Mark::Room),
];

impl Estate {
    /// The units, floors and rooms that a typed address may mean: what it names whole, then the
    /// rooms whose number begins so.
    pub(super) fn at_address(&self, typed: &str) -> Vec<Found<'_>> {
        let parts = parts(typed);
        let Some((first, rest)) = parts.split_first() else {
            return Vec::new();
        };
        // A unit or a room without its building is no address.
        let is_first = matches!(first.mark, Mark::Bare | Mark::Building | Mark::Floor);
        let is_meant = |building: &&Building| is_first && is_called(building, &first.text);
        let buildings = self.buildings.iter().filter(is_meant);
        buildings
            .flat_map(|building| inside(building, rest))
            .collect()
    }
}

/// What the parts after the building mean in it.
fn inside<'a>(building: &'a Building, rest: &[Part]) -> Vec<Found<'a>> {
    match rest {
        [one] => {
            let mut found = Vec::new();
            if matches!(one.mark, Mark::Bare | Mark::Unit) {
                let units = building.units.iter().filter(|unit| is(&unit.label, one));
                found.extend(units.map(|unit| Found::Unit(building, unit)));
            }
            if matches!(one.mark, Mark::Bare | Mark::Floor) {
                found.extend(floor(building, one));
            }
            if matches!(one.mark, Mark::Bare | Mark::Room) {
                found.extend(rooms(building, |_| true, &one.text));
            }
            found
        }
        [unit, one] if matches!(unit.mark, Mark::Bare | Mark::Unit) => {
            let mut found = Vec::new();
            let has_unit = building.units.iter().any(|known| is(&known.label, unit));
            if has_unit && matches!(one.mark, Mark::Bare | Mark::Floor) {
                found.extend(floor(building, one));
            }
            if matches!(one.mark, Mark::Bare | Mark::Room) {
                found.extend(rooms(building, |known| is(&known.label, unit), &one.text));
            }
            if unit.mark == Mark::Bare {
                // A floor and what is left of the number: 3-15-02.
                let door = format!("{}{}", unit.text, one.text);
                found.extend(rooms(building, |_| true, &door));
            }
            found
        }
        [level, one] if level.mark == Mark::Floor => {
            let door = format!("{}{}", level.text, one.text);
            rooms(building, |_| true, &door)
        }
        [unit, level, one] => {
            let door = format!("{}{}", level.text, one.text);
            rooms(building, |known| is(&known.label, unit), &door)
        }
        [] | [_, _] | [_, _, _, ..] => Vec::new(),
    }
}

fn floor<'a>(building: &'a Building, part: &Part) -> Option<Found<'a>> {
    // 避难层 says by itself that it is a floor, and 层 was cut off from what was typed.
    let said = |label: &Label| label.as_str().trim_end_matches('层').to_lowercase();
    let mut floors = building.floors.iter();
    let floor = floors.find(|floor| said(&floor.label) == part.text)?;
    Some(Found::Floor(building, floor))
}

/// The rooms of some units with this number, then those whose number begins so.
fn rooms<'a>(building: &'a Building, of: impl Fn(&Unit) -> bool, typed: &str) -> Vec<Found<'a>> {
    let units = building.units.iter().filter(|unit| of(unit));
    let all = units.flat_map(|unit| building.rooms(unit).map(move |room| (unit, room)));
    let begin = all.filter_map(|(unit, room)| {
        let label = room.label().to_lowercase();
        let longer = label.strip_prefix(typed)?.len();
        Some((longer, Found::Room(building, unit, room)))
    });
    let mut begin: Vec<_> = begin.collect();
    begin.sort_by_key(|(longer, _)| *longer > 0);
    begin.into_iter().map(|(_, room)| room).collect()
}

fn is(label: &Label, part: &Part) -> bool {
    label.as_str().to_lowercase() == part.text
}

/// Whether a building is called so in an address: by its id, its name, or what of its name is left
/// without 号楼 or `Building`.
fn is_called(building: &Building, typed: &str) -> bool {
    let names = [building.name.zh.as_str(), building.name.en.as_str()];
    let is_name = |name: &str| {
        let short = parts(name);
        name.to_lowercase() == typed || matches!(short.as_slice(), [only] if only.text == typed)
    };
    building.id.as_str().to_lowercase() == typed || names.into_iter().any(is_name)
}

/// Cuts an address into its parts.
fn parts(typed: &str) -> Vec<Part> {
    let text: String = typed.chars().map(narrow).collect();
    let text = text.to_lowercase();
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut before = Mark::Bare;
    let mut rest = text.as_str();
    while let Some(next) = rest.chars().next() {
        let begins =
            |(word, mark): &(&'static str, Mark)| rest.strip_prefix(word).map(|rest| (rest, *mark));
        if part.is_empty()
            && let Some((after, mark)) = BEFORE.iter().find_map(begins)
        {
            (rest, before) = (after, mark);
            continue;
        }
        let is_initial = |(after, _): &(&str, Mark)| {
            // What follows is the next part's number, which in a cellar begins with a B.
            let after = after.strip_prefix('b').unwrap_or(after);
            let next = after.chars().next();
            let ends = next.is_none_or(|c| !c.is_alphanumeric() || c.is_ascii_digit());
            ends && part.ends_with(|c: char| c.is_ascii_digit())
        };
        let initial = INITIALS.iter().filter_map(begins).find(is_initial);
        if let Some((after, mark)) = AFTER.iter().find_map(begins).or(initial) {
            rest = after;
            close(&mut parts, &mut part, mark);
            before = Mark::Bare;
        } else {
            rest = &rest[next.len_utf8()..];
            if next.is_alphanumeric() {
                part.push(next);
            } else if !part.is_empty() {
                close(&mut parts, &mut part, before);
                before = Mark::Bare;
            }
        }
    }
    close(&mut parts, &mut part, before);
    parts
}

/// Ends a part. Two marks after each other, as in 15层楼, end it once.
fn close(parts: &mut Vec<Part>, part: &mut String, mark: Mark) {
    let text = std::mem::take(part);
    if !text.is_empty() {
        parts.push(Part { text, mark });
    }
}

/// A wide character of a Chinese keyboard as the narrow one.
fn narrow(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    }
}
