//! What a message changed goes to the scene, past the view tree.

use super::Scene;
use castellan_domain::ids::PersonId;
use castellan_domain::stream::{Change, Tracked};
use castellan_domain::time::Span;
use castellan_domain::view::View;
use std::collections::BTreeMap;

impl Scene {
    /// Whether a message changed anything that is drawn.
    pub fn draws(change: &Change) -> bool {
        change.reset
            || !change.touched.alarms.is_empty()
            || !change.gone.is_empty()
            || !change.moved.is_empty()
    }

    /// Takes what a message changed. `view` and `tracked` are as they are after it.
    pub fn show(
        &mut self,
        change: &Change,
        view: &View,
        tracked: &BTreeMap<PersonId, Tracked>,
        mono: Span,
    ) {
        if change.reset {
            self.clear();
            for alarm in view.alarms.values() {
                self.set_alarm(alarm);
            }
            for (person, tracked) in tracked {
                self.set_person(person, *tracked, mono);
            }
            return;
        }
        for touched in &change.touched.alarms {
            match view.alarms.get(&touched.id) {
                Some(alarm) => self.set_alarm(alarm),
                None => self.remove_alarm(touched.id),
            }
        }
        for person in &change.gone {
            self.remove_person(person);
        }
        for person in &change.moved {
            if let Some(tracked) = tracked.get(person) {
                self.set_person(person, *tracked, mono);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, judged, person, raised, view};
    use castellan_domain::geo::{Anchor, LonLat, Offset};
    use castellan_domain::subject::Change as ChangeOf;
    use castellan_domain::view::Touched;

    fn at(x_cm: i32) -> Tracked {
        Tracked {
            offset: Offset { x_cm, y_cm: 0 },
            received_at: START,
            accuracy_dm: None,
        }
    }

    fn drawn(scene: &Scene) -> (usize, usize) {
        let people = scene.people(Span::ZERO).count();
        (scene.alarm_positions().count(), people)
    }

    #[test]
    fn what_a_message_touched_comes_moves_and_leaves() {
        let mut scene = Scene::default();
        scene.set_anchor(Anchor::new(LonLat::new(120.0, 30.0).expect("on earth")));
        let wang = person("wang");
        let tracked = BTreeMap::from([(wang.clone(), at(100))]);
        let touched = |number| Touched {
            alarms: vec![ChangeOf {
                id: castellan_domain::ids::AlarmId(number),
                before: None,
            }],
            ..Touched::default()
        };
        let came = Change {
            touched: touched(1),
            moved: vec![wang.clone()],
            ..Change::default()
        };
        assert!(Scene::draws(&came) && !Scene::draws(&Change::default()));
        scene.show(&came, &view([raised(1, 2)]), &tracked, Span::ZERO);
        assert_eq!(drawn(&scene), (1, 1));
        let left = Change {
            touched: touched(1),
            gone: vec![wang],
            ..Change::default()
        };
        scene.show(&left, &view([]), &BTreeMap::new(), Span::ZERO);
        assert_eq!(drawn(&scene), (0, 0));
    }

    #[test]
    fn after_a_snapshot_just_what_is_in_it_is_drawn() {
        let mut scene = Scene::default();
        scene.set_anchor(Anchor::new(LonLat::new(120.0, 30.0).expect("on earth")));
        scene.set_person(&person("gone"), at(0), Span::ZERO);
        let reset = Change {
            reset: true,
            ..Change::default()
        };
        let now = view([raised(1, 2), judged(raised(2, 2))]);
        let tracked = BTreeMap::from([(person("wang"), at(0))]);
        scene.show(&reset, &now, &tracked, Span::ZERO);
        let still_active = 2;
        assert_eq!(drawn(&scene), (still_active, 1));
    }
}
