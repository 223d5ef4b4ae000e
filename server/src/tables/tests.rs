//! The rows are what the facts come to, wherever the following stopped and began again.

use super::projection::SNAPSHOT_AGAIN;
use super::row::StepRow;
use super::{Projection, SNAPSHOT_EVERY, Tables, TablesReader};
use crate::journal::fixture::{START, append, history, journal_with};
use crate::site_folder::SitePaths;
use castellan_domain::alarm::AlarmFact;
use castellan_domain::engine::Engine;
use castellan_domain::ids::{AlarmId, Seq, SiteId};
use castellan_domain::matter::Matter;
use castellan_domain::site::Site;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::wire::api::{ALARM_PAGE_MAX, AlarmRow, StepPage};

fn paths(folder: &tempfile::TempDir) -> SitePaths {
    let paths = SitePaths::new(folder.path(), &SiteId::new("test-1").unwrap());
    std::fs::create_dir_all(&paths.folder).unwrap();
    paths
}

async fn follow(paths: &SitePaths) -> Projection {
    let mut projection = Projection::begin(paths, Site::apply).await.unwrap();
    while projection.advance().await.unwrap() {}
    projection
}

async fn rows(paths: &SitePaths) -> (Vec<AlarmRow>, Vec<StepRow>) {
    let mut tables = Tables::examine(&paths.tables()).await.unwrap();
    let rows = tables.alarms_before(None, u16::MAX).await.unwrap();
    (rows, tables.steps_after(None, u16::MAX).await.unwrap())
}

fn at(seq: i64) -> Timestamp {
    START + Span::from_secs(1_800 * seq)
}

#[tokio::test]
async fn a_row_stays_as_it_was_when_its_alarm_leaves_the_live_site() {
    let folder = tempfile::tempdir().unwrap();
    let paths = paths(&folder);
    let facts = history(400);
    let journal = journal_with(&paths.journal(), &facts).await;
    follow(&paths).await;
    let (rows, _) = rows(&paths).await;
    let numbers: Vec<u32> = rows.iter().map(|row| row.id.0).collect();
    assert_eq!(numbers, (1..=100).rev().collect::<Vec<_>>());
    let first = rows.last().unwrap();
    assert_eq!(first.raised_at, at(1));
    let (claimed, judged) = (
        first.claimed.as_ref().unwrap(),
        first.judged.as_ref().unwrap(),
    );
    assert_eq!((claimed.by.as_str(), claimed.at), ("li-na", at(2)));
    assert_eq!((judged.by.as_str(), judged.at), ("li-na", at(4)));
    assert_eq!((first.closed_at, first.repeats), (Some(at(4)), 1));
    let open: Vec<u32> = rows
        .iter()
        .filter(|row| row.closed_at.is_none())
        .map(|row| row.id.0)
        .collect();
    assert_eq!(open.len(), 20, "every fifth stays open: {open:?}");
    assert_eq!(journal.head().0, Seq(400));
}

#[tokio::test]
async fn the_steps_of_an_alarm_stay_when_it_leaves_the_live_site() {
    let folder = tempfile::tempdir().unwrap();
    let paths = paths(&folder);
    let facts = history(400);
    journal_with(&paths.journal(), &facts).await;
    follow(&paths).await;
    let live = crate::journal::fixture::folded(&facts);
    assert!(!live.view().alarms.contains_key(&AlarmId(1)));
    let reader = TablesReader::new(&paths.tables());
    let first = Matter::Alarm(AlarmId(1));
    let page = reader.steps(first, None, 2).await.unwrap().unwrap();
    let told = |page: &StepPage<AlarmFact>| {
        let steps = page.steps.iter();
        steps
            .map(|step| (step.fact.kind().0, step.at))
            .collect::<Vec<_>>()
    };
    let newest = [("alarm_judged", at(4)), ("alarm_repeated", at(3))];
    assert_eq!(
        (page.projected_seq, told(&page)),
        (Seq(400), newest.to_vec())
    );
    let rest = reader.steps(first, page.before, 2).await.unwrap();
    let rest = rest.unwrap();
    let oldest = [("alarm_claimed", at(2)), ("alarm_raised", at(1))];
    assert_eq!((rest.before, told(&rest)), (None, oldest.to_vec()));
    let later = Matter::Alarm(AlarmId(101));
    let none = reader.steps::<AlarmFact>(later, None, 2).await;
    assert_eq!(none.unwrap(), None);
}

#[tokio::test]
async fn stopped_anywhere_and_begun_again_the_rows_are_the_same() {
    let whole = tempfile::tempdir().unwrap();
    let facts = history(400);
    let expected = {
        let paths = paths(&whole);
        journal_with(&paths.journal(), &facts).await;
        follow(&paths).await;
        rows(&paths).await
    };
    let folder = tempfile::tempdir().unwrap();
    let paths = paths(&folder);
    let mut journal = journal_with(&paths.journal(), &facts[..1]).await;
    for (part, snapshot) in [
        (1..7, true),
        (7..100, false),
        (100..101, true),
        (101..400, false),
    ] {
        append(&mut journal, &facts[part]).await;
        let mut projection = follow(&paths).await;
        if snapshot {
            projection.keep_snapshot().await.unwrap();
        }
    }
    assert_eq!(rows(&paths).await, expected);
    // Of other bytes, another version or another journal nothing is believed.
    for spoil in [
        "UPDATE meta SET value = '0.0 ' || substr(value, 5)",
        "UPDATE meta SET value = replace(value, ' 400 ', ' 401 ')",
        "UPDATE meta SET value = 'nonsense'",
        "DELETE FROM meta",
    ] {
        let mut tables = Tables::open(&paths.tables()).await.unwrap();
        for lie in ["UPDATE alarms SET repeats = 77", "DELETE FROM steps"] {
            sqlx::query(lie).execute(&mut tables.db).await.unwrap();
        }
        let done = sqlx::query(spoil).execute(&mut tables.db).await.unwrap();
        assert_eq!(done.rows_affected(), 1);
        drop(tables);
        follow(&paths).await;
        assert_eq!(rows(&paths).await, expected, "{spoil}");
    }
    std::fs::write(
        paths.tables(),
        "no database at all, though long enough to be one",
    )
    .unwrap();
    follow(&paths).await;
    assert_eq!(rows(&paths).await, expected);
}

#[tokio::test]
async fn a_snapshot_is_kept_every_so_many_facts_without_being_asked() {
    let folder = tempfile::tempdir().unwrap();
    let paths = paths(&folder);
    let facts = history(SNAPSHOT_EVERY + 500);
    let mut journal = journal_with(&paths.journal(), &facts).await;
    let projection = follow(&paths).await;
    assert_eq!(projection.snapshot_seq(), Seq(SNAPSHOT_EVERY));
    let replayed = crate::journal::replay::<Engine>(&mut journal)
        .await
        .unwrap();
    assert_eq!(
        (replayed.from, replayed.folded),
        (Seq(SNAPSHOT_EVERY), 500),
        "a start folds no more than what came after it"
    );
}

#[tokio::test]
async fn a_snapshot_that_cannot_be_kept_holds_up_no_row_and_is_tried_again_after_so_many_facts() {
    let folder = tempfile::tempdir().unwrap();
    let paths = paths(&folder);
    let due = SNAPSHOT_EVERY + SNAPSHOT_AGAIN;
    let facts = history(due + 200);
    let place = |seq: u64| usize::try_from(seq).unwrap();
    let mut journal = journal_with(&paths.journal(), &facts[..place(SNAPSHOT_EVERY)]).await;
    // There is something else in the folder's place.
    let snapshots = paths.folder.join("snapshots");
    std::fs::write(&snapshots, "").unwrap();
    let mut projection = follow(&paths).await;
    let mut more = async |from: u64, upto: u64| {
        append(&mut journal, &facts[place(from)..place(upto)]).await;
        while projection.advance().await.unwrap() {}
        assert_eq!(projection.seq(), Seq(upto), "the rows follow");
        let told = projection.snapshot_fault().map(ToOwned::to_owned);
        (told.is_some(), projection.snapshot_seq())
    };
    let nothing = (true, Seq(0));
    assert_eq!(more(SNAPSHOT_EVERY, SNAPSHOT_EVERY + 1).await, nothing);
    std::fs::remove_file(&snapshots).unwrap();
    assert_eq!(more(SNAPSHOT_EVERY + 1, due - 1).await, nothing);
    assert_eq!(more(due - 1, due).await, (false, Seq(due)));
    assert_eq!(more(due, due + 200).await, (false, Seq(due)));
}

#[tokio::test]
async fn pages_follow_each_other_without_a_gap_and_end() {
    let folder = tempfile::tempdir().unwrap();
    let paths = paths(&folder);
    journal_with(&paths.journal(), &history(40)).await;
    follow(&paths).await;
    let reader = TablesReader::new(&paths.tables());
    let (mut before, mut seen) = (None, Vec::new());
    for _ in 0..4 {
        let page = reader.page(before, 3).await.unwrap();
        assert_eq!(page.projected_seq, Seq(40));
        seen.extend(page.alarms.iter().map(|row| row.id.0));
        before = page.before;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen, (1..=10).rev().collect::<Vec<_>>());
    let all = reader.page(None, ALARM_PAGE_MAX).await.unwrap();
    assert_eq!((all.alarms.len(), all.before), (10, None));
    let none = reader.page(Some(AlarmId(1)), 3).await.unwrap();
    assert!(none.alarms.is_empty() && none.before.is_none());
}
