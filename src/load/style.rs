//! The citation style: CSL, with the words of the site's language.
//!
//! In: the name that `site.yaml` gives, or the style's own file. Out: [`CitationStyle`], or what is wrong and where.
//! Must never format a citation: that is `resolve/csl.rs`'s.

mod bounds;
mod locales;
mod names;

use std::sync::Arc;

use hayagriva::archive::ArchivedStyle;
use hayagriva::citationberg::{IndependentStyle, Locale, LocaleCode, Style};
use xxhash_rust::xxh3::xxh3_128;

use crate::config::Config;
use crate::diag::{Code, Diagnostic, did_you_mean};
use crate::text::{Span, TextFile};
use crate::yaml::Yaml;
use crate::yaml_path;

/// A citation style as it was read.
#[derive(Debug, Clone)]
pub struct CitationStyle {
    /// What it says (CSL 1.0.2).
    pub csl: Arc<IndependentStyle>,
    /// The words of its language, and those that stand in for words that it lacks.
    pub locales: Arc<Vec<Locale>>,
    /// The language.
    pub language: LocaleCode,
    /// Of the style and the language.
    pub digest: u128,
}

impl CitationStyle {
    /// Find the style that the configuration names; `file` is its own file, if it names one that exists.
    ///
    /// # Errors
    /// When there is no such style, or its file cannot be read as one.
    pub fn find(config: &Config, file: Option<&Arc<TextFile>>) -> Result<Self, Diagnostic> {
        let name = &config.citation_style;
        if let Some(file) = file {
            return Self::read(file, &config.language);
        }
        let unknown = |message: String, help: String| {
            let place = Yaml::whole(&config.file).place(&yaml_path!["citation_style"]);
            Err(Diagnostic::at(Code::StyleUnknown, place, message).help(help))
        };
        if name.ends_with(".csl") {
            return unknown(
                format!("the citation style `{name}` does not exist"),
                "write the path of a .csl file relative to the site's root".to_owned(),
            );
        }
        match ArchivedStyle::by_name(name).map(ArchivedStyle::get) {
            Some(Style::Independent(style)) => Ok(Self::of(style, xxh3_128(name.as_bytes()), &config.language)),
            _ => {
                let names: Vec<&str> = ArchivedStyle::all().iter().flat_map(|s| s.names()).copied().collect();
                let examples = || {
                    "use `ieee`, `apa`, `chicago-author-date`, `chicago-notes`, `modern-language-association`, or the path of a .csl file"
                        .to_owned()
                };
                unknown(format!("there is no citation style `{name}`"), did_you_mean(name, names.iter().copied(), examples))
            }
        }
    }

    /// Read a `.csl` file, for a site in `language` (BCP 47).
    ///
    /// # Errors
    /// When it is no independent CSL 1.0 style, or has more in it than can be worked with.
    pub fn read(file: &Arc<TextFile>, language: &str) -> Result<Self, Diagnostic> {
        if let Err((message, place)) = bounds::check(&file.text) {
            let message = format!("the citation style cannot be read: {message}");
            return Err(Diagnostic::at(Code::StyleUnknown, Span::new(file, place), message).help("use a published CSL 1.0 style"));
        }
        let style = IndependentStyle::from_xml(&file.text).map_err(|error| {
            let first_line = error.to_string().lines().next().unwrap_or_default().to_owned();
            Diagnostic::file(Code::StyleUnknown, file, format!("the citation style cannot be read: {first_line}"))
                .help("use an independent CSL 1.0 style; a dependent one only names another")
        })?;
        Ok(Self::of(style, xxh3_128(file.text.as_bytes()), language))
    }

    /// A style with this digest.
    pub(crate) fn of(mut style: IndependentStyle, digest: u128, language: &str) -> Self {
        names::complete(&mut style);
        if let Some(bibliography) = &mut style.bibliography {
            // A dash in place of a repeated name: the engine garbles it for two authors, and links lead to single references.
            bibliography.subsequent_author_substitute = None;
        }
        let language = LocaleCode(match language {
            "en" => "en-US".to_owned(),
            other => other.to_owned(),
        });
        // What it makes depends on the language as much as on the style.
        let digest = xxh3_128(format!("{digest:032x} {}", language.0).as_bytes());
        Self { csl: Arc::new(style), locales: locales::of(&language), language, digest }
    }
}
