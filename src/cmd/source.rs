//! `cited source list|show|add|lock|impact`, `cited changes` and `cited export`.

use std::process::ExitCode;

use super::{Failure, exit, options, print};
use crate::archive::{Lock, LockedSource};
use crate::check;
use crate::cli::{Changes, Cli, Export, SiteArgs, SourceCommand};
use crate::diag::{Report, did_you_mean};
use crate::load::{self, Inputs};
use crate::resolve;
use crate::reuse::Reuse;

/// Run a sub-command.
pub fn run(cli: &Cli, command: &SourceCommand) -> Result<ExitCode, Failure> {
    match command {
        SourceCommand::Lock { archive } => lock(cli, archive.clone()),
        SourceCommand::List => with_inputs(cli, None, |inputs| {
            for source in &inputs.sources.all {
                let evidence = &source.evidence;
                let word = |w: Option<String>| w.unwrap_or_else(|| "-".to_owned()).to_lowercase();
                println!(
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
        }),
        SourceCommand::Show { key } => with_inputs(cli, None, |inputs| show(inputs, key, false)),
        SourceCommand::Impact { key } => with_inputs(cli, None, |inputs| show(inputs, key, true)),
        SourceCommand::Add { .. } => Err("not yet".into()),
    }
}

fn with_inputs(
    cli: &Cli,
    archive: Option<std::path::PathBuf>,
    run: impl FnOnce(&Inputs) -> Result<ExitCode, Failure>,
) -> Result<ExitCode, Failure> {
    let mut report = Report::default();
    let site = SiteArgs { archive, drafts: true, ..SiteArgs::default() };
    let inputs = load::load(&options(cli, &site), &Reuse::default(), &mut report)?;
    report.finish();
    match inputs {
        Some(inputs) => run(&inputs),
        None => {
            print(cli, &report);
            Ok(exit(&report))
        }
    }
}

fn number(inputs: &Inputs, key: &str) -> Result<usize, Failure> {
    inputs.sources.index(key).ok_or_else(|| {
        let help = did_you_mean(key, inputs.sources.keys(), || "`cited source list` lists the keys".to_owned());
        format!("there is no source `{key}`; {help}").into()
    })
}

/// What rests on a source; with `impact`, what would fall without it.
fn show(inputs: &Inputs, key: &str, impact: bool) -> Result<ExitCode, Failure> {
    let number = number(inputs, key)?;
    let reuse = Reuse::default();
    let mut report = Report::default();
    let site = resolve::resolve(inputs, &reuse, &mut report);
    let checked = check::check(&site, &mut report);
    let views = crate::render::views::Views::new(&site, &checked);
    let view = views.source_in_full(number, String::new());
    println!("{}: {}", key, view.brief.title);
    if !impact {
        println!(
            "kind {}, trust {}{}",
            view.brief.kind_text,
            view.brief.trust_text,
            if view.brief.machine_written { ", machine-written" } else { "" }
        );
        if let Some(note) = &view.brief.note {
            println!("{}", note.trim());
        }
        for origin in &view.derived_from {
            println!("derived from {origin}");
        }
        for problem in &view.problems {
            println!("problem: {} ({})", problem.wrong, problem.how);
        }
    }
    let lost = view.claims.iter().filter(|c| c.only_support).count();
    println!("{} citations, {} claims rest on it; {lost} have no other support", view.citations.len(), view.claims.len());
    let mut by_page: std::collections::BTreeMap<&str, Vec<String>> = std::collections::BTreeMap::new();
    for claim in view.claims.iter().filter(|c| !impact || c.only_support) {
        let page = claim.href.split('#').next().unwrap_or("");
        let mark = if claim.only_support { " (only support)" } else { "" };
        by_page.entry(page).or_default().push(format!(
            "  {} #{}: {}{mark}",
            claim.kind,
            claim.href.split('#').nth(1).unwrap_or(""),
            claim.title
        ));
    }
    for (page, claims) in by_page {
        println!("/{page}");
        for claim in claims {
            println!("{claim}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Write `content/sources.lock`: every quote in use, found in the archive.
fn lock(cli: &Cli, archive: Option<std::path::PathBuf>) -> Result<ExitCode, Failure> {
    let mut report = Report::default();
    let site = SiteArgs { archive, drafts: true, ..SiteArgs::default() };
    let inputs = load::load(&options(cli, &site), &Reuse::default(), &mut report)?;
    let Some(inputs) = inputs else {
        report.finish();
        print(cli, &report);
        return Ok(exit(&report));
    };
    let Some(folder) = &inputs.archive.folder else {
        return Err("the archive is not at hand: give it with `--archive DIR`, or set `archive:` in site.yaml".into());
    };
    let mut lock = Lock::default();
    let mut refused = 0;
    let mut count = 0;
    for (i, source) in inputs.sources.all.iter().enumerate() {
        let (Some(text), Some(name)) = (&inputs.archive.texts[i], &source.evidence.archive) else { continue };
        let in_pages =
            inputs.pages.iter().flat_map(|p| &p.front.citations).filter(|c| c.source == source.key).filter_map(|c| c.quote.as_deref());
        let in_glossary =
            inputs.glossary.all.iter().flat_map(|t| &t.cites).filter(|c| c.source == source.key).filter_map(|c| c.quote.as_deref());
        let (locked, unlocked) = LockedSource::new(name, text, in_pages.chain(in_glossary));
        refused += unlocked.len();
        count += locked.quotes.len();
        lock.insert(&source.key, locked);
    }
    let path = cli.root.join("content/sources.lock");
    let temporary = cli.root.join("content/.sources.lock.tmp");
    let text = lock.write();
    if std::fs::read_to_string(&path).is_ok_and(|old| old == text) {
        eprintln!("content/sources.lock is up to date: {count} quotes of {}", folder.display());
    } else {
        std::fs::write(&temporary, &text)
            .and_then(|()| std::fs::rename(&temporary, &path))
            .map_err(|e| format!("cannot write {}: {e}", path.display()))?;
        eprintln!("locked {count} quotes of {}", folder.display());
    }
    if refused > 0 {
        eprintln!("{refused} quotes were not found and are not locked; `cited check` shows them");
        return Ok(ExitCode::from(1));
    }
    Ok(ExitCode::SUCCESS)
}

/// Compare claim records with those of a git revision.
pub fn changes(_cli: &Cli, _args: &Changes) -> Result<ExitCode, Failure> {
    Err("not yet".into())
}

/// Write the evidence bundle.
pub fn export(_cli: &Cli, _args: &Export) -> Result<ExitCode, Failure> {
    Err("not yet".into())
}
