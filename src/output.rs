//! What a site becomes: the output tree, an ordered map from path to content, and [`Files`], the same site for those
//! who ask for one file at a time.
//!
//! In: what `render` made. Out: values that `write`, `serve` and `deploy` consume; and [`Sink`], to which files go as they
//! are made. Must never touch the disk.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use serde::Serialize;

use crate::diag::Report;

/// The content of one file of the site.
#[derive(Debug, Clone)]
pub enum Content {
    /// Bytes made by this build.
    Bytes(Arc<[u8]>),
    /// A file to copy as it is.
    File(PathBuf),
    /// Bytes that a preview makes when they are first asked for; the digest is of what they are made from.
    Later(Arc<Later>),
}

/// Bytes that are made once, when they are first asked for.
pub struct Later {
    make: Box<dyn Fn() -> Result<Vec<u8>, String> + Send + Sync>,
    made: OnceLock<Result<Arc<[u8]>, String>>,
}

impl Later {
    /// `make` gives the same bytes, or the same words on why there are none, whenever it is called.
    pub fn new(make: impl Fn() -> Result<Vec<u8>, String> + Send + Sync + 'static) -> Self {
        Self { make: Box::new(make), made: OnceLock::new() }
    }

    /// Make the bytes, or give those that were made.
    pub fn bytes(&self) -> Result<Arc<[u8]>, String> {
        self.made.get_or_init(|| (self.make)().map(Into::into)).clone()
    }
}

impl fmt::Debug for Later {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Later").field("made", &self.made.get().is_some()).finish_non_exhaustive()
    }
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
    /// something remembers it, keeps no bytes from then on, and says so when it is asked to finish.
    fn put(&self, path: &str, bytes: &[u8]) -> Output;
}

/// The digest of a file's bytes.
pub fn digest(bytes: &[u8]) -> u128 {
    xxhash_rust::xxh3::xxh3_128(bytes)
}

/// Keeps every file in memory.
#[derive(Debug, Clone, Copy, Default)]
pub struct InMemory;

impl Sink for InMemory {
    fn put(&self, _path: &str, bytes: &[u8]) -> Output {
        Output::of_bytes(bytes.into())
    }
}

/// Output paths and the digests of what stands there.
pub type Digests = BTreeMap<String, u128>;

/// One state of a site, whose files may be made only when they are asked for. It never changes: the same path gives the
/// same answer for as long as the value lives. Paths are those of an [`OutputTree`].
///
/// Every function is called from several threads at once. An implementation makes each file once and keeps it while it
/// can, so that asking again is cheap.
pub trait Files: Debug + Send + Sync {
    /// The file at an output path, made now if need be; `None` where the site has none. May take milliseconds.
    ///
    /// # Errors
    /// What keeps this one file from being made (its template fails); the other files are none the worse.
    fn file(&self, path: &str) -> Result<Option<Output>, Arc<Report>>;

    /// The files that pages load and whose change an open page must hear of: styles, scripts, images, whatever is
    /// copied. No pages, and nothing that has to be made first: this is asked after every build, so it must neither take
    /// long nor grow with the number of pages. Where they are the same as in the state before, the same `Arc`.
    fn loose(&self) -> Arc<Digests>;

    /// The content file of the page at an output path, relative to the site's root:
    /// `numbers/troops/index.html` → `content/numbers/troops.md`.
    fn page_file(&self, path: &str) -> Option<String>;

    /// What the checks counted on the page at an output path; `None` for what is no page of the author's.
    fn page_summary(&self, _path: &str) -> Option<PageSummary> {
        None
    }
}

/// What the checks counted on one page, for its author alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PageSummary {
    /// The page is a draft.
    pub draft: bool,
    /// Claim records of the page.
    pub claims: usize,
    /// Of these, with at least one citation.
    pub claims_cited: usize,
    /// Of these, resting on one origin.
    pub single_origin: usize,
    /// Citations that the page uses.
    pub citations: usize,
    /// Of these, with a quote that the archive or the lock vouches for.
    pub verified: usize,
    /// Of these, of a source that is not archived.
    pub unarchived: usize,
    /// Numbers in the text that count something.
    pub numbers: usize,
    /// Of these, cited.
    pub numbers_cited: usize,
    /// Disagreements that a claim of the page takes part in.
    pub disagreements: usize,
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
        let digest = digest(&bytes);
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

impl Files for OutputTree {
    fn file(&self, path: &str) -> Result<Option<Output>, Arc<Report>> {
        Ok(self.files.get(path).cloned())
    }

    fn loose(&self) -> Arc<Digests> {
        let loose = self.files.iter().filter(|(path, _)| !is_page(path));
        Arc::new(loose.map(|(path, output)| (path.clone(), output.digest)).collect())
    }

    /// A tree does not say what its pages were made of.
    fn page_file(&self, _path: &str) -> Option<String> {
        None
    }
}

/// Whether the file at an output path is a page.
pub fn is_page(path: &str) -> bool {
    path.ends_with(".html")
}

impl Output {
    /// A file of these bytes.
    pub fn of_bytes(bytes: Arc<[u8]>) -> Self {
        Self { digest: digest(&bytes), content: Content::Bytes(bytes) }
    }

    /// The bytes, read from the disk when the file is one to copy.
    pub fn bytes(&self) -> std::io::Result<Arc<[u8]>> {
        match &self.content {
            Content::Bytes(bytes) => Ok(bytes.clone()),
            Content::File(path) => std::fs::read(path).map(Into::into),
            Content::Later(later) => later.bytes().map_err(std::io::Error::other),
        }
    }
}
