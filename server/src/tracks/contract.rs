//! What the history of positions promises whoever calls it, whatever store lies beneath: tested by
//! its public functions alone.

use super::Tracks;
use castellan_domain::geo::LonLat;
use castellan_domain::ids::PersonId;
use castellan_domain::observation::Fix;
use castellan_domain::time::{Span, Timestamp};

const NOON_S: i64 = 1_795_348_800;

fn fix(name: &str, second: i64) -> Fix {
    Fix {
        person: PersonId::new(name).unwrap(),
        occurred_at: Timestamp::from_secs(NOON_S + second),
        received_at: Timestamp::from_secs(NOON_S + second + 2),
        at: LonLat::new(120.1, 30.0).unwrap(),
        accuracy_dm: Some(52),
        battery_percent: None,
    }
}

fn stretch(from: i64, to: i64) -> (Timestamp, Timestamp) {
    let at = |second| Timestamp::from_secs(NOON_S + second);
    (at(from), at(to))
}

async fn seconds(tracks: &Tracks, name: &str, (from, to): (i64, i64), limit: usize) -> Vec<i64> {
    let person = PersonId::new(name).unwrap();
    let fixes = tracks.read(&person, stretch(from, to), limit).await;
    let second = |fix: &Fix| fix.occurred_at.as_micros() / 1_000_000 - NOON_S;
    fixes.unwrap().iter().map(second).collect()
}

#[tokio::test]
async fn what_was_taken_is_there_once_in_order_and_in_its_bounds_packed_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tracks.db");
    let tracks = Tracks::open(&path).await.unwrap();
    let mut late: Vec<_> = (0..50).rev().map(|n| fix("a", n)).collect();
    late.push(fix("b", 7));
    tracks.append(&late).await.unwrap();
    tracks.append(&late).await.unwrap();
    tracks.append(&[]).await.unwrap();
    drop(tracks);
    let tracks = Tracks::open(&path).await.unwrap();
    for packed in [false, true] {
        if packed {
            tracks.compact().await.unwrap();
        }
        let whole: Vec<_> = (0..50).collect();
        assert_eq!(seconds(&tracks, "a", (-9, 99), 1_000).await, whole);
        assert_eq!(
            seconds(&tracks, "a", (10, 12), 1_000).await,
            [10, 11, 12],
            "both ends"
        );
        assert_eq!(
            seconds(&tracks, "a", (10, 40), 2).await,
            [10, 11],
            "a limit"
        );
        assert_eq!(seconds(&tracks, "a", (60, 70), 9).await, [0; 0]);
        assert_eq!(seconds(&tracks, "nobody", (0, 70), 9).await, [0; 0]);
        assert_eq!(tracks.latest().await.unwrap(), [fix("a", 49), fix("b", 7)]);
        let (_, then) = stretch(0, 20);
        let at = tracks.at(then, Span::from_secs(10)).await.unwrap();
        assert_eq!(at, [fix("a", 20)], "who was heard longer ago is left out");
    }
}
