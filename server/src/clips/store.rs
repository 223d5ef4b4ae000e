//! The folder of clips: a file for each, there whole or not at all.

use axum::body::Bytes;
use castellan_domain::ids::ClipId;
use castellan_domain::time::Timestamp;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, PutPayload, Result as StoreResult,
};
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::path::PathBuf;

const NAME_ENDS: &str = ".mp4";
/// What the store calls a file that is being written: its name, this, and a number.
const UNFINISHED: char = '#';

/// Why a clip cannot be had or kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClipsError {
    #[error(transparent)]
    Store(#[from] object_store::Error),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("it is shorter than that")]
    NoSuchPart,
}

/// A clip on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) clip: ClipId,
    pub(crate) written_at: Timestamp,
    pub(crate) bytes: u64,
}

/// What is read of a clip.
pub(crate) struct Reading {
    pub(crate) bytes: u64,
    /// Which of them come.
    pub(crate) range: Range<u64>,
    pub(crate) body: BoxStream<'static, StoreResult<Bytes>>,
}

/// The folder of clips. It is made whenever it is missing.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    pub(crate) const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn open(&self) -> Result<LocalFileSystem, ClipsError> {
        fs::create_dir_all(&self.folder)?;
        Ok(LocalFileSystem::new_with_prefix(&self.folder)?)
    }

    /// Throws away what was being written when the server ended.
    pub(crate) fn clean(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let unfinished = name.to_str().and_then(|name| name.split_once(UNFINISHED));
            if unfinished.is_some_and(|(name, _)| clip_of(name).is_some()) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Keeps a clip. When this returns it is on the disk.
    pub(crate) async fn put(&self, clip: ClipId, file: Vec<Bytes>) -> Result<(), ClipsError> {
        let files = self.open()?;
        files.put(&path(clip), PutPayload::from_iter(file)).await?;
        File::open(clip_path(&self.folder, clip))?.sync_all()?;
        File::open(&self.folder)?.sync_all()?;
        Ok(())
    }

    /// Reads a clip, or a part of it. Nothing if it is not there.
    pub(crate) async fn get(
        &self,
        clip: ClipId,
        part: Option<GetRange>,
    ) -> Result<Option<Reading>, ClipsError> {
        let (files, path) = (self.open()?, path(clip));
        let options = match files.head(&path).await {
            Ok(meta) if part.as_ref().is_some_and(|part| !has(meta.size, part)) => {
                return Err(ClipsError::NoSuchPart);
            }
            Ok(_) => GetOptions {
                range: part,
                ..GetOptions::default()
            },
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let found = files.get_opts(&path, options).await?;
        Ok(Some(Reading {
            bytes: found.meta.size,
            range: found.range.clone(),
            body: found.into_stream(),
        }))
    }

    /// All clips that are there.
    pub(crate) async fn list(&self) -> Result<Vec<Stored>, ClipsError> {
        let files = self.open()?;
        let found = files.list(None).try_filter_map(async |meta| {
            let clip = clip_of(meta.location.as_ref());
            Ok(clip.map(|clip| Stored {
                clip,
                written_at: Timestamp::from_micros(meta.last_modified.timestamp_micros()),
                bytes: meta.size,
            }))
        });
        Ok(found.boxed().try_collect().await?)
    }

    /// Lets go of a clip.
    pub(crate) async fn delete(&self, clip: ClipId) -> Result<(), ClipsError> {
        Ok(self.open()?.delete(&path(clip)).await?)
    }
}

/// Whether so many bytes have anything of a part.
const fn has(bytes: u64, part: &GetRange) -> bool {
    match part {
        GetRange::Bounded(range) => range.start < bytes,
        GetRange::Offset(first) => *first < bytes,
        GetRange::Suffix(_) => bytes > 0,
    }
}

/// Where a clip lies in the folder of clips.
pub(crate) fn clip_path(folder: &std::path::Path, clip: ClipId) -> PathBuf {
    folder.join(name(clip))
}

fn name(clip: ClipId) -> String {
    format!("{clip}{NAME_ENDS}")
}

fn path(clip: ClipId) -> Path {
    Path::from(name(clip))
}

fn clip_of(name: &str) -> Option<ClipId> {
    name.strip_suffix(NAME_ENDS)?.parse().ok()
}
