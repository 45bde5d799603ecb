//! The theme's assets: fingerprinted names, so that they can be cached for ever.
//!
//! In: the theme's files. Out: the map from name to path, and the files. `url(…)` in style sheets is rewritten to the
//! fingerprinted names. Must never change a byte of anything but style sheets.

use std::collections::BTreeMap;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use crate::load::theme::Theme;

/// Name below `assets/` → path of the output, and the bytes there.
pub fn fingerprint(theme: &Theme) -> (BTreeMap<String, String>, Vec<(String, Arc<[u8]>)>) {
    let mut names = BTreeMap::new();
    let mut files = Vec::new();
    // Style sheets last: their own digest must cover the names of what they load.
    let (sheets, others): (Vec<_>, Vec<_>) = theme.assets.iter().partition(|(name, _)| name.ends_with(".css"));
    for (name, asset) in others.into_iter().chain(sheets) {
        let bytes: Arc<[u8]> = if name.ends_with(".css") { rewrite(name, &asset.bytes, &names).into() } else { asset.bytes.clone() };
        let digest = format!("{:016x}", xxh3_64(&bytes));
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let path = if extension.is_empty() {
            format!("assets/{stem}.{}", &digest[..10])
        } else {
            format!("assets/{stem}.{}.{extension}", &digest[..10])
        };
        names.insert(name.clone(), path.clone());
        files.push((path, bytes));
    }
    (names, files)
}

/// Replace `url(name)` by the fingerprinted name, relative to the sheet.
fn rewrite(sheet: &str, bytes: &[u8], names: &BTreeMap<String, String>) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(bytes) else { return bytes.to_vec() };
    let folder = sheet.rsplit_once('/').map_or("", |(folder, _)| folder);
    let up = "../".repeat(sheet.matches('/').count());
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("url(") {
        let (before, after) = rest.split_at(at + 4);
        out.push_str(before);
        let Some(end) = after.find(')') else {
            rest = after;
            break;
        };
        let written = after[..end].trim().trim_matches(['"', '\'']);
        let (path, fragment) = written.split_once('#').map_or((written, String::new()), |(p, f)| (p, format!("#{f}")));
        let name = if folder.is_empty() {
            path.trim_start_matches("./").to_owned()
        } else {
            format!("{folder}/{}", path.trim_start_matches("./"))
        };
        match names.get(&name).and_then(|p| p.strip_prefix("assets/")) {
            Some(found) => out.push_str(&format!("\"{up}{found}{fragment}\"")),
            None => out.push_str(&after[..end]),
        }
        rest = &after[end..];
    }
    out.push_str(rest);
    out.into_bytes()
}
