//! `cited changes --since REV`: claim records of the working tree against those of a git revision.
//!
//! In: the site and a revision. Out: what differs, on standard output: lines, or one JSON object with `--format json`.
//! Must never touch the work tree.

use std::process::ExitCode;
use std::sync::Arc;

use super::{Failure, exit, git, options, plural, print};
use crate::cli::{Changes, Cli, SiteArgs};
use crate::compare::compare;
use crate::diag::emit::Format;
use crate::diag::{Report, Severity, Sort};
use crate::load::{self, Inputs, Options};
use crate::resolve;
use crate::reuse::Reuse;

/// Compare claim records with those of a git revision.
pub fn changes(cli: &Cli, args: &Changes) -> Result<ExitCode, Failure> {
    let mut report = Report::default();
    let now = options(cli, &SiteArgs::default());
    let Some(now) = read(&now, &mut report)? else {
        report.finish();
        print(cli, &report);
        return Ok(exit(&report));
    };
    let snapshot = git::snapshot(&cli.root, &args.since)?;
    let mut old_report = Report::default();
    let was = Options { root: snapshot.root.clone(), ..Options::default() };
    let Some(was) = read(&was, &mut old_report)? else {
        let why = old_report.iter().next().map(|d| d.message.clone()).unwrap_or_default();
        return Err(format!("the site at {} cannot be read: {why}", args.since).into());
    };
    let resolve = |inputs, report: &mut Report| resolve::resolve(Arc::new(inputs), &Reuse::default(), report);
    let changes = compare(&resolve(was, &mut Report::default()), &resolve(now, &mut Report::default()));
    for (which, report) in [("the working tree", &report), (args.since.as_str(), &old_report)] {
        let unread = |d: &&crate::diag::Diagnostic| d.severity == Severity::Error && d.code.sort() == Sort::Unbuildable && of_content(d);
        let faults = report.iter().filter(unread).count();
        if faults > 0 {
            eprintln!("note: {which} has {}; records that cannot be read are left out", plural(faults, "error"));
        }
    }
    if cli.format == Format::Json {
        let mut value = serde_json::to_value(&changes)?;
        value["since"] = serde_json::json!(snapshot.commit);
        outln!("{}", serde_json::to_string_pretty(&value)?);
    } else if changes.is_empty() {
        eprintln!("no claim, citation or correction has changed since {}", args.since);
    } else {
        out!("{}", changes.text());
    }
    Ok(ExitCode::SUCCESS)
}

fn read(options: &Options, report: &mut Report) -> Result<Option<Inputs>, Failure> {
    Ok(load::load(options, &Reuse::default(), report)?)
}

/// The theme is not read from a revision; what is wrong with it says nothing of records.
fn of_content(diagnostic: &crate::diag::Diagnostic) -> bool {
    diagnostic.span.as_ref().is_some_and(|s| s.file.path.starts_with("content/"))
}
