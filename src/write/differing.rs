//! Files as they are made, against those that the output folder holds.
//!
//! In: files in any order, from many threads. Out: for one that the folder holds already its place there, so that memory
//! keeps only what differs. Must never write.

use std::path::Path;

use super::file::holds_digest;
use super::place::Place;
use super::{Manifest, WriteError};
use crate::output::{self, Content, Output, Sink};

/// A sink for a write that replaces single files.
#[derive(Debug)]
pub struct Differing {
    place: Place,
    before: Manifest,
}

impl Differing {
    /// Against what an earlier write left in the folder `out`.
    ///
    /// # Errors
    /// When the folder or its manifest cannot be read.
    pub fn from(out: &Path) -> Result<Self, WriteError> {
        let place = Place::of(out)?;
        let before = Manifest::read(&place.out)?;
        Ok(Self { place, before })
    }
}

impl Sink for Differing {
    fn put(&self, path: &str, bytes: &[u8]) -> Output {
        let (at, digest) = (self.place.out.join(path), output::digest(bytes));
        // A file that cannot be read is told of by the write.
        if self.before.files.contains_key(path) && holds_digest(&at, digest, Some(bytes.len())).unwrap_or(false) {
            return Output { content: Content::File(at), digest };
        }
        Output { content: Content::Bytes(bytes.into()), digest }
    }
}
