//! `cited source lock`: what was verified against which text.
//!
//! In: the site and its archive. Out: `content/sources.lock`, replaced as a whole when it differs. Must never lock a
//! quote that was not found.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::archive::{Lock, LockedSource};
use crate::cli::{Cli, SiteArgs};
use crate::cmd::{Failure, inputs_in_full, print, replace};
use crate::diag::{Code, Diagnostic, Report};

/// Write `content/sources.lock`: every quote in use, found in the archive.
pub fn lock(cli: &Cli, archive: Option<PathBuf>) -> Result<ExitCode, Failure> {
    let site = SiteArgs { archive, drafts: true, ..SiteArgs::default() };
    let inputs = match inputs_in_full(cli, &site)? {
        Ok(inputs) => inputs,
        Err(code) => return Ok(code),
    };
    let Some(folder) = &inputs.archive.folder else {
        return Err("the archive is not at hand: give it with `--archive DIR`, or set `archive:` in site.yaml".into());
    };
    // A text that cannot be read would lose what was locked of it.
    let unread = |d: &&Diagnostic| matches!(d.code, Code::ArchiveMissing | Code::PathOutside);
    if inputs.found.iter().any(|d| unread(&d)) {
        let mut unread: Report = inputs.found.iter().filter(unread).cloned().collect();
        unread.finish();
        print(cli, &unread);
        return Err("nothing was locked: not every text of the archive can be read".into());
    }
    let mut lock = Lock::default();
    let mut refused = 0;
    let mut count = 0;
    let cited = inputs.pages.iter().flat_map(|p| &p.front.citations).map(|c| (&*c.source, c.quote.as_deref()));
    let in_glossary = inputs.glossary.all.iter().flat_map(|t| &t.cites).map(|c| (c.source.as_str(), c.quote.as_deref()));
    let mut quotes: HashMap<&str, Vec<&str>> = HashMap::new();
    for (key, quote) in cited.chain(in_glossary) {
        quotes.entry(key).or_default().extend(quote);
    }
    for (i, source) in inputs.sources.all.iter().enumerate() {
        let (Some(text), Some(name)) = (inputs.archive.text(i), &source.evidence.archive) else { continue };
        let (locked, unlocked) = LockedSource::new(name, text, quotes.remove(source.key.as_str()).unwrap_or_default());
        refused += unlocked.len();
        count += locked.quotes.len();
        lock.insert(&source.key, locked);
    }
    let path = cli.root.join("content/sources.lock");
    let text = lock.write();
    if std::fs::read_to_string(&path).is_ok_and(|old| old == text) {
        eprintln!("content/sources.lock is up to date: {count} quotes of {}", folder.display());
    } else {
        replace(&path, text.as_bytes())?;
        eprintln!("locked {count} quotes of {}", folder.display());
    }
    if refused > 0 {
        eprintln!("{refused} quotes were not found and are not locked; `cited check` shows them");
        return Ok(ExitCode::from(1));
    }
    Ok(ExitCode::SUCCESS)
}
