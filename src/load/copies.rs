//! Files beside pages: read once for what later stages ask, copied from the disk when they are written.
//!
//! In: paths below `content/` that are neither pages nor records. Out: [`Copied`]. Must never keep the bytes: a site may
//! hold large files.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_128;

use super::files::{self, ReadError};
use crate::picture::Picture;

/// A file that is published as it is.
#[derive(Debug, Clone)]
pub struct Copied {
    /// Below `content/`, with forward slashes.
    pub path: String,
    /// Where it is.
    pub on_disk: PathBuf,
    /// Of its bytes.
    pub digest: u128,
    /// What is known of it if it is a picture.
    pub picture: Option<Picture>,
}

impl Copied {
    /// Its bytes, read again. The error is the machine's, or says that they are others now.
    pub fn bytes(&self) -> std::io::Result<Vec<u8>> {
        let bytes = std::fs::read(&self.on_disk)?;
        if xxh3_128(&bytes) == self.digest {
            return Ok(bytes);
        }
        Err(std::io::Error::other("it changed while the site was being built"))
    }
}

/// Read the files at paths below the root, which all begin with `content/`.
pub fn read(root: &Path, paths: Vec<String>) -> Result<Vec<Copied>, ReadError> {
    paths
        .into_par_iter()
        .filter_map(|path| {
            let bytes = match files::read_bytes(root, &path) {
                Ok(bytes) => bytes,
                // A file that vanishes while the folder is read is not there.
                Err(refused) if refused.error.kind() == std::io::ErrorKind::NotFound => return None,
                Err(refused) => return Some(Err(refused)),
            };
            Some(Ok(Copied {
                on_disk: root.join(&path),
                digest: xxh3_128(&bytes),
                picture: Picture::read(&path, &bytes),
                path: path["content/".len()..].to_owned(),
            }))
        })
        .collect()
}
