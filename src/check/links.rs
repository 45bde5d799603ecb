//! Links of a page: where they lead, and whether that exists.
//!
//! In: resolved targets. Out: findings. Must never ask the network.

use crate::diag::{Code, Diagnostic, Report, did_you_mean};
use crate::resolve::Site;
use crate::resolve::links::Target;
use crate::resolve::text::PageText;
use crate::text::Span;

/// Check every link and image of a page.
pub fn check_page(site: &Site, page: usize, text: &PageText, report: &mut Report) {
    let input = &site.inputs.pages[page];
    for (link, target) in text.body.links.iter().zip(&text.links) {
        let place = || Span::new(&input.file, link.range.clone());
        match target {
            Target::Page { page: to, fragment: Some(fragment) } => {
                let facts = site.facts(*to);
                let is_known = || facts.has_heading(fragment) || fragments(site, *to).iter().any(|k| k == fragment);
                if !facts.raw_html && !is_known() {
                    let mut known = fragments(site, *to);
                    known.extend(site.text(*to).body.headings.iter().map(|h| h.id.clone()));
                    report.push(
                        Diagnostic::at(
                            Code::LinkBroken,
                            place(),
                            format!("content/{} has no `#{fragment}`", site.inputs.pages[*to].path()),
                        )
                        .help(did_you_mean(fragment, known.iter().map(String::as_str), || {
                            "link to a heading's id, or to a claim as `#claim-ID`".to_owned()
                        })),
                    );
                }
            }
            Target::Draft(path) => report.push(
                Diagnostic::at(Code::LinkBroken, place(), format!("content/{path} is a draft, which is not published"))
                    .help("take `draft: true` out of it when it is ready, or take the link out until then"),
            ),
            Target::Broken(path) => {
                let files = site.inputs.pages.iter().map(|p| p.path()).chain(site.routes.copies.iter().map(|(p, _)| p.as_str()));
                let name = path.rsplit('/').next().unwrap_or(path);
                let near = files.clone().find(|f| f.rsplit('/').next() == Some(name) && !name.is_empty() && name != "_index.md");
                let help = match near {
                    Some(file) => format!("there is content/{file}; links count from the page's own file"),
                    None => {
                        did_you_mean(path, files, || "write the path of a file of content/, counted from the page's own file".to_owned())
                    }
                };
                report.push(Diagnostic::at(Code::LinkBroken, place(), format!("there is no `{path}`")).help(help));
            }
            Target::Unsafe(url) => report.push(
                Diagnostic::at(
                    Code::LinkUnsafe,
                    place(),
                    format!("`{}` is not published", crate::address::scheme(url).map_or_else(|| url.clone(), |s| format!("{s}:"))),
                )
                .help("use http:, https:, mailto:, tel: or doi:, or a path inside the site"),
            ),
            _ => {}
        }
        if !link.decorative && link.alt.as_ref().is_some_and(|alt| alt.trim().is_empty()) {
            report.push(
                Diagnostic::at(Code::AltMissing, place(), "the image has no alternative text")
                    .help("say what it shows: `![A map of the Kursk region](map.png)`; if it shows nothing, say so: `![\"\"](line.svg)`"),
            );
        }
    }
}

/// The ids that a page's own content makes, but for those of its headings.
fn fragments(site: &Site, page: usize) -> Vec<String> {
    let input = &site.inputs.pages[page];
    let facts = site.facts(page);
    let mut ids: Vec<String> = site.claims.by_page[page].iter().map(|c| format!("claim-{}", site.claims.all[*c].id)).collect();
    for (i, citation) in input.front.citations.iter().enumerate().filter(|(i, _)| site.is_used(page, *i)) {
        ids.push(format!("cite-{}", citation.id()));
        ids.extend((1..=facts.uses[i]).map(|n| format!("use-{}-{n}", citation.id())));
    }
    ids.extend(facts.listed.iter().map(|s| format!("ref-{}", site.inputs.sources.all[*s as usize].key)));
    if input.front.template.as_deref() == Some("glossary.html") {
        ids.extend(site.inputs.glossary.all.iter().map(|t| format!("term-{}", crate::load::markdown::slug(&t.term))));
    }
    ids
}
