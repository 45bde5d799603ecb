//! Headings of a page: whether their levels make an outline.
//!
//! In: the headings of a page's text. Out: findings. The page's title is the heading of the first level, and those who
//! find their way by headings must not look for one that was passed over (WCAG 2.2, technique G141).
//! Must never judge what a template writes.

use crate::diag::{Code, Diagnostic, Report};
use crate::resolve::Site;
use crate::resolve::text::PageText;
use crate::text::Span;

/// Check the headings of a page.
pub fn check_page(site: &Site, page: usize, text: &PageText, report: &mut Report) {
    let mut before = 1;
    for heading in &text.body.headings {
        let place = || Span::new(&site.inputs.pages[page].file, heading.range.clone());
        let marks = |level: u8| "#".repeat(level.into());
        let mut bad = |message: String, help: String| report.push(Diagnostic::at(Code::HeadingLevel, place(), message).help(help));
        if heading.level == 1 {
            bad(
                "a heading of the first level stands in the text".to_owned(),
                "the page's `title` is that heading: remove this one, or write `##` and move those below it down as well".to_owned(),
            );
        } else if heading.level > before + 1 {
            bad(format!("the heading skips from level {before} to level {}", heading.level), format!("write `{}`", marks(before + 1)));
        }
        before = heading.level;
    }
}
