//! The evidence bundle: one zip file with everything that a claim of the site can be checked against.
//!
//! In: paths and bytes. Out: the bytes of the zip file, with `manifest.json` and `SHA256SUMS` added. The same input
//! gives the same bytes: entries stand in the order of their paths, with one fixed time (the first that the format
//! has), and are stored as they are, since what a compressor makes changes with its version.
//! Must never hold an archived text: those are not ours to publish; their digests stand in the lock.

use std::collections::BTreeMap;

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::config::Config;

/// 1 January 1980, 00:00, in the format of MS-DOS.
const TIME: u16 = 0;
const DATE: u16 = (1 << 5) | 1;
/// Stored entries ask for version 1.0 (PKWARE's APPNOTE, 4.4.3.2); UTF-8 names are bit 11 (4.4.4).
const VERSION: u16 = 10;
const UTF8: u16 = 1 << 11;

/// The bundle is larger than the format's plain form can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

/// Make the bundle.
pub fn bundle(config: &Config, mut files: BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>, TooLarge> {
    let digest = |bytes: &[u8]| Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect::<String>();
    let listed: Vec<_> = files.iter().map(|(path, bytes)| json!({ "path": path, "bytes": bytes.len(), "sha256": digest(bytes) })).collect();
    let manifest = json!({
        "schema": 1, "title": config.title, "base_url": config.base_url, "as_of": config.as_of.map(|d| d.to_string()),
        "license": config.license, "made_by": concat!("cited ", env!("CARGO_PKG_VERSION")), "files": listed,
    });
    let manifest = serde_json::to_string_pretty(&manifest).unwrap_or_default() + "\n";
    files.insert("manifest.json".to_owned(), manifest.into_bytes());
    let sums: String = files.iter().map(|(path, bytes)| format!("{}  {path}\n", digest(bytes))).collect();
    files.insert("SHA256SUMS".to_owned(), sums.into_bytes());
    zip(&files)
}

/// A zip file of stored entries (PKWARE's APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16).
fn zip(files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>, TooLarge> {
    let small = |n: usize| u32::try_from(n).map_err(|_| TooLarge);
    let count = u16::try_from(files.len()).map_err(|_| TooLarge)?;
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (path, bytes) in files {
        let offset = small(out.len())?;
        let mut shared = Vec::new();
        for word in [VERSION, UTF8, 0, TIME, DATE] {
            shared.extend(word.to_le_bytes());
        }
        for long in [crc32(bytes), small(bytes.len())?, small(bytes.len())?] {
            shared.extend(long.to_le_bytes());
        }
        let name = u16::try_from(path.len()).map_err(|_| TooLarge)?;
        for word in [name, 0] {
            shared.extend(word.to_le_bytes());
        }
        out.extend(b"PK\x03\x04");
        out.extend(&shared);
        out.extend(path.as_bytes());
        out.extend(bytes);
        directory.extend(b"PK\x01\x02");
        directory.extend(VERSION.to_le_bytes());
        directory.extend(&shared);
        // No comment, first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(path.as_bytes());
    }
    let (at, length) = (small(out.len())?, small(directory.len())?);
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(length.to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0; 2]);
    Ok(out)
}

/// CRC-32 of ISO 3309, as zip uses it.
fn crc32(bytes: &[u8]) -> u32 {
    let mut table = [0u32; 256];
    for (i, slot) in (0u32..).zip(&mut table) {
        *slot = (0..8).fold(i, |c, _| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 });
    }
    !bytes.iter().fold(!0u32, |c, b| table[((c ^ u32::from(*b)) & 0xff) as usize] ^ (c >> 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_crc_32_comes_out() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn an_empty_zip_is_its_end_record() {
        let empty = zip(&BTreeMap::new()).unwrap();
        assert_eq!((empty.len(), &empty[..4]), (22, &b"PK\x05\x06"[..]));
    }
}
