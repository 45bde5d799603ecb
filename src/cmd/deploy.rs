//! `cited deploy [TARGET]`: a fresh, checked build goes to a target.
//!
//! In: arguments. Out: the target holds the site; in a dry run, the plan on standard output. Must never deploy drafts,
//! a preview, a site with errors, or one whose address only this machine can reach.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::{Failure, deny, exit, options, plural, print, tally};
use crate::address::is_local;
use crate::cli::{Cli, Deploy};
use crate::config::Config;
use crate::config::deploy::Target;
use crate::deploy::{self, Job, Progress};
use crate::diag::did_you_mean;
use crate::output::InMemory;
use crate::pipeline;
use crate::reuse::Reuse;

/// Build, check, deploy.
pub fn deploy(cli: &Cli, args: &Deploy) -> Result<ExitCode, Failure> {
    if args.site.drafts {
        return Err("drafts are never deployed; take `draft: true` out of the pages that are ready".into());
    }
    let built = pipeline::build(&options(cli, &args.site), &Reuse::default(), |report| deny(cli, report), &InMemory)?;
    print(cli, &built.report);
    let (Some(tree), Some(config)) = (&built.tree, &built.config) else {
        eprintln!("{}: nothing is deployed", tally(&built.report));
        return Ok(exit(&built.report));
    };
    let (name, target) = choose(config, args.target.as_deref())?;
    if is_local(&config.base_url) {
        let next = "write the public address there, or give it with `--base-url`";
        return Err(format!(
            "`base_url` is {}, which no reader can reach: feeds and links to cite would lead nowhere; {next}",
            config.base_url
        )
        .into());
    }
    let progress = Line::default();
    let done = deploy::deploy(&Job {
        tree,
        root: &cli.root,
        name,
        target,
        dry_run: args.dry_run,
        max_deletes: args.max_deletes.unwrap_or(target.max_deletes),
        retries: args.retries,
        progress: &|at| progress.show(at),
    });
    progress.clear();
    let done = done?;
    let (puts, deletes) = (plural(done.plan.puts.len(), "file"), plural(done.plan.deletes.len(), "file"));
    let (place, same) = (done.place, done.plan.unchanged);
    if args.dry_run {
        // A reader who has seen enough (`| head`) is no error.
        let _ = write!(std::io::stdout(), "{}", done.plan);
        eprintln!("{name}: {place}: {puts} to put, {deletes} to remove, {same} as they should be; nothing was touched");
    } else {
        eprintln!("{name}: {place}: {puts} put, {deletes} removed, {same} as they were");
    }
    Ok(ExitCode::SUCCESS)
}

fn choose<'a>(config: &'a Config, wanted: Option<&'a str>) -> Result<(&'a str, &'a Target), Failure> {
    let targets = &config.deploy.targets;
    let names = || targets.keys().map(String::as_str);
    let known = || names().collect::<Vec<_>>().join(", ");
    match (wanted, targets.len()) {
        (_, 0) => Err("site.yaml has no target; write one below `deploy:`, `targets:` (docs/deploying.md)".into()),
        (None, 1) => Ok(targets.iter().next().map(|(name, target)| (name.as_str(), target)).ok_or("site.yaml has no target")?),
        (None, _) => Err(format!("which target? site.yaml has several: {}; write `cited deploy NAME`", known()).into()),
        (Some(name), _) => match targets.get(name) {
            Some(target) => Ok((name, target)),
            None => Err(format!("there is no target `{name}`; {}", did_you_mean(name, names(), || format!("targets: {}", known()))).into()),
        },
    }
}

/// How often the line is renewed.
const BEAT: Duration = Duration::from_millis(100);

/// One line on a terminal that says how far it is; nothing elsewhere.
#[derive(Debug, Default)]
struct Line {
    last: Mutex<Option<Instant>>,
}

impl Line {
    fn show(&self, Progress { done, of }: Progress) {
        let Ok(mut last) = self.last.lock() else { return };
        if !std::io::stderr().is_terminal() || (done < of && last.is_some_and(|then| then.elapsed() < BEAT)) {
            return;
        }
        *last = Some(Instant::now());
        eprint!("\r{done} of {of}\u{1b}[K");
    }

    fn clear(&self) {
        if self.last.lock().is_ok_and(|last| last.is_some()) {
            eprint!("\r\u{1b}[K");
        }
    }
}
