//! Asks a camera that denied us which ways of signing in it offers.

use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

/// Time for the whole exchange.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// Bytes of an answer that are read.
const ANSWER_BYTES_MAX: u64 = 8 * 1024;
/// Ways that are named.
const OFFERED_MAX: usize = 4;
const PORT: u16 = 554;

/// The ways that a camera offers; none where it does not say.
pub(super) async fn offered(url: &Url) -> Vec<String> {
    match timeout(ANSWER_WITHIN, ask(url)).await {
        Ok(Ok(answer)) => schemes(&answer),
        // It denied us a moment ago, and that is what is told.
        Ok(Err(_)) | Err(_) => Vec::new(),
    }
}

async fn ask(url: &Url) -> std::io::Result<String> {
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let mut camera = TcpStream::connect((host, url.port().unwrap_or(PORT))).await?;
    let question = format!("DESCRIBE {url} RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\n\r\n");
    camera.write_all(question.as_bytes()).await?;
    let (mut camera, mut answer) = (camera.take(ANSWER_BYTES_MAX), Vec::new());
    while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
        if camera.read_buf(&mut answer).await? == 0 {
            break;
        }
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// The ways that the lines of an answer offer.
fn schemes(answer: &str) -> Vec<String> {
    let lines = answer.lines().filter_map(|line| line.split_once(':'));
    let offers = lines.filter(|(name, _)| name.eq_ignore_ascii_case("www-authenticate"));
    named(offers.map(|(_, offer)| offer))
}

/// The ways that are offered, each with its algorithm.
pub(super) fn named<'a>(offers: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut schemes = Vec::new();
    for offer in offers.take(OFFERED_MAX) {
        let offer = offer.trim();
        if offer.is_empty() {
            continue;
        }
        let (scheme, rest) = offer.split_once(' ').unwrap_or((offer, ""));
        let algorithm = rest.split(',').find_map(|part| {
            let (name, value) = part.trim().split_once('=')?;
            name.eq_ignore_ascii_case("algorithm")
                .then(|| value.trim_matches('"'))
        });
        let is_digest = scheme.eq_ignore_ascii_case("digest");
        let algorithm = algorithm.or_else(|| is_digest.then_some("MD5"));
        let named = algorithm.map_or_else(
            || scheme.to_owned(),
            |algorithm| format!("{scheme} {algorithm}"),
        );
        schemes.push(named.chars().filter(|c| !c.is_control()).take(40).collect());
    }
    schemes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_names_its_way_and_its_algorithm() {
        for (lines, expected) in [
            ("", &[] as &[&str]),
            ("WWW-Authenticate: Basic realm=\"x\"", &["Basic"]),
            (
                "www-authenticate: Digest realm=\"x\", nonce=\"y\"",
                &["Digest MD5"],
            ),
            (
                "WWW-Authenticate: Digest realm=\"a, b\", algorithm=\"SHA-256\", stale=\"FALSE\"\r\n\
                 WWW-Authenticate: Digest realm=\"x\", algorithm=MD5, qop=\"auth\"",
                &["Digest SHA-256", "Digest MD5"],
            ),
            ("WWW-Authenticate:\r\nX: y", &[]),
        ] {
            let answer = format!("RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n{lines}\r\n\r\n");
            assert_eq!(schemes(&answer), expected, "{lines}");
        }
    }
}
