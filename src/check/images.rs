//! Pictures: what cannot be shown, and what must not be published.
//!
//! In: the site's files with what their headers say, and the pages that show them. Out: findings, each where a page first
//! shows the picture, else at the file. Pixels that cannot be decoded are found when copies are made, not here.

use std::collections::HashSet;

use crate::diag::{Code, Diagnostic, Report};
use crate::picture::form::{Fault, MOST_PIXELS};
use crate::resolve::Site;
use crate::resolve::links::Target;
use crate::resolve::text::PageText;
use crate::text::{Span, TextFile};

/// Check the pictures that a page shows.
pub fn check_page(site: &Site, page: usize, text: &PageText, report: &mut Report) {
    let input = &site.inputs.pages[page];
    for (link, target) in text.body.links.iter().zip(&text.links).filter(|(link, _)| link.alt.is_some()) {
        let place = || Span::new(&input.file, link.range.clone());
        let mut bad = |message: String, help: &str| report.push(Diagnostic::at(Code::ImageInvalid, place(), message).help(help));
        match target {
            Target::File(path) => match site.routes.copied(path) {
                Some(number) if site.inputs.copies[number].picture.is_some() => report.extend(finding(site, number, Some(place()))),
                _ => bad(format!("`{}` is no picture", link.target), "show a JPEG, PNG, WebP, GIF, AVIF or SVG file; link to other files"),
            },
            Target::Page { .. } => bad(format!("`{}` is a page, not a picture", link.target), "link to it: `[its title](page.md)`"),
            Target::External(_) => bad(
                format!("the picture `{}` lies on another host, which would learn of every reader", link.target),
                "put the file beside the page, and name it here; say where it is from in the caption",
            ),
            Target::Broken(_) | Target::Draft(_) | Target::Unread | Target::Unsafe(_) => {}
        }
    }
}

/// Check pictures that no page shows: they are published too.
pub fn check_site(site: &Site, report: &mut Report) {
    let faulty = |number: &usize| site.inputs.copies[*number].picture.as_ref().is_some_and(|p| p.fault.is_some());
    let faulty: Vec<usize> = (0..site.inputs.copies.len()).filter(faulty).collect();
    if faulty.is_empty() {
        return;
    }
    let shown: HashSet<usize> = (0..site.inputs.pages.len()).flat_map(|page| shown_by(site, &site.text(page))).collect();
    for number in faulty.into_iter().filter(|number| !shown.contains(number)) {
        report.extend(finding(site, number, None));
    }
}

/// The files that a page shows as pictures, by their numbers.
fn shown_by(site: &Site, text: &PageText) -> Vec<usize> {
    let targets = text.body.links.iter().zip(&text.links).filter(|(link, _)| link.alt.is_some());
    let number = |target: &Target| match target {
        Target::File(path) => site.routes.copied(path),
        _ => None,
    };
    targets.filter_map(|(_, target)| number(target)).collect()
}

/// What is wrong with a file, said where a page shows it, else at the file.
fn finding(site: &Site, number: usize, shown: Option<Span>) -> Report {
    let mut report = Report::default();
    let copied = &site.inputs.copies[number];
    if let Some(fault) = copied.picture.as_ref().and_then(|p| p.fault.as_ref())
        && let Some((message, help)) = words(&copied.path, fault)
    {
        let place = shown.unwrap_or_else(|| Span::whole(&TextFile::new(format!("content/{}", copied.path), "")));
        report.push(Diagnostic::at(Code::ImageInvalid, place, message).help(help));
    }
    report
}

/// What is wrong with a file, and what to do.
fn words(path: &str, fault: &Fault) -> Option<(String, String)> {
    let file = format!("content/{path}");
    let (message, help) = match fault {
        Fault::Misnamed(form) => {
            let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
            (
                format!("{file} is a {} file by its content, and browsers go by the name", form.name()),
                format!("rename it to {stem}.{}", form.ending()),
            )
        }
        Fault::Damaged(why) => (format!("{file} cannot be read: {why}"), "open it in an image editor and save it anew".to_owned()),
        Fault::TooLarge(width, height) => (
            format!("{file} has {width} × {height} pixels, more than {} million", MOST_PIXELS / 1_000_000),
            "make it smaller; a picture as wide as a screen has some 2,000 pixels a side".to_owned(),
        ),
        Fault::Foreign(form) => (
            format!("{file} is a {form} file, which browsers do not show, and which may say where it was taken"),
            "export it as JPEG, or as PNG if it is a drawing".to_owned(),
        ),
        Fault::Metadata(form) => (
            format!("{file} holds metadata, perhaps a position, that cannot be taken out of {form} files here"),
            "remove it with `exiftool -all= FILE`, or export the picture as JPEG or PNG".to_owned(),
        ),
        // What runs in a file is told where the file is read, whether a page shows it or not.
        Fault::Runs(_) => return None,
    };
    Some((message, help))
}
