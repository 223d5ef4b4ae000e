//! An authority of this test, and a server on this machine that it vouches for.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// An authority, with a certificate for 127.0.0.1.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut own = CertificateParams::default();
        own.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(own, KeyPair::generate().expect("a key"));
        let issuer = issuer.expect("an authority");
        let key = KeyPair::generate().expect("a key");
        let of_server = CertificateParams::new(["127.0.0.1".to_owned()]).expect("an address");
        let certificate = of_server.signed_by(&key, &issuer).expect("a certificate");
        Self {
            issuer,
            certificate,
            key,
        }
    }

    /// The file by which it is known.
    pub(crate) fn file(&self, folder: &Path) -> PathBuf {
        written(&folder.join("authority.pem"), &self.issuer.pem())
    }

    /// The server's certificate and its key, as files.
    pub(crate) fn of_server(&self, folder: &Path) -> [PathBuf; 2] {
        [
            written(&folder.join("server.pem"), &self.certificate.pem()),
            written(&folder.join("server.key"), &self.key.serialize_pem()),
        ]
    }

    /// The server's side of a connection.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        let key = PrivateKeyDer::try_from(self.key.serialize_der()).expect("a key");
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.der().clone()], key)
            .expect("a certificate with its key");
        TlsAcceptor::from(Arc::new(config))
    }
}

fn written(path: &Path, text: &str) -> PathBuf {
    std::fs::write(path, text).expect("a written file");
    path.to_owned()
}
