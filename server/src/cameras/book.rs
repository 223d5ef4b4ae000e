//! Where cameras are and how one signs in there. It lies sealed; a running server reads an address each time
//! that a session begins, so that what is set up counts at the next try.

use super::feed::Stream;
use super::turning::Turning;
use crate::vault::{Vault, VaultError};
use anyhow::{Context as _, ensure};
use castellan_domain::ids::DeviceId;
use castellan_domain::wire::camera::FeedFault;
use retina::client::Credentials;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;
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
    /// Where its stills are, `http://…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) still: Option<Url>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) user: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) password: String,
    /// Where it can be turned to, if it turns and said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) turning: Option<Turning>,
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
        let streams = [Some(&self.main), self.sub.as_ref()];
        for url in streams.into_iter().flatten() {
            ensure!(
                url.scheme() == "rtsp",
                "the address of a stream begins with rtsp://"
            );
        }
        if let Some(still) = &self.still {
            let is_web = matches!(still.scheme(), "http" | "https");
            ensure!(
                is_web,
                "the address of stills begins with http:// or https://"
            );
        }
        for url in streams.into_iter().flatten().chain(&self.still) {
            ensure!(url.has_host(), "an address names its host");
            ensure!(
                url.username().is_empty() && url.password().is_none(),
                "user and password do not belong into an address; they have places of their own"
            );
            ensure!(
                fits(url.as_str()),
                "an address has more than {CHARS_MAX} characters"
            );
        }
        let fit = fits(&self.user) && fits(&self.password);
        ensure!(
            fit,
            "a user or a password has more than {CHARS_MAX} characters"
        );
        Ok(())
    }

    /// The address of a stream; nothing if this camera has no smaller one.
    pub(super) const fn url(&self, stream: Stream) -> Option<&Url> {
        match stream {
            Stream::Main => Some(&self.main),
            Stream::Sub => self.sub.as_ref(),
        }
    }

    pub(super) fn credentials(&self) -> Option<Credentials> {
        (!self.user.is_empty()).then(|| Credentials {
            username: self.user.clone(),
            password: self.password.clone(),
        })
    }
}

fn fits(text: &str) -> bool {
    text.chars().count() <= CHARS_MAX
}

/// What an entry of the vault is called.
const KIND: &str = "camera";

/// The addresses of a site's cameras.
#[derive(Debug)]
pub(crate) struct Book(Vault);

impl Book {
    /// Opens the addresses below a data folder. The file of their key lies wherever it was said to.
    pub(crate) async fn open(data: &Path, key: &Path) -> anyhow::Result<Self> {
        let path = data.join("server.db");
        let vault = Vault::open(&path, key).await;
        Ok(Self(
            vault.with_context(|| format!("opening {}", path.display()))?,
        ))
    }

    /// Where a camera is.
    pub(crate) async fn find(&self, camera: &DeviceId) -> Result<CameraAddress, FeedFault> {
        let found = self.0.find(KIND, camera.as_str()).await;
        let plain = found.map_err(|error| {
            warn!(%camera, "its address cannot be read: {error}");
            FeedFault::Sealed
        })?;
        let plain = plain.ok_or(FeedFault::NoAddress)?;
        serde_json::from_slice(&plain).map_err(|_says_what_it_read| {
            warn!(%camera, "its address is not what this program wrote");
            FeedFault::Sealed
        })
    }

    /// Which cameras have an address.
    pub(crate) async fn cameras(&self) -> anyhow::Result<Vec<DeviceId>> {
        let names = self.0.names(KIND).await?;
        Ok(names
            .into_iter()
            .map(DeviceId::new)
            .collect::<Result<_, _>>()?)
    }

    /// Says where a camera is, in the place of what was said before. The first address makes the key.
    pub(crate) async fn put(
        &self,
        camera: &DeviceId,
        address: &CameraAddress,
    ) -> anyhow::Result<()> {
        let plain = serde_json::to_vec(address)?;
        Ok(self.0.put(KIND, camera.as_str(), &plain).await?)
    }

    /// Forgets where a camera is, and says whether it was known.
    pub(crate) async fn remove(&self, camera: &DeviceId) -> Result<bool, VaultError> {
        self.0.remove(KIND, camera.as_str()).await
    }
}

/// Where cameras are asked.
#[derive(Debug, Clone)]
pub(super) enum Addresses {
    /// Where the book says.
    Sealed(Arc<Book>),
    /// Where somebody says, and nothing is kept yet.
    Typed(Arc<CameraAddress>),
}

impl Addresses {
    pub(super) async fn find(&self, camera: &DeviceId) -> Result<CameraAddress, FeedFault> {
        match self {
            Self::Sealed(book) => book.find(camera).await,
            Self::Typed(address) => Ok(address.as_ref().clone()),
        }
    }
}
