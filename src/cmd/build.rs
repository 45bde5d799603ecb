//! `cited build`, `cited build --watch` and `cited serve`.
//!
//! In: arguments. Out: the site in its folder, or in the preview. With errors nothing is written.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use super::{Failure, deny, exit, options, print, tally};
use crate::cli::{Build, Cli, Serve};
use crate::diag::Report;
use crate::output::{Files, InMemory, OutputTree};
use crate::pipeline::{self, Built};
use crate::reuse::Reuse;
use crate::serve::{self, Outcome, ServeOptions};
use crate::watch::{Wake, Watched, Watcher};
use crate::write::{self, Mode, Stage, WriteError, Written};

/// Build the site, once or whenever it changes.
pub fn build(cli: &Cli, args: &Build) -> Result<ExitCode, Failure> {
    let out = args.output_dir.clone().unwrap_or_else(|| cli.root.join("public"));
    write::guard(&out, &cli.root)?;
    let options = options(cli, &args.site);
    let reuse = if args.watch { Reuse::kept() } else { Reuse::default() };
    let stage = Stage::beside(&out);
    let built = pipeline::build(&options, &reuse, |report| deny(cli, report), &stage)?;
    let code = exit(&built.report);
    publish(cli, &built, &out, |tree| stage.finish(tree))?;
    if !args.watch {
        return Ok(code);
    }
    let mut watcher = Watcher::new(Watched { root: cli.root.clone(), ignored: vec![out.clone()], poll: args.poll })?;
    watcher.also().set(built.also.clone());
    eprintln!("watching {} (end it with Ctrl-C)", cli.root.display());
    let mut last = built.report;
    loop {
        match watcher.wait() {
            Wake::Changed(_) => {}
            Wake::Polling(why) => eprintln!("{why}"),
            Wake::Ended => return Ok(exit(&last)),
        }
        // What the machine refuses now it may grant at the next save: say so, and go on.
        match pipeline::build(&options, &reuse, |report| deny(cli, report), &InMemory) {
            Ok(built) => {
                watcher.also().set(built.also.clone());
                if let Err(error) = publish(cli, &built, &out, |tree| write::write(tree, &out, Mode::InPlace)) {
                    eprintln!("error: {error}");
                }
                last = built.report;
            }
            Err(error) => eprintln!("error: {error}"),
        }
    }
}

/// Print what was found, and write the tree if there is one.
fn publish(cli: &Cli, built: &Built, out: &Path, write: impl FnOnce(&OutputTree) -> Result<Written, WriteError>) -> Result<(), Failure> {
    print(cli, &built.report);
    let found = tally(&built.report);
    match &built.tree {
        Some(tree) => {
            let Written { created, changed, unchanged, removed } = write(tree)?;
            let found = if found.is_empty() { String::new() } else { format!("; {found}") };
            eprintln!(
                "{}: {} files: {} new, {} changed, {} as they were, {} removed{found}",
                out.display(),
                tree.len(),
                created.len(),
                changed.len(),
                unchanged.len(),
                removed.len()
            );
        }
        None => eprintln!("{found}: nothing is written, {} is as it was", out.display()),
    }
    Ok(())
}

/// Preview the site, and rebuild it as it changes. Never touches the output folder.
pub fn serve(cli: &Cli, args: &Serve) -> Result<ExitCode, Failure> {
    let host = if args.interface.is_ipv6() { format!("[{}]", args.interface) } else { args.interface.to_string() };
    let mut options = options(cli, &args.site);
    options.preview = true;
    options.drafts = true;
    options.base_url.get_or_insert_with(|| format!("http://{host}:{}/", args.port));
    let watcher = Watcher::new(Watched { root: cli.root.clone(), ignored: vec![cli.root.join("public")], poll: args.poll })?;
    let also = watcher.also();
    let reuse = Reuse::kept();
    let denied = cli.deny.clone();
    let format = cli.format;
    let build = move |_changed: Option<&BTreeSet<PathBuf>>| {
        let built = match pipeline::build(&options, &reuse, |report| super::deny_names(&denied, report), &InMemory) {
            Ok(built) => built,
            Err(error) => return Outcome { machine_error: Some(error.to_string()), ..Outcome::default() },
        };
        let Built { report, tree, summary, also: paths, config: _ } = built;
        also.set(paths);
        let files = tree.map(|tree| Arc::new(tree) as Arc<dyn Files>);
        Outcome { files, report: Arc::new(report), machine_error: None, pages: summary.pages }
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
