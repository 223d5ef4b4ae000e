//! Requests as they come in (RFC 2326), between frames of binary data that a client sends (its reports).

use bytes::{Buf as _, BytesMut};

/// Bytes of a request line and its headers.
pub(crate) const HEAD_BYTES_MAX: usize = 16 * 1024;
pub(crate) const HEADERS_MAX: usize = 64;
pub(crate) const BODY_BYTES_MAX: usize = 64 * 1024;

/// One request; its body says nothing to a camera.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) uri: String,
    headers: Vec<(String, String)>,
}

/// Why a connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RequestError {
    #[error("what came is no RTSP 1.0")]
    NotRtsp,
    #[error(
        "a request is larger than {HEAD_BYTES_MAX} bytes, {HEADERS_MAX} headers or a body of {BODY_BYTES_MAX} bytes"
    )]
    TooLarge,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// Takes the next request off what came in, if all of it is there.
pub(crate) fn take(came: &mut BytesMut) -> Result<Option<Request>, RequestError> {
    if !skip_frames(came) {
        return Ok(None);
    }
    let Some(end) = came.windows(4).position(|four| four == b"\r\n\r\n") else {
        return if came.len() > HEAD_BYTES_MAX {
            Err(RequestError::TooLarge)
        } else {
            Ok(None)
        };
    };
    if end > HEAD_BYTES_MAX {
        return Err(RequestError::TooLarge);
    }
    let head = std::str::from_utf8(&came[..end]).map_err(|_| RequestError::NotRtsp)?;
    let request = read(head)?;
    let body = request.header("Content-Length").unwrap_or("0");
    let body: usize = body.parse().map_err(|_| RequestError::NotRtsp)?;
    if body > BODY_BYTES_MAX {
        return Err(RequestError::TooLarge);
    }
    let whole = end + 4 + body;
    if came.len() < whole {
        return Ok(None);
    }
    came.advance(whole);
    Ok(Some(request))
}

/// Leaves out binary frames and empty lines before a request. Whether anything is left.
fn skip_frames(came: &mut BytesMut) -> bool {
    loop {
        match came.first() {
            None => return false,
            Some(b'\r' | b'\n') => came.advance(1),
            Some(b'$') => {
                let [_, _, high, low, ..] = came[..] else {
                    return false;
                };
                let whole = 4 + usize::from(u16::from_be_bytes([high, low]));
                if came.len() < whole {
                    return false;
                }
                came.advance(whole);
            }
            Some(_) => return true,
        }
    }
}

fn read(head: &str) -> Result<Request, RequestError> {
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(uri), Some("RTSP/1.0"), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(RequestError::NotRtsp);
    };
    let headers: Vec<(String, String)> = lines
        .take(HEADERS_MAX + 1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect();
    if headers.len() > HEADERS_MAX {
        return Err(RequestError::TooLarge);
    }
    Ok(Request {
        method: method.to_owned(),
        uri: uri.to_owned(),
        headers,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(bytes: &[u8]) -> (Result<Option<Request>, RequestError>, usize) {
        let mut came = BytesMut::from(bytes);
        let request = take(&mut came);
        (request, came.len())
    }

    #[test]
    fn a_request_is_taken_whole_and_what_follows_stays() {
        let (request, left) = taken(
            b"\r\n$\x01\x00\x03abcOPTIONS rtsp://h/cam RTSP/1.0\r\nCSeq: 2\r\nX:y:z\r\n\r\nDESC",
        );
        let request = request.unwrap().unwrap();
        assert_eq!(
            (request.method.as_str(), request.uri.as_str()),
            ("OPTIONS", "rtsp://h/cam")
        );
        assert_eq!(request.header("cseq"), Some("2"));
        assert_eq!(request.header("x"), Some("y:z"));
        assert_eq!(left, 4);
        let (request, left) = taken(b"SET_PARAMETER * RTSP/1.0\r\nContent-Length: 3\r\n\r\nabcOPT");
        assert_eq!(request.unwrap().unwrap().method, "SET_PARAMETER");
        assert_eq!(left, 3);
    }

    #[test]
    fn what_is_not_all_there_yet_waits() {
        for part in [
            &b""[..],
            b"\r\n",
            b"$\x00",
            b"$\x00\x00\x05abc",
            b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n",
            b"OPTIONS * RTSP/1.0\r\nContent-Length: 9\r\n\r\nabc",
        ] {
            assert_eq!(taken(part).0, Ok(None), "{part:?}");
        }
    }

    #[test]
    fn garbage_and_what_is_too_long_end_the_connection() {
        let long = vec![b'x'; HEAD_BYTES_MAX + 1];
        let many = format!(
            "OPTIONS * RTSP/1.0\r\n{}\r\n",
            "A: b\r\n".repeat(HEADERS_MAX + 1)
        );
        let body = format!(
            "OPTIONS * RTSP/1.0\r\nContent-Length: {}\r\n\r\n",
            BODY_BYTES_MAX + 1
        );
        let far = [&long[..], b"\r\n\r\n"].concat();
        for (bytes, error) in [
            (
                &b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"[..],
                RequestError::NotRtsp,
            ),
            (b"OPTIONS * RTSP/2.0\r\n\r\n", RequestError::NotRtsp),
            (b"OPTIONS  * RTSP/1.0\r\n\r\n", RequestError::NotRtsp),
            (b"\xff\xfe\r\n\r\n", RequestError::NotRtsp),
            (b"\x16\x03\x01\x00\r\n\r\n", RequestError::NotRtsp),
            (
                b"OPTIONS * RTSP/1.0\r\nContent-Length: -1\r\n\r\n",
                RequestError::NotRtsp,
            ),
            (&long, RequestError::TooLarge),
            (&far, RequestError::TooLarge),
            (many.as_bytes(), RequestError::TooLarge),
            (body.as_bytes(), RequestError::TooLarge),
        ] {
            assert_eq!(
                taken(bytes).0,
                Err(error),
                "{}",
                String::from_utf8_lossy(bytes)
            );
        }
    }
}
