//! Templates, rendered within bounds.
//!
//! In: a template of the theme and what it sees. Out: its output, or the finding. What a template writes is counted while
//! it is written, and given up on when it is more than a page can be; what it does beside that counts itself
//! ([`limits`]).
//! Must never be gone around: every call of `Engine::render` is here.

use std::cell::Cell;
use std::io;
use std::sync::Arc;

use crate::diag::{Code, Diagnostic};
use crate::load::theme::limits::{self, Over};
use crate::load::theme::{self, Theme};
use crate::text::Span;

/// The longest output of a template, and of a page's body, in bytes.
pub const LARGEST: usize = 32 << 20;

/// Bytes up to a bound.
struct Bounded<'a> {
    bytes: &'a mut Vec<u8>,
    full: bool,
}

impl io::Write for &mut Bounded<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > LARGEST {
            self.full = true;
            return Err(io::Error::other("too long"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Room for most pages, so that their bytes are not moved again and again while they grow.
const USUAL: usize = 48 << 10;

/// Render a template into text; `page` is what is being rendered, for the finding.
pub fn text(theme: &Theme, template: &str, context: &tera::Context, page: &str) -> Result<String, Diagnostic> {
    let mut bytes = Vec::new();
    render(theme, template, context, page, &mut bytes)?;
    // The engine writes texts alone.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Render a template into a file; `page` is what is being rendered, for the finding.
pub fn file(theme: &Theme, template: &str, context: &tera::Context, page: &str) -> Result<Arc<[u8]>, Diagnostic> {
    thread_local! {
        static ROOM: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
    }
    let mut bytes = ROOM.take();
    bytes.clear();
    bytes.reserve(USUAL);
    let result = render(theme, template, context, page, &mut bytes).map(|()| Arc::from(bytes.as_slice()));
    if bytes.capacity() <= 16 * USUAL {
        ROOM.set(bytes);
    }
    result
}

fn render(theme: &Theme, template: &str, context: &tera::Context, page: &str, bytes: &mut Vec<u8>) -> Result<(), Diagnostic> {
    let mut out = Bounded { bytes, full: false };
    let result = theme.engine.render(template, context, &mut out);
    if out.full {
        return Err(too_long(theme, template).note(format!("while rendering {page}")));
    }
    let described = |error| {
        let mut finding = theme::diagnose(&error, &theme.templates, &|name, range| theme.engine.original(name, range), Some(page));
        finding.span = finding.span.or_else(|| theme.templates.get(template).map(Span::whole));
        finding
    };
    result.map_err(|error| match limits::over() {
        Some(over) => goes_on(over, template, described(error)),
        None => described(error),
    })
}

/// The template that did too much, named.
fn goes_on(over: Over, template: &str, mut finding: Diagnostic) -> Diagnostic {
    let file = finding.span.as_ref().map_or(template, |span| span.file.path.rsplit_once("templates/").map_or(template, |(_, name)| name));
    finding.message = format!("the template `{file}` {}", over.words());
    finding.help(over.help())
}

fn too_long(theme: &Theme, template: &str) -> Diagnostic {
    let message = format!("the template `{template}` makes more than {LARGEST} bytes");
    match theme.templates.get(template) {
        Some(file) => Diagnostic::at(Code::TemplateError, Span::whole(file), message),
        None => Diagnostic::bare(Code::TemplateError, message),
    }
    .help("look for a loop that goes round too often")
}
