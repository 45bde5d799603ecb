//! Pages: the text of each, cut at the fences, and the record at its head.
//!
//! In: paths below `content/`. Out: for each a [`PageInput`], or what is wrong with the file; a text that was read before gives
//! what it gave
//! then. Must never read the body: a page's Markdown is parsed when somebody asks.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::files::{self, ReadError};
use super::front_matter::{self, FrontMatter};
use super::{Options, PageInput, ParsedPage, markdown};
use crate::diag::{Code, Diagnostic, Report};
use crate::reuse::Reuse;
use crate::text::TextFile;
use crate::yaml::Yaml;

/// Pages that one thread reads at once, in a large site: their texts lie together.
const AT_ONCE: usize = 256;

/// Read all pages, at paths that were listed.
pub(super) fn read_pages(options: &Options, paths: &[String], trusted_html: bool, reuse: &Reuse) -> Result<Vec<ParsedPage>, ReadError> {
    // When most are as they were, a new text beside theirs would keep all of them in memory once more.
    let at_once = if reuse.has_pages() { 1 } else { (paths.len() / (4 * rayon::current_num_threads())).clamp(1, AT_ONCE) };
    let take = |(file, report): (Option<Arc<TextFile>>, Report)| match file {
        Some(file) => take_page(&file, xxhash_rust::xxh3::xxh3_128(file.text.as_bytes()), trusted_html, reuse),
        None => Err(Arc::new(report)),
    };
    let read = |paths: &[String]| Ok(files::read_together(&options.root, paths)?.into_iter().map(take).collect::<Vec<_>>());
    let read: Vec<_> = paths.par_chunks(at_once).map(read).collect::<Result<_, _>>()?;
    Ok(read.into_iter().flatten().collect())
}

/// A page whose text has a digest: as it was read before, or read now.
pub(super) fn take_page(file: &Arc<TextFile>, digest: u128, trusted_html: bool, reuse: &Reuse) -> ParsedPage {
    reuse.page(&file.path, digest ^ u128::from(trusted_html), || read_front(file, digest, trusted_html))
}

/// Split a page and read the record at its head.
pub fn read_front(file: &Arc<TextFile>, digest: u128, trusted_html: bool) -> ParsedPage {
    let mut found = Report::default();
    let fences = front_matter::split(file).map_err(|d| Arc::new(Report::from_iter([d])))?;
    let front = match front_matter::read(file, &fences) {
        Ok(mut front) => {
            // A page lives as long as its site; a list that grew may have room for twice as many. The allocator gives none of
            // it back while more than half is used, so they move.
            let mut citations = Vec::with_capacity(front.citations.len());
            citations.append(&mut front.citations);
            front.citations = citations;
            front
        }
        Err(diagnostic) => {
            found.push(diagnostic);
            // The page goes no further, so its body is parsed here: one run tells of both.
            markdown::parse(file, fences.body, trusted_html, &mut found);
            return Err(Arc::new(found));
        }
    };
    let yaml = Yaml { file: file.clone(), range: fences.yaml };
    if front.title.trim().is_empty() {
        found.push(
            Diagnostic::at(Code::ValueInvalid, yaml.place(&crate::yaml_path!["title"]), "the title is empty")
                .help("write what the page is about; menus, feeds and tabs show it"),
        );
    }
    if !records_in_bounds(&front, &yaml, &mut found) {
        return Err(Arc::new(found));
    }
    Ok(Arc::new(PageInput { file: file.clone(), front, yaml, body_at: fences.body, digest, found }))
}

/// The most records of one kind that a page may have: each is looked up, checked and rendered.
const MOST_RECORDS: usize = 2000;
/// The most former addresses: each is a file of the output.
const MOST_ALIASES: usize = 500;

/// Whether a page has so few records that later stages may look at them.
fn records_in_bounds(front: &FrontMatter, yaml: &Yaml, report: &mut Report) -> bool {
    let mut within = true;
    for (key, count, most) in [
        ("citations", front.citations.len(), MOST_RECORDS),
        ("estimates", front.estimates.len(), MOST_RECORDS),
        ("events", front.events.len(), MOST_RECORDS),
        ("responses", front.responses.len(), MOST_RECORDS),
        ("motives", front.motives.len(), MOST_RECORDS),
        ("corrections", front.corrections.len(), MOST_RECORDS),
        ("aliases", front.aliases.len(), MOST_ALIASES),
        ("tags", front.tags.len(), MOST_ALIASES),
        ("authors", front.authors.len(), MOST_ALIASES),
        ("reviewers", front.reviewers.as_ref().map_or(0, Vec::len), MOST_ALIASES),
    ] {
        if count > most {
            within = false;
            report.push(
                Diagnostic::at(
                    Code::ValueInvalid,
                    yaml.key_place(&crate::yaml_path![key]),
                    format!("`{key}` has {count} entries; a page may have {most}"),
                )
                .help("divide the page into several"),
            );
        }
    }
    within
}

/// Leave out drafts, and everything in a section that is one. What was found in them is told all the same. Out: their paths.
pub(super) fn drop_drafts(pages: &mut Vec<Arc<PageInput>>, report: &mut Report) -> BTreeSet<String> {
    let sections: Vec<String> =
        pages.iter().filter(|p| p.front.draft && p.is_section()).map(|p| p.path().trim_end_matches("_index.md").to_owned()).collect();
    let mut drafts = BTreeSet::new();
    pages.retain(|p| {
        let is_draft = p.front.draft || sections.iter().any(|s| p.path().starts_with(s.as_str()));
        if is_draft {
            report.extend(p.found.clone());
            drafts.insert(p.path().to_owned());
        }
        !is_draft
    });
    drafts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_changed_keeps_no_other_page_in_memory() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("content")).unwrap();
        let paths: Vec<String> = (0..1000).map(|n| format!("content/page-{n:03}.md")).collect();
        let write =
            |path: &str, title: &str| std::fs::write(root.path().join(path), format!("---\ntitle: {title}\n---\n\nText.\n")).unwrap();
        paths.iter().for_each(|path| write(path, "Before"));
        let options = Options { root: root.path().to_path_buf(), ..Options::default() };
        let reuse = Reuse::kept();
        // With few threads each has many pages to read, whatever the machine.
        let threads = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let before = threads.install(|| read_pages(&options, &paths, false, &reuse)).unwrap();
        assert_eq!(before.len(), paths.len());
        let text = |page: &ParsedPage| page.as_ref().unwrap().file.text.clone();
        assert!(text(&before[7]).kept() > 2 * text(&before[7]).len(), "first, texts lie together");
        write(&paths[7], "After");
        let after = read_pages(&options, &paths, false, &reuse).unwrap();
        assert_eq!(after[7].as_ref().unwrap().front.title, "After");
        assert_eq!(text(&after[7]).kept(), text(&after[7]).len());
        assert!(Arc::ptr_eq(before[8].as_ref().unwrap(), after[8].as_ref().unwrap()));
    }
}
