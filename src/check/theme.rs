//! What a page asks of the theme: its template and its shortcodes.
//!
//! In: the site and its theme. Out: findings, each where the page asks. Templates that exist but fail are found when
//! they are rendered, not here. Must never render.

use crate::diag::{Code, Diagnostic, Report, did_you_mean};
use crate::resolve::Site;
use crate::resolve::text::PageText;
use crate::text::Span;
use crate::yaml_path;

/// Check a page.
pub fn check_page(site: &Site, page: usize, text: &PageText, report: &mut Report) {
    let input = &site.inputs.pages[page];
    let Some(theme) = &site.inputs.theme else { return };
    let name = site.template(page);
    if !theme.templates.contains_key(name) {
        let names: Vec<&str> = theme.templates.keys().map(String::as_str).filter(|t| !t.contains('/')).collect();
        report.push(
            Diagnostic::at(
                Code::TemplateMissing,
                input.place(&yaml_path!["template"]),
                format!("the theme `{}` has no template `{name}`", theme.name),
            )
            .help(did_you_mean(name, names.iter().copied(), || format!("templates here: {}", names.join(", ")))),
        );
    }
    for placed in &text.body.calls {
        let (name, args) = (&placed.call.name, &placed.call.args);
        let place = || Span::new(&input.file, placed.range.clone());
        if name == "calc" {
            if !(args.contains_key("value") && args.contains_key("from")) {
                report.push(
                    Diagnostic::at(Code::ShortcodeInvalid, place(), "`calc` needs `value` and `from`")
                        .help("write `{{ calc(value=\"55%\", from=\"6000/11000\") }}`"),
                );
            }
        } else if !theme.templates.contains_key(&format!("shortcodes/{name}.html")) {
            let names: Vec<&str> = theme.templates.keys().filter_map(|t| t.strip_prefix("shortcodes/")?.strip_suffix(".html")).collect();
            report.push(
                Diagnostic::at(Code::ShortcodeInvalid, place(), format!("the theme has no shortcode `{name}`")).help(did_you_mean(
                    name,
                    names.iter().copied().chain(["calc"]),
                    || format!("shortcodes here: {}", names.join(", ")),
                )),
            );
        }
    }
}
