//! `cited build` and `cited serve`.
//!
//! In: arguments. Out: the site in its folder, or in the preview. With errors nothing is written.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::SystemTime;

use super::{Failure, deny, exit, is_coloured, options, say, tally_of, watch, words};
use crate::cli::{Build, Cli, Serve};
use crate::diag::Report;
use crate::output::OutputTree;
use crate::pipeline::live::{Live, Now};
use crate::pipeline::{self, Built};
use crate::reuse::Reuse;
use crate::serve::{self, Outcome, ServeOptions};
use crate::watch::{Watched, Watcher};
use crate::write::{self, Asked, Said, Stage, WriteError, Written};

/// Build the site, once or whenever it changes.
pub fn build(cli: &Cli, args: &Build) -> Result<ExitCode, Failure> {
    let out = args.output_dir.clone().unwrap_or_else(|| cli.root.join("public"));
    write::guard(&out, &cli.root)?;
    let options = options(cli, &args.site);
    if args.watch {
        return watch::watch(cli, args.poll, options, &out);
    }
    let root = cli.root.canonicalize().unwrap_or_else(|_| cli.root.clone());
    let asked = Asked { root: &root, out: &out, options: format!("{options:?} {:?} {:?} {}", cli.deny, cli.format, is_coloured()) };
    if let Some(Said { files, findings, tally, also: _ }) = write::recall(&asked) {
        say(cli.format, &findings);
        tell(&out, files, [0, 0, files, 0], &tally);
        return Ok(ExitCode::SUCCESS);
    }
    let (began, stage) = (SystemTime::now(), Stage::beside(&out));
    let built = pipeline::build(&options, &Reuse::default(), |report| deny(cli, report), &stage)?;
    let findings = publish(cli, &built, &out, |tree| stage.finish(tree))?;
    if let Some(tree) = &built.tree {
        write::remember(&asked, began, Said { files: tree.len(), findings, tally: tally_of(&built), also: built.also.clone() });
    }
    let code = exit(&built.report);
    // The program ends: the system takes all memory back at once, and many small pieces one by one take longer.
    std::mem::forget(built);
    Ok(code)
}

/// Print what was found, and write the tree if there is one. Out: what was printed.
pub(super) fn publish(
    cli: &Cli,
    built: &Built,
    out: &Path,
    write: impl FnOnce(&OutputTree) -> Result<Written, WriteError> + Send,
) -> Result<String, Failure> {
    let (findings, written) = rayon::join(|| words(cli, &built.report), || built.tree.as_ref().map(|tree| (tree, write(tree))));
    say(cli.format, &findings);
    let found = tally_of(built);
    match written {
        Some((tree, written)) => {
            let Written { created, changed, unchanged, removed } = written?;
            tell(out, tree.len(), [created.len(), changed.len(), unchanged.len(), removed.len()], &found);
        }
        None => eprintln!("{found}: nothing is written, {} is as it was", out.display()),
    }
    Ok(findings)
}

fn tell(out: &Path, files: usize, [new, changed, unchanged, removed]: [usize; 4], found: &str) {
    let found = if found.is_empty() { String::new() } else { format!("; {found}") };
    eprintln!("{}: {files} files: {new} new, {changed} changed, {unchanged} as they were, {removed} removed{found}", out.display());
}

/// Preview the site, and rebuild it as it changes. Never touches the output folder.
pub fn serve(cli: &Cli, args: &Serve) -> Result<ExitCode, Failure> {
    let host = if args.interface.is_ipv6() { format!("[{}]", args.interface) } else { args.interface.to_string() };
    let mut options = options(cli, &args.site);
    options.drafts = true;
    options.base_url.get_or_insert_with(|| format!("http://{host}:{}/", args.port));
    let watcher =
        Watcher::new(Watched { root: cli.root.clone(), ignored: vec![std::path::absolute(cli.root.join("public"))?], poll: args.poll })?;
    let also = watcher.also();
    let denied = cli.deny.clone();
    let format = cli.format;
    let waker = watcher.waker();
    let mut live = Live::new(options, Arc::new(move |report: &mut Report| super::deny_names(&denied, report)), move || waker.wake());
    let build = move |touched: Option<&BTreeSet<PathBuf>>| match live.step(touched) {
        Ok(Now { files, report, pages, also: paths }) => {
            also.set(paths);
            Outcome { files, report, machine_error: None, pages }
        }
        Err(error) => Outcome { machine_error: Some(error.to_string()), ..Outcome::default() },
    };
    let show = ServeOptions {
        interface: args.interface,
        port: args.port,
        open: args.open,
        root: cli.root.canonicalize().unwrap_or_else(|_| PathBuf::from(".")),
        editor: std::env::var("CITED_EDITOR").ok(),
    };
    serve::serve(show, watcher, build, move |report: &Report| super::print_as(format, report))?;
    Ok(ExitCode::SUCCESS)
}
