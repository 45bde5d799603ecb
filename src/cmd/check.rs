//! `cited check` and `cited stale`.

use std::collections::BTreeMap;
use std::process::ExitCode;

use super::{Failure, deny, exit, options, print, tally};
use crate::cli::{Check, Cli, SiteArgs, Stale};
use crate::diag::Report;
use crate::diag::emit::Format;
use crate::load;
use crate::pipeline;
use crate::reuse::Reuse;

/// Check the site without building it, and say what was checked.
pub fn check(cli: &Cli, args: &Check) -> Result<ExitCode, Failure> {
    let mut built = pipeline::check(&options(cli, &args.site), &Reuse::default())?;
    deny(cli, &mut built.report);
    print(cli, &built.report);
    if matches!(cli.format, Format::Human | Format::Short) {
        let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
        for diagnostic in built.report.iter() {
            *codes.entry(diagnostic.code.name()).or_default() += 1;
        }
        eprintln!("{}", built.summary);
        for (code, count) in codes {
            eprintln!("finding        {count} {code}");
        }
        match tally(&built.report) {
            tally if tally.is_empty() => eprintln!("no findings"),
            tally => eprintln!("{tally}"),
        }
    }
    Ok(exit(&built.report))
}

/// List pages and estimates whose review date has passed on a given day.
pub fn stale(cli: &Cli, args: &Stale) -> Result<ExitCode, Failure> {
    let mut report = Report::default();
    let inputs = load::load(&options(cli, &SiteArgs::default()), &Reuse::default(), &mut report)?;
    report.finish();
    let Some(inputs) = inputs else {
        print(cli, &report);
        return Ok(exit(&report));
    };
    let mut due = Vec::new();
    for page in &inputs.pages {
        if let Some(date) = page.front.review_after.filter(|d| args.as_of.surely_after(*d)) {
            due.push((date, format!("{}\tpage\t{}", page.file.path, page.front.title)));
        }
        for (i, estimate) in page.front.estimates.iter().enumerate() {
            if let Some(date) = estimate.review_after.filter(|d| args.as_of.surely_after(*d)) {
                let id = estimate.id.clone().unwrap_or_else(|| format!("estimate {}", i + 1));
                due.push((date, format!("{}\testimate\t{id}", page.file.path)));
            }
        }
    }
    due.sort();
    for (date, line) in &due {
        println!("{date}\t{line}");
    }
    eprintln!("{} due for review as of {}", due.len(), args.as_of.text());
    Ok(ExitCode::SUCCESS)
}
