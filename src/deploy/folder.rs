//! A folder, or a share mounted as one.
//!
//! In: a job and the folder's path. Out: the folder holds the tree, switched as a whole where the system can, else
//! file by file. The work is that of [`crate::write`]; here are the plan, the limit and the reading back.
//! Must never touch the folder in a dry run.

use super::{DeployError, Deployed, Job, Plan, Progress, Step, Why, compress};
use crate::config::deploy::Compression;
use crate::write::{self, Mode, Written};

/// Put the tree into a folder.
pub fn deploy(job: &Job<'_>, path: &str, kinds: &[Compression]) -> Result<Deployed, DeployError> {
    let folder = job.root.join(path);
    write::guard(&folder, job.root)?;
    let tree = compress::with_variants(job.tree, kinds)?;
    let place = folder.display().to_string();
    if job.dry_run {
        return Ok(Deployed { place, plan: plan(&write::compare(&tree, &folder)?) });
    }
    let written = write::write_if(&tree, &folder, Mode::Switch, |written| plan(written).allow(job.max_deletes))?;
    // Read every file back: a share may have said "written" too early.
    let left = plan(&write::compare(&tree, &folder)?);
    if let Some(step) = left.puts.first().or(left.deletes.first()) {
        let found = format!(
            "{} does not hold what was put there: {} and {} more differ",
            place,
            step.path,
            left.puts.len() + left.deletes.len() - 1
        );
        return Err(DeployError::new(found, "deploy again, and look after the disk or the share if it comes back"));
    }
    (job.progress)(Progress { done: tree.len(), of: tree.len() });
    Ok(Deployed { place, plan: plan(&written) })
}

fn plan(written: &Written) -> Plan {
    let steps = |paths: &[String], why| paths.iter().map(move |path| Step { path: path.clone(), why }).collect::<Vec<_>>();
    let Written { created, changed, unchanged, removed } = written;
    let mut puts = steps(created, Why::New);
    puts.extend(steps(changed, Why::Changed));
    Plan::of(puts, steps(removed, Why::Gone), unchanged.len())
}
