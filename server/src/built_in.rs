//! The browser app's files, where they were built into the program (feature `built-in-web`; `cargo xtask dist`).

#[cfg(feature = "built-in-web")]
mod files {
    /// What `cargo xtask web` builds.
    #[derive(rust_embed::Embed)]
    #[folder = "../dist/web"]
    pub(super) struct Files;
}

/// A file: its bytes, and their type.
#[derive(Debug)]
pub(crate) struct BuiltIn {
    pub(crate) bytes: std::borrow::Cow<'static, [u8]>,
    pub(crate) mime: String,
}

/// A file by its path in the folder, if it was built in.
#[cfg(feature = "built-in-web")]
pub(crate) fn file(path: &str) -> Option<BuiltIn> {
    let file = files::Files::get(path)?;
    let mime = file.metadata.mimetype().to_owned();
    Some(BuiltIn {
        bytes: file.data,
        mime,
    })
}

/// None was built in.
#[cfg(not(feature = "built-in-web"))]
pub(crate) const fn file(_path: &str) -> Option<BuiltIn> {
    None
}

/// Which build it is.
pub(crate) fn build() -> Option<String> {
    let text = file("build.txt")?.bytes;
    String::from_utf8(text.into_owned()).ok()
}
