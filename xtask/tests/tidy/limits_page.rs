//! The rule about `docs/limits.md`: the constants that its table names exist, and have the numbers it states.

use super::File;
use super::limits::shipped;

const PAGE: &str = "docs/limits.md";
/// What a number is multiplied by for the word after it; times come to milliseconds.
const UNITS: [(&str, f64); 10] = [
    ("KiB", 1024.0),
    ("MiB", 1024.0 * 1024.0),
    ("GiB", 1024.0 * 1024.0 * 1024.0),
    ("MB", 1e6),
    ("km", 1e3),
    ("ms", 1.0),
    ("s", 1e3),
    ("min", 60e3),
    ("h", 3_600e3),
    ("days", 86_400e3),
];
/// The ways to write a time, each with its unit in milliseconds.
const TIMES: [(&str, f64); 4] = [
    ("::from_millis(", 1.0),
    ("::from_secs(", 1e3),
    ("::from_mins(", 60e3),
    ("::from_hours(", 3_600e3),
];

pub(crate) fn untrue_limits(files: &[File]) -> Vec<String> {
    let page = files.iter().find(|file| file.path == PAGE);
    let Some(page) = page.and_then(|file| file.text.as_deref()) else {
        return vec![format!("There is no {PAGE}.")];
    };
    let constants: Vec<Constant<'_>> = shipped(files).flat_map(constants).collect();
    let rows = page.lines().filter(|line| line.starts_with('|'));
    let named: Vec<Named<'_>> = rows.flat_map(named).collect();
    if named.is_empty() {
        return vec![format!("{PAGE} has no table that names constants.")];
    }
    let complaints = named.iter().filter_map(|named| named.untrue(&constants));
    complaints
        .map(|complaint| format!("{PAGE}: {complaint}"))
        .collect()
}

/// A constant as a row names it.
struct Named<'a> {
    name: &'a str,
    /// Where it is, if the row says so: ``"`QUEUE_MAX` in `server/src/hub`"``.
    place: Option<&'a str>,
    /// The first number of the clause before it.
    stated: Option<f64>,
}

impl Named<'_> {
    fn untrue(&self, constants: &[Constant<'_>]) -> Option<String> {
        let name = self.name;
        let place = self.place.unwrap_or_default();
        let mut meant = constants
            .iter()
            .filter(|constant| constant.name == name && constant.path.starts_with(place))
            .peekable();
        if meant.peek().is_none() {
            return Some(format!("there is no constant `{name}` in {place}"));
        }
        let stated = self.stated?;
        // A value that cannot be read plainly may be the one that is meant.
        let is_true = |constant: &Constant<'_>| {
            value(name, constant.value).is_none_or(|value| (value - stated).abs() < 0.5)
        };
        let values: Vec<_> = meant.clone().map(|constant| constant.value).collect();
        let told = format!("`{name}` is {} and not {stated}", values.join(" or "));
        (!meant.any(is_true)).then_some(told)
    }
}

struct Constant<'a> {
    path: &'a str,
    name: &'a str,
    value: &'a str,
}

fn constants<'a>((path, text): (&'a str, &'a str)) -> Vec<Constant<'a>> {
    let found = text.split("const ").skip(1).filter_map(move |rest| {
        let (name, rest) = rest.split_once(':')?;
        let (_, value) = rest.split_once(';')?.0.split_once('=')?;
        let value = value.trim();
        is_constant(name).then_some(Constant { path, name, value })
    });
    found.collect()
}

fn named(row: &str) -> Vec<Named<'_>> {
    // Every second piece between backticks is code.
    let pieces: Vec<&str> = row.split('`').collect();
    let mut found = Vec::new();
    let mut before = String::new();
    for (index, piece) in pieces.iter().enumerate() {
        if index % 2 == 1 && is_constant(piece) {
            let clause = before.rsplit(['|', ';', ')']).next().unwrap_or_default();
            let says_where = pieces.get(index + 1) == Some(&" in ");
            found.push(Named {
                name: piece,
                place: says_where.then(|| pieces.get(index + 2).copied()).flatten(),
                stated: first_number(clause),
            });
        }
        before.push_str(piece);
    }
    found
}

fn is_constant(word: &str) -> bool {
    let is_in_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    word.starts_with(|c: char| c.is_ascii_uppercase()) && word.chars().all(is_in_name)
}

fn first_number(clause: &str) -> Option<f64> {
    let mut words = clause.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let Ok(number) = word.trim_end_matches(',').replace(',', "").parse::<f64>() else {
            continue;
        };
        let unit = words.peek().map(|word| word.trim_end_matches(','));
        let unit = UNITS.iter().find(|(name, _)| Some(*name) == unit);
        return Some(number * unit.map_or(1.0, |(_, factor)| *factor));
    }
    None
}

/// Plain numbers, products of them, and times of those; nothing for whatever else.
fn value(name: &str, text: &str) -> Option<f64> {
    let time = TIMES.iter().find_map(|(call, factor)| {
        let (_, number) = text.split_once(call)?;
        Some((number.strip_suffix(')')?, *factor))
    });
    // Units come last in a name, and a row writes this one as a time.
    let factor = if name.ends_with("_S") { 1e3 } else { 1.0 };
    let (product, factor) = time.unwrap_or((text.trim_matches('"'), factor));
    product
        .split('*')
        .map(|number| number.trim().replace('_', "").parse::<f64>().ok())
        .try_fold(factor, |product, number| Some(product * number?))
}

#[test]
fn a_limit_that_is_not_so_is_found() {
    let source = "pub(crate) const ROWS_MAX: usize = 4_096;\nconst BODY_BYTES_MAX: usize = 64 * 1024;\n\
        const WITHIN: Duration = Duration::from_secs(15);\nconst MUTE_S: i64 = 60;\nconst OTHER: usize = ROWS_MAX;\n";
    let other = "const ROWS_MAX: usize =\n    8;\n";
    let complaints = |row: &str| {
        untrue_limits(&[
            File::new(PAGE, &format!("# x\n| {row} | closed |\n")),
            File::new("server/src/hub/a.rs", source),
            File::new("server/src/b.rs", other),
        ])
    };
    for fine in [
        "4,096 (`ROWS_MAX`)",
        "8 rows of 5 (`ROWS_MAX`)",
        "8 (`ROWS_MAX` in `server/src/b.rs`)",
        "64 KiB (`BODY_BYTES_MAX`), 15 s (`WITHIN`)",
        "60 s each (`MUTE_S`)",
        "a few (`ROWS_MAX`)",
        "7 (`OTHER`)",
    ] {
        assert_eq!(complaints(fine), Vec::<String>::new(), "{fine}");
    }
    for untrue in [
        "4,097 (`ROWS_MAX`)",
        "8 (`ROWS_MAX` in `server/src/hub`)",
        "4,096 (`GONE_MAX`)",
        "64 KB (`BODY_BYTES_MAX`)",
        "15 min (`WITHIN`)",
        "60 (`MUTE_S`)",
        "64 KiB, 15 s (`BODY_BYTES_MAX`, `WITHIN`)",
    ] {
        assert_eq!(complaints(untrue).len(), 1, "{untrue}");
    }
    assert_eq!(complaints("no constant").len(), 1);
    assert_eq!(untrue_limits(&[]).len(), 1);
}
