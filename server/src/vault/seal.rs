//! The key, and how an entry is sealed: XChaCha20-Poly1305 with a random nonce (24 bytes, first), and with
//! kind and name as what is authenticated beside it, so that no entry can be put into the place of another.

use chacha20poly1305::aead::{Aead as _, AeadCore as _, KeyInit as _, OsRng, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::RngCore as _;
use std::fmt::{self, Write as _};
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// Bytes of a key; its file holds them in hexadecimal.
const KEY_BYTES: usize = 32;
/// Bytes of a nonce.
const NONCE_BYTES: usize = 24;

/// What entries are sealed with.
#[derive(Clone)]
pub(super) struct Key(XChaCha20Poly1305);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").finish_non_exhaustive()
    }
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("the key file {0} is missing; bring it back, or name the right one by --key-file")]
    Missing(PathBuf),
    #[error("{0} is no key: it holds 64 hexadecimal digits; bring the right file back")]
    NoKey(PathBuf),
    #[error("the key file {0} cannot be used: {1}")]
    Io(PathBuf, #[source] io::Error),
}

impl Key {
    /// Reads a key.
    pub(super) fn read(path: &Path) -> Result<Self, KeyError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(KeyError::Missing(path.to_owned()));
            }
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                return Err(KeyError::NoKey(path.to_owned()));
            }
            Err(error) => return Err(KeyError::Io(path.to_owned(), error)),
        };
        let bytes = from_hex(text.trim()).ok_or_else(|| KeyError::NoKey(path.to_owned()))?;
        Ok(Self(XChaCha20Poly1305::new(&bytes.into())))
    }

    /// Makes a key in a new file, which only this user may read. A key that is there is never replaced.
    pub(super) fn make(path: &Path) -> Result<Self, KeyError> {
        let mut bytes = [0; KEY_BYTES];
        rand::rng().fill_bytes(&mut bytes);
        let hex = bytes.iter().fold(String::new(), |mut hex, byte| {
            // Writing into a text does not fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let write = || {
            let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
            file.write_all(format!("{hex}\n").as_bytes())?;
            file.sync_all()
        };
        write().map_err(|error| KeyError::Io(path.to_owned(), error))?;
        Ok(Self(XChaCha20Poly1305::new(&bytes.into())))
    }

    /// Seals an entry for its place.
    pub(super) fn seal(&self, place: &str, plain: &[u8]) -> Option<Vec<u8>> {
        let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
        let payload = Payload {
            msg: plain,
            aad: place.as_bytes(),
        };
        let sealed = self.0.encrypt(&nonce, payload).ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    /// Opens an entry of this place; nothing if another key, or somebody's hand, sealed it.
    pub(super) fn open(&self, place: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES)?;
        let payload = Payload {
            msg: sealed,
            aad: place.as_bytes(),
        };
        self.0.decrypt(XNonce::from_slice(nonce), payload).ok()
    }
}

fn from_hex(text: &str) -> Option<[u8; KEY_BYTES]> {
    if text.len() != 2 * KEY_BYTES || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; KEY_BYTES];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_opens_with_its_key_in_its_place_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let key = Key::make(&path).unwrap();
        let sealed = key.seal("camera/a", b"secret").unwrap();
        assert!(!sealed.windows(6).any(|six| six == b"secret"));
        let again = Key::read(&path).unwrap();
        assert_eq!(again.open("camera/a", &sealed).unwrap(), b"secret");
        assert_eq!(again.open("camera/b", &sealed), None);
        let other = Key::make(&folder.path().join("other")).unwrap();
        assert_eq!(other.open("camera/a", &sealed), None);
        let mut broken = sealed.clone();
        *broken.last_mut().unwrap() ^= 1;
        assert_eq!(again.open("camera/a", &broken), None);
        assert_eq!(again.open("camera/a", &sealed[..10]), None);
    }

    #[test]
    fn a_key_is_never_replaced_and_garbage_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        assert!(matches!(Key::read(&path), Err(KeyError::Missing(_))));
        Key::make(&path).unwrap();
        assert!(matches!(Key::make(&path), Err(KeyError::Io(..))));
        for bad in [b"".as_slice(), b"zz", &[0xff; 64], &[b'g'; 64]] {
            fs::write(&path, bad).unwrap();
            assert!(
                matches!(Key::read(&path), Err(KeyError::NoKey(_))),
                "{bad:?}"
            );
        }
    }
}
