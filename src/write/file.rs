//! One file of the tree against one file on disk.
//!
//! In: an [`Output`] and a path. Out: whether the file holds it, or a new file that does.
//! Must never write through a link, nor over an existing file: [`put`] makes files that were not there.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use xxhash_rust::xxh3::Xxh3;

use super::WriteError;
use crate::output::{Content, Output};

/// Bytes moved at a time.
const CHUNK: usize = 64 * 1024;

/// Whether the regular file at `path` holds these bytes. A file that vanished meanwhile does not.
pub(super) fn holds(path: &Path, output: &Output) -> Result<bool, WriteError> {
    let length = if let Content::Bytes(bytes) = &output.content { Some(bytes.len()) } else { None };
    holds_digest(path, output.digest, length)
}

/// The same, of bytes with a digest, as many as `length` if that is known.
pub(super) fn holds_digest(path: &Path, digest: u128, length: Option<usize>) -> Result<bool, WriteError> {
    let compare = || -> io::Result<bool> {
        let mut file = File::open(path)?;
        if let Some(length) = length
            && file.metadata()?.len() != length as u64
        {
            return Ok(false);
        }
        Ok(pass_on(&mut file, &mut io::sink())? == digest)
    };
    match compare() {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(false),
        result => result.map_err(|e| WriteError::io("read", path, e)),
    }
}

/// Make a new file with these bytes; `target` is the place that it is for, and what messages name.
pub(super) fn put_bytes(path: &Path, bytes: &[u8], target: &Path) -> Result<(), WriteError> {
    let refused = |e| WriteError::io("write", target, e);
    new_file(path).and_then(|mut file| file.write_all(bytes)).map_err(refused)
}

/// The same with the bytes of a file of the tree.
pub(super) fn put(path: &Path, output: &Output, target: &Path) -> Result<(), WriteError> {
    let refused = |e| WriteError::io("write", target, e);
    let mut file = new_file(path).map_err(refused)?;
    match &output.content {
        Content::Bytes(bytes) => file.write_all(bytes).map_err(refused),
        Content::Later(_) => output.bytes().and_then(|bytes| file.write_all(&bytes)).map_err(refused),
        Content::File(source) => {
            let mut from = File::open(source).map_err(|e| WriteError::io("read", source, e))?;
            if pass_on(&mut from, &mut file).map_err(refused)? == output.digest {
                return Ok(());
            }
            let next = "build again";
            Err(WriteError::refused("publish", source, "it changed while the site was being built", next))
        }
    }
}

fn new_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Copy everything and give the digest of what passed.
fn pass_on(from: &mut impl Read, to: &mut impl Write) -> io::Result<u128> {
    let mut digest = Xxh3::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        match from.read(&mut chunk) {
            Ok(0) => return Ok(digest.digest128()),
            Ok(n) => {
                digest.update(&chunk[..n]);
                to.write_all(&chunk[..n])?;
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}
