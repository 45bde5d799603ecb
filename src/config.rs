//! `site.yaml`: what the author may set, as written and as checked.
//!
//! In: the text of `site.yaml` and the command line's overrides. Out: [`Config`]. Every field of the raw form is
//! taken apart by name, so a new one cannot be forgotten.
//! Must never read another file: the theme, the archive and the bibliography are only named here.

pub mod deploy;

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::author::Author;
use crate::date::Date;
use crate::diag::{Code, Diagnostic, Report, Severity, Sort, did_you_mean};
use crate::text::{Span, TextFile};
use crate::yaml::{Names, Step, Yaml};
use crate::yaml_path;
use deploy::{Deploy, RawDeploy};

/// The name of the file that makes a folder a site.
pub const CONFIG_FILE: &str = "site.yaml";

/// The folder of the site's root that keeps its dated copies, and of the output that shows them.
pub const VERSIONS: &str = "versions";
/// In each of them, the SHA-256 sums of its files.
pub const SUMS: &str = "SHA256SUMS";

/// `site.yaml` as written.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RawConfig {
    /// The site's name.
    title: String,
    /// One or two sentences for search engines and feeds.
    #[serde(default)]
    description: String,
    /// The public address, with its sub-path if there is one: `https://example.org/sub/`.
    base_url: String,
    /// BCP 47 tag of the text's language. Default `en`.
    #[serde(default = "english")]
    language: String,
    /// The folder below `themes/`. Default `explainer`.
    #[serde(default = "explainer")]
    theme: String,
    /// Values for the theme's settings.
    #[serde(default)]
    theme_settings: BTreeMap<String, serde_json::Value>,
    /// Files of sources (YAML, `.bib`, `.ris`, CSL-JSON). Default `content/sources.yaml`.
    #[serde(default)]
    bibliography: Option<Names>,
    /// A bundled CSL style's name, or the path of a `.csl` file. Default `ieee`, which is numeric.
    #[serde(default)]
    citation_style: Option<String>,
    /// The folder with the archived texts; may lie outside the site.
    #[serde(default)]
    archive: Option<String>,
    /// The date of the state of knowledge.
    #[serde(default)]
    as_of: Option<Date>,
    /// Who made the site, unless a page says otherwise. `Ng, Ada` is a person.
    #[serde(default)]
    authors: Vec<Author>,
    /// The people who checked it, unless a page says otherwise.
    #[serde(default)]
    reviewers: Vec<Author>,
    /// Reuse terms.
    #[serde(default)]
    license: Option<License>,
    /// Whether each page gets a social card, if the theme draws any. Default `true`.
    #[serde(default = "yes")]
    cards: bool,
    /// Levels of checks: a code, then `error`, `warning` or `off`.
    #[serde(default)]
    checks: BTreeMap<String, Severity>,
    /// What a citation after the full stop covers: its `sentence` (default) or the `paragraph`.
    #[serde(default)]
    cites_cover: CitesCover,
    /// Phrases that hold numbers but count nothing: `Article 4`, `Mirage 2000`.
    #[serde(default)]
    names: Vec<String>,
    /// How readers search: `small` (default), one file for small sites, `pagefind`, for large ones, or `none`.
    #[serde(default)]
    search: Search,
    /// Let HTML in the content through as it is. Only for sites whose every author is trusted.
    #[serde(default)]
    trusted_html: bool,
    /// Hosts that the site is made ready for, and where `cited deploy` puts it.
    #[serde(default)]
    deploy: RawDeploy,
    /// Anything, for templates.
    #[serde(default)]
    extra: BTreeMap<String, serde_json::Value>,
}

fn english() -> String {
    "en".to_owned()
}

fn yes() -> bool {
    true
}

fn explainer() -> String {
    "explainer".to_owned()
}

/// Reuse terms of the site.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct License {
    /// Such as `CC BY 4.0`.
    pub name: String,
    /// The address of its text.
    pub url: String,
}

/// How far a citation that follows a full stop reaches back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum CitesCover {
    /// The sentence before it.
    #[default]
    Sentence,
    /// The whole paragraph.
    Paragraph,
}

/// How readers search the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Search {
    /// One file with the text of every page; good to about a hundred pages.
    #[default]
    Small,
    /// An index in pieces, read by WebAssembly; needs a program compiled with the feature `full`.
    Pagefind,
    /// Not at all: no index is made.
    None,
}

/// `site.yaml` as checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file, for findings.
    pub file: Arc<TextFile>,
    /// The site's name.
    pub title: String,
    /// For search engines and feeds; may be empty.
    pub description: String,
    /// Ends with a slash.
    pub base_url: String,
    /// BCP 47.
    pub language: String,
    /// The folder below `themes/`; one plain name.
    pub theme: String,
    /// Overrides of the theme's settings.
    pub theme_settings: BTreeMap<String, serde_json::Value>,
    /// Paths relative to the root.
    pub bibliography: Vec<String>,
    /// Bundled name or path of a `.csl` file.
    pub citation_style: String,
    /// The archive's folder as written; relative paths count from the root.
    pub archive: Option<PathBuf>,
    /// The date of the state of knowledge.
    pub as_of: Option<Date>,
    /// Default authors.
    pub authors: Vec<Author>,
    /// Default reviewers.
    pub reviewers: Vec<Author>,
    /// Reuse terms.
    pub license: Option<License>,
    /// Whether pages get social cards.
    pub cards: bool,
    /// Levels that differ from the table's.
    pub checks: BTreeMap<Code, Severity>,
    /// How far citations reach back.
    pub cites_cover: CitesCover,
    /// Phrases whose numbers count nothing.
    pub names: Vec<String>,
    /// How readers search.
    pub search: Search,
    /// Whether raw HTML is published unchanged.
    pub trusted_html: bool,
    /// Hosts that the site is made ready for, and the targets of `cited deploy`.
    pub deploy: Deploy,
    /// For templates.
    pub extra: BTreeMap<String, serde_json::Value>,
    /// Which version of the site is made; none for the latest.
    pub version: Option<Version>,
}

/// A dated copy of the site, while it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its day.
    pub date: Date,
    /// The address of the latest site; ends with a slash.
    pub latest: String,
}

impl Config {
    /// Read and check `site.yaml`; `base_url` overrides the file's.
    pub fn read(file: &Arc<TextFile>, base_url: Option<&str>, report: &mut Report) -> Option<Self> {
        let yaml = Yaml::whole(file);
        let raw: RawConfig = match yaml.read() {
            Ok(raw) => raw,
            Err(diagnostic) => {
                report.push(diagnostic);
                return None;
            }
        };
        let RawConfig {
            title,
            description,
            base_url: written_base_url,
            language,
            theme,
            theme_settings,
            bibliography,
            citation_style,
            archive,
            as_of,
            authors,
            reviewers,
            license,
            cards,
            checks,
            cites_cover,
            names,
            search,
            trusted_html,
            deploy,
            extra,
        } = raw;
        let base_url = match check_base_url(base_url.unwrap_or(&written_base_url)) {
            Ok(url) => url,
            Err(why) => {
                let help = "write the public address, such as `https://example.org/` or `https://example.org/sub/`";
                let found = match base_url {
                    Some(_) => Diagnostic::bare(Code::ValueInvalid, format!("`--base-url` {why}")),
                    None => Diagnostic::at(Code::ValueInvalid, yaml.place(&yaml_path!["base_url"]), format!("`base_url` {why}")),
                };
                report.push(found.help(help));
                "http://invalid/".to_owned()
            }
        };
        let mut bad = |path: &[Step], code: Code, message: String, help: String| {
            let place = if code == Code::KeyUnknown { yaml.key_place(path) } else { yaml.place(path) };
            report.push(Diagnostic::at(code, place, message).help(help));
        };
        if title.trim().is_empty() {
            bad(
                &yaml_path!["title"],
                Code::ValueInvalid,
                "the site's title is empty".to_owned(),
                "write the site's name; menus, feeds and tabs show it".to_owned(),
            );
        }
        if !is_language(&language) {
            bad(
                &yaml_path!["language"],
                Code::ValueInvalid,
                format!("`{language}` is not a language tag"),
                "write a BCP 47 tag such as `en`, `de` or `pt-BR`".to_owned(),
            );
        }
        if !is_plain_name(&theme) {
            bad(
                &yaml_path!["theme"],
                Code::PathOutside,
                format!("`{theme}` is not the name of a folder below themes/"),
                "write the folder's name alone, without slashes or dots".to_owned(),
            );
        }
        let bibliography = match bibliography {
            None => vec!["content/sources.yaml".to_owned()],
            Some(paths) => paths.iter().map(str::to_owned).collect(),
        };
        let outside = |path: &str| !stays_inside(Path::new(path));
        let listed = |i: usize| bibliography_path(&yaml, &bibliography, i);
        let bibliographies = bibliography.iter().enumerate().map(|(i, path)| (path, listed(i)));
        let styles = citation_style.iter().filter(|s| s.ends_with(".csl")).map(|path| (path, yaml_path!["citation_style"].to_vec()));
        for (path, at) in bibliographies.chain(styles) {
            if outside(path) {
                bad(
                    &at,
                    Code::PathOutside,
                    format!("`{path}` leads outside the site"),
                    "write a path relative to the site's root; only the archive may lie outside".to_owned(),
                );
            }
        }
        if let Some(license) = license.as_ref().filter(|l| !l.url.is_empty() && !crate::address::is_publishable(&l.url)) {
            bad(
                &yaml_path!["license", "url"],
                Code::ValueInvalid,
                format!("`{}` is not an address that can be published", license.url),
                "write the address of the licence's text, beginning with https://".to_owned(),
            );
        }
        let mut levels = BTreeMap::new();
        for (name, severity) in checks {
            match name.parse::<Code>() {
                Ok(code) if code.sort() == Sort::Unbuildable => bad(
                    &yaml_path!["checks", name.as_str()],
                    Code::ValueInvalid,
                    format!("`{name}` has no level: a site with such a finding cannot be built"),
                    "remove the line".to_owned(),
                ),
                Ok(code) => {
                    levels.insert(code, severity);
                }
                Err(_) => bad(
                    &yaml_path!["checks", name.as_str()],
                    Code::KeyUnknown,
                    format!("there is no check `{name}`"),
                    did_you_mean(&name, Code::ALL.iter().map(|c| c.name()), || "`cited explain` lists the codes".to_owned()),
                ),
            }
        }
        if search == Search::Pagefind && !cfg!(feature = "full") {
            bad(
                &yaml_path!["search"],
                Code::ValueInvalid,
                "this program was compiled without Pagefind".to_owned(),
                "compile it with `--features full`, or leave `search` at `small`".to_owned(),
            );
        }
        for (i, name) in names.iter().enumerate() {
            if name.trim().is_empty() {
                bad(&yaml_path!["names", i], Code::ValueInvalid, "an empty name".to_owned(), "remove the line".to_owned());
            }
        }
        let deploy = deploy.check(&yaml, report);
        Some(Self {
            file: file.clone(),
            title,
            description,
            base_url,
            language,
            theme,
            theme_settings,
            bibliography,
            citation_style: citation_style.unwrap_or_else(|| "ieee".to_owned()),
            archive: archive.map(PathBuf::from),
            as_of,
            authors,
            reviewers,
            license,
            cards,
            checks: levels,
            cites_cover,
            names,
            search,
            trusted_html,
            deploy,
            extra,
            version: None,
        })
    }

    /// The same for the version of a day: it has an address of its own, and neither cards nor files for hosts.
    pub fn at_version(mut self, date: Option<Date>) -> Self {
        if let Some(date) = date {
            let own = format!("{}{VERSIONS}/{date}/", self.base_url);
            self.version = Some(Version { date, latest: std::mem::replace(&mut self.base_url, own) });
            self.cards = false;
            self.deploy.hosts = Vec::new();
        }
        self
    }

    /// The address of the latest site.
    pub fn latest_url(&self) -> &str {
        self.version.as_ref().map_or(&self.base_url, |v| &v.latest)
    }

    /// Where a file of the bibliography is named.
    pub fn bibliography_place(&self, number: usize) -> Span {
        let yaml = Yaml::whole(&self.file);
        yaml.place(&bibliography_path(&yaml, &self.bibliography, number))
    }

    /// The path part of the base address, with a slash at both ends: `/` or `/sub/`.
    pub fn base_path(&self) -> &str {
        let after_scheme = self.base_url.find("://").map_or(0, |i| i + 3);
        self.base_url[after_scheme..].find('/').map_or("/", |i| &self.base_url[after_scheme + i..])
    }
}

/// The schema of `site.yaml` for editors.
#[cfg(test)]
pub(crate) fn schema() -> schemars::Schema {
    schemars::schema_for!(RawConfig)
}

/// The path of one file of the bibliography, which may be a single name or a list.
fn bibliography_path(yaml: &Yaml, files: &[String], number: usize) -> Vec<Step> {
    let single = yaml.place(&yaml_path!["bibliography"]).slice().trim_matches(['"', '\'']) == files[number];
    if single { yaml_path!["bibliography"].to_vec() } else { yaml_path!["bibliography", number].to_vec() }
}

/// Whether it may be a tag of a language (BCP 47).
pub(crate) fn is_language(tag: &str) -> bool {
    !tag.is_empty() && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn check_base_url(url: &str) -> Result<String, String> {
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else {
        return Err(format!("`{url}` does not begin with https:// or http://"));
    };
    if rest.is_empty() || rest.starts_with('/') {
        return Err(format!("`{url}` has no host"));
    }
    if rest.contains(['?', '#']) || rest.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>' | '\'')) {
        return Err(format!("`{url}` holds characters that do not belong in it"));
    }
    Ok(if url.ends_with('/') { url.to_owned() } else { format!("{url}/") })
}

/// One folder or file name, with nothing that could lead elsewhere.
pub fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\', '\0', ':'])
}

/// Whether a relative path, read part by part, never leaves the folder it starts from.
pub fn stays_inside(path: &Path) -> bool {
    let mut depth = 0i32;
    for part in path.components() {
        match part {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir => depth -= 1,
            Component::RootDir | Component::Prefix(_) => return false,
        }
        if depth < 0 {
            return false;
        }
    }
    true
}
