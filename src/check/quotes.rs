//! Quotes against the archived texts, or against the lock (rule 3 of the chain).
//!
//! In: the citations of a page, the archive and the lock. Out: a [`Standing`] for each citation. A quote is accepted
//! only when it stands in the text word for word; the nearest place is shown, never accepted.

use rayon::prelude::*;

use crate::archive::{self, ArchivedText, Find, Locator, TextChange, Verdict};
use crate::diag::{Code, Diagnostic, Report};
use crate::load::archived::Archive;
use crate::load::sources::Source;
use crate::resolve::text::PageText;
use crate::resolve::{Site, citation_place};
use crate::text::Span;
use crate::yaml_path;

/// How a citation's quote stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Standing {
    /// Found in the archived text, in this paragraph.
    Archive(u32),
    /// The lock vouches for it, and for this paragraph.
    Lock(u32),
    /// Its source's text is not archived.
    Unarchived,
    /// Not found, or not checked.
    #[default]
    Unchecked,
}

impl Standing {
    /// As templates and data name it.
    pub fn name(&self) -> &'static str {
        match self {
            // One word for both: what is published must not depend on whether the archive is at hand.
            Standing::Archive(_) | Standing::Lock(_) => "verified",
            Standing::Unarchived => "unarchived",
            Standing::Unchecked => "unchecked",
        }
    }

    /// The paragraph where it stands.
    pub fn paragraph(&self) -> Option<u32> {
        match self {
            Standing::Archive(n) | Standing::Lock(n) => Some(*n),
            _ => None,
        }
    }
}

/// Check every citation of a page.
pub fn check_page(site: &Site, page: usize, report: &mut Report) -> Vec<Standing> {
    let input = &site.inputs.pages[page];
    (0..input.front.citations.len())
        .map(|i| {
            let citation = &input.front.citations[i];
            let at = |field: &str| citation_place(site, page, i, field);
            if let Some(tag) = citation.lang.as_deref().filter(|tag| !crate::config::is_language(tag)) {
                report.push(
                    Diagnostic::at(Code::ValueInvalid, at("lang"), format!("`{tag}` is not a language tag"))
                        .help("write a BCP 47 tag such as `de` or `uk`"),
                );
            }
            let Some(source) = site.keys[page].sources[i] else { return Standing::Unchecked };
            let locator = citation.locator.as_deref();
            check_quote(site, source, citation.quote.as_deref(), locator, &|field| at(field), report)
        })
        .collect()
}

/// Check the paragraphs that the text of a page gives beside its citations: `[@id, para. 4]`.
pub fn check_text(site: &Site, page: usize, text: &PageText, standing: &[Standing], report: &mut Report) {
    let input = &site.inputs.pages[page];
    for (group, citations) in text.body.cites.iter().zip(&text.cites.groups) {
        for (item, citation) in group.items.iter().zip(citations) {
            let Some(locator) = &item.locator else { continue };
            let Some(paragraph) = citation.and_then(|citation| standing.get(citation)).and_then(Standing::paragraph) else { continue };
            let read = Locator::parse(&format!("{} {}", locator.term, locator.value)).ok();
            if read.and_then(|read| read.covers(paragraph)) == Some(false) {
                misplaced(&[paragraph], &|| Span::new(&input.file, item.range.clone()), report);
            }
        }
    }
}

fn check_quote(
    site: &Site,
    source: usize,
    quote: Option<&str>,
    locator: Option<&str>,
    at: &dyn Fn(&str) -> Span,
    report: &mut Report,
) -> Standing {
    let record = &site.inputs.sources.all[source];
    if !record.is_archived() {
        if quote.is_some() {
            report.push(
                Diagnostic::at(
                    Code::QuoteUnseen,
                    at("quote"),
                    format!("the text of `{}` is not archived, so nobody can check this quote", record.key),
                )
                .help("remove the quote, or archive the text and name it under `evidence: archive:`"),
            );
        }
        return Standing::Unarchived;
    }
    let Some(quote) = quote else {
        report.push(
            Diagnostic::at(Code::QuoteMissing, at("source"), format!("the citation of `{}` has no quote", record.key))
                .help(format!("add `quote:` with a few exact words; `cited cite {} \"words\"` finds them", record.key)),
        );
        return Standing::Unchecked;
    };
    if let Some(problem) = archive::vet(quote) {
        report.push(Diagnostic::at(Code::QuoteLength, at("quote"), problem.to_string()).help(problem.next_step()));
        return Standing::Unchecked;
    }
    let parsed = match locator {
        None => None,
        Some(text) => match Locator::parse(text) {
            Ok(locator) => Some(locator),
            Err(error) => {
                report.push(
                    Diagnostic::at(Code::ValueInvalid, at("locator"), format!("the locator `{text}` cannot be read: {error}"))
                        .help("write it as `para. 4` or `paras. 4-5`"),
                );
                None
            }
        },
    };
    let locator_place = || at(if locator.is_some() { "locator" } else { "quote" });
    let archive = &site.inputs.archive;
    match (archive.sha256(source), &archive.lock) {
        (Some(_), _) => {
            if let Some(paragraph) = locked(archive, source, &record.key, quote, parsed.as_ref()) {
                return Standing::Archive(paragraph);
            }
            if let Some(text) = archive.text(source) {
                return in_text(text, record, quote, parsed.as_ref(), &locator_place, at, report);
            }
            let message = format!("the archived text of `{}` is not the one that was there a moment ago", record.key);
            report.push(Diagnostic::at(Code::ArchiveMissing, at("quote"), message).help("check again"));
            Standing::Unchecked
        }
        (None, Some(lock)) => match lock.verify(&record.key, quote, parsed.as_ref()) {
            Verdict::Verified { paragraph } => Standing::Lock(paragraph),
            Verdict::NoSource | Verdict::NoQuote => {
                report.push(
                    Diagnostic::at(
                        Code::QuoteUnlocked,
                        at("quote"),
                        format!("the lock does not say that these words were found in `{}`", record.key),
                    )
                    .help("run `cited source lock` where the archive is at hand, and commit content/sources.lock"),
                );
                Standing::Unchecked
            }
            Verdict::Ambiguous(paragraphs) => {
                ambiguous(&paragraphs, at, report);
                Standing::Unchecked
            }
            Verdict::WrongPlace(paragraphs) => {
                misplaced(&paragraphs, &locator_place, report);
                Standing::Unchecked
            }
        },
        // Reported once for the site, by check_site.
        (None, None) => Standing::Unchecked,
    }
}

/// The paragraph that the lock gives for a quote, if it was made from this very text: then the text need not be searched
/// again. A quote that it does not know, or not there, is looked for in the text, which has more to say.
fn locked(archive: &Archive, source: usize, key: &str, quote: &str, locator: Option<&Locator>) -> Option<u32> {
    let lock = archive.lock.as_ref().filter(|_| archive.is_locked(source))?;
    match lock.verify(key, quote, locator) {
        Verdict::Verified { paragraph } => Some(paragraph),
        _ => None,
    }
}

fn in_text(
    text: &ArchivedText,
    source: &Source,
    quote: &str,
    locator: Option<&Locator>,
    locator_place: &dyn Fn() -> Span,
    at: &dyn Fn(&str) -> Span,
    report: &mut Report,
) -> Standing {
    match text.find(quote, locator) {
        Find::Found(place) => return Standing::Archive(place.paragraph),
        Find::Ambiguous(places) => ambiguous(&places.iter().map(|p| p.paragraph).collect::<Vec<_>>(), at, report),
        Find::WrongPlace { found, .. } => misplaced(&found.iter().map(|p| p.paragraph).collect::<Vec<_>>(), locator_place, report),
        Find::Refused { why, .. } => report.push(Diagnostic::at(Code::QuoteNotFound, at("quote"), why.message()).help(why.next_step())),
        Find::NotFound(nearest) => {
            let mut diagnostic = Diagnostic::at(
                Code::QuoteNotFound,
                at("quote"),
                format!("these words do not stand in the archived text of `{}`", source.key),
            );
            if let Some(nearest) = nearest {
                diagnostic = diagnostic.note(nearest.excerpt_line()).note(nearest.diff_line());
            }
            report.push(diagnostic.help(format!("quote the text exactly; `cited cite {} \"words\"` prints a ready citation", source.key)));
        }
    }
    Standing::Unchecked
}

fn paragraphs(numbers: &[u32]) -> String {
    numbers.iter().map(|n| format!("para. {n}")).collect::<Vec<_>>().join(", ")
}

fn ambiguous(numbers: &[u32], at: &dyn Fn(&str) -> Span, report: &mut Report) {
    report.push(
        Diagnostic::at(Code::QuoteAmbiguous, at("quote"), format!("the quote stands in more than one paragraph: {}", paragraphs(numbers)))
            .help(format!("add `locator: para. {}`, or quote more words", numbers.first().copied().unwrap_or(1))),
    );
}

fn misplaced(numbers: &[u32], locator_place: &dyn Fn() -> Span, report: &mut Report) {
    report.push(
        Diagnostic::at(Code::QuoteMisplaced, locator_place(), format!("the quote does not stand there, but in {}", paragraphs(numbers)))
            .help("correct the locator, or leave it out"),
    );
}

/// Findings about the bibliography, the glossary, the lock and the archive as wholes.
pub fn check_site(site: &Site, report: &mut Report) {
    let inputs = &*site.inputs;
    for (i, term) in inputs.glossary.all.iter().enumerate() {
        for (k, cite) in term.cites.iter().enumerate() {
            let (Some(source), Some(yaml)) = (inputs.sources.index(&cite.source), &inputs.glossary.yaml) else { continue };
            let at = |field: &str| yaml.place(&yaml_path![i, "cites", k, field]);
            check_quote(site, source, cite.quote.as_deref(), cite.locator.as_deref(), &at, report);
        }
    }
    let mut any_unchecked = false;
    for (number, source) in inputs.sources.all.iter().enumerate() {
        let place = |path: &[crate::yaml::Step]| source.yaml.as_ref().map_or_else(|| source.place.clone(), |y| y.place(path));
        let (archive, lock) = (&inputs.archive, inputs.archive.lock.as_ref());
        if archive.sha256(number).is_some()
            && !archive.is_locked(number)
            && let (Some(text), Some(locked)) = (archive.text(number), lock.and_then(|l| l.source(&source.key)))
            && let Some(change) = locked.change(text)
        {
            let message = match change {
                TextChange::Bytes { locked, now } => format!(
                    "the archived text of `{}` is not the one that was locked: {} bytes, SHA-256 {}…, locked were {} bytes, {}…",
                    source.key,
                    now.1,
                    &now.0[..12.min(now.0.len())],
                    locked.1,
                    &locked.0[..12.min(locked.0.len())]
                ),
                TextChange::TextStarts { locked, now } => {
                    format!("paragraphs of `{}` are counted from line {now}, in the lock from line {locked}", source.key)
                }
            };
            report.push(
                Diagnostic::at(Code::ArchiveChanged, place(&yaml_path![source.key.as_str(), "evidence", "archive"]), message)
                    .help("restore the text, or review the change and run `cited source lock`"),
            );
        }
        for (k, problem) in source.evidence.problems.iter().enumerate() {
            if let (Some(quote), true) = (&problem.quote, archive.sha256(number).is_some())
                && locked(archive, number, &source.key, quote, None).is_none()
                && let Some(text) = archive.text(number)
                && !matches!(text.find(quote, None), Find::Found(_) | Find::Ambiguous(_))
            {
                report.push(
                    Diagnostic::at(
                        Code::QuoteNotFound,
                        place(&yaml_path![source.key.as_str(), "evidence", "problems", k, "quote"]),
                        format!("these words do not stand in the archived text of `{}`", source.key),
                    )
                    .help("quote the text exactly, or leave the quote out"),
                );
            }
        }
        any_unchecked |= source.is_archived() && archive.sha256(number).is_none() && !site.uses(number).is_empty();
    }
    unarchived(site, report);
    // Where the archive is at hand, each text that it lacks has been reported.
    if any_unchecked && inputs.archive.folder.is_none() && inputs.archive.lock_file.is_none() {
        let mut diagnostic = Diagnostic::file(
            Code::LockMissing,
            &inputs.config.file,
            "no quote can be checked: the archive is not at hand, and there is no content/sources.lock",
        );
        if let Some(folder) = &inputs.config.archive {
            diagnostic = diagnostic.note(format!("`archive:` names {}", folder.display()));
        }
        report.push(diagnostic.help("give the archive with `--archive DIR`, run `cited source lock`, and commit content/sources.lock"));
    }
}

/// One warning for each source that is cited and not archived, at its first citation.
fn unarchived(site: &Site, report: &mut Report) {
    let all = &site.inputs.sources.all;
    let cited = (0..all.len()).filter(|source| !all[*source].is_archived());
    let mut first: Vec<(usize, usize, usize)> =
        cited.filter_map(|source| site.uses(source).first().map(|(page, citation)| (*page, *citation, source))).collect();
    // Page by page: to find places, a front matter is read once for all that stand in it.
    first.sort_unstable();
    let by_page: Vec<_> = first.chunk_by(|a, b| a.0 == b.0).collect();
    let told = |of_page: &&[(usize, usize, usize)]| -> Vec<Diagnostic> {
        of_page
            .iter()
            .map(|(page, citation, source)| not_archived(site, *source, citation_place(site, *page, *citation, "source")))
            .collect()
    };
    by_page.par_iter().map(told).collect::<Vec<_>>().into_iter().flatten().for_each(|found| report.push(found));
}

fn not_archived(site: &Site, source: usize, place: Span) -> Diagnostic {
    let key = &site.inputs.sources.all[source].key;
    let others = match site.uses(source).len() - 1 {
        0 => String::new(),
        1 => "; so is 1 other citation of it".to_owned(),
        n => format!("; so are {n} other citations of it"),
    };
    let message = format!("the text of `{key}` is not archived: this citation is not checked against it{others}");
    Diagnostic::at(Code::CiteUnarchived, place, message)
        .help("archive the text and name it under `evidence: archive:`, or set the level of `cite-unarchived` in site.yaml")
}
