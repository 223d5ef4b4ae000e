//! The history against a plain map, through any order of appending, upkeep and sudden ends.

use super::block::{self, DAY_US};
use super::check;
use super::store::Tracks;
use castellan_domain::fix_order::counts_instead;
use castellan_domain::geo::LonLat;
use castellan_domain::ids::PersonId;
use castellan_domain::observation::Fix;
use castellan_domain::time::{Span, Timestamp};
use proptest::prelude::*;
use sqlx::Row as _;
use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

/// Noon, so that tests reach over midnight only where they want to.
const NOON_S: i64 = 1_795_348_800;

fn person(name: &str) -> PersonId {
    PersonId::new(name).unwrap()
}

fn fix(name: &str, second: i64, lon: f64) -> Fix {
    Fix {
        person: person(name),
        occurred_at: Timestamp::from_secs(second),
        // Whole steps of delay, which a block keeps exactly.
        received_at: Timestamp::from_secs(second + 2),
        at: LonLat::new(lon, 30.0).unwrap(),
        accuracy_dm: Some(52),
        battery_percent: None,
    }
}

struct Folder {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn folder() -> Folder {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tracks.db");
    Folder {
        _folder: folder,
        path,
    }
}

async fn number(tracks: &Tracks, query: &'static str) -> i64 {
    let mut writer = tracks.writer.lock().await;
    let row = sqlx::query(query).fetch_one(&mut writer.db).await.unwrap();
    row.get(0)
}

async fn all(tracks: &Tracks, name: &str) -> Vec<Fix> {
    let ever = (
        Timestamp::from_micros(i64::MIN),
        Timestamp::from_micros(i64::MAX),
    );
    tracks.read(&person(name), ever, 1_000_000).await.unwrap()
}

#[tokio::test]
async fn the_last_position_by_the_phones_own_time_comes_back() {
    let folder = folder();
    let tracks = Tracks::open(&folder.path).await.unwrap();
    let (first, second, late) = (fix("a", 10, 120.1), fix("a", 20, 120.2), fix("a", 5, 120.3));
    tracks.append(&[first, second.clone()]).await.unwrap();
    let more = [late, second.clone(), fix("b", 7, 120.4)];
    tracks.append(&more).await.unwrap();
    tracks.sync().await.unwrap();
    drop(tracks);
    let tracks = Tracks::open(&folder.path).await.unwrap();
    let expected = vec![second, fix("b", 7, 120.4)];
    assert_eq!(tracks.latest().await.unwrap(), expected);
    tracks.compact().await.unwrap();
    assert_eq!(tracks.latest().await.unwrap(), expected);
    assert_eq!(all(&tracks, "a").await.len(), 3);
}

#[tokio::test]
async fn a_fix_that_is_sent_again_a_week_later_counts_once_and_as_it_was() {
    let folder = folder();
    let tracks = Tracks::open(&folder.path).await.unwrap();
    let walk: Vec<Fix> = (0..3_000).map(|n| fix("a", NOON_S + n, 120.0)).collect();
    tracks.append(&walk).await.unwrap();
    tracks.compact().await.unwrap();
    assert_eq!(number(&tracks, "SELECT COUNT(*) FROM blocks").await, 3);
    let mut again = walk.clone();
    for fix in &mut again {
        fix.received_at = fix.received_at + Span::from_secs(7 * 24 * 3600);
    }
    for compacted in [false, true] {
        tracks.append(&again).await.unwrap();
        if compacted {
            tracks.compact().await.unwrap();
        }
        assert_eq!(all(&tracks, "a").await, walk);
        assert_eq!(tracks.latest().await.unwrap(), [walk[2_999].clone()]);
    }
    assert_eq!(
        number(&tracks, "SELECT SUM(fixes) FROM blocks").await,
        3_000
    );
    let rows = "SELECT (SELECT COUNT(*) FROM tail_0) + (SELECT COUNT(*) FROM tail_1)";
    assert_eq!(number(&tracks, rows).await, 0);
}

#[tokio::test]
async fn a_history_of_another_castellan_is_refused_with_a_sentence() {
    let folder = folder();
    let tracks = Tracks::open(&folder.path).await.unwrap();
    tracks.append(&[fix("a", NOON_S, 120.1)]).await.unwrap();
    for (statement, expected) in [
        (
            "UPDATE meta SET value = 4 WHERE name = 'schema'",
            "which this Castellan does not know",
        ),
        (
            "UPDATE meta SET value = 2 WHERE name = 'schema'",
            "the form 2 of an older",
        ),
        (
            "ALTER TABLE meta RENAME TO unnumbered",
            "the form 1 of an older",
        ),
    ] {
        let mut writer = tracks.writer.lock().await;
        sqlx::query(statement)
            .execute(&mut writer.db)
            .await
            .unwrap();
        drop(writer);
        let error = Tracks::open(&folder.path).await.unwrap_err();
        let examined = check(&folder.path).await.unwrap_err();
        for error in [error, examined] {
            assert!(error.to_string().contains(expected), "{statement}: {error}");
        }
    }
}

#[tokio::test]
async fn where_everybody_was_is_found_in_blocks_and_tails_and_not_too_far_back() {
    let folder = folder();
    let tracks = Tracks::open(&folder.path).await.unwrap();
    let minute = Span::from_secs(60);
    tracks
        .append(&[
            fix("a", NOON_S, 120.1),
            fix("a", NOON_S + 50, 120.2),
            fix("b", NOON_S - 40, 120.3),
        ])
        .await
        .unwrap();
    tracks.compact().await.unwrap();
    tracks
        .append(&[fix("a", NOON_S + 20, 120.4), fix("c", NOON_S + 90, 120.5)])
        .await
        .unwrap();
    for _ in 0..2 {
        let at = async |second: i64| {
            let at = Timestamp::from_secs(second);
            let found = tracks.at(at, minute).await.unwrap();
            let found = found
                .iter()
                .map(|fix| (fix.person.to_string(), fix.at.lon()));
            found.collect::<Vec<_>>()
        };
        let b = ("b".to_owned(), 120.3);
        assert_eq!(at(NOON_S).await, [("a".to_owned(), 120.1), b.clone()]);
        assert_eq!(at(NOON_S + 20).await, [("a".to_owned(), 120.4), b]);
        assert_eq!(
            at(NOON_S + 49).await,
            [("a".to_owned(), 120.4)],
            "b is too old"
        );
        assert_eq!(
            at(NOON_S + 90).await,
            [("a".to_owned(), 120.2), ("c".to_owned(), 120.5)]
        );
        assert_eq!(at(NOON_S + 200).await, []);
        tracks.compact().await.unwrap();
    }
}

#[tokio::test]
async fn a_damaged_block_costs_what_it_held_and_nothing_else() {
    let folder = folder();
    let tracks = Tracks::open(&folder.path).await.unwrap();
    let full = i64::try_from(block::BLOCK_FIXES_MAX).unwrap();
    let walk: Vec<Fix> = (0..full * 2)
        .map(|n| fix("a", NOON_S + 2 * n, 120.0))
        .collect();
    tracks.append(&walk).await.unwrap();
    tracks.compact().await.unwrap();
    for (id, left) in [(2, full), (1, full)] {
        let damage = sqlx::query("UPDATE blocks SET bytes = $1 WHERE id = $2");
        let damage = damage.bind([9u8; 40].as_slice()).bind(id);
        damage
            .execute(&mut tracks.writer.lock().await.db)
            .await
            .unwrap();
        let left = usize::try_from(left).unwrap();
        assert_eq!(
            all(&tracks, "a").await.len(),
            if id == 2 { left } else { 0 }
        );
        if id == 2 {
            // The other half of the day still takes what comes late, and so does the damaged one.
            assert_eq!(tracks.latest().await.unwrap(), [walk[left - 1].clone()]);
        }
    }
    let late = [
        fix("a", NOON_S - 10, 121.0),
        fix("a", NOON_S + 1, 121.0),
        fix("a", NOON_S + 5 * full, 121.0),
    ];
    for one in &late {
        tracks.append(std::slice::from_ref(one)).await.unwrap();
        tracks.compact().await.unwrap();
    }
    assert_eq!(all(&tracks, "a").await, late);
    let count = "SELECT COUNT(*) FROM blocks";
    assert_eq!(
        number(&tracks, count).await,
        3,
        "one healthy block takes all"
    );
}

#[tokio::test]
async fn days_leave_whole_and_the_days_after_stay() {
    let folder = folder();
    let tracks = Tracks::open(&folder.path).await.unwrap();
    let day = 24 * 3600;
    for n in 0..10 {
        // A phone that says little would fill one block for weeks.
        let two = [
            fix("a", NOON_S + n * day, 120.0),
            fix("a", NOON_S + n * day + 3_600, 120.0),
        ];
        tracks.append(&two).await.unwrap();
        tracks.compact().await.unwrap();
    }
    assert_eq!(number(&tracks, "SELECT COUNT(*) FROM blocks").await, 10);
    let before = Timestamp::from_secs(NOON_S + 4 * day + 1_800);
    assert_eq!(tracks.purge(before).await.unwrap(), 4);
    let left = all(&tracks, "a").await;
    assert_eq!(left.len(), 12);
    assert_eq!(left[0], fix("a", NOON_S + 4 * day, 120.0));
    assert_eq!(tracks.purge(before).await.unwrap(), 0);
}

/// A guard's shift: walks at 1.4 m/s with turns, stands now and then, and a receiver that wavers.
fn shift(name: &str, seed: u64) -> Vec<Fix> {
    let mut random = seed;
    let mut draw = move |span: i64| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(random >> 33).unwrap() % (2 * span + 1) - span
    };
    let (mut lon, mut lat) = (1_201_120_000i64, 302_870_000i64);
    let (mut east, mut north, mut accuracy) = (600i64, 200i64, 8i64);
    let fixes = (0..8 * 720).map(|n| {
        if draw(20) == 0 {
            (east, north) = (draw(700), draw(600));
        }
        if draw(100) == 0 {
            (east, north) = (0, 0);
        }
        (lon, lat) = (lon + east, lat + north);
        accuracy = (accuracy + i64::from(draw(3) == 0) * draw(4)).clamp(3, 40);
        // Every tenth fix comes a second late, as phones do.
        let occurred_s = NOON_S + 5 * n + i64::from(draw(5) == 0);
        let delay_us = 700_000 + draw(600_000);
        let degrees = |e7: i64| f64::from(i32::try_from(e7).unwrap()) / 1e7;
        Fix {
            person: person(name),
            occurred_at: Timestamp::from_secs(occurred_s),
            received_at: Timestamp::from_secs(occurred_s) + Span::from_micros(delay_us),
            at: LonLat::new(degrees(lon + draw(150)), degrees(lat + draw(150))).unwrap(),
            accuracy_dm: Some(u16::try_from(10 * accuracy).unwrap()),
            battery_percent: Some(u8::try_from(100 - n / 80).unwrap()),
        }
    });
    fixes.collect()
}

/// Processor time of this process so far.
fn cpu_us() -> i64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
}

#[tokio::test]
async fn twenty_shifts_need_at_most_eight_bytes_a_fix_with_all_pages() {
    const GUARDS: u64 = 20;
    let folder = folder();
    let tracks = Tracks::open(&folder.path).await.unwrap();
    let shifts: Vec<Vec<Fix>> = (0..GUARDS)
        .map(|n| shift(&format!("guard-{n}"), n))
        .collect();
    let mut stored = 0;
    let (mut spent, mut worked_us) = (Duration::ZERO, 0);
    for minute in 0..8 * 60 {
        // As turns bring them: everybody's fixes of a few seconds together.
        let (from, to) = (minute * 12, (minute + 1) * 12);
        let rows: Vec<Fix> = (from..to)
            .flat_map(|n| shifts.iter().map(move |shift| shift[n].clone()))
            .collect();
        let (start, before_us) = (std::time::Instant::now(), cpu_us());
        tracks.append(&rows).await.unwrap();
        spent += start.elapsed();
        worked_us += cpu_us() - before_us;
        stored += rows.len();
        if minute % 10 == 9 {
            tracks.compact().await.unwrap();
        }
    }
    for shift in &shifts {
        let kept = all(&tracks, shift[0].person.as_str()).await;
        let place = |fix: &Fix| {
            (
                fix.occurred_at,
                fix.at,
                fix.accuracy_dm,
                fix.battery_percent,
            )
        };
        assert!(kept.iter().map(place).eq(shift.iter().map(place)));
    }
    let used = "SELECT (SELECT page_count FROM pragma_page_count)
                - (SELECT freelist_count FROM pragma_freelist_count)";
    let bytes = number(&tracks, used).await * number(&tracks, "PRAGMA page_size").await;
    let content = number(&tracks, "SELECT SUM(LENGTH(bytes)) FROM blocks").await;
    let fixes = i64::try_from(stored).unwrap();
    // For whoever asks how fast: nothing is asserted about time. Other tests share the processor.
    println!(
        "{fixes} fixes: {bytes} bytes of pages in use, {content} of blocks; appended in {spent:?}, \
         with {worked_us} us of processor time"
    );
    assert!(bytes <= 8 * fixes, "{bytes} bytes for {fixes} fixes");
}

/// What is done to the history.
#[derive(Debug, Clone)]
enum Step {
    /// Whose, seconds after noon (some of the day before and after), and how well it was known. The
    /// longitude tells rounds apart.
    Append(Vec<(u8, i64, u16)>),
    Compact,
    /// A compaction that ends after so many waits: the program is killed there.
    Killed(usize),
    /// A compaction that ends after so many waits with an error, and the program goes on.
    Failed(usize),
    Purge(i64),
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let second = prop_oneof![0i64..200, -90_000i64..90_000];
    let fixes = prop::collection::vec((0u8..3, second, 51u16..54), 1..80);
    prop::collection::vec(
        prop_oneof![
            5 => fixes.prop_map(Step::Append),
            2 => Just(Step::Compact),
            2 => (0usize..60).prop_map(Step::Killed),
            2 => (0usize..60).prop_map(Step::Failed),
            1 => (-90_000i64..90_000).prop_map(Step::Purge),
            1 => Just(Step::Reopen),
        ],
        1..25,
    )
}

/// Lets a future wait so many times and drops it there.
async fn cut_short<F: Future>(future: F, waits: usize) {
    let mut future = pin!(future);
    for _ in 0..waits {
        if future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_ready()
        {
            return;
        }
        // The database works on a thread of its own.
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
}

async fn play(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let folder = folder();
    let mut tracks = Tracks::open(&folder.path).await.unwrap();
    let mut model: BTreeMap<(PersonId, Timestamp), Fix> = BTreeMap::new();
    for (round, step) in steps.into_iter().enumerate() {
        match step {
            Step::Append(fixes) => {
                let lon = f64::from(u32::try_from(round).unwrap());
                let fixes: Vec<Fix> = fixes
                    .into_iter()
                    .map(|(who, second, accuracy_dm)| Fix {
                        accuracy_dm: Some(accuracy_dm),
                        ..fix(&format!("p{who}"), NOON_S + second, lon)
                    })
                    .collect();
                tracks.append(&fixes).await.unwrap();
                for fix in fixes {
                    let key = (fix.person.clone(), fix.occurred_at);
                    let held = model.entry(key).or_insert_with(|| fix.clone());
                    let (new, old) = ((fix.accuracy_dm, fix.at), (held.accuracy_dm, held.at));
                    if counts_instead(new, old) {
                        *held = fix;
                    }
                }
            }
            Step::Compact => tracks.compact().await.unwrap(),
            Step::Killed(waits) => {
                cut_short(tracks.compact(), waits).await;
                drop(tracks);
                tracks = Tracks::open(&folder.path).await.unwrap();
            }
            Step::Failed(waits) => cut_short(tracks.compact(), waits).await,
            Step::Purge(second) => {
                // Of what lies in blocks only whole blocks leave: the model follows the blocks.
                tracks.compact().await.unwrap();
                let before = Timestamp::from_secs(NOON_S + second);
                let kept = model.clone();
                tracks.purge(before).await.unwrap();
                model.clear();
                for name in ["p0", "p1", "p2"] {
                    for fix in all(&tracks, name).await {
                        model.insert((fix.person.clone(), fix.occurred_at), fix);
                    }
                }
                for (key, fix) in &model {
                    prop_assert_eq!(kept.get(key), Some(fix));
                }
                let mut gone = kept.keys().filter(|key| !model.contains_key(key));
                prop_assert!(gone.all(|(_, at)| *at < before), "only what is old leaves");
                let day = Span::from_micros(DAY_US);
                prop_assert!(model.keys().all(|(_, at)| *at > before - day));
            }
            Step::Reopen => {
                drop(tracks);
                tracks = Tracks::open(&folder.path).await.unwrap();
            }
        }
        for name in ["p0", "p1", "p2"] {
            let expected = model.values().filter(|fix| fix.person.as_str() == name);
            let expected: Vec<Fix> = expected.cloned().collect();
            prop_assert_eq!(all(&tracks, name).await, expected.clone());
            let stretch = (
                Timestamp::from_secs(NOON_S - 50),
                Timestamp::from_secs(NOON_S + 120),
            );
            let some = tracks.read(&person(name), stretch, 7).await.unwrap();
            let inside = |fix: &Fix| (stretch.0..=stretch.1).contains(&fix.occurred_at);
            let expected: Vec<Fix> = expected.into_iter().filter(inside).take(7).collect();
            prop_assert_eq!(some, expected);
        }
        let mut latest: BTreeMap<PersonId, Fix> = BTreeMap::new();
        for fix in model.values() {
            latest.insert(fix.person.clone(), fix.clone());
        }
        let latest: Vec<Fix> = latest.into_values().collect();
        prop_assert_eq!(tracks.latest().await.unwrap(), latest);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_every_fix_is_there_once(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(play(steps))?;
    }
}
