//! The theme's assets: fingerprinted names, so that they can be cached for ever.
//!
//! In: the theme's files. Out: the map from name to path, and the files. Style sheets lose comments and idle space, and
//! in them `url(…)` becomes the fingerprinted name and `setting(…)` the setting's value; scripts lose the comment that
//! they begin with. Must never change a byte of anything else.

use std::collections::BTreeMap;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::stylesheet;
use crate::load::theme::{IN_SHEET, Theme};

/// Name below `assets/` → path of the output, and the bytes there.
pub fn fingerprint(theme: &Theme) -> (BTreeMap<String, String>, Vec<(String, Arc<[u8]>)>) {
    let mut names = BTreeMap::new();
    let mut files = Vec::new();
    // Style sheets last: their own digest must cover the names of what they load.
    let (sheets, others): (Vec<_>, Vec<_>) = theme.assets.iter().partition(|(name, _)| name.ends_with(".css"));
    for (name, asset) in others.into_iter().chain(sheets) {
        let bytes: Arc<[u8]> = match name.rsplit_once('.') {
            Some((_, "css")) => rewrite(name, &asset.bytes, &names, theme).into(),
            Some((_, "js")) => without_opening(&asset.bytes).into(),
            _ => asset.bytes.clone(),
        };
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

/// A script without the lines at its head that begin with `//`. Nothing else can be told from code without reading it.
fn without_opening(script: &[u8]) -> &[u8] {
    let mut rest = script;
    while rest.starts_with(b"//") {
        let end = rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |i| i + 1);
        rest = &rest[end..];
    }
    rest
}

/// Replace `url(name)` by the fingerprinted name, relative to the sheet, and `setting(name)` by its value.
fn rewrite(sheet: &str, bytes: &[u8], names: &BTreeMap<String, String>, theme: &Theme) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(bytes) else { return bytes.to_vec() };
    let text = stylesheet::shorten(text);
    let folder = sheet.rsplit_once('/').map_or("", |(folder, _)| folder);
    let up = "../".repeat(sheet.matches('/').count());
    let address = |written: &str| {
        let (path, fragment) = written.split_once('#').map_or((written, String::new()), |(p, f)| (p, format!("#{f}")));
        let path = path.trim_start_matches("./");
        let name = if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
        names.get(&name).and_then(|p| p.strip_prefix("assets/")).map(|found| format!("url(\"{up}{found}{fragment}\")"))
    };
    // What the theme does not have was reported when it was read.
    let value = |name: &str| theme.settings.get(name).map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned));
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((at, call)) = ["url(", IN_SHEET].iter().filter_map(|c| rest.find(c).map(|at| (at, *c))).min() {
        let start = at + call.len();
        let Some(end) = rest[start..].find(')').map(|end| start + end) else { break };
        let written = rest[start..end].trim().trim_matches(['"', '\'']);
        out.push_str(&rest[..at]);
        match if call == IN_SHEET { value(written) } else { address(written) } {
            Some(made) => out.push_str(&made),
            None => out.push_str(&rest[at..=end]),
        }
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    out.into_bytes()
}
