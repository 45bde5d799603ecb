//! The levels that `site.yaml` and the pages set.
//!
//! In: findings of the checks. Out: the same with the severity that the site, or the page that each lies in, gives to
//! them. Must never give another level to what keeps a page from being rendered.

use crate::diag::{Code, Diagnostic, Report, Sort, did_you_mean};
use crate::resolve::Site;
use crate::yaml_path;

/// Apply them: those of the site, then those of the page that a finding lies in.
pub fn apply(site: &Site, found: &mut Report) {
    let inputs = &site.inputs;
    let of_page = |file: &str, code: Code| {
        let page = inputs.page(file.strip_prefix("content/")?)?;
        let level = inputs.pages[page].front.checks.get(code.name())?;
        // Without a reason it is a finding of its own, and does nothing.
        (!level.reason.trim().is_empty()).then_some(level.level)
    };
    found.relevel(|d| {
        if d.code.sort() == Sort::Unbuildable {
            return d.severity;
        }
        let of_page = d.span.as_ref().and_then(|s| of_page(&s.file.path, d.code));
        of_page.or_else(|| inputs.config.checks.get(&d.code).copied()).unwrap_or(d.severity)
    });
}

/// Check the levels that a page sets.
pub fn check_page(site: &Site, page: usize, report: &mut Report) {
    let page = &site.inputs.pages[page];
    for (name, level) in &page.front.checks {
        match name.parse::<Code>() {
            Err(_) => report.push(
                Diagnostic::at(
                    Code::KeyUnknown,
                    page.yaml.key_place(&yaml_path!["checks", name.as_str()]),
                    format!("there is no check `{name}`"),
                )
                .help(did_you_mean(name, Code::ALL.iter().map(|c| c.name()), || "`cited explain` lists the codes".to_owned())),
            ),
            Ok(code) if code.sort() == Sort::Unbuildable => report.push(
                Diagnostic::at(
                    Code::ValueInvalid,
                    page.place(&yaml_path!["checks", name.as_str()]),
                    format!("`{name}` has no level: a page with such a finding cannot be built"),
                )
                .help("remove the line"),
            ),
            Ok(_) if level.reason.trim().is_empty() => report.push(
                Diagnostic::at(
                    Code::CheckReason,
                    page.place(&yaml_path!["checks", name.as_str()]),
                    format!("the page changes the level of `{name}` without a reason"),
                )
                .help("add `reason:` with a sentence for whoever reviews the page"),
            ),
            Ok(_) => {}
        }
    }
}
