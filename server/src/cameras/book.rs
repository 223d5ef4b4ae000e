//! Where cameras are and how one signs in there. It lies sealed; a running server reads an address each time
//! that a session begins, so that what is set up counts at the next try.

use super::feed::Stream;
use crate::vault::{Key, Kind, Vault, VaultError};
use anyhow::{Context as _, ensure};
use castellan_domain::ids::DeviceId;
use castellan_domain::wire::camera::FeedFault;
use retina::client::Credentials;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use tracing::warn;
use url::Url;

/// Characters of an address, a name or a password.
const CHARS_MAX: usize = 1_024;

/// Where a camera is and how one signs in there.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CameraAddress {
    /// The picture with all its pixels, `rtsp://…`.
    pub(crate) main: Url,
    /// A smaller one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sub: Option<Url>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) user: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) password: String,
}

impl std::fmt::Debug for CameraAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Neither address nor password belongs into a log.
        f.debug_struct("CameraAddress").finish_non_exhaustive()
    }
}

impl CameraAddress {
    /// Checks what somebody typed.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        for url in [Some(&self.main), self.sub.as_ref()].into_iter().flatten() {
            ensure!(url.scheme() == "rtsp", "an address begins with rtsp://");
            ensure!(url.has_host(), "an address names its host");
            ensure!(
                url.username().is_empty() && url.password().is_none(),
                "user and password do not belong into the address; give them by --user and --password-file"
            );
        }
        let longest = [self.main.as_str(), self.sub.as_ref().map_or("", Url::as_str), &self.user, &self.password];
        let fits = longest.iter().all(|text| text.chars().count() <= CHARS_MAX);
        ensure!(fits, "an address, a user or a password has more than {CHARS_MAX} characters");
        Ok(())
    }

    /// The address of a stream; the main one where there is no other.
    pub(super) fn url(&self, stream: Stream) -> &Url {
        match stream {
            Stream::Main => &self.main,
            Stream::Sub => self.sub.as_ref().unwrap_or(&self.main),
        }
    }

    pub(super) fn credentials(&self) -> Option<Credentials> {
        (!self.user.is_empty()).then(|| Credentials {
            username: self.user.clone(),
            password: self.password.clone(),
        })
    }
}

/// The addresses of a site's cameras.
#[derive(Debug)]
pub(crate) struct Book {
    vault: Vault,
    key: PathBuf,
}

impl Book {
    /// Opens the addresses below a data folder. Its key lies elsewhere.
    pub(crate) async fn open(data: &Path, key: &Path) -> anyhow::Result<Self> {
        let path = data.join("server.db");
        let vault = Vault::open(&path).await;
        let vault = vault.with_context(|| format!("opening {}", path.display()))?;
        Ok(Self { vault, key: key.to_owned() })
    }

    /// Where a camera is.
    pub(super) async fn find(&self, camera: &DeviceId) -> Result<CameraAddress, FeedFault> {
        let found = self.read(camera).await.map_err(|error| {
            warn!(%camera, "its address cannot be read: {error:#}");
            FeedFault::Sealed
        })?;
        found.ok_or(FeedFault::NoAddress)
    }

    /// Where a camera is; nothing if nobody has said so.
    pub(crate) async fn read(&self, camera: &DeviceId) -> anyhow::Result<Option<CameraAddress>> {
        // Without an entry no key is missed.
        if !self.cameras().await?.iter().any(|known| known == camera.as_str()) {
            return Ok(None);
        }
        let key = Key::read(&self.key)?;
        let sealed = self.vault.find(&key, Kind::Camera, camera.as_str()).await?;
        let sealed = sealed.map(|plain| serde_json::from_slice(&plain));
        sealed.transpose().context("a sealed address is not what this program wrote")
    }

    /// Which cameras have an address.
    pub(crate) async fn cameras(&self) -> Result<Vec<String>, VaultError> {
        self.vault.names(Kind::Camera).await
    }

    /// Says where a camera is. The first address makes the key, if there is none.
    pub(crate) async fn put(&self, camera: &DeviceId, address: &CameraAddress) -> anyhow::Result<()> {
        address.check()?;
        let is_first = self.cameras().await?.is_empty();
        let key = if is_first && !self.key.exists() { Key::make(&self.key) } else { Key::read(&self.key) };
        let plain = serde_json::to_vec(address)?;
        Ok(self.vault.put(&key?, Kind::Camera, camera.as_str(), &plain).await?)
    }

    /// Forgets where a camera is, and says whether it was known.
    pub(crate) async fn remove(&self, camera: &DeviceId) -> Result<bool, VaultError> {
        self.vault.remove(Kind::Camera, camera.as_str()).await
    }
}
