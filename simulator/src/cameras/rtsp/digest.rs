//! Who may watch: a digest of the password (RFC 2617, and the older form of RFC 2069 without `qop`).

use md5::{Digest as _, Md5};
use std::fmt::Write as _;

pub(crate) const REALM: &str = "castellan";

/// A name and the password that goes with it.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) user: String,
    pub(crate) password: String,
}

/// No password in any log.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// What a camera asks for.
pub(crate) fn challenge(nonce: &str) -> String {
    format!("Digest realm=\"{REALM}\", nonce=\"{nonce}\", algorithm=MD5")
}

/// Whether the header `Authorization` of a request is the answer to a nonce.
pub(crate) fn is_right(header: &str, method: &str, nonce: &str, credentials: &Credentials) -> bool {
    let Some(fields) = header.strip_prefix("Digest ").map(fields) else {
        return false;
    };
    let field = |name: &str| {
        let mut fields = fields.iter();
        fields
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    };
    let (Some(user), Some(uri), Some(answer)) =
        (field("username"), field("uri"), field("response"))
    else {
        return false;
    };
    let is_asked = field("nonce") == Some(nonce) && field("realm") == Some(REALM);
    let counted = field("qop").zip(field("nc")).zip(field("cnonce"));
    let counted = counted.map(|((qop, count), own)| format!("{count}:{own}:{qop}"));
    let secret = secret(&credentials.user, REALM, &credentials.password);
    is_asked
        && user == credentials.user
        && answer.eq_ignore_ascii_case(&response(&secret, nonce, counted.as_deref(), method, uri))
}

fn secret(user: &str, realm: &str, password: &str) -> String {
    hex(&format!("{user}:{realm}:{password}"))
}

fn response(secret: &str, nonce: &str, counted: Option<&str>, method: &str, uri: &str) -> String {
    let asked = hex(&format!("{method}:{uri}"));
    let counted = counted
        .map(|counted| format!("{counted}:"))
        .unwrap_or_default();
    hex(&format!("{secret}:{nonce}:{counted}{asked}"))
}

fn hex(words: &str) -> String {
    let digest = Md5::digest(words.as_bytes());
    digest
        .iter()
        .fold(String::with_capacity(32), |mut hex, byte| {
            // Writing into a text does not fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// The fields of a header: `name="value"` or `name=value`, with commas between.
fn fields(header: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = header;
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let (value, left) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_at(after.find(',').unwrap_or(after.len())),
        };
        let name = name.trim_matches([' ', ',', '\t']);
        found.push((name.to_owned(), value.trim().to_owned()));
        rest = left;
    }
    found
}

/// The header by which a client proves that it knows the password.
#[cfg(test)]
pub(crate) fn proof(method: &str, uri: &str, nonce: &str, credentials: &Credentials) -> String {
    let Credentials { user, password } = credentials;
    let answer = response(&secret(user, REALM, password), nonce, None, method, uri);
    format!(
        "Authorization: Digest username=\"{user}\", realm=\"{REALM}\", nonce=\"{nonce}\", uri=\"{uri}\", response=\"{answer}\""
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the documents that say how it is done.
    #[test]
    fn answers_are_those_of_rfc_2617_and_of_rfc_2069() {
        let secret = secret("Mufasa", "testrealm@host.com", "Circle Of Life");
        let nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093";
        let counted = Some("00000001:0a4f113b:auth");
        assert_eq!(
            response(&secret, nonce, counted, "GET", "/dir/index.html"),
            "6629fae49393a05397450978507c4ef1"
        );
        // RFC 2069 with the digest of its erratum 749.
        let secret = super::secret("Mufasa", "testrealm@host.com", "CircleOfLife");
        assert_eq!(
            response(&secret, nonce, None, "GET", "/dir/index.html"),
            "1949323746fe6a43ef61f9606e7febea"
        );
    }

    #[test]
    fn only_the_answer_to_this_question_by_this_person_is_right() {
        let credentials = Credentials {
            user: "viewer".into(),
            password: "pa:ss".into(),
        };
        let uri = "rtsp://127.0.0.1/a,b";
        let secret = secret("viewer", REALM, "pa:ss");
        let header = |user: &str, nonce: &str, answer: &str| {
            format!(
                "Digest username=\"{user}\", realm=\"{REALM}\",nonce=\"{nonce}\" , uri=\"{uri}\", response=\"{answer}\""
            )
        };
        let answer = response(&secret, "n1", None, "DESCRIBE", uri);
        let right = header("viewer", "n1", &answer);
        let counted = response(&secret, "n1", Some("00000001:xyz:auth"), "DESCRIBE", uri);
        let counted = header("viewer", "n1", &counted) + ", qop=auth, nc=00000001, cnonce=\"xyz\"";
        for (header, method, nonce, is) in [
            (right.as_str(), "DESCRIBE", "n1", true),
            (
                &right.to_uppercase().replace("DIGEST", "Digest"),
                "DESCRIBE",
                "n1",
                false,
            ),
            (&counted, "DESCRIBE", "n1", true),
            (&right, "PLAY", "n1", false),
            (&right, "DESCRIBE", "n2", false),
            (&header("other", "n1", &answer), "DESCRIBE", "n1", false),
            (&header("viewer", "n1", ""), "DESCRIBE", "n1", false),
            ("Basic dmlld2VyOnBhOnNz", "DESCRIBE", "n1", false),
            ("Digest ", "DESCRIBE", "n1", false),
            ("Digest username=\"", "DESCRIBE", "n1", false),
        ] {
            assert_eq!(
                is_right(header, method, nonce, &credentials),
                is,
                "{header}"
            );
        }
        assert!(!format!("{credentials:?}").contains("pa:ss"));
    }
}
