//! Files beside pages: read once for what later stages ask, copied from the disk when they are written.
//!
//! In: paths below `content/` that are neither pages nor records. Out: [`Copied`]. Must never keep the bytes: a site may
//! hold large files.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_128;

use super::files::{self, ReadError};

/// A file that is published as it is.
#[derive(Debug, Clone)]
pub struct Copied {
    /// Below `content/`, with forward slashes.
    pub path: String,
    /// Where it is.
    pub on_disk: PathBuf,
    /// Of its bytes.
    pub digest: u128,
    /// Width and height in pixels, if it is an image of a known form.
    pub size: Option<(u32, u32)>,
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
                size: image_size(&bytes),
                path: path["content/".len()..].to_owned(),
            }))
        })
        .collect()
}

/// Width and height of an image from its header: PNG, GIF, JPEG, WebP.
fn image_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let be16 = |at: usize| Some(u32::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
    let be32 = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let le16 = |at: usize| Some(u32::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some((be32(16)?, be32(20)?));
    }
    if bytes.starts_with(b"GIF8") {
        return Some((le16(6)?, le16(8)?));
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12)? == b"WEBP" && bytes.get(12..16)? == b"VP8X" {
        let le24 =
            |at: usize| Some(u32::from(*bytes.get(at)?) | u32::from(*bytes.get(at + 1)?) << 8 | u32::from(*bytes.get(at + 2)?) << 16);
        return Some((le24(24)? + 1, le24(27)? + 1));
    }
    if bytes.starts_with(&[0xff, 0xd8]) {
        let mut at = 2;
        while *bytes.get(at)? == 0xff {
            let marker = *bytes.get(at + 1)?;
            if (0xc0..=0xcf).contains(&marker) && ![0xc4, 0xc8, 0xcc].contains(&marker) {
                return Some((be16(at + 7)?, be16(at + 5)?));
            }
            at += 2 + usize::try_from(be16(at + 2)?).ok()?;
        }
    }
    None
}
