//! Which of a camera's pictures are taken, and what of the addresses that it tells.

use crate::cameras::turning::Turning;
use std::cmp::Reverse;
use url::Url;

/// A picture that a camera offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) codec: &'static str,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// The profile it belongs to.
    pub(super) token: String,
    /// The sensor it comes from.
    pub(super) source: Option<String>,
    /// Whether it is of a camera that turns.
    pub(super) turns: bool,
}

impl Offer {
    fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

/// What a camera has, and where.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) main: (Offer, Url),
    pub(crate) sub: Option<(Offer, Url)>,
    pub(crate) still: Option<Url>,
    /// One in H.265 that has more pixels than the main one.
    pub(crate) larger: Option<(Offer, Url)>,
    /// Where it can be turned to.
    pub(crate) turning: Option<Turning>,
}

/// The pictures that are taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) main: Offer,
    pub(super) sub: Option<Offer>,
    pub(super) larger: Option<Offer>,
}

/// The main picture is the one with most pixels in H.264, which every browser plays, else in H.265. The smaller one is
/// the next of that sensor in that codec.
pub(super) fn choose(mut offers: Vec<Offer>) -> Option<Chosen> {
    offers.retain(|offer| offer.pixels() > 0);
    // A stable sort: of two alike the camera's first one is taken.
    offers.sort_by_key(|offer| Reverse(offer.pixels()));
    let first = |codec: &str| offers.iter().find(|offer| offer.codec == codec);
    let main = first("H.264").or_else(|| first("H.265"))?.clone();
    let of_it = |offer: &&Offer| offer.source == main.source;
    let smaller = |offer: &&Offer| offer.codec == main.codec && offer.pixels() < main.pixels();
    let larger = |offer: &&Offer| offer.codec != main.codec && offer.pixels() > main.pixels();
    let sub = offers.iter().filter(of_it).find(smaller).cloned();
    let larger = offers.iter().filter(of_it).find(larger).cloned();
    Some(Chosen { main, sub, larger })
}

/// An address that a camera tells, at the host that was asked. Its own host may be a template, or known nowhere but in
/// the camera's own network, and is dropped, with user and password; scheme, port and path are kept.
pub(super) fn ours(told: &str, asked: &Url) -> Option<Url> {
    let (scheme, rest) = told.trim().split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit('@').next().unwrap_or_default();
    let port = match host.rsplit_once(':') {
        Some((_, port)) => port.parse::<u16>().ok(),
        None => None,
    };
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    let url = format!("{scheme}://{}{port}{path}", asked.host_str()?);
    Url::parse(&url).ok()
}

/// An address as it is printed. Some cameras want the password in the path, so a path that could hold one is left out.
pub(crate) fn shown(url: &Url, password: &str) -> String {
    let path = url.path();
    let has_password = !password.is_empty() && path.contains(password);
    let host = &url[..url::Position::BeforePath];
    if has_password || path.contains(['=', '@', '%']) {
        format!("{host}/…")
    } else if url.query().is_some() {
        format!("{host}{path}?…")
    } else {
        format!("{host}{path}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(token: &str, codec: &'static str, (width, height): (u32, u32), source: &str) -> Offer {
        Offer {
            codec,
            width,
            height,
            token: token.to_owned(),
            source: Some(source.to_owned()),
            turns: false,
        }
    }

    fn chosen(offers: Vec<Offer>) -> Option<[String; 3]> {
        let chosen = choose(offers)?;
        let token = |offer: Option<Offer>| offer.map_or_else(String::new, |offer| offer.token);
        Some([chosen.main.token, token(chosen.sub), token(chosen.larger)])
    }

    #[test]
    fn h264_is_taken_before_h265_and_the_smaller_one_is_of_the_same_sensor() {
        const HD: (u32, u32) = (1920, 1080);
        let tiny = offer("tiny", "H.264", (352, 288), "1");
        let small = offer("small", "H.264", (704, 576), "1");
        let hd = offer("hd", "H.264", HD, "1");
        let other = offer("other", "H.264", (1280, 720), "2");
        let uhd = offer("uhd", "H.265", (3840, 2160), "1");
        let small_265 = offer("small 265", "H.265", (704, 576), "1");
        let cases = [
            (
                vec![tiny.clone(), small.clone(), other, hd.clone()],
                ["hd", "small", ""],
            ),
            (
                vec![uhd.clone(), tiny, small.clone()],
                ["small", "tiny", "uhd"],
            ),
            (vec![small_265, uhd], ["uhd", "small 265", ""]),
            (
                vec![hd.clone(), offer("twin", "H.264", HD, "1")],
                ["hd", "", ""],
            ),
            (
                vec![offer("unset", "H.264", (0, 0), "1"), small],
                ["small", "", ""],
            ),
        ];
        for (offers, expected) in cases {
            assert_eq!(chosen(offers), Some(expected.map(str::to_owned)));
        }
        assert_eq!(chosen(Vec::new()), None);
        assert_eq!(chosen(vec![offer("unset", "H.265", (0, 0), "1")]), None);
    }

    #[test]
    fn an_address_is_at_the_host_that_was_asked() {
        let asked = Url::parse("http://cam.example:8080/onvif/device_service").unwrap();
        let cases = [
            ("rtsp://10.0.0.9/a", "rtsp://cam.example/a"),
            (
                "rtsp://10.0.0.9:8554/a?b=1",
                "rtsp://cam.example:8554/a?b=1",
            ),
            ("rtsp://u:p@ss@10.0.0.9:554/a", "rtsp://cam.example:554/a"),
            (" rtsp://<ip>:554/a ", "rtsp://cam.example:554/a"),
            ("rtsp://<ip>:<port>/a", "rtsp://cam.example/a"),
            ("rtsp://[fe80::1]/a", "rtsp://cam.example/a"),
            ("rtsp://[fe80::1]:554/a", "rtsp://cam.example:554/a"),
            ("rtsp:///a", "rtsp://cam.example/a"),
            ("http://10.0.0.9:80/s.jpg", "http://cam.example/s.jpg"),
        ];
        for (told, expected) in cases {
            assert_eq!(ours(told, &asked).unwrap().as_str(), expected, "{told}");
        }
        for told in ["", "/onvif/media", "<uri>", "1x://host/a"] {
            assert_eq!(ours(told, &asked), None, "{told}");
        }
        let asked = Url::parse("http://[fd00::7]/").unwrap();
        let here = ours("rtsp://10.0.0.9:8554/a", &asked).unwrap();
        assert_eq!(here.as_str(), "rtsp://[fd00::7]:8554/a");
    }

    #[test]
    fn an_address_is_printed_without_what_could_be_a_password() {
        for (url, expected) in [
            ("rtsp://h:8554/a/101", "rtsp://h:8554/a/101"),
            ("rtsp://h/a?pwd=secret", "rtsp://h/a?…"),
            ("rtsp://h/user=admin&password=x.sdp", "rtsp://h/…"),
            ("rtsp://h/secret/a", "rtsp://h/…"),
            ("rtsp://h/b@d/a", "rtsp://h/…"),
        ] {
            assert_eq!(shown(&Url::parse(url).unwrap(), "secret"), expected);
        }
        assert_eq!(shown(&Url::parse("rtsp://h/a").unwrap(), ""), "rtsp://h/a");
    }
}
