//! WebP files (RFC 9649): chunks of a RIFF container.

use image::metadata::Orientation;

use super::{Found, index, le16, le24, le32, turned_only};

/// Flags of the chunk VP8X (2.7).
const EXIF: u8 = 0x08;
const XMP: u8 = 0x04;

pub(super) fn read(bytes: &[u8]) -> Option<Found> {
    let end_of_file = index(le32(bytes, 4)?).checked_add(8)?.min(bytes.len());
    let mut found = Found { kept: std::iter::once(0..12).collect(), ..Found::default() };
    let mut at = 12;
    let mut frame = false;
    while at + 8 <= end_of_file {
        let name: &[u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        let length = index(le32(bytes, at + 4)?);
        // A chunk of odd length is padded; the last byte of a file may be lacking.
        let content_end = at.checked_add(8)?.checked_add(length)?;
        let end = content_end.checked_add(length & 1)?.min(bytes.len());
        if content_end > bytes.len() {
            return None;
        }
        let extended = found.size != (0, 0);
        match name {
            b"VP8X" => found.size = (le24(bytes, at + 12)? + 1, le24(bytes, at + 15)? + 1),
            b"VP8 " => {
                frame = true;
                found.lossy = true;
                if !extended {
                    found.size = (le16(bytes, at + 14)? & 0x3fff, le16(bytes, at + 16)? & 0x3fff);
                }
            }
            b"VP8L" => {
                frame = true;
                if !extended {
                    let bits = le32(bytes, at + 9)?;
                    found.size = ((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
                }
            }
            b"ANIM" => found.moves = true,
            b"EXIF" => {
                let content = at + 8..content_end;
                let prefixed = bytes[content.clone()].starts_with(b"Exif\0\0");
                found.exif = Some(content.start + if prefixed { 6 } else { 0 }..content.end);
            }
            _ => {}
        }
        if matches!(name, b"VP8X" | b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM" | b"ANMF" | b"ICCP") {
            found.kept.push(at..end);
        }
        at = end;
    }
    (found.size != (0, 0) && (frame || found.moves)).then_some(found)
}

/// The kept chunks, with flags and length that fit them.
pub(super) fn join(bytes: &[u8], found: &Found, turned: Option<Orientation>) -> Vec<u8> {
    let mut out = super::joined(bytes, found);
    // Only an extended file can say how it is turned.
    let extended = out.get(12..16) == Some(b"VP8X") && out.len() > 20;
    if extended {
        out[20] &= !(EXIF | XMP);
        if let Some(turned) = turned {
            out[20] |= EXIF;
            out.extend_from_slice(b"EXIF\x1a\0\0\0");
            out.extend_from_slice(&turned_only(turned));
        }
    }
    if let (Ok(length), Some(field)) = (u32::try_from(out.len().saturating_sub(8)), out.get_mut(4..8)) {
        field.copy_from_slice(&length.to_le_bytes());
    }
    out
}
