//! Whom the server speaks to outside: over TLS any host that it is told of, and without it this machine alone.

use anyhow::{Context as _, ensure};
use reqwest::{Certificate, Client, Url, redirect, retry};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// Time to be connected to this machine, of the time for the whole exchange. It takes none.
const CONNECT_HERE_WITHIN: Duration = Duration::from_secs(2);
/// Time to be connected to another machine, and to know it by its certificate.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Bytes of a file of authorities at most.
const CA_BYTES_MAX: u64 = 1024 * 1024;

/// Why no client is made: what a bare machine lacks.
pub(crate) const NO_CLIENT: &str = "TLS cannot be spoken; does this machine have the certificates of authorities \
     (Debian: ca-certificates)?";

/// Authorities of the estate's own, believed beside those of the system. None is usual.
#[derive(Debug, Clone, Default)]
pub(crate) struct Authorities {
    /// As PEM; at most as many as fit into the file.
    pem: Option<Vec<u8>>,
}

impl Authorities {
    /// Reads them from a file.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let named = || format!("ca_file {}", path.display());
        let length = fs::metadata(path).with_context(named)?.len();
        ensure!(
            length <= CA_BYTES_MAX,
            "{} has more than {CA_BYTES_MAX} bytes",
            named()
        );
        let pem = fs::read(path).with_context(named)?;
        let read = Self { pem: Some(pem) };
        let certificates = read.certificates().with_context(named)?;
        ensure!(
            !certificates.is_empty(),
            "{} holds no certificate; it begins with -----BEGIN CERTIFICATE-----",
            named()
        );
        Ok(read)
    }

    /// As PEM, one after the other, where there are any.
    pub(crate) fn pem(&self) -> Option<&[u8]> {
        self.pem.as_deref()
    }

    fn certificates(&self) -> anyhow::Result<Vec<Certificate>> {
        let pem = self.pem().unwrap_or_default();
        Ok(Certificate::from_pem_bundle(pem)?)
    }
}

/// A client for one address: `https` wherever it is, `http` on this machine. `whose` names the receiver in
/// sentences, which never say the address: it may hold a key.
pub(crate) fn receiver(
    whose: &str,
    url: &str,
    answer_within: Duration,
    authorities: &Authorities,
) -> anyhow::Result<(Client, Url)> {
    let url = Url::parse(url).with_context(|| format!("the address of the {whose} is no URL"))?;
    let is_here = url.host_str().is_some_and(is_here);
    let is_https = url.scheme() == "https";
    ensure!(
        is_https || (url.scheme() == "http" && is_here),
        "the address of the {whose} must begin with https://; plain http:// goes to this machine only, such as \
         http://127.0.0.1:9000/alarms"
    );
    let client = Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        // A kept connection may have died meanwhile, and would be tried once more in silence.
        .pool_max_idle_per_host(0)
        .retry(retry::never())
        .connect_timeout(if is_here {
            CONNECT_HERE_WITHIN
        } else {
            CONNECT_WITHIN
        })
        .timeout(answer_within);
    let client = if is_https {
        client.tls_certs_merge(authorities.certificates()?)
    } else {
        // Nobody is known by a certificate, so those of the system need not be there.
        client.tls_certs_only([])
    };
    let client = client
        .build()
        .with_context(|| format!("the {whose}: {NO_CLIENT}"))?;
    Ok((client, url))
}

/// The innermost reason, which is the one that helps.
pub(crate) fn cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    explained(cause.to_string())
}

/// A reason, with what to do about it.
pub(crate) fn explained(why: String) -> String {
    if why.contains("invalid peer certificate") {
        format!(
            "it cannot prove who it is, so it was told nothing; an authority of your own goes into ca_file ({why})"
        )
    } else {
        why
    }
}

/// Whether a host is this machine.
pub(crate) fn is_here(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host
            .parse()
            .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(url: &str) -> anyhow::Result<()> {
        let within = Duration::from_secs(1);
        receiver("webhook", url, within, &Authorities::default()).map(drop)
    }

    #[test]
    fn over_tls_any_host_is_spoken_to_and_without_it_this_machine_alone() {
        for url in [
            "http://127.0.0.1:9/x",
            "http://[::1]:9/",
            "http://localhost:9/a?b=c",
            "https://robot.example/send?key=abc",
            "https://127.0.0.1/",
        ] {
            assert!(tried(url).is_ok(), "{url}");
        }
        for url in [
            "http://10.0.0.1/?key=abc",
            "http://localhost.evil.example/",
            "ftp://127.0.0.1/",
        ] {
            let said = format!("{:#}", tried(url).unwrap_err());
            assert!(said.contains("must begin with https://"), "{url}: {said}");
            assert!(!said.contains("abc"), "{said}");
        }
        assert!(tried("alarms").is_err());
    }

    #[test]
    fn a_file_without_a_certificate_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.pem");
        fs::write(&path, "nothing of the kind").unwrap();
        let said = format!("{:#}", Authorities::read(&path).unwrap_err());
        assert!(said.contains("own.pem holds no certificate"), "{said}");
        let said = format!(
            "{:#}",
            Authorities::read(&folder.path().join("away")).unwrap_err()
        );
        assert!(said.contains("away"), "{said}");
    }
}
