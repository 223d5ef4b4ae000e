//! From the record back to an engine: the newest snapshot that fits, and the facts after it.

use super::error::JournalError;
use super::snapshots::Snapshots;
use super::store::Journal;
use castellan_domain::ids::Seq;
use castellan_domain::site::Site;
use castellan_domain::stream::{Machine, fold};
use castellan_domain::time::Timestamp;

/// An engine that knows what the journal knows, and the first place after the snapshot where the
/// chain does not hold. The chain before it is the doctor's to check.
#[derive(Debug)]
pub(crate) struct Replayed<M> {
    pub(crate) engine: M,
    pub(crate) last_recorded_at: Timestamp,
    pub(crate) chain_broken_at: Option<Seq>,
    /// The snapshot that it began with; 0 without one.
    pub(crate) from: Seq,
    /// How many facts were folded after it.
    pub(crate) folded: u64,
}

/// Folds the journal.
pub(crate) async fn replay<M: Machine>(journal: &mut Journal) -> Result<Replayed<M>, JournalError> {
    let snapshots = Snapshots::beside(journal.path());
    let newest = snapshots.newest(journal, Seq(u64::MAX)).await?;
    let (site, mut last_recorded_at) = newest.map_or_else(
        || (Site::default(), Timestamp::default()),
        |(stamp, site)| (site, stamp.recorded_at),
    );
    let from = site.view().seq;
    let mut link = journal.hash_at(from).await?;
    let mut engine = M::of(site);
    let mut chain_broken_at = None;
    let mut folded = 0;
    let mut at = from;
    loop {
        let facts = journal.read_after(at).await?;
        let Some(last) = facts.last() else {
            break;
        };
        at = last.seq;
        for stored in facts {
            let mut fact = stored.decode()?;
            link = link.then(&stored.bytes);
            let expected = engine.site().view().seq.next();
            if (link != stored.hash || fact.seq != stored.seq || stored.seq != expected)
                && chain_broken_at.is_none()
            {
                chain_broken_at = Some(stored.seq);
            }
            link = stored.hash;
            // The number by which it is stored is the one that the next fact goes on from.
            fact.seq = stored.seq;
            last_recorded_at = fact.recorded_at;
            folded += 1;
            let seq = stored.seq;
            fold(&mut engine, &fact).map_err(|why| JournalError::BrokenFact { seq, why })?;
        }
    }
    Ok(Replayed {
        engine,
        last_recorded_at,
        chain_broken_at,
        from,
        folded,
    })
}
