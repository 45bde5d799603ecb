//! JPEG files (ISO/IEC 10918-1, annex B): segments up to the end of the image.

use std::ops::Range;

use image::metadata::Orientation;

use super::{Found, be16, index, turned_only};

/// Walk over the segments. A file that lacks its end marker breaks off: browsers show the rest of it grey.
pub(super) fn read(bytes: &[u8]) -> Option<Found> {
    let mut found = Found { lossy: true, kept: std::iter::once(0..2).collect(), ..Found::default() };
    let mut at = 2;
    loop {
        let start = at;
        // Any number of fill bytes may stand before a marker (B.1.1.2).
        while *bytes.get(at)? == 0xff && bytes.get(at + 1) == Some(&0xff) {
            at += 1;
        }
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        if marker == 0xd9 {
            found.kept.push(start..at + 2);
            break;
        }
        let length = index(be16(bytes, at + 2)?);
        let mut end = at + 2 + length;
        if length < 2 || end > bytes.len() {
            return None;
        }
        let content = at + 4..end;
        if is_frame(marker) {
            found.size = (be16(bytes, at + 7)?, be16(bytes, at + 5)?);
        }
        if marker == 0xda {
            end = scan_end(bytes, end);
        }
        if marker == 0xe1 && bytes[content.clone()].starts_with(b"Exif\0\0") {
            found.exif.get_or_insert(content.start + 6..content.end);
        }
        if is_kept(marker, &bytes[content]) {
            found.kept.push(start..end);
        }
        at = end;
    }
    (found.size != (0, 0)).then_some(found)
}

/// Start of frame: all of C0 to CF but tables and arithmetic conditioning.
fn is_frame(marker: u8) -> bool {
    (0xc0..=0xcf).contains(&marker) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

/// Frames, tables and scans; of the application's own segments JFIF's, the colour profile and Adobe's colour transform.
fn is_kept(marker: u8, content: &[u8]) -> bool {
    match marker {
        0xc0..=0xcf | 0xda..=0xdf => true,
        0xe0 => content.starts_with(b"JFIF\0") && content.get(12..14) == Some(&[0, 0]),
        0xe2 => content.starts_with(b"ICC_PROFILE\0"),
        0xee => content.starts_with(b"Adobe"),
        _ => false,
    }
}

/// Where the compressed data that begin at `from` end: at the next marker that is neither stuffed nor a restart.
fn scan_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(next) = bytes[at..].iter().position(|b| *b == 0xff) {
        at += next;
        match bytes.get(at + 1) {
            Some(0x00 | 0xd0..=0xd7) => at += 2,
            Some(0xff) => at += 1,
            Some(_) => return at,
            None => break,
        }
    }
    bytes.len()
}

/// The kept segments; how the picture is turned stands first, behind JFIF's.
pub(super) fn join(bytes: &[u8], found: &Found, turned: Option<Orientation>) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let is_jfif = |range: &Range<usize>| bytes.get(range.start + 1) == Some(&0xe0);
    let mut turned = turned;
    for (i, range) in found.kept.iter().enumerate() {
        if i > 0
            && !is_jfif(range)
            && let Some(turned) = turned.take()
        {
            out.extend_from_slice(b"\xff\xe1\0\x22Exif\0\0");
            out.extend_from_slice(&turned_only(turned));
        }
        out.extend_from_slice(&bytes[range.clone()]);
    }
    out
}
