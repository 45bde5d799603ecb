//! Findings as the preview shows them.
//!
//! In: a report. Out: [`Trouble`] for the overlay, and the check results of one page: counts, and findings with the words
//! they are about, freed of Markdown so that the script can look for them in the rendered page.
//! Must never hold markup: the script puts every string in as text.

use std::path::PathBuf;

use serde::Serialize;

use crate::diag::emit::{Format, emit};
use crate::diag::{Diagnostic, Report, Severity, Sort};
use crate::output::PageSummary;
use crate::text::Span;

use super::view::View;

/// Findings in an overlay; more are counted.
const MOST: usize = 50;
/// Bytes of an excerpt, and of the text on either side of it.
const EXCERPT: usize = 600;
const AROUND: usize = 80;

/// How a place in a file becomes a link that opens it.
#[derive(Debug)]
pub(super) struct Editor {
    /// The site's root.
    pub root: PathBuf,
    /// With `{path}`, `{line}` and `{column}`; no links without it.
    pub template: Option<String>,
}

/// Why there is no new site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Trouble {
    /// One line.
    pub title: String,
    /// What is wrong, worst first.
    pub findings: Vec<Finding>,
    /// How many findings are not in the list.
    pub more: usize,
    /// What to do, where there are no findings that say it.
    pub note: Option<String>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    code: &'static str,
    severity: &'static str,
    message: String,
    help: Option<String>,
    notes: Vec<String>,
    /// Relative to the root.
    file: Option<String>,
    line: usize,
    column: usize,
    /// Opens the place in the editor.
    link: Option<String>,
    /// The finding as the terminal shows it; for the overlay alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The words it is about, and those on either side, without Markdown.
    excerpt: String,
    before: String,
    after: String,
}

/// The check results of one page.
#[derive(Debug, Default, Serialize)]
pub(super) struct PageChecks<'a> {
    /// The page's content file.
    file: Option<&'a str>,
    /// What was counted on it.
    summary: Option<&'a PageSummary>,
    findings: Vec<Finding>,
}

impl Trouble {
    /// The site's files are at fault.
    pub fn site(report: &Report, editor: &Editor) -> Self {
        Self::of("The site cannot be built", report, editor)
    }

    /// One page cannot be made, and the others can.
    pub fn page(report: &Report, editor: &Editor) -> Self {
        Self::of("This page cannot be built", report, editor)
    }

    fn of(title: &str, report: &Report, editor: &Editor) -> Self {
        let stops = |d: &&Diagnostic| d.severity == Severity::Error && d.code.sort() == Sort::Unbuildable;
        let count = report.iter().filter(stops).count();
        let title = match count {
            0 => title.to_owned(),
            1 => format!("{title}: 1 error"),
            n => format!("{title}: {n} errors"),
        };
        let chosen: Vec<&Diagnostic> = if count > 0 { report.iter().filter(stops).collect() } else { report.iter().collect() };
        let findings: Vec<Finding> = chosen.into_iter().take(MOST).map(|d| Finding::with_text(d, editor)).collect();
        let more = report.iter().count() - findings.len();
        Self { title, findings, more, note: None }
    }

    /// The machine refused something.
    pub fn machine(error: &str, report: &Report, editor: &Editor) -> Self {
        let findings: Vec<Finding> = report.iter().take(MOST).map(|d| Finding::with_text(d, editor)).collect();
        let more = report.iter().count() - findings.len();
        let title = "The site cannot be built: the machine refused".to_owned();
        Self { title, findings, more, note: Some(error.to_owned()) }
    }

    /// The program is at fault.
    pub fn fault(message: &str) -> Self {
        Self {
            title: "This is a fault of cited, not of your site".to_owned(),
            findings: Vec::new(),
            more: 0,
            note: Some(format!(
                "It stopped with: {message}\nUndo the last change to go on, and please report it with that change. \
                 The terminal shows where it happened."
            )),
        }
    }
}

impl Finding {
    fn of(d: &Diagnostic, editor: &Editor) -> Self {
        let (file, line, column) = match d.place() {
            Some((file, line, column)) => (Some(file.to_owned()), line, column),
            None => (None, 0, 0),
        };
        let link = file.as_deref().and_then(|file| editor.link(file, line, column));
        let (excerpt, before, after) = d.span.as_ref().map(words).unwrap_or_default();
        let severity = if d.severity == Severity::Error { "error" } else { "warning" };
        Self {
            code: d.code.name(),
            severity,
            message: d.message.clone(),
            help: d.help.clone(),
            notes: d.notes.clone(),
            file,
            line,
            column,
            link,
            text: None,
            excerpt,
            before,
            after,
        }
    }

    fn with_text(d: &Diagnostic, editor: &Editor) -> Self {
        let alone: Report = std::iter::once(d.clone()).collect();
        Self { text: Some(emit(&alone, Format::Human, false).trim_end().to_owned()), ..Self::of(d, editor) }
    }
}

impl Editor {
    fn link(&self, file: &str, line: usize, column: usize) -> Option<String> {
        let template = self.template.as_deref()?;
        // The link goes into a page: only schemes that open programs or pages, none that run text.
        let scheme = template.split_once(':')?.0.to_ascii_lowercase();
        let plain = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
        if !plain || ["javascript", "data", "vbscript"].contains(&scheme.as_str()) {
            return None;
        }
        let path = self.root.join(file).to_string_lossy().replace('\\', "/");
        let escaped: String = path
            .bytes()
            .map(|b| match b {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b':' => char::from(b).to_string(),
                _ => format!("%{b:02X}"),
            })
            .collect();
        let filled = template.replace("{line}", &line.to_string()).replace("{column}", &column.to_string());
        Some(filled.replace("{path}", &escaped))
    }
}

/// What the checks counted on a page, and the findings that lie in its content file and do not stop it from being shown.
pub(super) fn of_page<'a>(report: &Report, view: &'a View, editor: &Editor) -> PageChecks<'a> {
    let Some(file) = view.file.as_deref() else {
        return PageChecks::default();
    };
    let here = |d: &&Diagnostic| d.code.sort() == Sort::Unpublishable && d.span.as_ref().is_some_and(|span| span.file.path == file);
    let findings = report.iter().filter(here).map(|d| Finding::of(d, editor)).collect();
    PageChecks { file: Some(file), summary: view.summary.as_ref(), findings }
}

/// The words of a span, and those before and after it, without Markdown. Empty for a finding about the whole file.
fn words(span: &Span) -> (String, String, String) {
    if span.start == span.end {
        return Default::default();
    }
    let text = &span.file.text;
    let excerpt = clip(text, span.start, span.end.min(span.start + EXCERPT));
    let before = clip(text, span.start.saturating_sub(AROUND), span.start);
    let after = clip(text, span.end, span.end.saturating_add(AROUND));
    (plain(excerpt), plain(before), plain(after))
}

/// A part of a text, narrowed to whole characters.
fn clip(text: &str, start: usize, end: usize) -> &str {
    let (mut start, mut end) = (start.min(text.len()), end.min(text.len()));
    while !text.is_char_boundary(start) {
        start += 1;
    }
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(start..end).unwrap_or("")
}

/// Words as a reader sees them: citations, link targets, shortcodes, tags, attributes and note marks are dropped;
/// marks of emphasis stay, since the script compares letters and digits alone.
fn plain(markdown: &str) -> String {
    let mut out = String::new();
    let mut rest = markdown;
    while let Some(c) = rest.chars().next() {
        let dropped = match c {
            '[' => enclosed(rest, "[", "]").filter(|all| {
                let inner = all.trim_start_matches('[');
                let link = rest[all.len()..].starts_with('(');
                !link && (inner.starts_with('^') || inner.contains('@'))
            }),
            ']' if rest.starts_with("](") => rest.find(')').map(|end| &rest[..=end]),
            '{' => enclosed(rest, "{{", "}}")
                .or_else(|| enclosed(rest, "{%", "%}"))
                .or_else(|| enclosed(rest, "{#", "}"))
                .or_else(|| enclosed(rest, "{.", "}")),
            '<' => enclosed(rest, "<", ">").filter(|all| all[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')),
            _ => None,
        };
        match dropped {
            Some(dropped) => {
                out.push(' ');
                rest = &rest[dropped.len()..];
            }
            None => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// From an opening mark at the start of the text to the first closing one.
fn enclosed<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let inner = text.strip_prefix(open)?;
    let end = inner.find(close)?;
    Some(&text[..open.len() + end + close.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_words() {
        for (markdown, words) in [
            ("sent **11,000** troops [@budanov, p. 3].", "sent **11,000** troops ."),
            ("see [the *plan*](other.md#x) now", "see [the *plan* now"),
            ("a {{ calc(value=\"55%\") }} b", "a b"),
            ("note[^1] and [see @a; @b] end", "note and end"),
            ("<b class=x>bold</b> 3 < 4", "bold 3 < 4"),
            ("## Title {#id .c}", "## Title"),
            ("[unclosed @x", "[unclosed @x"),
            ("é{", "é{"),
        ] {
            assert_eq!(plain(markdown), words, "{markdown}");
        }
    }

    #[test]
    fn editor_links_are_escaped_and_never_scripts() {
        let editor = |template: &str| Editor { root: PathBuf::from("/a b"), template: Some(template.to_owned()) };
        assert_eq!(
            editor("vscode://file{path}:{line}:{column}").link("content/x.md", 3, 4).as_deref(),
            Some("vscode://file/a%20b/content/x.md:3:4")
        );
        for template in ["javascript:alert(1)", "JavaScript:x", "data:text/html,x", "no scheme", " javascript:x"] {
            assert_eq!(editor(template).link("x", 1, 1), None, "{template}");
        }
    }
}
