//! Who comes on duty: one shift of an estate's guards, or as many as somebody asks for.

use castellan_domain::estate::{DutyKept, Estate, Person, Post, Role};
use castellan_domain::ids::PhoneId;
use std::collections::BTreeMap;

/// Which guards come on duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crew {
    /// Of every post, and of those who walk, the first of as many parts as the estate has shifts;
    /// all of them where duty is not kept on the record.
    Shift,
    /// The first so many.
    First(usize),
}

/// A guard with a phone, and the post at which they stand; who has none walks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OnDuty<'a> {
    pub(crate) person: &'a Person,
    pub(crate) phone: &'a PhoneId,
    pub(crate) post: Option<&'a Post>,
}

/// The guards of a crew, in the order of the document.
pub(crate) fn on_duty(estate: &Estate, crew: Crew) -> Vec<OnDuty<'_>> {
    let guards = estate.people.iter().filter(|p| p.role == Role::Guard);
    let guards = guards.filter_map(|person| {
        let mut posts = estate.posts.iter();
        Some(OnDuty {
            person,
            phone: person.phone.as_ref()?,
            post: posts.find(|post| post.people.contains(&person.id)),
        })
    });
    match crew {
        Crew::First(most) => guards.take(most).collect(),
        Crew::Shift => {
            let shifts = match estate.staffing.duty {
                DutyKept::Recorded => estate.staffing.shifts.len(),
                DutyKept::Assumed => 1,
            };
            let guards: Vec<OnDuty<'_>> = guards.collect();
            let at = |guard: &OnDuty<'_>| guard.post.map(|post| post.id.clone());
            let mut left = BTreeMap::new();
            for guard in &guards {
                *left.entry(at(guard)).or_insert(0_usize) += 1;
            }
            for count in left.values_mut() {
                *count = count.div_ceil(shifts);
            }
            let mut works = |guard: &OnDuty<'_>| {
                let left = left.entry(at(guard)).or_default();
                let works = *left > 0;
                *left = left.saturating_sub(1);
                works
            };
            guards.into_iter().filter(|guard| works(guard)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_demo_estate_one_shift_works_and_no_gate_is_left() {
        let demo = include_bytes!("../../assets/demo/estate.json");
        let mut estate = Estate::parse(demo).unwrap();
        let shift = on_duty(&estate, Crew::Shift);
        assert_eq!(shift.len(), 12);
        for post in &estate.posts {
            let stand = shift.iter().filter(|guard| guard.post == Some(post));
            assert_eq!(
                stand.count(),
                usize::from(post.guards_wanted),
                "{}",
                post.id
            );
        }
        let ids: Vec<&str> = shift.iter().map(|guard| guard.person.id.as_str()).collect();
        assert!(
            ["wang-qiang", "li-min", "zhao-jun"]
                .iter()
                .all(|id| ids.contains(id))
        );
        assert_eq!(on_duty(&estate, Crew::First(5)).len(), 5);
        estate.staffing.duty = DutyKept::Assumed;
        assert_eq!(on_duty(&estate, Crew::Shift).len(), 24);
    }
}
