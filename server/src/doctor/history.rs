//! Examines what lies beside the facts and follows from none: the blocks of positions, and the lines
//! of the log of observations.

use super::report::Report;
use crate::anchor::written;
use crate::evidence::START_NEWER;
use crate::site_folder::SitePaths;
use crate::sqlite::log_alone;
use crate::tracks::TracksError;
use crate::{observations, tracks};
use std::io;

const KEEP_THE_REST: &str = "No fact is at stake, and the rest of the history is read as ever. Look after the \
    disk; a backup from before has that stretch";

const GONE: &str = "there is no tracks.db beside the facts: the history of positions is gone. The next start \
    says so and begins an empty one; a backup from before has it";

const SET_ASIDE: &str = "No fact is at stake. The next start sets tracks.db aside and goes on with an empty \
    history; a backup from before has the other one";

/// Reads every block of positions.
pub(super) async fn positions(paths: &SitePaths, has_begun: bool, report: &mut Report) {
    if let Some(log) = log_alone(&paths.tracks()) {
        report.fault(&TracksError::LogAlone(log).to_string(), SET_ASIDE);
        return;
    }
    if !paths.tracks().exists() {
        if has_begun {
            report.note(GONE);
        }
        return;
    }
    let checked = match tracks::check(&paths.tracks()).await {
        Ok(checked) => checked,
        Err(error) => {
            let to_do = if error.is_damage() {
                SET_ASIDE
            } else {
                START_NEWER
            };
            report.fault(&error.to_string(), to_do);
            return;
        }
    };
    for damaged in &checked.damaged {
        let whose = damaged.person.as_deref().unwrap_or("somebody unknown");
        report.fault(
            &format!(
                "block {} of positions, of {whose} from {} on, cannot be read: {}",
                damaged.block,
                written(damaged.from),
                damaged.why
            ),
            KEEP_THE_REST,
        );
    }
    if checked.more_damaged > 0 {
        let said = format!(
            "{} more blocks of positions cannot be read",
            checked.more_damaged
        );
        report.fault(&said, KEEP_THE_REST);
    }
    report.hold(format!("{} blocks of positions hold", checked.whole));
}

/// Reads the log of observations, as far as one examination goes.
pub(super) async fn observations(paths: &SitePaths, report: &mut Report) {
    let folder = paths.observations();
    let check = move || observations::check(&folder);
    let checked = tokio::task::spawn_blocking(check).await;
    let checked = match checked.map_err(io::Error::other).flatten() {
        Ok(checked) => checked,
        Err(error) => {
            let said = format!("the log of observations cannot be read: {error}");
            report.fault(&said, KEEP_THE_REST);
            return;
        }
    };
    for (day, lines) in &checked.damaged {
        report.fault(
            &format!("{lines} lines of the observations of {day} are not what was written"),
            KEEP_THE_REST,
        );
    }
    for day in &checked.torn {
        report.note(format!(
            "a line of the observations of {day} ends too early, as a killed server or a power cut leaves it; \
             what it told is lost, and no fact is at stake"
        ));
    }
    if checked.left_out > 0 {
        report.note(format!(
            "observations of {} older days were not looked at",
            checked.left_out
        ));
    }
    report.hold(format!(
        "{} observations of {} days hold",
        checked.lines, checked.days
    ));
}
