//! Findings: what is wrong, where, and what to do next.
//!
//! In: spans and words from every stage. Out: [`Report`], sorted and without doubles; [`emit`] prints it.
//! A stage collects and goes on; it never prints, and never stops at the first finding.

mod code;
pub mod emit;
mod near;

pub use code::{Code, Severity, Sort, UnknownCode};
pub use near::{did_you_mean, near_match};

use std::sync::Arc;

use crate::text::{Span, TextFile};

/// One finding. Messages are one line in lower case without a full stop; names stand in backquotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which kind of finding.
    pub code: Code,
    /// Its severity, after the site's and the page's settings.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// The narrowest place; none for findings about the site as a whole.
    pub span: Option<Span>,
    /// A few words beside the marked place.
    pub label: Option<String>,
    /// What to do.
    pub help: Option<String>,
    /// Further facts, each a line.
    pub notes: Vec<String>,
    /// Another place that matters, with its label.
    pub related: Option<(Span, String)>,
}

impl Diagnostic {
    /// A finding at a place.
    pub fn at(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { span: Some(span), ..Self::bare(code, message) }
    }

    /// A finding about a file as a whole, shown at its first line.
    pub fn file(code: Code, file: &Arc<TextFile>, message: impl Into<String>) -> Self {
        Self::at(code, Span::whole(file), message)
    }

    /// A finding that has no place in any file.
    pub fn bare(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: one_line(message.into()),
            span: None,
            label: None,
            help: None,
            notes: Vec::new(),
            related: None,
        }
    }

    /// Say what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(one_line(help.into()));
        self
    }

    /// Words beside the marked place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(one_line(label.into()));
        self
    }

    /// A further fact.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(one_line(note.into()));
        self
    }

    /// Another place that matters.
    #[must_use]
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related = Some((span, one_line(label.into())));
        self
    }

    /// File, line and column, if the finding has a place.
    pub fn place(&self) -> Option<(&str, usize, usize)> {
        self.span.as_ref().map(|span| {
            let (line, column) = span.file.position(span.start);
            (span.file.path.as_str(), line, column)
        })
    }
}

/// Names and values from content stand in messages: their line ends must not begin lines of the output, nor their control
/// characters steer a terminal.
fn one_line(text: String) -> String {
    if !text.contains(char::is_control) {
        return text;
    }
    let line = text.replace("\r\n", " ").replace(['\n', '\r', '\t'], " ");
    line.replace(char::is_control, "\u{fffd}")
}

/// Everything that was found in one run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Add a finding; one whose severity is off is dropped.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if diagnostic.severity != Severity::Off {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Add all findings of another report.
    pub fn extend(&mut self, other: Report) {
        self.diagnostics.extend(other.diagnostics);
    }

    /// Sort by path, offset and code, and drop doubles.
    pub fn finish(&mut self) {
        let key = |d: &Diagnostic| {
            let place = d.span.as_ref().map(|s| (s.file.path.clone(), s.start));
            (place, d.code, d.message.clone())
        };
        self.diagnostics.sort_by_cached_key(key);
        self.diagnostics.dedup_by(|a, b| key(a) == key(b));
    }

    /// The findings.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter()
    }

    /// Change findings in place (levels), dropping those that become [`Severity::Off`].
    pub fn relevel(&mut self, level: impl Fn(&Diagnostic) -> Severity) {
        for diagnostic in &mut self.diagnostics {
            diagnostic.severity = level(diagnostic);
        }
        self.diagnostics.retain(|d| d.severity != Severity::Off);
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// How many findings there are at a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.iter().filter(|d| d.severity == severity).count()
    }

    /// Whether the site cannot be published.
    pub fn has_errors(&self) -> bool {
        self.iter().any(|d| d.severity == Severity::Error)
    }

    /// Whether the site cannot even be rendered.
    pub fn is_unbuildable(&self) -> bool {
        self.iter().any(|d| d.severity == Severity::Error && d.code.sort() == Sort::Unbuildable)
    }
}

impl FromIterator<Diagnostic> for Report {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(iter: I) -> Self {
        let mut report = Report::default();
        iter.into_iter().for_each(|d| report.push(d));
        report
    }
}
