//! What is due for another look.
//!
//! In: `review_after` of pages and estimates, and the day that the command line names, else the site's own `as_of`.
//! Out: `review-due`. Must never read the clock: without a day, nothing is due.

use crate::date::Date;
use crate::diag::{Code, Diagnostic, Report};
use crate::load::{Inputs, PageInput};
use crate::yaml_path;

/// Something whose review date has passed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    /// When it should have been looked at again.
    pub date: Date,
    /// The page's file.
    pub file: String,
    /// The number of an estimate of the page; the page itself if none.
    pub estimate: Option<usize>,
    /// The page's title, or the estimate's id.
    pub name: String,
}

/// What is due on a page on a given day. A partial date is past only when all of it is.
pub fn due(page: &PageInput, day: Date) -> Vec<Due> {
    let file = || page.file.path.clone();
    let past = |date: &Date| day.surely_after(*date);
    let mut due = Vec::new();
    if let Some(date) = page.front.review_after.filter(past) {
        due.push(Due { date, file: file(), estimate: None, name: page.front.title.clone() });
    }
    for (i, estimate) in page.front.estimates.iter().enumerate() {
        if let Some(date) = estimate.review_after.filter(past) {
            let name = estimate.id.clone().unwrap_or_else(|| format!("estimate {}", i + 1));
            due.push(Due { date, file: file(), estimate: Some(i), name });
        }
    }
    due
}

/// Report what is due on a page on the day that was asked for, or on that of the site's state of knowledge.
pub fn check_page(inputs: &Inputs, page: usize, report: &mut Report) {
    let Some(day) = inputs.as_of.or(inputs.config.as_of) else { return };
    let page = &inputs.pages[page];
    for Due { date, estimate, name, .. } in due(page, day) {
        let (place, what) = match estimate {
            None => (page.place(&yaml_path!["review_after"]), "the page".to_owned()),
            Some(i) => (page.place(&yaml_path!["estimates", i, "review_after"]), format!("the estimate `{name}`")),
        };
        report.push(
            Diagnostic::at(Code::ReviewDue, place, format!("{what} was due for review after {}", date.text()))
                .help("look at its sources again, then set a later `review_after:`"),
        );
    }
}
