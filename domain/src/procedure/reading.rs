//! Reads values one by one and goes on after each fault, so that all of them are told at once.

use super::fault::{Fault, Flaw, Spot};
use super::limits::FAULTS_MAX;
use super::types::Spelled;
use crate::ids::IdError;
use crate::text::{Language, Localized, Text};
use serde_json::{Map, Value};
use std::str::FromStr;

/// What was found wrong so far.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) faults: Vec<Fault>,
}

/// A table and where it stands.
pub(super) struct Table<'a> {
    pub(super) at: Spot,
    entries: &'a Map<String, Value>,
}

impl<'a> Table<'a> {
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// The value and where it stands.
    fn get(&self, key: &str) -> Option<(Spot, &'a Value)> {
        Some((self.at.key(key), self.entries.get(key)?))
    }
}

impl Reading {
    pub(super) fn fault(&mut self, at: &Spot, flaw: Flaw) {
        let flaw = match self.faults.len() {
            0..FAULTS_MAX => flaw,
            FAULTS_MAX => Flaw::More,
            _ => return,
        };
        let at = at.clone();
        self.faults.push(Fault { at, flaw });
    }

    fn shape(&mut self, at: &Spot, value: &Value, wanted: &'static str) {
        let found = kind(value);
        self.fault(at, Flaw::Shape { found, wanted });
    }

    /// A table of these keys and no others.
    pub(super) fn table<'a>(
        &mut self,
        at: &Spot,
        value: &'a Value,
        known: &[&'static str],
    ) -> Option<Table<'a>> {
        let Value::Object(entries) = value else {
            self.shape(at, value, "a table");
            return None;
        };
        for key in entries.keys() {
            if !known.contains(&key.as_str()) {
                let (found, known) = (key.clone(), known.to_vec());
                self.fault(&at.key(key), Flaw::Unknown { found, known });
            }
        }
        let at = at.clone();
        Some(Table { at, entries })
    }

    /// What must be there.
    fn needed<'a>(&mut self, table: &Table<'a>, key: &'static str) -> Option<(Spot, &'a Value)> {
        let found = table.get(key);
        if found.is_none() {
            self.fault(&table.at, Flaw::Missing(key));
        }
        found
    }

    fn string<'a>(&mut self, at: &Spot, value: &'a Value) -> Option<&'a str> {
        let text = value.as_str();
        if text.is_none() {
            self.shape(at, value, "a text");
        }
        text
    }

    pub(super) fn id<T: FromStr<Err = IdError>>(
        &mut self,
        table: &Table<'_>,
        key: &'static str,
    ) -> Option<T> {
        let (at, value) = self.needed(table, key)?;
        let text = self.string(&at, value)?;
        let id = text.parse();
        id.map_err(|error| self.fault(&at, Flaw::Id(error))).ok()
    }

    /// Words in both languages.
    pub(super) fn localized<const MAX: usize>(
        &mut self,
        table: &Table<'_>,
        key: &'static str,
    ) -> Option<Localized<MAX>> {
        let (at, value) = self.needed(table, key)?;
        self.words(&at, value)
    }

    pub(super) fn words<const MAX: usize>(
        &mut self,
        at: &Spot,
        value: &Value,
    ) -> Option<Localized<MAX>> {
        if !value.is_object() {
            self.shape(at, value, "a table with `zh` and `en`");
            return None;
        }
        let table = self.table(at, value, &["zh", "en"])?;
        let zh = self.in_language(&table, "zh", Language::Zh);
        let en = self.in_language(&table, "en", Language::En);
        let (zh, en) = (zh?, en?);
        Some(Localized { zh, en })
    }

    fn in_language<const MAX: usize>(
        &mut self,
        table: &Table<'_>,
        key: &str,
        language: Language,
    ) -> Option<Text<MAX>> {
        let Some((at, value)) = table.get(key) else {
            self.fault(&table.at, Flaw::OneLanguage(language));
            return None;
        };
        let text = Text::new(self.string(&at, value)?);
        text.map_err(|error| self.fault(&at, Flaw::Text(error)))
            .ok()
    }

    pub(super) fn flag(&mut self, table: &Table<'_>, key: &str) -> bool {
        let Some((at, value)) = table.get(key) else {
            return false;
        };
        value.as_bool().unwrap_or_else(|| {
            self.shape(&at, value, "true or false");
            false
        })
    }

    /// A number from 1 to `most`.
    pub(super) fn number<T: TryFrom<u64> + Into<u64>>(
        &mut self,
        table: &Table<'_>,
        key: &str,
        most: T,
    ) -> Option<T> {
        let (at, value) = table.get(key)?;
        let Value::Number(number) = value else {
            self.shape(&at, value, "a whole number");
            return None;
        };
        let most = most.into();
        let fits = number.as_u64().filter(|number| (1..=most).contains(number));
        let fits = fits.and_then(|number| T::try_from(number).ok());
        if fits.is_none() {
            let found = number.to_string();
            self.fault(&at, Flaw::Range { found, most });
        }
        fits
    }

    /// One of a few words.
    pub(super) fn spelled<T: Spelled + Copy>(&mut self, at: &Spot, value: &Value) -> Option<T> {
        let found = self.string(at, value)?;
        let meant = T::WORDS.iter().find(|(word, _)| *word == found);
        if meant.is_none() {
            let known = T::WORDS.iter().map(|(word, _)| *word).collect();
            let found = found.to_owned();
            self.fault(at, Flaw::Unknown { found, known });
        }
        meant.map(|(_, value)| *value)
    }

    /// The same under a key that need not be there.
    pub(super) fn maybe_spelled<T: Spelled + Copy>(
        &mut self,
        table: &Table<'_>,
        key: &str,
    ) -> Option<T> {
        let (at, value) = table.get(key)?;
        self.spelled(&at, value)
    }

    /// A text that need not be there, made into something.
    pub(super) fn maybe<T>(
        &mut self,
        table: &Table<'_>,
        key: &str,
        into: impl FnOnce(&str) -> Result<T, IdError>,
    ) -> Option<(Spot, Option<T>)> {
        let (at, value) = table.get(key)?;
        let made = self.string(&at, value).map(into);
        let made =
            made.and_then(|made| made.map_err(|error| self.fault(&at, Flaw::Id(error))).ok());
        Some((at, made))
    }

    /// The entries of a list, `most` of them. What is not there is empty.
    pub(super) fn list<'a>(
        &mut self,
        table: &Table<'a>,
        key: &str,
        most: usize,
    ) -> Vec<(Spot, &'a Value)> {
        let Some((at, value)) = table.get(key) else {
            return Vec::new();
        };
        let Value::Array(entries) = value else {
            self.shape(&at, value, "a list");
            return Vec::new();
        };
        let count = entries.len();
        if count > most {
            self.fault(&at, Flaw::TooMany { count, most });
        }
        let entries = entries.iter().take(most).enumerate();
        entries.map(|(n, entry)| (at.index(n), entry)).collect()
    }
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}
