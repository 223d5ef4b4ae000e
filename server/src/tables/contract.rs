//! What the tables promise whoever calls them, whatever store lies beneath: tested by their public
//! functions alone.

use super::{Progress, Rows, Tables};
use crate::journal::ChainHash;
use crate::journal::fixture::history;
use castellan_domain::fact::Fact;
use castellan_domain::ids::{AlarmId, JournalId, Seq};
use castellan_domain::site::Site;

const JOURNAL: JournalId = JournalId(uuid::Uuid::nil());

/// What so many facts come to.
fn rows(facts: u64) -> Rows {
    let (mut site, mut rows) = (Site::default(), Rows::default());
    for (_, _, bytes) in history(facts) {
        let fact = Fact::decode(&bytes).unwrap();
        let touched = site.apply(&fact);
        rows.take(&fact, &touched, &site);
    }
    rows
}

fn after(seq: u64) -> Progress {
    Progress {
        seq: Seq(seq),
        hash: ChainHash::genesis(JOURNAL).then("x"),
        ..Progress::none(JOURNAL)
    }
}

async fn numbers(tables: &mut Tables, before: Option<u32>, limit: u16) -> Vec<u32> {
    let rows = tables.alarms_before(before.map(AlarmId), limit).await;
    rows.unwrap().iter().map(|row| row.id.0).collect()
}

#[tokio::test]
async fn rows_and_how_far_they_are_stay_together_and_are_let_go_together() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tables.db");
    assert!(Tables::examine(&path).await.is_err(), "to look begins none");
    let mut tables = Tables::open(&path).await.unwrap();
    assert_eq!(tables.progress().await.unwrap(), None);
    assert_eq!(numbers(&mut tables, None, 9).await, [0; 0]);
    tables.write(&rows(40), &after(40)).await.unwrap();
    drop(tables);
    let mut tables = Tables::open(&path).await.unwrap();
    assert_eq!(tables.progress().await.unwrap(), Some(after(40)));
    assert_eq!(
        numbers(&mut tables, None, 3).await,
        [10, 9, 8],
        "newest first"
    );
    assert_eq!(numbers(&mut tables, Some(4), 9).await, [3, 2, 1]);
    // The same again changes nothing; more is added.
    let before = tables.alarms_before(None, u16::MAX).await.unwrap();
    tables.write(&rows(40), &after(40)).await.unwrap();
    assert_eq!(tables.alarms_before(None, u16::MAX).await.unwrap(), before);
    tables.write(&rows(44), &after(44)).await.unwrap();
    assert_eq!(numbers(&mut tables, None, 2).await, [11, 10]);
    // Whoever examines sees one moment, and what was written later does not move it.
    let mut seen = Tables::examine(&path).await.unwrap();
    assert_eq!(seen.progress().await.unwrap(), Some(after(44)));
    tables.write(&rows(48), &after(48)).await.unwrap();
    assert_eq!(numbers(&mut seen, None, 1).await, [11]);
    assert!(seen.write(&rows(4), &after(4)).await.is_err());
    drop(seen);
    tables.clear(JOURNAL).await.unwrap();
    assert_eq!(
        tables.progress().await.unwrap(),
        Some(Progress::none(JOURNAL))
    );
    assert_eq!(numbers(&mut tables, None, 9).await, [0; 0]);
}
