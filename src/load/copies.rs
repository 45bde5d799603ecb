//! Files beside pages: read once for what later stages ask, copied from the disk when they are written.
//!
//! In: paths below `content/` that are neither pages nor records. Out: [`Copied`]. Must never keep the bytes: a site may
//! hold large files.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::active;
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
    /// Why it could run a script in a reader's browser, if it could.
    pub active: Option<String>,
}

impl Copied {
    /// Its bytes, read again. The error is the machine's, or says that they are others now.
    pub fn bytes(&self) -> std::io::Result<Vec<u8>> {
        let bytes = std::fs::read(&self.on_disk)?;
        if xxhash_rust::xxh3::xxh3_128(&bytes) == self.digest {
            return Ok(bytes);
        }
        Err(std::io::Error::other("it changed while the site was being built"))
    }
}

/// The start of a file that tells what it is, if it is a picture.
const HEADER: usize = 64 << 20;

/// Read the files at paths below the root, which all begin with `content/`.
pub fn read(root: &Path, paths: Vec<String>) -> Result<Vec<Copied>, ReadError> {
    paths
        .into_par_iter()
        .filter_map(|path| {
            let is_svg = active::is_svg(&path);
            let (digest, header) = match files::digest(root, &path, if is_svg { active::LARGEST_SVG + 1 } else { HEADER }) {
                Ok(Some(read)) => read,
                // A file that vanishes while the folder is read is not there.
                Ok(None) => return None,
                Err(refused) => return Some(Err(refused)),
            };
            Some(Ok(Copied {
                on_disk: root.join(&path),
                digest,
                picture: Picture::read(&path, &header),
                active: if is_svg { active::in_svg(&header) } else { active::by_name(&path) },
                path: path["content/".len()..].to_owned(),
            }))
        })
        .collect()
}
