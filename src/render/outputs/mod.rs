//! Files that are not pages: feeds, sitemap, data, references to cite a page.
//!
//! In: the renderer. Out: entries of the output tree at fixed paths. Every date comes from the pages' front matter.

mod data;
mod feed;
mod references;
mod search;
mod sitemap;

pub use references::{CiteThis, cite_this};

use std::path::Path;

use super::Renderer;
use crate::output::OutputTree;

/// Add all of them.
pub fn add(renderer: &Renderer<'_>, tree: &mut OutputTree) {
    let mut put = |path: &str, text: String| tree.add(path, text.into_bytes());
    put("atom.xml", feed::atom(renderer));
    put("feed.json", feed::json(renderer));
    if let Some(text) = feed::corrections(renderer) {
        put("corrections.xml", text);
    }
    put("sitemap.xml", sitemap::sitemap(renderer));
    put("robots.txt", sitemap::robots(renderer));
    put("search-index.json", search::index(renderer));
    for (path, text) in data::files(renderer) {
        put(path, text);
    }
    for (path, text) in data::questions(renderer) {
        put(&path, text);
    }
}

/// Width and height of an image from its header: PNG, GIF, JPEG, WebP.
pub fn image_size(path: &Path) -> Option<(u32, u32)> {
    let bytes = std::fs::read(path).ok()?;
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
