//! Who a request comes from.

use super::App;
use super::errors::ApiError;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use castellan_domain::access::Right;
use castellan_domain::ids::PersonId;
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::wire::api::{PERSON_COOKIE, PERSON_HEADER};
use std::sync::Arc;

/// Somebody of the staff, who says so. What they may do is asked elsewhere.
pub(super) struct Identity(pub(super) PersonId);

impl FromRequestParts<Arc<App>> for Identity {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let name = name(&parts.headers).ok_or(ApiError::NoName(
            "send your id in the header X-Castellan-Person, or in the cookie castellan_person",
        ))?;
        let person = app.registry.person(name);
        person
            .map(Self)
            .ok_or_else(|| ApiError::UnknownPerson(name.chars().take(64).collect()))
    }
}

impl App {
    /// Who asks. Refuses whoever does not say so, or does not have this right now.
    pub(super) fn must(
        &self,
        identity: Result<Identity, ApiError>,
        right: Right,
    ) -> Result<PersonId, ApiError> {
        let Identity(person) = identity?;
        let rights = self.hub.rights_of(&person, &self.estate.estate);
        if rights.ok_or(ApiError::Storage)?.contains(right) {
            Ok(person)
        } else {
            Err(Refusal::Common(CommonRefusal::NotAllowed).into())
        }
    }
}

/// The name in the header, which only our own page can set; where there is none, that in the cookie,
/// which a browser sends by itself.
fn name(headers: &HeaderMap) -> Option<&str> {
    if let Some(name) = headers.get(PERSON_HEADER) {
        return name.to_str().ok();
    }
    let cookies = headers.get_all(COOKIE).into_iter();
    let mut pairs = cookies
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(name, _)| *name == PERSON_COOKIE)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn named(pairs: &[(&str, &'static [u8])]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for (header, value) in pairs {
            let header = HeaderName::from_bytes(header.as_bytes()).unwrap();
            headers.append(header, HeaderValue::from_bytes(value).unwrap());
        }
        name(&headers).map(str::to_owned)
    }

    #[test]
    fn the_header_names_the_person_and_the_cookie_where_there_is_none() {
        let header = |value: &'static [u8]| (PERSON_HEADER, value);
        let cookie = |value: &'static [u8]| ("cookie", value);
        let li_na = Some("li-na".to_owned());
        for (pairs, expected) in [
            (vec![header(b"li-na")], &li_na),
            (vec![cookie(b"castellan_person=li-na")], &li_na),
            (vec![cookie(b"a=b; castellan_person=li-na; c=d")], &li_na),
            (
                vec![cookie(b"a=b"), cookie(b"castellan_person=li-na")],
                &li_na,
            ),
            (
                vec![cookie(b"\xff"), cookie(b"castellan_person=li-na")],
                &li_na,
            ),
            (
                vec![cookie(b"castellan_person=chen-wei"), header(b"li-na")],
                &li_na,
            ),
            (
                vec![cookie(b"castellan_person=li-na"), header(b"\xff")],
                &None,
            ),
            (
                vec![cookie(b"castellan_persona=li-na; x_castellan_person=li-na")],
                &None,
            ),
            (vec![cookie(b"castellan_person")], &None),
            (vec![], &None),
        ] {
            assert_eq!(named(&pairs), *expected, "{pairs:?}");
        }
    }
}
