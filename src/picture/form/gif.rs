//! GIF files (GIF89a): blocks up to the trailer. Comments and foreign application data are dropped.

use super::{Found, index, le16};

pub(super) fn read(bytes: &[u8]) -> Option<Found> {
    let colours = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let size = (le16(bytes, 6)?, le16(bytes, 8)?);
    let mut at = 13 + colours(*bytes.get(10)?);
    bytes.get(..at)?;
    let mut found = Found { size, kept: std::iter::once(0..at).collect(), ..Found::default() };
    let mut frames = 0;
    loop {
        let start = at;
        let (end, kept) = match *bytes.get(at)? {
            0x2c => {
                frames += 1;
                let table = colours(*bytes.get(at + 9)?);
                (sub_blocks(bytes, at + 11 + table)?, true)
            }
            0x21 => {
                let kept = match *bytes.get(at + 1)? {
                    // How a frame is shown; text of the plain-text extension.
                    0xf9 | 0x01 => true,
                    // How often a moving picture is repeated.
                    0xff => matches!(bytes.get(at + 3..at + 14)?, b"NETSCAPE2.0" | b"ANIMEXTS1.0"),
                    _ => false,
                };
                (sub_blocks(bytes, at + 2)?, kept)
            }
            0x3b => {
                found.kept.push(start..at + 1);
                found.moves = frames > 1;
                return (frames > 0).then_some(found);
            }
            _ => return None,
        };
        if kept {
            found.kept.push(start..end);
        }
        at = end;
    }
}

/// Past a row of sub-blocks, each led by its length; a length of 0 ends it.
fn sub_blocks(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let length = index(u32::from(*bytes.get(at)?));
        at += 1 + length;
        if length == 0 {
            return Some(at);
        }
    }
}
