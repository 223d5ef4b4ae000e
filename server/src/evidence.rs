//! What tells of a record beside its journal, compared with the journal before one is opened or begun.
//!
//! A journal that is missing beside anchors, snapshots, tables, positions or observations is no first
//! start, and one that ends before they do is an older copy. Neither is gone over: whoever is in charge
//! decides, and nothing is deleted.

use crate::anchor::AnchorFile;
use crate::journal::{JournalError, Lies, Snapshots, lies_at};
use crate::site_folder::SitePaths;
use crate::sqlite::{has_content, log_alone};
use crate::tables::Tables;
use crate::{observations, tracks};
use castellan_domain::ids::{JournalId, Seq, SiteId};
use std::io;
use std::path::PathBuf;

/// What to do where nothing is wrong but that this program is too old.
pub(crate) const START_NEWER: &str = "Nothing is damaged. Start the newer Castellan";

/// How to go on where nothing better is left.
const BEGIN_ANEW: &str = "If there is none, `castellan serve --begin-anew` sets aside what lies there and begins \
    a new record";
/// How to go on with a journal that is not what something else knows of it, and is to stay.
const KEEP_THIS_ONE: &str = "If this one is to stay: `castellan backup` it, move the site's folder away, and \
    `castellan restore` that backup; the anchors then say so";

/// Why a record is not opened. Nothing was begun, and nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordFault {
    #[error(
        "there is no fact in {}, but something tells of a record: {found}",
        .journal.display()
    )]
    Lost { journal: PathBuf, found: String },
    #[error(
        "the journal {} ends at fact {head}, but there is {found}: an older copy lies in its place, or its \
         log is lost",
        .journal.display()
    )]
    Shorter {
        journal: PathBuf,
        head: Seq,
        found: String,
    },
    #[error(
        "the journal {} is another one than before: there is {found}, of the journal {}",
        .journal.display(), .of.0
    )]
    Exchanged {
        journal: PathBuf,
        found: String,
        of: JournalId,
    },
    #[error("the record in {} is of the site {site}", .folder.display())]
    OtherSite { folder: PathBuf, site: SiteId },
    #[error("a restore into {} is not done", .0.display())]
    Restoring(PathBuf),
    #[error("this Castellan is older than the record: {0}")]
    Newer(JournalError),
    #[error("the journal cannot be opened for now: {0}")]
    ForNow(JournalError),
    #[error("the journal cannot be read: {0}")]
    Unreadable(JournalError),
}

impl RecordFault {
    /// What whoever is in charge can do.
    pub(crate) fn to_do(&self) -> String {
        match self {
            Self::Lost { .. } => format!(
                "Look with `castellan doctor`, and bring the last backup back with `castellan restore`. \
                 {BEGIN_ANEW}"
            ),
            Self::Shorter { .. } => format!(
                "Put the newer one back together with its log, or the last backup with `castellan restore`. \
                 {KEEP_THIS_ONE}"
            ),
            Self::Exchanged { .. } => format!("Put the right one back. {KEEP_THIS_ONE}"),
            Self::OtherSite { .. } => {
                "Move it to where that site's lies, or start with that site's estate document"
                    .to_owned()
            }
            Self::Restoring(_) => "Run `castellan restore` again".to_owned(),
            Self::Newer(_) => START_NEWER.to_owned(),
            Self::ForNow(_) => {
                "Nothing is damaged. Make room on the disk, or end whatever else uses the journal"
                    .to_owned()
            }
            Self::Unreadable(_) => format!(
                "Run `castellan doctor` on it, and bring the last backup back with `castellan restore`. \
                 {BEGIN_ANEW}"
            ),
        }
    }

    /// Both as one text for a person.
    pub(crate) fn sentence(&self) -> String {
        format!("{self}. {}", self.to_do())
    }

    /// Whether a new record may be begun on purpose, with the old one set aside.
    pub(crate) fn may_begin_anew(&self) -> bool {
        match self {
            Self::Lost { .. }
            | Self::Shorter { .. }
            | Self::Exchanged { .. }
            | Self::Restoring(_)
            | Self::Unreadable(_) => true,
            Self::OtherSite { .. } | Self::Newer(_) | Self::ForNow(_) => false,
        }
    }
}

impl From<JournalError> for RecordFault {
    fn from(error: JournalError) -> Self {
        if error.is_newer() {
            Self::Newer(error)
        } else if error.is_full() || error.is_busy() {
            Self::ForNow(error)
        } else {
            Self::Unreadable(error)
        }
    }
}

/// Something that would not be there without facts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Witness {
    /// What it is, as a part of a sentence.
    said: String,
    /// Of which journal, and up to which fact; nothing if it says neither.
    of: Option<(JournalId, Seq)>,
}

/// Compares a journal with everything that tells of it. A copy has no anchors.
pub(crate) async fn check(
    paths: &SitePaths,
    anchors: Option<&AnchorFile>,
) -> Result<(), RecordFault> {
    // The journal last: of a running server it is ahead of them all.
    let witnesses = witnesses(paths, anchors).await;
    let lies = lies_at(&paths.journal()).await?;
    judge(paths, lies, &witnesses)
}

fn judge(paths: &SitePaths, lies: Lies, witnesses: &[Witness]) -> Result<(), RecordFault> {
    let journal = paths.journal();
    let (id, head, site) = match lies {
        Lies::Journal { id, head, site } if head > Seq(0) => (id, head, site),
        Lies::Journal { .. } | Lies::Nothing => {
            if paths.restoring().exists() {
                return Err(RecordFault::Restoring(paths.folder.clone()));
            }
            let tells = |witness: &&Witness| witness.of.is_none_or(|(_, seq)| seq > Seq(0));
            let found: Vec<_> = witnesses.iter().filter(tells).collect();
            let found: Vec<_> = found.iter().map(|witness| witness.said.as_str()).collect();
            return match found.join(", ") {
                none if none.is_empty() => Ok(()),
                found => Err(RecordFault::Lost { journal, found }),
            };
        }
    };
    if let Some(site) = site.filter(|site| *site != paths.site) {
        let folder = paths.folder.clone();
        return Err(RecordFault::OtherSite { folder, site });
    }
    for Witness { said, of } in witnesses {
        match of {
            Some((of, _)) if *of != id => {
                let (found, of) = (said.clone(), *of);
                return Err(RecordFault::Exchanged { journal, found, of });
            }
            Some((_, upto)) if *upto > head => {
                let found = said.clone();
                return Err(RecordFault::Shorter {
                    journal,
                    head,
                    found,
                });
            }
            Some(_) | None => {}
        }
    }
    Ok(())
}

async fn witnesses(paths: &SitePaths, anchors: Option<&AnchorFile>) -> Vec<Witness> {
    let mut witnesses: Vec<Witness> = anchors.and_then(anchored).into_iter().collect();
    witnesses.extend(snapshot(paths));
    witnesses.extend(tables(paths).await);
    if log_alone(&paths.tracks()).is_some() || tracks::tells_anything(&paths.tracks()).await {
        witnesses.push(Witness::bare("positions in tracks.db"));
    }
    witnesses.extend(observed(paths).await);
    witnesses
}

impl Witness {
    fn bare(said: impl Into<String>) -> Self {
        Self {
            said: said.into(),
            of: None,
        }
    }
}

/// The anchor that knows most, of the journal that was anchored last.
fn anchored(file: &AnchorFile) -> Option<Witness> {
    let read = match file.read() {
        Ok(read) => read,
        Err(error) => {
            let path = file.path().display();
            return Some(Witness::bare(format!(
                "the anchors {path}, which cannot be read ({error})"
            )));
        }
    };
    let standing = read.standing().anchors;
    let last = standing.last()?.journal;
    let of_last = standing.iter().filter(|anchor| anchor.journal == last);
    let most = of_last.max_by_key(|anchor| anchor.seq)?;
    Some(Witness {
        said: format!("an anchor of {} that knows fact {}", most.day(), most.seq),
        of: Some((most.journal, most.seq)),
    })
}

fn snapshot(paths: &SitePaths) -> Option<Witness> {
    let stamps = Snapshots::beside(&paths.journal()).stamps();
    let (seq, stamp) = stamps.into_iter().next()?;
    Some(Witness {
        said: format!("a snapshot of fact {seq}"),
        of: stamp.map(|stamp| (stamp.journal, stamp.seq)),
    })
}

async fn tables(paths: &SitePaths) -> Option<Witness> {
    if !has_content(&paths.tables()) {
        return None;
    }
    let progress = match Tables::examine(&paths.tables()).await {
        Ok(mut tables) => tables.progress().await,
        Err(error) => Err(error),
    };
    match progress {
        Ok(progress) => progress.map(|known| Witness {
            said: format!("tables.db, which knows fact {}", known.seq),
            of: Some((known.journal, known.seq)),
        }),
        Err(error) => Some(Witness::bare(format!("tables.db ({error})"))),
    }
}

async fn observed(paths: &SitePaths) -> Option<Witness> {
    let folder = paths.observations();
    let look = tokio::task::spawn_blocking(move || observations::name_a_fact(&folder)).await;
    match look.map_err(io::Error::other).flatten() {
        Ok(false) => None,
        Ok(true) => Some(Witness::bare("observations that name facts")),
        Err(error) => Some(Witness::bare(format!("observations ({error})"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: JournalId = JournalId(uuid::Uuid::from_u128(1));
    const OTHER: JournalId = JournalId(uuid::Uuid::from_u128(2));

    fn site(id: &str) -> SiteId {
        SiteId::new(id).unwrap()
    }

    fn journal(head: u64, of: &str) -> Lies {
        Lies::Journal {
            id: OURS,
            head: Seq(head),
            site: (head > 0).then(|| site(of)),
        }
    }

    fn knows(id: JournalId, seq: u64) -> Witness {
        Witness {
            said: "an anchor".to_owned(),
            of: Some((id, Seq(seq))),
        }
    }

    fn judged(lies: Lies, witnesses: &[Witness]) -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        let paths = SitePaths::new(folder.path(), &site("s"));
        judge(&paths, lies, witnesses).map_err(|fault| {
            assert!(!fault.to_do().is_empty());
            let kind = format!("{fault:?}");
            kind.split([' ', '(']).next().unwrap().to_owned()
        })
    }

    #[test]
    fn a_journal_is_begun_only_where_nothing_tells_of_one() {
        let bare = Witness::bare("positions");
        for empty in [Lies::Nothing, journal(0, "s")] {
            let judged = |witnesses: &[Witness]| judged(empty.clone(), witnesses);
            assert_eq!(judged(&[]), Ok(()));
            // What was anchored or folded before the first fact tells of none.
            assert_eq!(judged(&[knows(OURS, 0), knows(OTHER, 0)]), Ok(()));
            for witness in [bare.clone(), knows(OURS, 1), knows(OTHER, 7)] {
                assert_eq!(judged(&[knows(OURS, 0), witness]), Err("Lost".to_owned()));
            }
        }
    }

    #[test]
    fn a_journal_goes_on_unless_something_knows_more_or_another_one() {
        let judged = |witness: Witness| judged(journal(9, "s"), &[Witness::bare("x"), witness]);
        for fits in [knows(OURS, 0), knows(OURS, 9), Witness::bare("positions")] {
            assert_eq!(judged(fits), Ok(()));
        }
        assert_eq!(judged(knows(OURS, 10)), Err("Shorter".to_owned()));
        for seq in [0, 3, 10] {
            assert_eq!(judged(knows(OTHER, seq)), Err("Exchanged".to_owned()));
        }
    }

    #[test]
    fn the_record_of_another_site_is_told_by_its_first_fact() {
        assert_eq!(judged(journal(9, "t"), &[]), Err("OtherSite".to_owned()));
        let unreadable = Lies::Journal {
            id: OURS,
            head: Seq(9),
            site: None,
        };
        assert_eq!(judged(unreadable, &[]), Ok(()), "the doctor says more");
    }
}
