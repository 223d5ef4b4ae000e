//! Finding things of the estate by a few letters: the initials of their pinyin, as operators type
//! them, a part of their name or id, or an address.
//!
//! How a Chinese character is read is looked up once, when an estate is taken in
//! ([`Estate::with_search_keys`]); the browser needs no dictionary.

use super::document::Estate;
use super::found::Found;
use super::search_key::SearchKey;
use crate::text::Localized;

/// Characters of what is typed that are looked at; a longer text finds nothing.
pub const TYPED_MAX: usize = 40;

impl Estate {
    /// Adds how its names are searched for. What the document says itself, such as the reading of a
    /// rare surname, stays.
    #[must_use]
    pub fn with_search_keys(mut self, key_of: impl Fn(&str) -> Option<SearchKey>) -> Self {
        let names = self.things().map(|thing| thing.name().zh);
        let call_signs = self.people.iter().filter_map(|p| p.call_sign.as_ref());
        let call_signs = call_signs.map(|sign| Localized::from(sign).zh);
        let kinds = self.alarm_types.iter().map(|kind| kind.name.zh.clone());
        for name in names.chain(call_signs).chain(kinds).collect::<Vec<_>>() {
            if self.search_keys.contains_key(&name) {
                continue;
            }
            if let Some(key) = key_of(name.as_str()) {
                self.search_keys.insert(name, key);
            }
        }
        self
    }

    /// What the typed text may mean, at most `most` things, the likeliest first: what it is the
    /// address of, those whose name or id begins with it, then those that have it inside; among
    /// these in the document's order.
    pub fn find(&self, typed: &str, most: usize) -> Vec<Found<'_>> {
        let typed = typed.trim().to_lowercase();
        if typed.is_empty() || typed.chars().count() > TYPED_MAX {
            return Vec::new();
        }
        let ranked = self.things().filter_map(|thing| {
            let place = self.position(thing, &typed)?;
            Some((place, thing))
        });
        let mut named: Vec<_> = ranked.collect();
        named.sort_by_key(|(place, _)| *place);
        let named = named.into_iter().map(|(_, thing)| thing);
        let addressed = self.at_address(&typed);
        addressed.into_iter().chain(named).take(most).collect()
    }

    fn things(&self) -> impl Iterator<Item = Found<'_>> {
        let buildings = self.buildings.iter().map(Found::Building);
        let people = self.people.iter().map(Found::Person);
        let posts = self.posts.iter().map(Found::Post);
        let devices = self.devices.iter().map(Found::Device);
        let zones = self.zones.iter().map(Found::Zone);
        let areas = self.areas.iter().map(Found::Area);
        let places = zones.chain(areas);
        let people = people.chain(posts);
        buildings.chain(people).chain(devices).chain(places)
    }

    /// How many characters of the thing's name stand before what was typed.
    fn position(&self, thing: Found<'_>, typed: &str) -> Option<usize> {
        let within = |text: &str| {
            let text = text.to_lowercase();
            let (before, _) = text.split_once(typed)?;
            Some(before.chars().count())
        };
        let named = |name: &Localized| {
            let key = self.search_keys.get(&name.zh);
            let by_key = key.and_then(|key| key.position(typed));
            let by_name = within(name.zh.as_str()).into_iter();
            by_name.chain(within(name.en.as_str())).chain(by_key).min()
        };
        let call_sign = if let Found::Person(person) = thing {
            let sign = person.call_sign.as_ref().map(Localized::from);
            sign.as_ref().and_then(named)
        } else {
            None
        };
        let by_name = named(&thing.name()).into_iter().chain(call_sign);
        by_name.chain(within(&thing.id())).min()
    }
}
