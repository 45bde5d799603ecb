//! The output tree: the whole site as an ordered map from path to content.
//!
//! In: what `render` made. Out: a value that `write`, `serve` and `deploy` consume; and [`Sink`], to which files go as
//! they are made. Must never touch the disk.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// The content of one file of the site.
#[derive(Debug, Clone)]
pub enum Content {
    /// Bytes made by this build.
    Bytes(Arc<[u8]>),
    /// A file to copy as it is.
    File(PathBuf),
}

/// When a file is put where readers look, if not all are at once: what a page needs stands before the page, and the
/// page before what announces it. Files are removed in the opposite order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// Styles, scripts, pictures, data.
    Asset,
    /// HTML.
    Page,
    /// Feeds, the sitemap and the like, at the top of the site.
    Announcement,
}

impl Rank {
    /// In the order of putting.
    pub const ALL: [Self; 3] = [Self::Asset, Self::Page, Self::Announcement];

    /// The rank of a path of the output; a compressed variant has that of what it is made from.
    pub fn of(path: &str) -> Self {
        let path = path.strip_suffix(".gz").unwrap_or(path);
        match path {
            "atom.xml" | "corrections.xml" | "feed.json" | "sitemap.xml" | "robots.txt" | "search-index.json" => Self::Announcement,
            _ if path.ends_with(".html") => Self::Page,
            _ => Self::Asset,
        }
    }
}

/// One file of the site and the digest of its content (XXH3, 128 bits; not for security).
#[derive(Debug, Clone)]
pub struct Output {
    /// What it holds.
    pub content: Content,
    /// Equal digests mean equal bytes.
    pub digest: u128,
}

/// Takes files as they are made, from many threads.
pub trait Sink: Sync {
    /// Called before the first file, from a thread that may wait: for another writer, say.
    fn begin(&self) {}

    /// Take a file. The answer goes into the tree: the bytes themselves, or where they are now. A sink that is refused
    /// something remembers it, and says so when it is asked to finish.
    fn put(&self, path: &str, bytes: Arc<[u8]>) -> Output;
}

/// Keeps every file in memory.
#[derive(Debug, Clone, Copy, Default)]
pub struct InMemory;

impl Sink for InMemory {
    fn put(&self, _path: &str, bytes: Arc<[u8]>) -> Output {
        Output::of_bytes(bytes)
    }
}

/// Every file of the site by its path: relative, forward slashes, no `.` or `..`, in byte order.
#[derive(Debug, Clone, Default)]
pub struct OutputTree {
    files: BTreeMap<String, Output>,
}

impl OutputTree {
    /// Add a file of bytes. The path must not be taken: collisions are found before rendering.
    pub fn add(&mut self, path: impl Into<String>, bytes: impl Into<Arc<[u8]>>) {
        let bytes = bytes.into();
        let digest = xxhash_rust::xxh3::xxh3_128(&bytes);
        self.files.insert(path.into(), Output { content: Content::Bytes(bytes), digest });
    }

    /// Add a file whose bytes and digest are known.
    pub fn add_output(&mut self, path: impl Into<String>, output: Output) {
        self.files.insert(path.into(), output);
    }

    /// The file at a path.
    pub fn get(&self, path: &str) -> Option<&Output> {
        self.files.get(path)
    }

    /// All files, in byte order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Output)> {
        self.files.iter().map(|(path, output)| (path.as_str(), output))
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

impl Output {
    /// A file of these bytes.
    pub fn of_bytes(bytes: Arc<[u8]>) -> Self {
        Self { digest: xxhash_rust::xxh3::xxh3_128(&bytes), content: Content::Bytes(bytes) }
    }

    /// The bytes, read from the disk when the file is one to copy.
    pub fn bytes(&self) -> std::io::Result<Arc<[u8]>> {
        match &self.content {
            Content::Bytes(bytes) => Ok(bytes.clone()),
            Content::File(path) => std::fs::read(path).map(Into::into),
        }
    }
}
