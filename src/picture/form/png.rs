//! PNG files (third edition, clause 5): chunks up to IEND.

use super::{Found, be32, index};

/// Chunks that change what is seen. All critical ones are kept besides; every other is dropped.
const KEPT: &[&[u8; 4]] =
    &[b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs", b"cICP", b"mDCV", b"cLLI", b"acTL", b"fcTL", b"fdAT"];

pub(super) fn read(bytes: &[u8]) -> Option<Found> {
    let mut found = Found { kept: std::iter::once(0..8).collect(), ..Found::default() };
    let mut at = 8;
    loop {
        let length = index(be32(bytes, at)?);
        let name: &[u8; 4] = bytes.get(at + 4..at + 8)?.try_into().ok()?;
        let end = at.checked_add(12)?.checked_add(length)?;
        if end > bytes.len() {
            return None;
        }
        match name {
            b"IHDR" => found.size = (be32(bytes, at + 8)?, be32(bytes, at + 12)?),
            b"acTL" => found.moves = true,
            b"eXIf" => found.exif = Some(at + 8..end - 4),
            _ => {}
        }
        if name[0].is_ascii_uppercase() || KEPT.contains(&name) {
            found.kept.push(at..end);
        }
        if name == b"IEND" {
            return (found.size != (0, 0)).then_some(found);
        }
        at = end;
    }
}
