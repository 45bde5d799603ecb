//! An object store: S3 and what speaks its language, Google Cloud Storage, Azure.
//!
//! In: a job and the store's address. Out: the objects are the tree's files, each read back after it was put.
//! The manifest is an object too. It is written before the first file (what may be ours, with the digest 0 for what is
//! not yet there), before the first removal, and at the end; each time only if nobody else wrote it since, so two
//! deploys at once cannot both go on. A cut at any moment leaves whole objects; the next deploy asks for the ones in
//! doubt and puts what is missing.
//! Must never put a page before all assets are there, nor remove one before all pages are.

mod open;
mod remote;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{DeployError, Deployed, Job, Plan, Progress, Step, Why, read};
use crate::output::{Content, Output, Rank};
use crate::write::{MANIFEST, Manifest, is_safe};
use remote::Remote;

/// Requests at a time.
const AT_ONCE: usize = 16;

/// The digest of a file that the manifest lists before it is there.
const UNFINISHED: u128 = 0;

/// Put the tree into a store.
pub fn deploy(job: &Job<'_>, url: &str, endpoint: Option<&str>, region: Option<&str>) -> Result<Deployed, DeployError> {
    let remote = Remote::new(open::open(url, endpoint, region, job.retries)?, url, job.retries);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| DeployError::new(format!("cannot start: {e}"), "deploy again"))?;
    runtime.block_on(run(job, remote, url))
}

async fn run(job: &Job<'_>, mut remote: Remote, url: &str) -> Result<Deployed, DeployError> {
    if let Some((path, _)) = job.tree.iter().find(|(path, _)| !is_safe(path)) {
        return Err(DeployError::new(format!("{path} is no path that every system allows"), "rename what it is made from"));
    }
    let before = remote.read_manifest().await?;
    let there = remote.list().await?;
    let plan = plan(job, &remote, &before, &there).await?;
    let after = Manifest::of(job.tree);
    let deployed = Deployed { place: url.to_owned(), plan };
    let plan = &deployed.plan;
    if job.dry_run || (plan.is_empty() && before == after) {
        return Ok(deployed);
    }
    plan.allow(job.max_deletes)?;

    let putting: BTreeSet<&str> = plan.puts.iter().map(|step| step.path.as_str()).collect();
    let mut begun = before.clone();
    for (path, digest) in &after.files {
        begun.files.insert(path.clone(), if putting.contains(path.as_str()) { UNFINISHED } else { *digest });
    }
    remote.write_manifest(&begun).await?;
    let done = AtomicUsize::new(0);
    let of = plan.puts.len() + plan.deletes.len();
    let tick = |n: usize| (job.progress)(Progress { done: done.fetch_add(n, Ordering::Relaxed) + n, of });
    for rank in Rank::ALL {
        let puts = plan.puts.iter().filter(|step| Rank::of(&step.path) == rank);
        let files = puts.filter_map(|step| Some((step.path.as_str(), job.tree.get(&step.path)?)));
        let (remote, tick) = (&remote, &tick);
        stream::iter(files.map(Ok::<_, DeployError>))
            .try_for_each_concurrent(AT_ONCE, |(path, output)| async move {
                remote.put(path, read(path, output)?, output.digest).await?;
                tick(1);
                Ok(())
            })
            .await?;
    }

    let mut put = after.clone();
    let going = plan.deletes.iter().filter_map(|step| Some((step.path.clone(), *before.files.get(&step.path)?)));
    put.files.extend(going);
    remote.write_manifest(&put).await?;
    for rank in Rank::ALL.into_iter().rev() {
        let paths: Vec<&str> = plan.deletes.iter().map(|step| step.path.as_str()).filter(|path| Rank::of(path) == rank).collect();
        remote.remove(&paths).await?;
        tick(paths.len());
    }
    if put != after {
        remote.write_manifest(&after).await?;
    }
    Ok(deployed)
}

/// Compare the tree with the manifest and with what is there.
async fn plan(job: &Job<'_>, remote: &Remote, before: &Manifest, there: &BTreeMap<String, u64>) -> Result<Plan, DeployError> {
    let (mut puts, mut unchanged, mut asked) = (Vec::new(), 0, Vec::new());
    for (path, output) in job.tree.iter() {
        let step = |why| Step { path: path.to_owned(), why };
        match (before.files.get(path), there.get(path)) {
            (Some(digest), Some(size)) if *digest == output.digest && *size == length(path, output)? => unchanged += 1,
            // In doubt: the object itself says what was put there.
            (Some(&UNFINISHED) | None, Some(_)) => asked.push((path, output.digest, before.files.contains_key(path))),
            (Some(_), Some(_)) => puts.push(step(Why::Changed)),
            (Some(&UNFINISHED), None) => puts.push(step(Why::Unfinished)),
            (Some(_), None) => puts.push(step(Why::Missing)),
            (None, None) => puts.push(step(Why::New)),
        }
    }
    let answers: Vec<(&str, bool, bool)> = stream::iter(asked)
        .map(|(path, digest, ours)| async move { Ok((path, remote.digest(path).await? == Some(digest), ours)) })
        .buffer_unordered(AT_ONCE)
        .try_collect::<Vec<_>>()
        .await
        .map_err(|e: DeployError| e)?;
    let mut foreign = BTreeSet::new();
    for (path, same, ours) in answers {
        match (same, ours) {
            (true, _) => unchanged += 1,
            (false, true) => puts.push(Step { path: path.to_owned(), why: Why::Unfinished }),
            (false, false) => {
                foreign.insert(path);
            }
        }
    }
    if let Some(first) = foreign.first() {
        let more = if foreign.len() == 1 { String::new() } else { format!(" (so are {} more)", foreign.len() - 1) };
        let found = format!("`{first}` is there already, and no deploy put it there{more}");
        return Err(DeployError::new(found, "remove it, or deploy to another prefix"));
    }
    let gone = before.files.keys().filter(|path| job.tree.get(path).is_none() && there.contains_key(*path));
    let deletes = gone.filter(|path| *path != MANIFEST).map(|path| Step { path: path.clone(), why: Why::Gone }).collect();
    Ok(Plan::of(puts, deletes, unchanged))
}

/// How many bytes a file has.
fn length(path: &str, output: &Output) -> Result<u64, DeployError> {
    let length = match &output.content {
        Content::Bytes(bytes) => Ok(bytes.len() as u64),
        Content::File(source) => std::fs::metadata(source).map(|meta| meta.len()),
        Content::Later(_) => output.bytes().map(|bytes| bytes.len() as u64),
    };
    length.map_err(|e| DeployError::new(format!("cannot read what {path} is made from: {e}"), "deploy again"))
}
