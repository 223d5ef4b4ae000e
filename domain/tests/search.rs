//! Finding things of the estate by what operators type.

use crate::common::{estate, text};
use castellan_domain::estate::{Estate, SearchKey, TYPED_MAX};
use castellan_domain::text::Text;

/// A dictionary of the few characters that the estate of the tests needs.
fn key_of(name: &str) -> Option<SearchKey> {
    let words: Vec<String> = name
        .chars()
        .map(|character| match character {
            '王' => "w".to_owned(),
            '强' => "qj".to_owned(),
            '巡' => "x".to_owned(),
            '逻' | '楼' => "l".to_owned(),
            '号' => "h".to_owned(),
            other => other.to_lowercase().collect(),
        })
        .collect();
    SearchKey::new(words.iter().map(String::as_str))
}

fn found(estate: &Estate, typed: &str) -> Vec<String> {
    let things = estate.find(typed, 10);
    things.iter().map(|thing| thing.id()).collect()
}

#[test]
fn people_are_found_by_initials_name_call_sign_and_id() {
    let estate = estate().with_search_keys(key_of);
    let wang = &estate.people.iter().find(|p| p.name.zh.as_str() == "王强");
    let id = wang.expect("a guard of that name").id.to_string();
    for typed in ["wq", "WQ ", "wj", "王", "wang q", id.as_str()] {
        assert!(found(&estate, typed).contains(&id), "{typed}");
    }
    for typed in ["", "   ", "wqx", "qw", &"w".repeat(TYPED_MAX + 1)] {
        assert!(!found(&estate, typed).contains(&id), "{typed:?}");
    }
}

#[test]
fn what_begins_with_the_letters_comes_before_what_has_them_inside() {
    let estate = estate().with_search_keys(key_of);
    for typed in ["3", "l", "a", "号"] {
        let all = estate.find(typed, usize::MAX);
        let few = estate.find(typed, 2);
        assert_eq!(few, all[..few.len()], "a limit only cuts the end: {typed}");
        let begins = |name: &str| name.to_lowercase().starts_with(typed);
        let first_inside = all.iter().position(|thing| {
            let key = estate.search_keys.get(&thing.name().zh);
            let key = key.map(|key| serde_json::to_value(key).expect("JSON"));
            let by_key = key.is_some_and(|k| k.as_str().expect("a text").starts_with(typed));
            let id = begins(&thing.id());
            !(by_key || id || begins(thing.name().zh.as_str()) || begins(thing.name().en.as_str()))
        });
        let last_begins = all.iter().rposition(|thing| begins(&thing.id()));
        if let (Some(inside), Some(last)) = (first_inside, last_begins) {
            assert!(last < inside, "{typed}: {all:?}");
        }
    }
}

#[test]
fn what_the_document_says_of_a_name_stays() {
    let mut estate = estate();
    let name: Text<80> = text("王强");
    let own = SearchKey::new(["y", "q"]).expect("a key");
    estate.search_keys.insert(name.clone(), own.clone());
    let estate = estate.with_search_keys(key_of);
    assert_eq!(estate.search_keys.get(&name), Some(&own));
    let bytes = serde_json::to_vec(&estate).expect("JSON");
    assert_eq!(Estate::parse(&bytes).expect("an estate"), estate);
}
