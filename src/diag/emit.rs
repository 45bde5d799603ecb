//! Findings as text for people and for programs.
//!
//! In: a finished [`Report`]. Out: text in one of five formats. Spans become line and column here alone.
//! Must never drop or reorder findings.

use std::collections::{HashMap, HashSet};

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use rayon::prelude::*;
use serde_json::{Value, json};

use super::{Code, Diagnostic, Report, Severity};
use crate::text::TextFile;

/// The formats of `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// Excerpts with carets, like a compiler's.
    #[default]
    Human,
    /// One line a finding: `path:line:column: severity[code]: message`.
    Short,
    /// One JSON array.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands that GitHub shows beside the changed lines.
    Github,
}

/// Print a report. `colour` holds for [`Format::Human`] alone.
pub fn emit(report: &Report, format: Format, colour: bool) -> String {
    emit_below("", report, format, colour)
}

/// The same of a site in a folder of a repository, `site/`: GitHub counts paths from the repository.
pub fn emit_below(folder: &str, report: &Report, format: Format, colour: bool) -> String {
    match format {
        Format::Human => for_people(report, colour),
        Format::Short => report.iter().map(|d| short(d, true) + "\n").collect(),
        Format::Json => pretty(&Value::Array(report.iter().map(object).collect())),
        Format::Sarif => pretty(&sarif(report)),
        Format::Github => report.iter().map(|d| github(folder, d) + "\n").collect(),
    }
}

/// Warnings of one kind that are shown with an excerpt. What comes after them is one line each: nobody reads four hundred
/// lines that all say that a text is not archived, and an error between them would be lost.
const EXCERPTS: usize = 3;

/// How a finding is told to people.
#[derive(Clone, Copy, PartialEq)]
enum Telling {
    Excerpt,
    /// One line, with what to do if no excerpt before it has said so.
    Line {
        help: bool,
    },
}

fn for_people(report: &Report, colour: bool) -> String {
    let (mut count, mut said): (HashMap<Code, usize>, HashSet<&str>) = (HashMap::new(), HashSet::new());
    let tellings: Vec<Telling> = report
        .iter()
        .map(|d| {
            let (is_error, before) = (d.severity == Severity::Error, count.entry(d.code).or_default());
            if is_error || *before < EXCERPTS {
                *before += usize::from(!is_error);
                said.extend(d.help.as_deref());
                return Telling::Excerpt;
            }
            Telling::Line { help: d.help.as_deref().is_some_and(|help| !said.contains(help)) }
        })
        .collect();
    // A blank line stands after each excerpt, and after the last of some lines.
    let end = |i: usize| if matches!(tellings.get(i + 1), Some(Telling::Line { .. })) { "\n" } else { "\n\n" };
    let told = |(i, d): (usize, &Diagnostic)| match tellings[i] {
        Telling::Excerpt => human(d, colour) + "\n\n",
        Telling::Line { help } => short(d, help) + end(i),
    };
    report.diagnostics.par_iter().enumerate().map(told).collect()
}

fn pretty(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("a JSON value always serialises");
    text.push('\n');
    text
}

/// The lines shown around a finding: from `CONTEXT` lines before it to `CONTEXT` after.
const CONTEXT: usize = 1;
/// A marked range is cut after this many bytes, so that a whole paragraph does not fill the screen.
const LONGEST_MARK: usize = 400;
/// An excerpt of more bytes is the marked line alone, as far as the mark needs it.
const LONGEST_EXCERPT: usize = 4000;

fn human(d: &Diagnostic, colour: bool) -> String {
    let level = || match d.severity {
        Severity::Error => Level::ERROR,
        _ => Level::WARNING,
    };
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut group = level().primary_title(clean(&d.message)).id(d.code.name()).elements(Vec::<annotate_snippets::Message<'_>>::new());
    if let Some(span) = &d.span {
        let (from, first_line, excerpt) = excerpt(&span.file, span.start, span.end);
        let end = span.end.min(span.start + LONGEST_MARK).max(span.start);
        let mut end = (end - from).min(excerpt.len());
        while !excerpt.is_char_boundary(end) {
            end -= 1;
        }
        let marked = (span.start - from).min(end)..end;
        let mut mark = AnnotationKind::Primary.span(marked);
        if let Some(label) = &d.label {
            mark = mark.label(clean(label));
        }
        group = group.element(Snippet::source(excerpt).path(span.file.path.clone()).line_start(first_line).fold(false).annotation(mark));
    }
    if let Some((span, label)) = &d.related {
        let (from, first_line, excerpt) = excerpt(&span.file, span.start, span.end);
        let end = (span.end - from).min(excerpt.len());
        group = group.element(
            Snippet::source(excerpt)
                .path(span.file.path.clone())
                .line_start(first_line)
                .fold(false)
                .annotation(AnnotationKind::Context.span(span.start - from..end).label(clean(label))),
        );
    }
    for note in &d.notes {
        group = group.element(Level::NOTE.message(clean(note)));
    }
    if let Some(help) = &d.help {
        group = group.element(Level::HELP.message(clean(help)));
    }
    renderer.render(&[group]).to_string()
}

/// Control characters from content must not reach the terminal, nor those that turn its writing direction.
fn clean(text: &str) -> String {
    text.chars().map(|c| if (c.is_control() && c != '\n') || turns(c) { '\u{fffd}' } else { c }).collect()
}

/// As [`clean`], where lines end and offsets count: what takes the place of a character is as many bytes long.
fn visible(c: char) -> char {
    match c {
        '\n' | '\t' | '\r' => c,
        c if c.is_control() => ['?', '\u{bf}'][c.len_utf8() - 1],
        c if turns(c) => '\u{fffd}',
        c => c,
    }
}

fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The lines around a range: where they begin in the file, the number of the first, and their text.
fn excerpt(file: &TextFile, start: usize, end: usize) -> (usize, usize, String) {
    let text = &*file.text;
    let mut from = text[..start].rfind('\n').map_or(0, |i| i + 1);
    let own = from;
    for _ in 0..CONTEXT {
        from = text[..from.saturating_sub(1)].rfind('\n').map_or(0, |i| i + 1);
    }
    let end = end.min(start + LONGEST_MARK).max(start);
    let mut end = end.min(text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    let mut to = text[end..].find('\n').map_or(text.len(), |i| end + i);
    for _ in 0..CONTEXT {
        to = text.get(to + 1..).map_or(to, |rest| rest.find('\n').map_or(text.len(), |i| to + 1 + i));
    }
    // Lines that fill the screen by themselves need none around them.
    if to - from > LONGEST_EXCERPT {
        from = own;
        to = (end..=to.min(end + LONGEST_MARK)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(end);
    }
    let (first_line, _) = file.position(from);
    (from, first_line, text[from..to].chars().map(visible).collect())
}

fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Off => "off",
    }
}

fn short(d: &Diagnostic, with_help: bool) -> String {
    let place = d.place().map(|(path, line, column)| format!("{path}:{line}:{column}: ")).unwrap_or_default();
    let help = d.help.as_ref().filter(|_| with_help).map(|h| format!(" ({h})")).unwrap_or_default();
    let related = related(d).map(|related| format!("; {related}"));
    let line = format!("{place}{}[{}]: {}{}{help}", severity_name(d.severity), d.code, d.message, related.unwrap_or_default());
    clean(&line.replace('\n', " "))
}

/// The other place that matters, in a line.
fn related(d: &Diagnostic) -> Option<String> {
    let (span, label) = d.related.as_ref()?;
    let (line, column) = span.file.position(span.start);
    Some(format!("{label}: {}:{line}:{column}", span.file.path))
}

fn object(d: &Diagnostic) -> Value {
    let place = d.span.as_ref().map(|span| {
        let (line, column) = span.file.position(span.start);
        let (end_line, end_column) = span.file.position(span.end);
        json!({ "path": span.file.path, "line": line, "column": column, "end_line": end_line, "end_column": end_column,
                "start": span.start, "end": span.end })
    });
    json!({
        "code": d.code.name(), "severity": severity_name(d.severity), "message": d.message, "place": place,
        "label": d.label, "help": d.help, "notes": d.notes,
        "related": d.related.as_ref().map(|(span, label)| {
            let (line, column) = span.file.position(span.start);
            json!({ "path": span.file.path, "line": line, "column": column, "label": label })
        }),
    })
}

fn github(folder: &str, d: &Diagnostic) -> String {
    let escape = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| escape(text).replace(':', "%3A").replace(',', "%2C");
    let place = d
        .place()
        .map(|(path, line, column)| format!("file={},line={line},col={column},", property(&format!("{folder}{path}"))))
        .unwrap_or_default();
    let help: String = related(d).iter().chain(&d.help).map(|words| format!("\n{words}")).collect();
    format!("::{} {place}title={}::{}", severity_name(d.severity), d.code, escape(&format!("{}{help}", d.message)))
}

/// SARIF 2.1.0 (OASIS): one run, one rule a code, columns in Unicode code points.
fn sarif(report: &Report) -> Value {
    let mut codes: Vec<Code> = report.iter().map(|d| d.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<Value> = codes.iter().map(|c| json!({ "id": c.name(), "shortDescription": { "text": c.meaning() } })).collect();
    let results: Vec<Value> = report
        .iter()
        .map(|d| {
            let text = d.help.as_ref().map_or_else(|| d.message.clone(), |h| format!("{}; {h}", d.message));
            let mut result = json!({
                "ruleId": d.code.name(), "ruleIndex": codes.binary_search(&d.code).unwrap_or(0),
                "level": severity_name(d.severity), "message": { "text": text },
            });
            if let Some((span, label)) = &d.related {
                let (line, column) = span.file.position(span.start);
                result["relatedLocations"] = json!([{ "message": { "text": label }, "physicalLocation": {
                    "artifactLocation": { "uri": uri_path(&span.file.path), "uriBaseId": "SRCROOT" },
                    "region": { "startLine": line, "startColumn": column },
                } }]);
            }
            if let Some(span) = &d.span {
                let (line, column) = span.file.position(span.start);
                let (end_line, end_column) = span.file.position(span.end);
                result["locations"] = json!([{ "physicalLocation": {
                    "artifactLocation": { "uri": uri_path(&span.file.path), "uriBaseId": "SRCROOT" },
                    "region": { "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column },
                } }]);
            }
            result
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "cited", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// A relative path as a URI reference (RFC 3986): everything but unreserved characters and slashes is escaped.
fn uri_path(path: &str) -> String {
    path.bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    #[test]
    fn many_warnings_of_one_kind_are_a_line_each_and_errors_never() {
        let file = TextFile::new("content/a.md", "one two\n".repeat(9));
        let found = |i: usize| {
            let mut found = Diagnostic::at(Code::CiteUnarchived, Span::new(&file, i * 8..i * 8 + 3), format!("number {i}"));
            found = found.help(if i == 4 { "or not" } else { "archive it" });
            found.severity = if i > 4 { Severity::Error } else { Severity::Warning };
            found
        };
        let printed = emit(&(0..8).map(found).collect(), Format::Human, false);
        let lines: Vec<&str> = printed.lines().collect();
        let count = |start: &str| lines.iter().filter(|line| line.starts_with(start)).count();
        assert_eq!(count("warning[cite-unarchived]: number "), 3, "{printed}");
        assert_eq!(count("error[cite-unarchived]: number "), 3, "{printed}");
        let fourth = lines.iter().position(|line| *line == "content/a.md:4:1: warning[cite-unarchived]: number 3").unwrap();
        // What the excerpts did not say is said.
        assert_eq!(lines[fourth + 1..fourth + 3], ["content/a.md:5:1: warning[cite-unarchived]: number 4 (or not)", ""], "{printed}");
        assert_eq!(lines[fourth + 3], "error[cite-unarchived]: number 5");
    }

    #[test]
    fn no_excerpt_steers_a_terminal() {
        // One byte, two bytes, and what turns the direction of writing.
        let text = "a\u{1b}[2J b\u{9b}2J c\u{88} d\u{7f} e\u{202e}f\n";
        let file = TextFile::new("content/a.md", text);
        for start in 0..text.len() {
            if !text.is_char_boundary(start) {
                continue;
            }
            let found = Diagnostic::at(Code::YamlInvalid, Span::new(&file, start..text.len()), text).label(text).help(text).note(text);
            let report = [found].into_iter().collect();
            for format in [Format::Human, Format::Short, Format::Json, Format::Sarif] {
                let printed = emit(&report, format, false);
                let steers = |c: char| (c.is_control() && !matches!(c, '\n' | '\t' | '\r')) || matches!(c, '\u{202a}'..='\u{202e}');
                let json = matches!(format, Format::Json | Format::Sarif);
                assert!(json || !printed.contains(steers), "{printed:?}");
                assert!(!printed.contains(['\u{1b}', '\u{9b}']), "{printed:?}");
            }
        }
    }
}
