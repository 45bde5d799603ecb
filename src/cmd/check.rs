//! `cited check` and `cited stale`.

use std::collections::BTreeMap;
use std::process::ExitCode;

use super::{Failure, deny, exit, inputs_in_full, options, print, tally_of};
use crate::check::review::{self, Due};
use crate::cli::{Check, Cli, SiteArgs, Stale};
use crate::diag::Report;
use crate::diag::emit::Format;
use crate::load::Options;
use crate::pipeline;
use crate::reuse::Reuse;

/// Check the site without building it, and say what was checked.
pub fn check(cli: &Cli, args: &Check) -> Result<ExitCode, Failure> {
    let options = Options { as_of: args.as_of, ..options(cli, &args.site) };
    let mut built = pipeline::check(&options, &Reuse::default())?;
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
        let none = if built.report.is_empty() { "no findings" } else { "" };
        let tally = tally_of(&built);
        let both = [none, &tally].into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>();
        eprintln!("{}", both.join(", "));
    }
    Ok(exit(&built.report))
}

/// List pages and estimates whose review date has passed on a given day.
pub fn stale(cli: &Cli, args: &Stale) -> Result<ExitCode, Failure> {
    let mut inputs = match inputs_in_full(cli, &SiteArgs::default())? {
        Ok(inputs) => inputs,
        Err(code) => return Ok(code),
    };
    inputs.as_of = Some(args.as_of);
    let mut found = Report::default();
    (0..inputs.pages.len()).for_each(|page| review::check_page(&inputs, page, &mut found));
    found.finish();
    deny(cli, &mut found);
    if cli.format == Format::Human {
        let mut due: Vec<Due> = inputs.pages.iter().flat_map(|p| review::due(p, args.as_of)).collect();
        due.sort_unstable();
        for Due { date, file, estimate, name } in &due {
            outln!("{date}\t{file}\t{}\t{name}", if estimate.is_some() { "estimate" } else { "page" });
        }
        eprintln!("{} due for review as of {}", due.len(), args.as_of.text());
    } else {
        print(cli, &found);
    }
    Ok(exit(&found))
}
