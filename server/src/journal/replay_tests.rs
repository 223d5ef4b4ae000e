//! A start is the same whatever it begins with: a snapshot that fits, one that does not, or none.

use super::fixture::{START, append, folded, history, journal_with, keep};
use super::{Journal, Replayed, Snapshots, replay};
use castellan_domain::engine::Engine;
use castellan_domain::ids::Seq;
use castellan_domain::site::FOLD_VERSION;
use std::path::{Path, PathBuf};

const FACTS: u64 = 240;

fn only_file(path: &Path) -> PathBuf {
    let mut list = Snapshots::beside(path).list();
    assert_eq!(list.len(), 1);
    list.pop().unwrap().1
}

async fn replayed(journal: &mut Journal) -> Replayed<Engine> {
    replay(journal).await.unwrap()
}

#[tokio::test]
async fn a_snapshot_and_the_facts_after_it_are_the_whole_journal() {
    let facts = history(FACTS);
    let whole = folded(&facts);
    assert!(
        whole.view().alarms.len() < 60,
        "some have left the live site"
    );
    for cut in (1..=facts.len()).step_by(13) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let mut journal = journal_with(&path, &facts).await;
        keep(&mut journal, &path, &facts[..cut]).await;
        let after = replayed(&mut journal).await;
        assert_eq!(
            (after.from.0, after.folded),
            (cut as u64, FACTS - cut as u64)
        );
        assert_eq!(*after.engine.site(), whole, "cut at {cut}");
        assert_eq!(after.last_recorded_at, facts.last().unwrap().1);
        assert_eq!(after.chain_broken_at, None);
    }
}

#[tokio::test]
async fn a_snapshot_that_does_not_fit_is_thrown_away_and_costs_only_time() {
    let facts = history(FACTS);
    let whole = folded(&facts);
    let other_journal = uuid::Uuid::nil().to_string();
    let version = format!("\"fold_version\":{FOLD_VERSION}");
    for (what, spoil) in [
        (
            "another fold version",
            (version.as_str(), "\"fold_version\":0"),
        ),
        (
            "a later fold version",
            (version.as_str(), "\"fold_version\":99"),
        ),
        (
            "another journal",
            ("\"journal\":\"", other_journal.as_str()),
        ),
        ("a flipped byte", ("\"d-1\"", "\"d-9\"")),
        ("a broken stamp", ("{\"journal\"", "{\"jornal\"")),
        ("a cut in the middle", ("\n", "")),
        ("another hash", ("\"hash\":\"", "00")),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let mut journal = journal_with(&path, &facts).await;
        keep(&mut journal, &path, &facts[..200]).await;
        let file = only_file(&path);
        let text = std::fs::read_to_string(&file).unwrap();
        let (from, to) = spoil;
        assert!(text.contains(from), "{what}");
        let spoilt = match what {
            "a cut in the middle" => text[..text.len() / 2].to_owned(),
            // The text that is there already gives way, letter for letter.
            "another journal" | "another hash" => {
                let at = text.find(from).unwrap() + from.len();
                format!("{}{to}{}", &text[..at], &text[at + to.len()..])
            }
            _ => text.replacen(from, to, 1),
        };
        assert_ne!(spoilt, text, "{what}");
        std::fs::write(&file, spoilt).unwrap();
        let after = replayed(&mut journal).await;
        assert_eq!((after.from, after.folded), (Seq(0), FACTS), "{what}");
        assert_eq!(*after.engine.site(), whole, "{what}");
        assert!(!file.exists(), "{what}: it is thrown away");
    }
}

#[tokio::test]
async fn a_snapshot_ahead_of_a_restored_journal_is_thrown_away_and_an_older_one_taken() {
    let facts = history(FACTS);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let mut journal = journal_with(&path, &facts).await;
    keep(&mut journal, &path, &facts[..100]).await;
    keep(&mut journal, &path, &facts[..200]).await;
    sqlx::query("DELETE FROM facts WHERE seq > 150")
        .execute(&mut journal.db)
        .await
        .unwrap();
    let after = replayed(&mut journal).await;
    assert_eq!((after.from, after.folded), (Seq(100), 50));
    assert_eq!(*after.engine.site(), folded(&facts[..150]));
    assert_eq!(
        only_file(&path).file_name().unwrap(),
        "00000000000000000100.snapshot"
    );
    // Other facts in the place of the lost ones: an old snapshot of that number fits no more.
    journal.reread_head().await.unwrap();
    keep(&mut journal, &path, &facts[..150]).await;
    let mut other = facts[149..].to_vec();
    for (_, _, bytes) in &mut other {
        *bytes = bytes.replace("li-na", "zhao-min");
    }
    sqlx::query("DELETE FROM facts WHERE seq = 150")
        .execute(&mut journal.db)
        .await
        .unwrap();
    journal.reread_head().await.unwrap();
    append(&mut journal, &other).await;
    let after = replayed(&mut journal).await;
    assert_eq!(after.from, Seq(100));
}

#[tokio::test]
async fn the_number_of_snapshots_is_bounded_and_the_newest_stay() {
    let facts = history(60);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let mut journal = journal_with(&path, &facts).await;
    for cut in [10, 20, 30, 40, 50] {
        keep(&mut journal, &path, &facts[..cut]).await;
    }
    let kept: Vec<_> = Snapshots::beside(&path).list();
    let kept: Vec<u64> = kept.iter().map(|(seq, _)| seq.0).collect();
    assert_eq!(kept, [50, 40, 30]);
}

#[tokio::test]
async fn what_a_killed_server_left_half_written_is_never_read_and_goes_with_the_next_snapshot() {
    let facts = history(60);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let mut journal = journal_with(&path, &facts).await;
    keep(&mut journal, &path, &facts[..40]).await;
    let older = only_file(&path);
    let half = older.with_file_name("00000000000000000050.draft");
    let whole = std::fs::read(&older).unwrap();
    std::fs::write(&half, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(replayed(&mut journal).await.from, Seq(40));
    keep(&mut journal, &path, &facts).await;
    assert!(!half.exists());
    assert_eq!(replayed(&mut journal).await.from, Seq(60));
}

#[tokio::test]
async fn a_chain_that_breaks_after_the_snapshot_is_found_at_the_start() {
    let facts = history(40);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let mut journal = journal_with(&path, &facts).await;
    keep(&mut journal, &path, &facts[..20]).await;
    for seq in [10, 30] {
        sqlx::query("UPDATE facts SET bytes = replace(bytes, 'li-na', 'li-no') WHERE seq = $1")
            .bind(seq)
            .execute(&mut journal.db)
            .await
            .unwrap();
    }
    let after = replayed(&mut journal).await;
    assert_eq!(
        (after.from, after.chain_broken_at),
        (Seq(20), Some(Seq(30))),
        "what lies before the snapshot is the doctor's to find"
    );
    assert!(after.last_recorded_at > START);
}
