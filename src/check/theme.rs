//! What a page asks of the theme: its template, its shortcodes and, on the home page, its key figures.
//!
//! In: the site, its theme and what that declares. Out: findings, each where the page asks. Templates that exist but fail
//! are found when they are rendered, not here. Must never render.

use serde_json::Value;

use crate::date::Date;
use crate::diag::{Code, Diagnostic, Report, did_you_mean};
use crate::load::markdown::PlacedCall;
use crate::load::shortcodes::Call;
use crate::load::theme::arguments::{Named, Shortcode};
use crate::load::theme::{REQUIRED, Theme};
use crate::resolve::Site;
use crate::resolve::claims::ClaimKind;
use crate::resolve::text::PageText;
use crate::text::Span;
use crate::yaml_path;

/// Check a page.
pub fn check_page(site: &Site, page: usize, text: &PageText, report: &mut Report) {
    let input = &site.inputs.pages[page];
    let Some(theme) = &site.inputs.theme else { return };
    let name = site.template(page);
    if !is_of_pages(theme, name) {
        let names: Vec<&str> = theme.templates.keys().map(String::as_str).filter(|t| is_of_pages(theme, t)).collect();
        report.push(
            Diagnostic::at(
                Code::TemplateMissing,
                input.place(&yaml_path!["template"]),
                format!("the theme `{}` has no template of pages `{name}`", theme.name),
            )
            .help(did_you_mean(name, names.iter().copied(), || format!("templates here: {}", names.join(", ")))),
        );
    }
    let is_home = site.routes.home == Some(page) || name == "index.html";
    let figures = input.front.extra.get("key_figures").filter(|_| is_home);
    if figures.is_some_and(|figures| !figures.is_array()) {
        report.push(
            Diagnostic::at(Code::ValueInvalid, input.place(&yaml_path!["extra", "key_figures"]), "`key_figures` is no list")
                .help("write the ids of estimates in brackets: `[est-one, est-two]`"),
        );
    }
    for (i, figure) in figures.and_then(Value::as_array).into_iter().flatten().enumerate() {
        let place = input.place(&yaml_path!["extra", "key_figures", i]);
        let claim = figure.as_str().and_then(|id| site.claims.by_id.get(id)).map(|claim| &site.claims.all[*claim]);
        if claim.is_some_and(|claim| claim.kind != ClaimKind::Estimate) {
            let message = format!("`{}` is no estimate", figure.as_str().unwrap_or_default());
            report.push(Diagnostic::at(Code::ClaimUnknown, place, message).help("write the id of an estimate: key figures are figures"));
            continue;
        }
        // It may stand on a page that could not be read.
        let Some(id) = figure.as_str().filter(|_| claim.is_none() && site.inputs.unread.is_empty()) else { continue };
        let otherwise = || match site.inputs.drafts.is_empty() {
            true => "write the id of an estimate".to_owned(),
            false => "write the id of an estimate; those of drafts are left out".to_owned(),
        };
        let help = did_you_mean(id, site.claims.by_id.keys().map(String::as_str), otherwise);
        report.push(Diagnostic::at(Code::ClaimUnknown, place, format!("there is no claim `{id}`")).help(help));
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
        } else if let Some(declared) = theme.shortcodes.get(name) {
            arguments(site, placed, declared, &place, report);
        }
    }
}

/// Whether a template makes whole pages for authors: not one of parts or shortcodes, nor of the pages that no file stands
/// behind.
fn is_of_pages(theme: &Theme, name: &str) -> bool {
    let Some(file) = theme.templates.get(name) else { return false };
    let has = |words: &[&str]| words.iter().any(|word| file.text.contains(word));
    let holds_parts = has(&["{% component", "{%- component"]) && !has(&["{% extends", "{%- extends", "<html", "<HTML"]);
    let is_of_others = name.contains('/') || ["source.html", "404.html"].contains(&name) || holds_parts && !REQUIRED.contains(&name);
    name.ends_with(".html") && !is_of_others
}

/// Hold a shortcode against its declaration.
fn arguments(site: &Site, placed: &PlacedCall, declared: &Shortcode, place: &dyn Fn() -> Span, report: &mut Report) {
    let PlacedCall { call: Call { name, args }, has_body, .. } = placed;
    if *has_body != declared.body {
        let (message, help) = if declared.body {
            ("encloses text", format!("write `{{% {name}() %}}`, the text, and `{{% end %}}`"))
        } else {
            ("encloses no text", format!("write `{{{{ {name}(…) }}}}`, and the text outside it"))
        };
        report.push(Diagnostic::at(Code::ShortcodeInvalid, place(), format!("the shortcode `{name}` {message}")).help(help));
    }
    for (argument, _) in declared.arguments.iter().filter(|(argument, about)| about.required && !args.contains_key(*argument)) {
        let message = format!("the shortcode `{name}` lacks the argument `{argument}`");
        report.push(Diagnostic::at(Code::ShortcodeInvalid, place(), message).help(format!("add `{argument}=\"…\"`")));
    }
    for (argument, value) in args {
        let Some(about) = declared.arguments.get(argument) else {
            let known: Vec<&str> = declared.arguments.keys().map(String::as_str).collect();
            let help = did_you_mean(argument, known.iter().copied(), || match known.as_slice() {
                [] => "it takes none".to_owned(),
                _ => format!("it takes {}", known.join(", ")),
            });
            let message = format!("the shortcode `{name}` takes no argument `{argument}`");
            report.push(Diagnostic::at(Code::ShortcodeInvalid, place(), message).help(help));
            continue;
        };
        let is_date = value.as_str().is_some_and(|value| Date::parse(value).is_some());
        if about.date && !is_date {
            let message = format!("`{argument}` of the shortcode `{name}` is no date");
            let help = "write `\"2024\"`, `\"2024-10\"` or `\"2024-10-28\"`, in quotation marks";
            report.push(Diagnostic::at(Code::ShortcodeInvalid, place(), message).help(help));
            continue;
        }
        let Some(value) = value.as_str() else { continue };
        let unknown = |code: Code, what: &str, known: &mut dyn Iterator<Item = &str>, otherwise: &str| {
            let help = did_you_mean(value, known, || otherwise.to_owned());
            Diagnostic::at(code, place(), format!("there is no {what} `{value}`")).help(help)
        };
        let inputs = &*site.inputs;
        match about.names {
            Some(Named::Question) if inputs.questions.get(value).is_none() && !inputs.questions.broken => {
                report.push(unknown(Code::QuestionUnknown, "question", &mut inputs.questions.ids(), "define it in content/questions.yaml"));
            }
            Some(Named::Actor) if inputs.actors.get(value).is_none() && !inputs.actors.broken => {
                report.push(unknown(Code::ActorUnknown, "actor", &mut inputs.actors.ids(), "define it in content/actors.yaml"));
            }
            Some(Named::Page) if site.routes.page(value).is_none() => {
                let mut paths = site.routes.pages.iter().map(|page| page.path.as_str());
                report.push(unknown(
                    Code::ShortcodeInvalid,
                    "page",
                    &mut paths,
                    "write its path from the site's root, such as `numbers/troops/`",
                ));
            }
            _ => {}
        }
        if !about.options.is_empty() && !about.options.iter().any(|option| option == value) {
            let message = format!("`{argument}` of the shortcode `{name}` cannot be `{value}`");
            let options = || format!("it takes {}", about.options.join(", "));
            let help = did_you_mean(value, about.options.iter().map(String::as_str), options);
            report.push(Diagnostic::at(Code::ShortcodeInvalid, place(), message).help(help));
        }
    }
}
