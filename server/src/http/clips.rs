//! `…/clips/{clip}`: what was filmed of an alarm.

use super::App;
use super::errors::ApiError;
use super::extract::InPath;
use super::identity::Identity;
use crate::clips::{ClipsError, Keeper, Keeping, Reading};
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, RANGE,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use castellan_domain::access::{Actor, shows_clips};
use castellan_domain::alarm::{AlarmRefusal, ClipNews};
use castellan_domain::engine::Input;
use castellan_domain::fact::AlarmClipViewed;
use castellan_domain::ids::{ClipId, PersonId};
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::time::Span;
use castellan_domain::view::Known;
use object_store::GetRange;
use std::sync::Arc;
use tokio::sync::watch;
use tracing::error;

/// `GET /api/v1/sites/{site}/clips/{clip}`: the file, or the part of it that `Range` names.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    InPath((site, clip)): InPath<(String, String)>,
    identity: Result<Identity, ApiError>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    app.check_site(&site)?;
    let Identity(person) = identity?;
    let clip: ClipId = clip.parse().map_err(|_| ApiError::NotFound)?;
    let hash = app.may_see(&person, clip)?;
    let named = headers.get(RANGE).and_then(|range| range.to_str().ok());
    let part = named.and_then(part);
    let reading = app.clips.store.get(clip, part.clone()).await;
    let reading = reading.map_err(|error| match error {
        ClipsError::NoSuchPart => ApiError::NoSuchPart,
        error => {
            error!(%error, %clip, "a clip cannot be read");
            ApiError::Storage
        }
    })?;
    let reading = reading.ok_or(Refusal::Alarm(AlarmRefusal::ClipGone))?;
    app.record_viewing(person, clip).await?;
    Ok(answer(reading, part.is_some(), hash))
}

impl App {
    /// Begins to keep clips of alarms.
    pub(crate) fn keep_clips(&self, days: u16, prerecords: bool) -> Keeping {
        let keeper = Arc::new(Keeper {
            clips: self.clips.clone(),
            cameras: self.cameras.clone(),
            hub: self.hub.clone(),
            estate: self.estate.estate.clone(),
            requests: self.requests.clone(),
            clock: self.clock.clone(),
            disk: self.disk.clone(),
            kept: Span::from_secs(i64::from(days) * 24 * 3600),
            prerecords,
        });
        let (stop, stops) = watch::channel(false);
        (stop, tokio::spawn(keeper.run(stops)))
    }

    /// Refuses whoever may not see a clip. Gives its hash, if its alarm is live.
    fn may_see(&self, person: &PersonId, clip: ClipId) -> Result<Option<String>, ApiError> {
        self.hub.with_view(|view| {
            let known = Known {
                view,
                estate: &self.estate.estate,
                now: self.clock.now(),
            };
            let actor = Actor::of(&known, person.clone());
            shows_clips(&actor, clip.alarm, view)?;
            let row = view.alarms.get(&clip.alarm);
            let kept = row.and_then(|row| row.clip(clip));
            Ok(kept.map(|kept| kept.sha256.to_string()))
        })
    }

    /// That somebody looks is on the disk before they are shown anything.
    async fn record_viewing(&self, by: PersonId, clip: ClipId) -> Result<(), ApiError> {
        let now = self.clock.now();
        if self.clips.is_viewed(&by, clip, now) {
            return Ok(());
        }
        let viewed = AlarmClipViewed {
            alarm: clip.alarm,
            clip,
            by: by.clone(),
        };
        let input = Input::Clip(ClipNews::Viewed(viewed));
        match self.submit("clips", input, None, rand::random()).await {
            Ok(Ok(_) | Err(Refusal::Common(CommonRefusal::NothingToDo))) => {}
            Ok(Err(refusal)) => return Err(refusal.into()),
            Err(error) => return Err(error),
        }
        self.clips.viewed(by, clip, now);
        Ok(())
    }
}

fn answer(reading: Reading, is_part: bool, hash: Option<String>) -> Response {
    let Reading { bytes, range, body } = reading;
    let status = if is_part {
        StatusCode::PARTIAL_CONTENT
    } else {
        StatusCode::OK
    };
    let headers = [
        (CONTENT_TYPE, "video/mp4".to_owned()),
        (CACHE_CONTROL, "no-store".to_owned()),
        (ACCEPT_RANGES, "bytes".to_owned()),
        (CONTENT_LENGTH, (range.end - range.start).to_string()),
    ];
    let about = is_part.then(|| {
        let last = range.end.saturating_sub(1);
        [(
            CONTENT_RANGE,
            format!("bytes {}-{last}/{bytes}", range.start),
        )]
    });
    let tag = hash.map(|hash| [(ETAG, format!("\"{hash}\""))]);
    let body = Body::from_stream(body);
    match (about, tag) {
        (Some(about), Some(tag)) => (status, headers, about, tag, body).into_response(),
        (Some(about), None) => (status, headers, about, body).into_response(),
        (None, Some(tag)) => (status, headers, tag, body).into_response(),
        (None, None) => (status, headers, body).into_response(),
    }
}

/// The part that a header names; nothing for what is not one stretch of bytes, and then all is sent.
fn part(header: &str) -> Option<GetRange> {
    let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
    let number = |digits: &str| {
        digits
            .bytes()
            .all(|digit| digit.is_ascii_digit())
            .then(|| digits.parse::<u64>().ok())?
    };
    match (first, last) {
        ("", "") => None,
        ("", last) => Some(GetRange::Suffix(number(last).filter(|last| *last > 0)?)),
        (first, "") => Some(GetRange::Offset(number(first)?)),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then(|| GetRange::Bounded(first..last.saturating_add(1)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_one_stretch_of_bytes_and_everything_else_is_the_whole() {
        for (header, expected) in [
            ("bytes=0-", Some(GetRange::Offset(0))),
            ("bytes=10-19", Some(GetRange::Bounded(10..20))),
            ("bytes=7-7", Some(GetRange::Bounded(7..8))),
            ("bytes=-5", Some(GetRange::Suffix(5))),
            ("bytes=-0", None),
            ("bytes=9-3", None),
            ("bytes=-", None),
            ("bytes=1-2,4-5", None),
            ("bytes=+1-2", None),
            ("pages=1-2", None),
            ("bytes=99999999999999999999-", None),
        ] {
            assert_eq!(part(header), expected, "{header}");
        }
    }
}
