//! A procedure's file, read with the line of each fault.

use castellan_domain::procedure::{Part, Procedure, Spot};
use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What is wrong at a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flawed {
    /// From 1.
    pub(super) line: usize,
    pub(super) what: String,
}

/// The procedure, or everything that is wrong with it.
pub(super) fn read(text: &str) -> Result<Procedure, Vec<Flawed>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let flaws = errors.iter().map(|error| Flawed {
            line: line(text, error.span().map_or(0, |span| span.start)),
            what: format!("this is no TOML: {}", error.message()),
        });
        return Err(flaws.collect());
    }
    Procedure::read(&table(document.get_ref())).map_err(|faults| {
        let flaws = faults.0.iter().map(|fault| Flawed {
            line: line(text, offset(document.get_ref(), &fault.at)),
            what: fault.to_string(),
        });
        let mut flaws: Vec<_> = flaws.collect();
        flaws.sort_by_key(|flaw| flaw.line);
        flaws
    })
}

fn line(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().iter().take(offset);
    before.filter(|byte| **byte == b'\n').count() + 1
}

/// Where the spot is written, or what should have it.
fn offset(document: &DeTable<'_>, spot: &Spot) -> usize {
    let mut offset = 0;
    let mut table = Some(document);
    let mut value: Option<&Spanned<DeValue<'_>>> = None;
    for part in spot.parts() {
        match part {
            Part::Key(wanted) => {
                let entry = table.and_then(|table| {
                    let mut entries = table.iter();
                    entries.find(|(key, _)| key.get_ref() == wanted)
                });
                let Some((key, found)) = entry else { break };
                offset = key.span().start;
                value = Some(found);
            }
            Part::Index(index) => {
                let list = value.and_then(|value| value.get_ref().as_array());
                let Some(found) = list.and_then(|list| list.get(*index)) else {
                    break;
                };
                offset = found.span().start;
                value = Some(found);
            }
        }
        table = value.and_then(|value| value.get_ref().as_table());
    }
    offset
}

fn table(table: &DeTable<'_>) -> Value {
    let entries = table
        .iter()
        .map(|(key, value)| (key.get_ref().to_string(), plain(value.get_ref())));
    Value::Object(entries.collect::<Map<_, _>>())
}

/// The value without its place. What JSON has no word for becomes nothing.
fn plain(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Value::Null, |number| Value::Number(number.into())),
        DeValue::Float(number) => {
            let number = number.as_str().parse().ok().and_then(Number::from_f64);
            number.map_or(Value::Null, Value::Number)
        }
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Datetime(_) => Value::Null,
        DeValue::Array(list) => {
            let entries = list.iter().map(|entry| plain(entry.get_ref()));
            Value::Array(entries.collect())
        }
        DeValue::Table(entries) => table(entries),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every kind of fault, each on a line that its comment names.
    const WRONG: &str = r#"id = "a/b" # 1
name = { zh = "燃气" } # 2
colour = "red" # 3
prohibitions = [
    { zh = "禁明火", en = "No open flames" },
    { en = "No lifts" }, # 6
]

[[steps]]
id = "one"
words = { zh = "一", en = "One" }
deadline_s = 0 # 12
who = "king" # 13
read_aloud = ["119", "911"] # 14
answers = [
    { id = "yes", label = { zh = "是", en = "Yes" }, to = "two" },
    { id = "no", label = { zh = "否", en = "No" }, to = "nine" }, # 17
]

[[steps]] # 20
id = "two"
then = "one" # 22

[[steps]]
id = "one" # 25
words = "three" # 26
optional = "yes" # 27
"#;

    #[test]
    fn every_fault_is_named_with_its_line_and_all_of_them_at_once() {
        let flaws = read(WRONG).expect_err("it is full of faults");
        let lines: Vec<_> = flaws.iter().map(|flaw| flaw.line).collect();
        let marked = WRONG.lines().enumerate();
        let marked = marked.filter(|(_, line)| line.contains("# "));
        let marked: Vec<_> = marked.map(|(n, _)| n + 1).collect();
        assert_eq!(lines, marked, "{flaws:#?}");
        for (flaw, part) in flaws.iter().zip([
            "id: an id may contain letters",
            "name: it has no words in English (`en`)",
            "colour: `colour` means nothing here; it can be id, name, prohibitions, steps",
            "prohibitions[2]: it has no words in Chinese (`zh`)",
            "steps[1].deadline_s: the number is 0; it must be 1 to 86400",
            "steps[1].who: `king` means nothing here; it can be operator, guard",
            "steps[1].read_aloud[2]: `911` means nothing here; it can be 119, 110, 120, 96333",
            "steps[1].answers[2].to: no step is called `nine`; name one, or `end`",
            "steps[2]: `words` is missing; add it",
            "steps[2].then: this leads back: one → two → one; a procedure goes forward",
            "steps[3].id: `one` is there twice; give each its own",
            "steps[3].words: this is a text; write a table with `zh` and `en`",
            "steps[3].optional: this is a text; write true or false",
        ]) {
            assert!(flaw.what.starts_with(part), "{part}\n{}", flaw.what);
        }
    }

    #[test]
    fn what_is_no_toml_is_told_with_its_line() {
        for (text, lines) in [
            ("id = \"gas\"\nname = \n", vec![2]),
            ("id = \"gas\"\nid = \"fire\"\n", vec![2]),
            ("id = \"gas\nname = 7 7\n", vec![1, 2]),
        ] {
            let flaws = read(text).expect_err(text);
            let found: Vec<_> = flaws.iter().map(|flaw| flaw.line).collect();
            assert_eq!(found, lines, "{flaws:?}");
        }
    }

    proptest! {
        #[test]
        fn no_file_however_odd_breaks_the_check(text in "\\PC{0,200}", cut in 0..WRONG.len(), odd in "[\\PC\n\"=\\[\\]]{0,8}") {
            let _ = read(&text);
            let cut = (0..=cut).rev().find(|at| WRONG.is_char_boundary(*at)).unwrap_or_default();
            let (before, after) = WRONG.split_at(cut);
            for flaw in read(&format!("{before}{odd}{after}")).expect_err("it stays full of faults") {
                prop_assert!(flaw.line >= 1 && !flaw.what.is_empty());
            }
        }
    }
}
