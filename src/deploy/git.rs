//! A branch of a git repository: GitHub, GitLab and Codeberg Pages, or a bare repository on a server.
//!
//! In: a job, a repository, a branch. Out: the branch's newest commit holds the tree, and whatever else was there that
//! no deploy put there. The commit is made in a repository of its own in the temporary folder; the plan is the
//! difference between the branch's newest commit and the new one. The `git` program does the work, with the
//! credentials that the user gave it.
//! Must never touch the user's repository: no work tree, no index, no `HEAD`, no object, no reference.

mod runner;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use super::{DeployError, Deployed, Job, Plan, Progress, Step, Why, read};
use crate::config::CONFIG_FILE;
use crate::config::deploy::History;
use crate::write::{MANIFEST, Manifest, is_safe};
use runner::{Git, one_line};

/// The newest commit of the branch, fetched.
const TIP: &str = "refs/deploy/tip";
/// The commit to be pushed.
const NEW: &str = "refs/deploy/new";

/// Push the tree to a branch.
pub fn deploy(job: &Job<'_>, repository: &str, branch: &str, history: History) -> Result<Deployed, DeployError> {
    let mut git = Git::open(job.root, repository)?;
    let reference = format!("refs/heads/{branch}");
    let place = format!("{}, branch {branch}", git.shown());
    let tip = git.fetch(&reference, TIP)?;
    let before = Before::of(&git, tip.as_deref())?;
    if before.others.contains(CONFIG_FILE) {
        let found = format!("the branch `{branch}` holds the sources of a site: it has a {CONFIG_FILE}");
        return Err(DeployError::new(found, "name another branch, such as `gh-pages`"));
    }
    let commit = commit(job, &git, tip.as_deref(), &before, history)?;
    let plan = plan(job, &git, tip.as_deref(), &commit, &before)?;
    let one_commit = history == History::Append || git.run(&["rev-list", "--count", TIP]).is_ok_and(|n| n.trim_ascii() == b"1");
    if job.dry_run || (plan.is_empty() && tip.is_some() && one_commit && before.manifest == Manifest::of(job.tree)) {
        return Ok(Deployed { place, plan });
    }
    plan.allow(job.max_deletes)?;
    push(job, &git, &commit, &reference, tip.as_deref(), history)?;
    let holds = git.remote_tip(&reference)?;
    if holds.as_deref() != Some(commit.as_str()) {
        let found = format!("the branch `{branch}` does not end with the commit that was pushed, {commit}");
        return Err(DeployError::new(found, "someone else may have pushed right after: look at the branch"));
    }
    (job.progress)(Progress { done: job.tree.len(), of: job.tree.len() });
    Ok(Deployed { place, plan })
}

/// What the branch holds.
struct Before {
    /// What earlier deploys put there.
    manifest: Manifest,
    /// Every path.
    paths: BTreeSet<String>,
    /// Paths that no deploy put there.
    others: BTreeSet<String>,
}

impl Before {
    fn of(git: &Git, tip: Option<&str>) -> Result<Self, DeployError> {
        let Some(tip) = tip else {
            return Ok(Self { manifest: Manifest::default(), paths: BTreeSet::new(), others: BTreeSet::new() });
        };
        let listed = git.run(&["ls-tree", "-r", "-z", "--name-only", tip])?;
        let paths: BTreeSet<String> = String::from_utf8_lossy(&listed).split('\0').filter(|p| !p.is_empty()).map(str::to_owned).collect();
        let manifest = match paths.contains(MANIFEST) {
            true => Manifest::parse(&String::from_utf8_lossy(&git.run(&["cat-file", "blob", &format!("{tip}:{MANIFEST}")])?)),
            false => Manifest::default(),
        };
        let others = paths.iter().filter(|p| *p != MANIFEST && !manifest.files.contains_key(*p)).cloned().collect();
        Ok(Self { manifest, paths, others })
    }
}

/// Make the commit; its name.
fn commit(job: &Job<'_>, git: &Git, tip: Option<&str>, before: &Before, history: History) -> Result<String, DeployError> {
    let who = git.identity()?;
    let message = match git.source_commit() {
        Some(source) => format!("Deploy the site\n\nBuilt from {source}\n"),
        None => "Deploy the site\n".to_owned(),
    };
    let mut import = git.import()?;
    let mut head = format!("feature done\ncommit {NEW}\ncommitter {who}\ndata {}\n{message}\n", message.len());
    if tip.is_some() {
        // Writing to a `String` cannot fail.
        let _ = writeln!(head, "from {TIP}");
    }
    for path in before.manifest.files.keys().filter(|path| job.tree.get(path).is_none()) {
        let _ = writeln!(head, "D {}", quoted(path));
    }
    import.send(head.as_bytes())?;
    let manifest = Manifest::of(job.tree).text();
    import.send_file(&quoted(MANIFEST), manifest.as_bytes())?;
    for (path, output) in job.tree.iter() {
        if !is_safe(path) {
            return Err(DeployError::new(format!("{path} is no path that every system allows"), "rename what it is made from"));
        }
        import.send_file(&quoted(path), &read(path, output)?)?;
    }
    import.finish()?;
    if history == History::Append || tip.is_none() {
        return git.line(&["rev-parse", "--verify", NEW]);
    }
    git.commit_tree(&format!("{NEW}^{{tree}}"), &message, &who)
}

/// The difference between the two commits. What no deploy put there must not be in it.
fn plan(job: &Job<'_>, git: &Git, tip: Option<&str>, commit: &str, before: &Before) -> Result<Plan, DeployError> {
    let nothing = git.empty_tree()?;
    let changes = git.run(&["diff-tree", "-r", "-z", "--no-renames", "--name-status", tip.unwrap_or(&nothing), commit])?;
    let changes = String::from_utf8_lossy(&changes);
    let mut fields = changes.split('\0');
    let (mut puts, mut deletes, mut in_the_way) = (Vec::new(), Vec::new(), Vec::new());
    while let (Some(status), Some(path)) = (fields.next(), fields.next()) {
        if path == MANIFEST {
            continue;
        }
        if before.others.contains(path) {
            in_the_way.push(path.to_owned());
            continue;
        }
        let path = path.to_owned();
        match status {
            "D" => deletes.push(Step { path, why: Why::Gone }),
            "A" if before.manifest.files.contains_key(&path) => puts.push(Step { path, why: Why::Missing }),
            "A" => puts.push(Step { path, why: Why::New }),
            _ => puts.push(Step { path, why: Why::Changed }),
        }
    }
    if let Some(first) = in_the_way.first() {
        let more = if in_the_way.len() == 1 { String::new() } else { format!(" (so are {} more)", in_the_way.len() - 1) };
        let found = format!("`{first}` of the branch is in the way, and no deploy put it there{more}");
        return Err(DeployError::new(found, "remove it from the branch, or name another branch"));
    }
    let unchanged = job.tree.iter().filter(|(path, _)| before.paths.contains(*path)).count();
    let replaced = puts.iter().filter(|step| before.paths.contains(&step.path)).count();
    Ok(Plan::of(puts, deletes, unchanged - replaced))
}

fn push(job: &Job<'_>, git: &Git, commit: &str, reference: &str, tip: Option<&str>, history: History) -> Result<(), DeployError> {
    let lease = format!("--force-with-lease={reference}:{}", tip.unwrap_or_default());
    let target = format!("{commit}:{reference}");
    // A commit on top of the branch needs no force; the one that takes its place must know what it replaces.
    let force = (history == History::Single && tip.is_some()).then_some(lease.as_str());
    let arguments: Vec<&str> = ["push", "--quiet", "--no-verify"].into_iter().chain(force).chain(["--", git.address(), &target]).collect();
    let mut attempt = 0;
    loop {
        let Err(said) = git.attempt(&arguments) else { return Ok(()) };
        let rejected = ["[rejected]", "[remote rejected]", "stale info", "fetch first"].iter().any(|words| said.contains(words));
        if said.contains("[remote rejected]") {
            return Err(DeployError::new(
                format!("the repository refuses the commit: {}", one_line(&said)),
                "see what its rules for the branch are",
            ));
        }
        if rejected {
            return Err(DeployError::new("the branch has moved since it was looked at: someone else pushed", "deploy again"));
        }
        if attempt == job.retries {
            return Err(git.unreachable("push to", &said));
        }
        std::thread::sleep(Duration::from_secs(1 << attempt.min(4)));
        attempt += 1;
    }
}

/// A path as git fast-import reads it.
fn quoted(path: &str) -> String {
    format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
