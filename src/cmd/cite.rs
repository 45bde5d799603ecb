//! `cited cite KEY WORDS`: find words in an archived source, and print a ready citation.

use std::process::ExitCode;

use super::{Failure, options, print};
use crate::archive::{Find, vet};
use crate::cli::{Cite, Cli, SiteArgs};
use crate::diag::{Report, did_you_mean};
use crate::load;
use crate::reuse::Reuse;

/// Print the lines for the front matter, with the words as the text has them.
pub fn cite(cli: &Cli, args: &Cite) -> Result<ExitCode, Failure> {
    let mut report = Report::default();
    let site = SiteArgs { archive: args.archive.clone(), ..SiteArgs::default() };
    let Some(inputs) = load::load(&options(cli, &site), &Reuse::default(), &mut report)? else {
        report.finish();
        print(cli, &report);
        return Ok(ExitCode::from(1));
    };
    let Some(number) = inputs.sources.index(&args.key) else {
        let help = did_you_mean(&args.key, inputs.sources.keys(), || "`cited source list` lists the keys".to_owned());
        return Err(format!("there is no source `{}`; {help}", args.key).into());
    };
    let Some(text) = inputs.archive.text(number) else {
        let help = if inputs.sources.all[number].is_archived() {
            "give the archive with `--archive DIR`"
        } else {
            "it has no archived text: name one under `evidence: archive:`"
        };
        return Err(format!("the text of `{}` is not at hand: {help}", args.key).into());
    };
    let words = args.words.join(" ");
    if let Some(problem) = vet(&words) {
        return Err(format!("{problem}; {}", problem.next_step()).into());
    }
    let places = match text.find(&words, None) {
        Find::Found(place) => vec![place],
        Find::Ambiguous(places) => places,
        Find::Refused { why, .. } => return Err(format!("{}; {}", why.message(), why.next_step()).into()),
        Find::WrongPlace { .. } => Vec::new(),
        Find::NotFound(nearest) => {
            eprintln!("error: these words do not stand in the archived text of `{}`", args.key);
            if let Some(nearest) = nearest {
                eprintln!("{}\n{}", nearest.excerpt_line(), nearest.diff_line());
            }
            return Ok(ExitCode::from(1));
        }
    };
    for place in &places {
        // The words as the text has them, on one line; an omission keeps its mark.
        let quote = if words.contains('…') || words.contains("...") {
            words.clone()
        } else {
            text.words_at(place).split_whitespace().collect::<Vec<_>>().join(" ")
        };
        outln!("  - id: {}", id(&args.key, &quote));
        outln!("    source: {}", args.key);
        outln!("    quote: {}", single_quoted(&quote));
        if places.len() > 1 {
            outln!("    locator: {}", place.locator());
        } else {
            outln!("    # {}", place.locator());
        }
    }
    if places.len() > 1 {
        eprintln!("the words stand in {} paragraphs; keep the one you mean", places.len());
    }
    Ok(ExitCode::SUCCESS)
}

/// An id from the key and the first words.
fn id(key: &str, quote: &str) -> String {
    let words = crate::load::markdown::slug(quote);
    let start: Vec<&str> = words.split('-').take(3).collect();
    format!("{}-{}", key.split('-').next().unwrap_or(key), start.join("-"))
}

/// YAML's single-quoted form, in which only the quote itself is doubled.
fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
