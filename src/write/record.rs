//! What the last whole build came to, so that the next one can see that there is nothing to do.
//!
//! In: the key of everything that a build depends on, and what it said. Out: a small file beside the output folder; and, while
//! the key is the same and every file is as it was written, what was said. The file is of use to this machine alone.
//! Must never be believed where anything at all is in doubt: a whole build is the answer to every doubt.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use super::Manifest;
use super::place::Place;
use crate::load::stamp::{self, Stamp};

/// A file that changed so shortly before a build began may have changed while it was read: the system's clock is coarse.
const MARGIN: Duration = Duration::from_millis(50);

/// What is asked of a build, besides the site itself.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The site's root.
    pub root: &'a Path,
    /// The output folder.
    pub out: &'a Path,
    /// All options, in words that differ when they do.
    pub options: String,
}

/// What a build said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Files of the output.
    pub files: usize,
    /// The findings, as printed.
    pub findings: String,
    /// `1 warning`.
    pub tally: String,
    /// What was read besides the site's own folders.
    pub also: Vec<PathBuf>,
}

#[derive(Serialize, Deserialize)]
struct Record {
    key: String,
    said: Said,
}

/// What the last build said, if this one would do the same and write nothing.
pub fn recall(asked: &Asked<'_>) -> Option<Said> {
    let place = Place::of(asked.out).ok().filter(|place| !place.is_mounted())?;
    let record: Record = serde_json::from_slice(&fs::read(&place.record).ok()?).ok()?;
    let (key, _) = key(asked, &place, &record.said.also)?;
    (key == record.key).then_some(record.said)
}

/// Keep what a build said that began at `began` and is complete. Nothing is kept where it could mislead.
pub fn remember(asked: &Asked<'_>, began: SystemTime, said: Said) {
    let Some(place) = Place::of(asked.out).ok().filter(|place| !place.is_mounted()) else { return };
    let kept = || {
        let (key, inputs) = key(asked, &place, &said.also)?;
        let began = began.duration_since(UNIX_EPOCH).ok()?;
        // The clock of the file system is that of the machine: what we wrote ourselves says so.
        let note = stamp::of_files(&place.out, std::iter::once(super::MANIFEST))?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        let is_one_clock = note.device == inputs.device && note.newest <= now + MARGIN;
        let is_settled = inputs.newest + MARGIN < began;
        if is_one_clock && is_settled { serde_json::to_vec(&Record { key, said }).ok() } else { None }
    };
    // Without a record the next build is a whole one.
    let _ = match kept() {
        Some(text) => fs::write(&place.record, text),
        None => fs::remove_file(&place.record),
    };
}

/// A digest of everything that a build depends on and makes, and the stamp of the inputs.
fn key(asked: &Asked<'_>, place: &Place, also: &[PathBuf]) -> Option<(String, Stamp)> {
    let inputs = || stamp::of_site(asked.root, also);
    let outputs = || {
        let manifest = Manifest::read(&place.out).ok().filter(|manifest| !manifest.files.is_empty())?;
        let names = manifest.files.keys().map(String::as_str).chain(std::iter::once(super::MANIFEST));
        stamp::of_files(&place.out, names)
    };
    let (inputs, outputs) = rayon::join(inputs, outputs);
    let (inputs, outputs) = (inputs?, outputs?);
    let program = std::env::current_exe().ok()?;
    let program = stamp::of_files(program.parent()?, program.file_name()?.to_str().into_iter())?;
    let mut digest = Xxh3::new();
    digest.update(env!("CARGO_PKG_VERSION").as_bytes());
    digest.update(asked.options.as_bytes());
    for part in [inputs, outputs, program] {
        digest.update(&part.digest.to_le_bytes());
    }
    Some((format!("{:032x}", digest.digest128()), inputs))
}
