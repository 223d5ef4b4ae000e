//! Compares the clips that are still there with what their facts say of them.

use super::report::Report;
use crate::clips::clip_path;
use crate::site_folder::{SitePaths, hex};
use castellan_domain::alarm::AlarmFact;
use castellan_domain::fact::{Fact, FactBody};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io;

/// Compares the clip of a fact, if it is about one that has not been deleted. Says whether there was one.
pub(super) fn compare(paths: &SitePaths, fact: &Fact, report: &mut Report) -> bool {
    let FactBody::Alarm(AlarmFact::ClipKept(kept)) = &fact.body else {
        return false;
    };
    let Ok(mut file) = File::open(clip_path(&paths.clips(), kept.clip)) else {
        return false;
    };
    let mut hash = Sha256::new();
    let read = io::copy(&mut file, &mut hash);
    if read.is_err() || hex(&hash.finalize()) != kept.sha256.as_str() {
        report.fault(
            &format!("the clip {} is not the one of fact {}", kept.clip, fact.seq),
            "No fact is at stake. Keep the file, and do not take it for evidence",
        );
    }
    true
}
