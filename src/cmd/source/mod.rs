//! `cited source list|show|add|lock|impact`: the sources as things.
//!
//! In: the arguments. Out: lists on standard output; `add` and `lock` write one file each, in files of their own here.

mod add;
mod entry;
mod impact;
mod lock;

use std::process::ExitCode;
use std::sync::Arc;

use super::{Failure, inputs_in_full};
use crate::check;
use crate::cli::{Cli, SiteArgs, SourceCommand};
use crate::diag::{Report, did_you_mean};
use crate::load::Inputs;
use crate::render::views::Views;
use crate::resolve;
use crate::reuse::Reuse;

/// Run a sub-command.
pub fn run(cli: &Cli, command: &SourceCommand) -> Result<ExitCode, Failure> {
    match command {
        SourceCommand::Lock { archive } => lock::lock(cli, archive.clone()),
        SourceCommand::List => with_inputs(cli, |inputs| list(&inputs)),
        SourceCommand::Show { key } => with_inputs(cli, |inputs| show(inputs, key)),
        SourceCommand::Impact { key } => with_inputs(cli, |inputs| impact::print(cli, inputs, key)),
        SourceCommand::Add { file, key } => add::add(cli, file, key.as_deref()),
    }
}

fn with_inputs(cli: &Cli, run: impl FnOnce(Inputs) -> Result<ExitCode, Failure>) -> Result<ExitCode, Failure> {
    inputs_in_full(cli, &SiteArgs { drafts: true, ..SiteArgs::default() })?.map_or_else(Ok, run)
}

fn number(inputs: &Inputs, key: &str) -> Result<usize, Failure> {
    inputs.sources.index(key).ok_or_else(|| {
        let help = did_you_mean(key, inputs.sources.keys(), || "`cited source list` lists the keys".to_owned());
        format!("there is no source `{key}`; {help}").into()
    })
}

/// One line a source: key, date, kind, trust, whether archived, title.
fn list(inputs: &Inputs) -> Result<ExitCode, Failure> {
    for source in &inputs.sources.all {
        let evidence = &source.evidence;
        let word = |w: Option<String>| w.unwrap_or_else(|| "-".to_owned()).to_lowercase();
        outln!(
            "{}\t{}\t{}\t{}\t{}\t{}",
            source.key,
            source.date().map_or_else(|| "-".to_owned(), |d| d.to_string()),
            word(evidence.kind.map(|k| format!("{k:?}"))),
            word(evidence.trust.map(|t| format!("{t:?}"))),
            if source.is_archived() { "archived" } else { "-" },
            source.title()
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// A source, what is known of it, and the claims that rest on it.
fn show(inputs: Inputs, key: &str) -> Result<ExitCode, Failure> {
    let number = number(&inputs, key)?;
    let mut report = Report::default();
    let site = Arc::new(resolve::resolve(Arc::new(inputs), &Reuse::default(), &mut report));
    let (checked, _) = check::check(&site, &mut report);
    let view = Views::new(checked).source_in_full(number, String::new());
    outln!("{}: {}", key, view.brief.title);
    let machine = if view.brief.machine_written { ", machine-written" } else { "" };
    outln!("kind {}, trust {}{machine}", view.brief.kind_text, view.brief.trust_text);
    if let Some(note) = &view.brief.note {
        outln!("{}", note.trim());
    }
    for origin in &view.derived_from {
        outln!("derived from {origin}");
    }
    for problem in &view.problems {
        outln!("problem: {} ({})", problem.wrong, problem.how);
    }
    let lost = view.claims.iter().filter(|c| c.only_support).count();
    outln!("{} citations, {} claims rest on it; {lost} have no other support", view.citations.len(), view.claims.len());
    for claim in &view.claims {
        let mark = if claim.only_support { " (only support)" } else { "" };
        outln!("  {} /{}: {}{mark}", claim.kind, claim.href, claim.title);
    }
    Ok(ExitCode::SUCCESS)
}
