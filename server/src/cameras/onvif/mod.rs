//! Asks a camera by ONVIF where its pictures are: one host, the one that was typed. Nothing that a camera answers is
//! in an error.

mod choice;
mod post;

pub(crate) use choice::{Found, Offer, shown};

use crate::cameras::turning::Turning;
use choice::{Chosen, choose, ours};
use oxvif::soap::SoapError;
use oxvif::transport::TransportError;
use oxvif::types::{Resolution, VideoEncoding};
use oxvif::{OnvifClient, OnvifError};
use post::Post;
use std::collections::BTreeMap;
use std::sync::Arc;
use thiserror::Error;
use url::Url;

/// Profiles of a camera that are looked at, and ways to make a picture.
const PROFILES_MAX: usize = 64;
/// Ways that are asked for one by one: with five seconds for each answer, a set-up still ends.
const WAYS_ONE_BY_ONE_MAX: usize = 8;
/// The year 9999 ends here. A clock beyond it is none.
const CLOCK_MAX_S: i64 = 253_402_300_799;

/// Why nothing was found, and what helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum OnvifFault {
    #[error(
        "an address of ONVIF begins with http:// or https://, and user and password have places of their own"
    )]
    Address,
    #[error(
        "the camera cannot be reached there: see whether it is on, and whether host and port are right"
    )]
    Unreachable,
    #[error(
        "the camera does not answer within 5 s: see whether host and port are right, and try again"
    )]
    NoAnswer,
    #[error(
        "what answers there is not ONVIF: switch ONVIF on in the camera's own pages. Its address mostly ends with \
         /onvif/device_service"
    )]
    NotOnvif,
    #[error(
        "the camera denies this user and password: many have users of their own for ONVIF, to be made in the \
         camera's own pages"
    )]
    Denied,
    #[error(
        "the camera does not say where its pictures are: type their addresses with --main, --sub and --still"
    )]
    Refused,
    #[error(
        "the camera has no profile with a picture in H.264 or H.265: set its codec in the camera's own pages, or type \
         an address with --main"
    )]
    NoStream,
}

/// Asks a camera.
pub(crate) async fn find(asked: &Url, user: &str, password: &str) -> Result<Found, OnvifFault> {
    let is_web = matches!(asked.scheme(), "http" | "https") && asked.has_host();
    if !is_web || !asked.username().is_empty() || asked.password().is_some() {
        return Err(OnvifFault::Address);
    }
    let post = Post::new(asked, user, password);
    let post = post.map_err(|_no_authorities| OnvifFault::Unreachable)?;
    let plain = OnvifClient::new(asked.as_str()).with_transport(Arc::new(post));
    let camera = sign_in(plain, user, password).await?;
    let mut nothing = OnvifFault::Refused;
    let (medias, ptz) = services(&camera, asked).await?;
    for media in medias {
        match media.offers(&camera).await {
            Ok(offers) => match choose(offers) {
                Some(chosen) => {
                    let turning = presets(&camera, ptz, &chosen.main).await;
                    let found = media.found(&camera, asked, chosen).await?;
                    return Ok(Found { turning, ..found });
                }
                None => nothing = OnvifFault::NoStream,
            },
            Err(OnvifFault::Refused | OnvifFault::NotOnvif) => {}
            // Whoever asks on with a wrong password is locked out.
            Err(fault) => return Err(fault),
        }
    }
    Err(nothing)
}

/// Signs in by the camera's own clock: many stand in another year, and take nothing that was signed at another time.
async fn sign_in(
    plain: OnvifClient,
    user: &str,
    password: &str,
) -> Result<OnvifClient, OnvifFault> {
    let ahead = match plain.get_system_date_and_time().await {
        Ok(time) => {
            let told = time
                .utc_unix
                .is_some_and(|at| (0..=CLOCK_MAX_S).contains(&at));
            if told { time.utc_offset_secs() } else { 0 }
        }
        // It answers as ONVIF does, and keeps its time to itself, or for whoever signs in.
        Err(OnvifError::Soap(SoapError::Fault { .. })) => 0,
        Err(error) => return Err(fault_of(&error)),
    };
    let signed = plain.with_utc_offset(ahead);
    Ok(if user.is_empty() {
        signed
    } else {
        signed.with_credentials(user, password)
    })
}

/// A service that knows of pictures.
enum Media {
    /// The only one that knows of H.265.
    Second(String),
    First(String),
}

/// The services of a camera that know of pictures, the better one first, and the one that turns it.
async fn services(
    camera: &OnvifClient,
    asked: &Url,
) -> Result<(Vec<Media>, Option<Url>), OnvifFault> {
    let here = |url: &str| ours(url, asked).map(String::from);
    let services = match camera
        .get_services()
        .await
        .map_err(|error| fault_of(&error))
    {
        Ok(services) => services,
        Err(OnvifFault::Refused | OnvifFault::NotOnvif) => Vec::new(),
        Err(fault) => return Err(fault),
    };
    let url_of = |end: &str| {
        let service = services
            .iter()
            .find(|service| service.namespace.ends_with(end));
        service.and_then(|service| here(&service.url))
    };
    let second = url_of("/ver20/media/wsdl").map(Media::Second);
    let first = url_of("/ver10/media/wsdl").map(Media::First);
    let found: Vec<Media> = second.into_iter().chain(first).collect();
    if !found.is_empty() {
        let ptz = url_of("/ver20/ptz/wsdl");
        return Ok((found, ptz.and_then(|ptz| Url::parse(&ptz).ok())));
    }
    // Old cameras know this question only.
    let able = camera.get_capabilities().await;
    let able = able.map_err(|error| fault_of(&error))?;
    let first = able.media.url.and_then(|url| here(&url));
    let ptz = able.ptz.url.and_then(|url| ours(&url, asked));
    Ok((first.map(Media::First).into_iter().collect(), ptz))
}

impl Media {
    /// The pictures that it offers.
    async fn offers(&self, camera: &OnvifClient) -> Result<Vec<Offer>, OnvifFault> {
        let (profiles, ways) = match self {
            Self::Second(url) => {
                let profiles = camera.get_profiles_media2(url).await;
                let profiles = profiles.map_err(|error| fault_of(&error))?.into_iter();
                let profiles = profiles.map(|each| Profile {
                    token: each.token,
                    source: each.video_source_token,
                    way: each.video_encoder_token,
                    turns: each.ptz_config_token.is_some(),
                });
                let ways = camera.get_video_encoder_configurations_media2(url).await;
                let ways = ways.map_err(|error| fault_of(&error))?.into_iter();
                let ways = ways.map(|way| (way.token, (way.encoding, way.resolution)));
                (taken(profiles), taken(ways))
            }
            Self::First(url) => {
                let profiles = camera.get_profiles(url).await;
                let profiles = profiles.map_err(|error| fault_of(&error))?.into_iter();
                let profiles = taken(profiles.map(|each| Profile {
                    token: each.token,
                    source: each.video_source_token,
                    way: each.video_encoder_token,
                    turns: each.ptz_config_token.is_some(),
                }));
                let ways = first_ways(camera, url, &profiles).await?;
                (profiles, ways)
            }
        };
        let ways: BTreeMap<String, (VideoEncoding, Resolution)> = ways.into_iter().collect();
        let offers = profiles.into_iter().filter_map(|profile| {
            let (encoding, size) = ways.get(&profile.way?)?;
            Some(Offer {
                codec: match encoding {
                    VideoEncoding::H264 => "H.264",
                    VideoEncoding::H265 => "H.265",
                    _ => return None,
                },
                width: size.width,
                height: size.height,
                token: profile.token,
                source: profile.source,
                turns: profile.turns,
            })
        });
        Ok(offers.collect())
    }

    /// Where the chosen pictures are.
    async fn found(
        &self,
        camera: &OnvifClient,
        asked: &Url,
        chosen: Chosen,
    ) -> Result<Found, OnvifFault> {
        let main = self.stream(camera, asked, &chosen.main).await?;
        let sub = self.other(camera, asked, chosen.sub).await;
        let larger = self.other(camera, asked, chosen.larger).await;
        let still = self.still(camera, &chosen.main).await;
        let still = still.and_then(|still| ours(&still, asked));
        Ok(Found {
            // Some cameras have one address for all of their profiles.
            sub: sub.filter(|(_, url)| *url != main),
            larger: larger.filter(|(_, url)| *url != main),
            turning: None,
            still: still.filter(|still| matches!(still.scheme(), "http" | "https")),
            main: (chosen.main, main),
        })
    }

    /// Where a picture is that a camera need not have.
    async fn other(
        &self,
        camera: &OnvifClient,
        asked: &Url,
        offer: Option<Offer>,
    ) -> Option<(Offer, Url)> {
        let offer = offer?;
        let url = self.stream(camera, asked, &offer).await.ok()?;
        Some((offer, url))
    }

    async fn stream(
        &self,
        camera: &OnvifClient,
        asked: &Url,
        offer: &Offer,
    ) -> Result<Url, OnvifFault> {
        let said = match self {
            Self::Second(url) => camera.get_stream_uri_media2(url, &offer.token).await,
            Self::First(url) => {
                let said = camera.get_stream_uri(url, &offer.token).await;
                said.map(|said| said.uri)
            }
        };
        let said = said.map_err(|error| fault_of(&error))?;
        let url = ours(&said, asked).filter(|url| url.scheme() == "rtsp");
        url.ok_or(OnvifFault::Refused)
    }

    async fn still(&self, camera: &OnvifClient, offer: &Offer) -> Option<String> {
        match self {
            Self::Second(url) => camera.get_snapshot_uri_media2(url, &offer.token).await.ok(),
            Self::First(url) => {
                let said = camera.get_snapshot_uri(url, &offer.token).await.ok();
                said.map(|said| said.uri)
            }
        }
    }
}

/// A profile, and which of the ways to make a picture it takes.
struct Profile {
    token: String,
    source: Option<String>,
    way: Option<String>,
    turns: bool,
}

/// A way to make a picture, by its name.
type Way = (String, (VideoEncoding, Resolution));

/// The ways of the first service, all by one question, or one by one where a camera knows only that.
async fn first_ways(
    camera: &OnvifClient,
    url: &str,
    profiles: &[Profile],
) -> Result<Vec<Way>, OnvifFault> {
    let all = camera.get_video_encoder_configurations(url).await;
    match all.map_err(|error| fault_of(&error)) {
        Ok(ways) => {
            let ways = ways.into_iter();
            return Ok(taken(
                ways.map(|way| (way.token, (way.encoding, way.resolution))),
            ));
        }
        Err(OnvifFault::Refused | OnvifFault::NotOnvif) => {}
        Err(fault) => return Err(fault),
    }
    let mut ways = Vec::new();
    let names = profiles.iter().filter_map(|profile| profile.way.as_ref());
    for name in names.take(WAYS_ONE_BY_ONE_MAX) {
        let way = camera.get_video_encoder_configuration(url, name).await;
        let way = way.map_err(|error| fault_of(&error))?;
        ways.push((way.token, (way.encoding, way.resolution)));
    }
    Ok(ways)
}

/// Where the camera of this picture can be turned to; nothing if it does not turn, or does not tell.
async fn presets(camera: &OnvifClient, ptz: Option<Url>, main: &Offer) -> Option<Turning> {
    let url = ptz.filter(|_| main.turns)?;
    let told = camera.ptz_get_presets(url.as_str(), &main.token).await;
    let told = told.ok()?.into_iter().map(|told| (told.token, told.name));
    Turning::of(url, &main.token, told.collect())
}

fn taken<T>(all: impl Iterator<Item = T>) -> Vec<T> {
    all.take(PROFILES_MAX).collect()
}

/// The library quotes addresses and answers, so only the kind of a fault is told.
fn fault_of(error: &OnvifError) -> OnvifFault {
    match error {
        OnvifError::Transport(TransportError::Http(error)) if error.is_timeout() => {
            OnvifFault::NoAnswer
        }
        OnvifError::Transport(TransportError::Http(error)) if error.is_connect() => {
            OnvifFault::Unreachable
        }
        OnvifError::Transport(TransportError::HttpStatus {
            status: 401 | 403, ..
        }) => OnvifFault::Denied,
        OnvifError::Soap(SoapError::Fault {
            code,
            reason,
            subcode,
            ..
        }) => {
            let said = [code, reason, subcode.as_deref().unwrap_or_default()].concat();
            let said = said.to_ascii_lowercase().replace(' ', "");
            let is_denied = ["notauthorized", "unauthorized", "failedauthentication"];
            if is_denied.iter().any(|word| said.contains(word)) {
                OnvifFault::Denied
            } else {
                OnvifFault::Refused
            }
        }
        _ => OnvifFault::NotOnvif,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_trait::async_trait;
    use oxvif::transport::Transport;
    use std::sync::Mutex;

    /// A camera whose clock was never set, and what it was asked.
    #[derive(Default)]
    struct Unset(Mutex<Vec<String>>);

    #[async_trait]
    impl Transport for Unset {
        async fn soap_post(
            &self,
            _url: &str,
            _action: &str,
            body: String,
        ) -> Result<String, TransportError> {
            self.0.lock().unwrap().push(body);
            let time = "<Time><Hour>3</Hour><Minute>4</Minute><Second>5</Second></Time>\
                <Date><Year>2000</Year><Month>1</Month><Day>2</Day></Date>";
            Ok(format!(
                "<Envelope><Body><GetSystemDateAndTimeResponse><SystemDateAndTime><UTCDateTime>{time}\
                 </UTCDateTime></SystemDateAndTime></GetSystemDateAndTimeResponse></Body></Envelope>"
            ))
        }
    }

    #[tokio::test]
    async fn a_camera_is_asked_by_its_own_clock() {
        let unset = Arc::new(Unset::default());
        let plain = OnvifClient::new("http://h/").with_transport(unset.clone());
        let camera = sign_in(plain, "u", "secret").await.unwrap();
        camera.get_services().await.unwrap_err();
        let asked = unset.0.lock().unwrap();
        assert!(!asked[0].contains("Created"), "{}", asked[0]);
        assert!(asked[1].contains("Created>2000-01-02T03:0"), "{}", asked[1]);
        assert!(!asked[1].contains("secret"), "{}", asked[1]);
    }
}
