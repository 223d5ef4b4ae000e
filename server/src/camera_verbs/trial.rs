//! What is said of a camera that was tried.

use crate::cameras::Picture;
use crate::cameras::trial::Tried;
use castellan_domain::wire::camera::FeedFault;

/// A camera of which everything works that it has an address of; else what does not, and why.
pub(super) fn passed(tried: Result<Tried, FeedFault>) -> Result<Tried, String> {
    let tried = tried.map_err(|why| format!("shows no picture: {why}"))?;
    if let Some(Err(why)) = &tried.sub {
        return Err(format!("shows no smaller picture: {why}"));
    }
    if let Some(why) = &tried.no_still {
        return Err(format!("gives no stills: {why}"));
    }
    Ok(tried)
}

/// What came of it.
pub(super) fn seen(tried: &Tried) -> String {
    let one = |picture: &Picture| {
        let Picture {
            codec,
            width,
            height,
        } = picture;
        format!("{codec}, {width} × {height}")
    };
    let main = one(&tried.main);
    match &tried.sub {
        Some(Ok(sub)) => format!("{main}; smaller: {}", one(sub)),
        Some(Err(_)) | None => main,
    }
}
