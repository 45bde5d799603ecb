//! Faults of templates, told in the author's file.
//!
//! In: an error of the template engine. Out: a finding with its place, which the engine does not always say.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::diag::{Code, Diagnostic, did_you_mean};
use crate::text::{Span, TextFile};

/// So many names are listed where none is near.
const MOST_NAMED: usize = 60;

/// The first tag of a name in a template.
fn tag_in(file: &Arc<TextFile>, name: &str) -> Span {
    let mut tags = file.text.match_indices("{%");
    let found = tags.find(|(at, _)| file.text[at + 2..].trim_start_matches(['-', ' ', '\n', '\t']).starts_with(name));
    found.map_or_else(|| Span::whole(file), |(at, _)| Span::new(file, at..at + 2))
}

/// The first place in a template of a word that an error names in quotation marks: a filter, function, test, component or
/// template that does not exist. In a template's name if the error has one, the word stands there.
fn named_in(message: &str, templates: &BTreeMap<String, Arc<TextFile>>) -> Option<Span> {
    let quoted: Vec<&str> = message.split(['\'', '`', '"']).skip(1).step_by(2).filter(|word| !word.is_empty()).collect();
    let files = || {
        let named = quoted.iter().filter_map(|word| templates.get(*word));
        named.chain(templates.values())
    };
    // A word as a whole, within a tag or an expression.
    let in_file = |file: &Arc<TextFile>, word: &str| {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let stands = |at: usize| {
            let opened = file.text[..at].rfind("{{").max(file.text[..at].rfind("{%"));
            let closed = file.text[..at].rfind("}}").max(file.text[..at].rfind("%}"));
            let (before, after) = (file.text[..at].chars().next_back(), file.text[at + word.len()..].chars().next());
            opened > closed && !before.is_some_and(is_part) && !after.is_some_and(is_part)
        };
        file.text.match_indices(word).map(|(at, _)| at).find(|at| stands(*at)).map(|at| Span::new(file, at..at + word.len()))
    };
    quoted.iter().find_map(|word| files().find_map(|file| in_file(file, word)))
}

/// A finding for an error of the template engine; `original` leads from its places to the author's, and `page` is what was
/// being rendered.
pub fn diagnose(
    error: &tera::Error,
    templates: &BTreeMap<String, Arc<TextFile>>,
    original: &dyn Fn(&str, Range<usize>) -> Range<usize>,
    page: Option<&str>,
) -> Diagnostic {
    let (message, span) = match error.kind() {
        tera::ErrorKind::SyntaxError(e) | tera::ErrorKind::RenderingError(e) => {
            let place = |file| Span::new(file, original(e.filename(), e.span().range.clone()));
            (e.message().to_owned(), templates.get(e.filename()).map(place))
        }
        // The engine says which template includes or extends itself, and not where.
        tera::ErrorKind::CircularInclude { tpl, .. } => (error.to_string(), templates.get(tpl).map(|file| tag_in(file, "include"))),
        tera::ErrorKind::CircularExtend { tpl, .. } => (error.to_string(), templates.get(tpl).map(|file| tag_in(file, "extends"))),
        // Nor where a template names what does not exist; it names the template that does, or what it is that is missing.
        _ => {
            let message = error.to_string();
            let place = named_in(&message, templates);
            (message, place)
        }
    };
    let message = message.strip_prefix("error: ").map(str::to_owned).unwrap_or(message);
    let line = message.lines().next().unwrap_or("the template cannot be rendered");
    // The engine adds what is defined: that is the next step's, where a near match is enough.
    let (message, defined) = match line.split_once(". Available ") {
        Some((message, rest)) => (message, rest.split_once(": ").map_or(Vec::new(), |(_, names)| names.split(", ").collect())),
        None => (line.trim_end_matches('.'), Vec::new()),
    };
    let written = message.split('`').nth(1).unwrap_or("");
    let help = did_you_mean(written, defined.iter().copied(), || match defined.len() {
        0 => "docs/themes.md lists what each template may use".to_owned(),
        // Of hundreds nobody reads the list.
        n if n > MOST_NAMED => format!("{n} names are defined here: {}, …; docs/themes.md lists them", defined[..MOST_NAMED].join(", ")),
        _ => format!("defined here: {}", defined.join(", ")),
    });
    let mut chars = message.chars();
    let message = chars.next().map_or(String::new(), |c| c.to_lowercase().chain(chars).collect());
    let mut diagnostic = match span {
        Some(span) => Diagnostic::at(Code::TemplateError, span, message),
        None => Diagnostic::bare(Code::TemplateError, message),
    };
    if let Some(page) = page {
        diagnostic = diagnostic.note(format!("while rendering {page}"));
    }
    diagnostic.help(help)
}
