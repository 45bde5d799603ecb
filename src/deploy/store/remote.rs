//! The objects below one prefix.
//!
//! In: paths, bytes, manifests. Out: objects with their type, `Cache-Control` and digest, each read back. Requests that
//! fail for a moment are repeated by `object_store`, after longer and longer waits.
//! Must never put or remove an object whose path it was not given.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{Attribute, Attributes, Error, GetOptions, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, UpdateVersion};
use xxhash_rust::xxh3::xxh3_128;

use crate::deploy::DeployError;
use crate::headers::{cache_control, content_type};
use crate::write::{MANIFEST, Manifest};

/// The metadata field with an object's digest. Azure allows letters and digits alone.
const DIGEST: &str = "xxh3";

/// A prefix of a store, and what is known of its manifest.
#[derive(Debug)]
pub struct Remote {
    store: Arc<dyn ObjectStore>,
    url: String,
    retries: usize,
    version: Option<UpdateVersion>,
}

impl Remote {
    /// At an address, for messages.
    pub fn new(store: Arc<dyn ObjectStore>, url: &str, retries: usize) -> Self {
        Self { store, url: url.to_owned(), retries, version: None }
    }

    /// What earlier deploys put there.
    pub async fn read_manifest(&mut self) -> Result<Manifest, DeployError> {
        match self.manifest().await {
            Ok(Some((text, version))) => {
                self.version = Some(version);
                Ok(Manifest::parse(&text))
            }
            Ok(None) => Ok(Manifest::default()),
            Err(e) => Err(self.failed("read the manifest of", &e)),
        }
    }

    async fn manifest(&self) -> object_store::Result<Option<(String, UpdateVersion)>> {
        match self.store.get(&Path::from(MANIFEST)).await {
            Ok(found) => {
                let version = UpdateVersion { e_tag: found.meta.e_tag.clone(), version: found.meta.version.clone() };
                Ok(Some((String::from_utf8_lossy(&found.bytes().await?).into_owned(), version)))
            }
            Err(Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Write the manifest, if it is the one that we last saw.
    pub async fn write_manifest(&mut self, manifest: &Manifest) -> Result<(), DeployError> {
        let text = manifest.text();
        let mut attempt = 0;
        loop {
            let mode = self.version.clone().map_or(PutMode::Create, PutMode::Update);
            let mut put = self.put_manifest(&text, mode).await;
            // Not every service can compare first; then the last one wins, as everywhere else.
            if matches!(put, Err(Error::NotImplemented { .. } | Error::NotSupported { .. })) {
                put = self.put_manifest(&text, PutMode::Overwrite).await;
            }
            let error = match put {
                Ok(version) => {
                    self.version = Some(version);
                    return Ok(());
                }
                Err(error) => error,
            };
            // The answer may have been lost after the writing.
            if let Ok(Some((now, version))) = self.manifest().await
                && now == text
            {
                self.version = Some(version);
                return Ok(());
            }
            if matches!(error, Error::Precondition { .. } | Error::AlreadyExists { .. } | Error::NotModified { .. }) {
                let found = format!("another deploy to {} has begun since this one did", self.url);
                return Err(DeployError::new(found, "let it end, then deploy again"));
            }
            if attempt == self.retries {
                return Err(self.failed("write the manifest of", &error));
            }
            tokio::time::sleep(Duration::from_secs(1 << attempt.min(4))).await;
            attempt += 1;
        }
    }

    async fn put_manifest(&self, text: &str, mode: PutMode) -> object_store::Result<UpdateVersion> {
        let options = PutOptions { mode, attributes: attributes("manifest.txt", None), ..PutOptions::default() };
        self.store.put_opts(&Path::from(MANIFEST), text.to_owned().into(), options).await.map(UpdateVersion::from)
    }

    /// Every object and its size.
    pub async fn list(&self) -> Result<BTreeMap<String, u64>, DeployError> {
        let found = self.store.list(None).map_ok(|meta| (meta.location.to_string(), meta.size));
        found.try_collect().await.map_err(|e| self.failed("list", &e))
    }

    /// The digest that an object was put with.
    pub async fn digest(&self, path: &str) -> Result<Option<u128>, DeployError> {
        let options = GetOptions { head: true, ..GetOptions::default() };
        match self.store.get_opts(&self.path(path)?, options).await {
            Ok(found) => {
                let field = found.attributes.get(&Attribute::Metadata(DIGEST.into()));
                Ok(field.and_then(|digest| u128::from_str_radix(digest, 16).ok()))
            }
            Err(Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(self.failed(&format!("look at {path} in"), &e)),
        }
    }

    /// Put a file, and read it back.
    pub async fn put(&self, path: &str, bytes: Arc<[u8]>, digest: u128) -> Result<(), DeployError> {
        let location = self.path(path)?;
        let payload = PutPayload::from_bytes(bytes::Bytes::from_owner(bytes));
        let mut attempt = 0;
        loop {
            let options = PutOptions { attributes: attributes(path, Some(digest)), ..PutOptions::default() };
            self.store.put_opts(&location, payload.clone(), options).await.map_err(|e| self.failed(&format!("put {path} into"), &e))?;
            let read = async { self.store.get(&location).await?.bytes().await };
            let back = read.await.map_err(|e| self.failed(&format!("read {path} back from"), &e))?;
            if xxh3_128(&back) == digest {
                return Ok(());
            }
            if attempt == self.retries.min(1) {
                let found = format!("{} gives other bytes for {path} than were put there", self.url);
                return Err(DeployError::new(found, "see whether something else writes there, then deploy again"));
            }
            attempt += 1;
        }
    }

    /// Remove objects, in any order. One that is gone already is no error.
    pub async fn remove(&self, paths: &[&str]) -> Result<(), DeployError> {
        let locations = paths.iter().map(|path| self.path(path)).collect::<Result<Vec<_>, _>>()?;
        let mut removed = self.store.delete_stream(stream::iter(locations.into_iter().map(Ok)).boxed());
        while let Some(result) = removed.next().await {
            match result {
                Ok(_) | Err(Error::NotFound { .. }) => {}
                Err(e) => return Err(self.failed("remove files from", &e)),
            }
        }
        Ok(())
    }

    fn path(&self, path: &str) -> Result<Path, DeployError> {
        Path::parse(path)
            .map_err(|e| DeployError::new(format!("{path} cannot be the name of an object: {e}"), "rename what it is made from"))
    }

    fn failed(&self, what: &str, error: &Error) -> DeployError {
        let next = match error {
            Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
                "see which credentials the environment holds (docs/deploying.md), and what they may do"
            }
            Error::NotFound { .. } => "see that the bucket exists, and that `region:` and `endpoint:` are right",
            _ => "deploy again: it goes on where it was cut",
        };
        DeployError::new(format!("cannot {what} {}: {}", self.url, chain(error)), next)
    }
}

/// An error with its causes, on one line.
fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(below) = cause {
        let said = below.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = below.source();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn attributes(path: &str, digest: Option<u128>) -> Attributes {
    let mut attributes = Attributes::new();
    attributes.insert(Attribute::ContentType, content_type(path).into());
    attributes.insert(Attribute::CacheControl, cache_control(path).into());
    if let Some(digest) = digest {
        attributes.insert(Attribute::Metadata(DIGEST.into()), format!("{digest:032x}").into());
    }
    attributes
}
