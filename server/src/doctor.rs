//! `castellan doctor`: checks that a stopped site's record is whole.

use crate::config::DoctorArgs;
use crate::journal::{ChainHash, Journal, JournalError};
use crate::site_folder::SiteFolder;
use castellan_domain::fact::Fact;
use castellan_domain::ids::{Seq, SiteId};
use castellan_domain::site::Site;
use std::path::Path;
use std::process::ExitCode;

/// Checks every site under the data folder, and says where a record breaks.
pub(crate) async fn run(args: &DoctorArgs) -> anyhow::Result<ExitCode> {
    let mut whole = true;
    for site in SiteFolder::sites(&args.data)? {
        let folder = SiteFolder::lock(&args.data, &site)?;
        let findings = examine(&folder.journal_path()).await;
        // What cannot be read at all is a finding too, and the other sites are examined all the same.
        whole &= report(&site, &findings.unwrap_or_else(Findings::unreadable));
    }
    Ok(if whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What an examination found.
struct Findings {
    facts: u64,
    /// The first fault, as a sentence.
    fault: Option<String>,
}

impl Findings {
    #[expect(clippy::needless_pass_by_value, reason = "what went wrong ends here")]
    fn unreadable(error: JournalError) -> Self {
        Self {
            facts: 0,
            fault: Some(error.to_string()),
        }
    }
}

async fn examine(path: &Path) -> Result<Findings, JournalError> {
    if !path.exists() {
        return Ok(Findings {
            facts: 0,
            fault: Some(format!("there is no journal {}", path.display())),
        });
    }
    let mut journal = Journal::examine(path).await?;
    let mut site = Site::default();
    let mut link = ChainHash::genesis(journal.id());
    let mut findings = Findings {
        facts: 0,
        fault: None,
    };
    let mut at = Seq(0);
    loop {
        let facts = journal.read_after(at).await?;
        let Some(last) = facts.last() else {
            return Ok(findings);
        };
        for stored in &facts {
            let expected = at.next();
            at = stored.seq;
            link = link.then(&stored.bytes);
            findings.facts += 1;
            let fault = if stored.seq != expected {
                Some(format!("fact {expected} is missing"))
            } else if link != stored.hash {
                Some(format!("the hash chain breaks at fact {}", stored.seq))
            } else {
                match Fact::decode(&stored.bytes) {
                    Err(error) => Some(format!("fact {}: {error}", stored.seq)),
                    Ok(fact) if fact.seq != stored.seq => {
                        Some(format!("fact {} says that it is {}", stored.seq, fact.seq))
                    }
                    Ok(fact) => {
                        site.apply(&fact);
                        None
                    }
                }
            };
            findings.fault = findings.fault.or(fault);
            link = stored.hash;
        }
        at = last.seq;
    }
}

fn report(site: &SiteId, findings: &Findings) -> bool {
    match &findings.fault {
        None => {
            println!(
                "{site}: {} facts, numbered without a gap, the chain holds.",
                findings.facts
            );
            true
        }
        Some(fault) => {
            println!(
                "{site}: {fault}. Keep this folder as it is, restore the last backup beside it, and \
                 compare the two from that fact on."
            );
            false
        }
    }
}
