//! The output tree goes where readers are: a folder, a branch, an object store.
//!
//! In: a tree that was just built and checked, and one target of `site.yaml`. Out: the target serves that tree, and
//! keeps a manifest of what is ours; [`Deployed`] says what was done, or, in a dry run, would be. Entry point:
//! [`deploy`]. Each target makes its [`Plan`] first. Files are put in the order of [`crate::output::Rank`] and removed
//! last, so that a reader never gets a page whose assets are missing, wherever a deploy is cut.
//! Must never remove or replace what no earlier deploy put there, nor print a credential.

mod compress;
mod error;
mod folder;
mod git;
mod plan;
#[cfg(feature = "object-store")]
mod store;

pub use error::{DeployError, redact};
pub use plan::{Plan, Step, Why};

use std::path::Path;
use std::sync::Arc;

use crate::config::deploy::{Place, Target};
use crate::output::{Output, OutputTree};
use crate::write;

/// What is to be deployed, and how.
pub struct Job<'a> {
    /// The site, fresh from the build.
    pub tree: &'a OutputTree,
    /// The site's root, which relative places count from.
    pub root: &'a Path,
    /// The target's name in `site.yaml`.
    pub name: &'a str,
    /// Where to.
    pub target: &'a Target,
    /// Make the plan and touch nothing.
    pub dry_run: bool,
    /// How many files may be removed.
    pub max_deletes: usize,
    /// How often a request that failed is tried again.
    pub retries: usize,
    /// Told of each file that was put or removed.
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

/// How far it is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Files done.
    pub done: usize,
    /// Of how many.
    pub of: usize,
}

/// What was done, or would be.
#[derive(Debug)]
pub struct Deployed {
    /// The place, for messages: a folder, a repository and branch, a bucket.
    pub place: String,
    /// Each file put and removed.
    pub plan: Plan,
}

/// Deploy, or make the plan for it.
///
/// # Errors
/// [`DeployError`] when the target refuses, cannot be reached, or does not hold afterwards what was put there. It may
/// then hold a part of the new files, never a page without its assets; the next deploy completes it.
pub fn deploy(job: &Job<'_>) -> Result<Deployed, DeployError> {
    // A folder has a lock of its own, which `build` knows too; a dry run leaves nothing behind, not even for a moment.
    let has_own_lock = matches!(job.target.place, Place::Folder { .. });
    let lock = job.root.join(format!(".cited-deploy-{}.lock", job.name));
    let target = format!("the target `{}`", job.name);
    let _held = if job.dry_run || has_own_lock { None } else { Some(write::hold(&lock, Path::new(&target))?) };
    match &job.target.place {
        Place::Folder { path, compress } => folder::deploy(job, path, compress),
        Place::Git { repository, branch, history } => git::deploy(job, repository, branch, *history),
        #[cfg(feature = "object-store")]
        Place::Store { url, endpoint, region } => store::deploy(job, url, endpoint.as_deref(), region.as_deref()),
        #[cfg(not(feature = "object-store"))]
        Place::Store { .. } => Err(DeployError::new(
            format!("this `cited` was made without object stores, which the target `{}` needs", job.name),
            "install it from its folder with `cargo install --locked --path . --features object-store`, or with `--features full`",
        )),
    }
}

/// The bytes of a file, which may have changed on disk since it was built.
fn read(path: &str, output: &Output) -> Result<Arc<[u8]>, DeployError> {
    let bytes = output.bytes().map_err(|e| DeployError::new(format!("cannot read what {path} is copied from: {e}"), "deploy again"))?;
    if xxhash_rust::xxh3::xxh3_128(&bytes) == output.digest {
        return Ok(bytes);
    }
    Err(DeployError::new(format!("what {path} is copied from changed while the site was being built"), "deploy again"))
}
