//! The theme: settings, templates, strings and assets.
//!
//! In: `themes/NAME/`, and the site's own `templates/`, `assets/` and `strings/`, each file of which replaces the
//! theme's of that name. Out: [`Theme`]. Templates are parsed here, once for a build.
//! Must never let a template read anything but its context: no function that looks outside is registered.

pub mod arguments;
mod costs;
pub mod engine;
mod expression;
mod faults;
mod graph;
pub mod limits;
mod pieces;
#[cfg(test)]
mod tests;
mod tokens;
mod walk;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use xxhash_rust::xxh3::Xxh3;

use self::arguments::Shortcode;
use self::engine::Engine;
pub use self::faults::diagnose;
use super::drawing::{self, Icon, Images};
use super::files::{self, ReadError};
use super::settings::{self, Kind, Setting};
use crate::config::Config;
use crate::diag::{Code, Diagnostic, Report, did_you_mean};
use crate::picture::fonts::Fonts;
use crate::text::{Span, TextFile};
use crate::yaml::Yaml;
use crate::yaml_path;

/// `theme.yaml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ThemeFile {
    /// The theme's name for people.
    #[serde(default)]
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Its licence.
    #[serde(default)]
    pub license: Option<String>,
    /// Its authors.
    #[serde(default)]
    pub authors: Vec<String>,
    /// Its settings; `theme_settings:` in `site.yaml` gives them other values than their defaults.
    #[serde(default)]
    pub settings: BTreeMap<String, Setting>,
    /// Template → the collections it reads. A template sees only what stands here.
    #[serde(default)]
    pub needs: BTreeMap<String, Vec<Collection>>,
    /// Its shortcodes, and what they take. One that is not here takes anything.
    #[serde(default)]
    pub shortcodes: BTreeMap<String, Shortcode>,
    /// How pictures in the text are resized.
    #[serde(default)]
    pub images: Images,
    /// The icon of the site: icons for tabs, home screens and the manifest are made from it.
    #[serde(default)]
    pub icon: Option<Icon>,
}

/// The collections that a template may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Collection {
    Questions,
    Events,
    Timeline,
    Responses,
    Motives,
    Disagreements,
    Glossary,
    Corrections,
    Sources,
    Actors,
    Claims,
    Pages,
}

/// A theme, ready to render with.
#[derive(Debug)]
pub struct Theme {
    /// The folder's name.
    pub name: String,
    /// `theme.yaml`, if there is one.
    pub file: Option<Arc<TextFile>>,
    /// The settings as `theme.yaml` declares them.
    pub declared: BTreeMap<String, Setting>,
    /// The value of each, of its type.
    pub settings: BTreeMap<String, serde_json::Value>,
    /// What each template reads.
    pub needs: BTreeMap<String, Vec<Collection>>,
    /// What shortcodes take, as `theme.yaml` declares it.
    pub shortcodes: BTreeMap<String, Shortcode>,
    /// Parsed templates, made ready to be rendered within bounds.
    pub engine: Engine,
    /// Template name → the file it came from.
    pub templates: BTreeMap<String, Arc<TextFile>>,
    /// Interface words.
    pub strings: BTreeMap<String, String>,
    /// Name below `assets/` → the file on disk, its bytes and their digest.
    pub assets: BTreeMap<String, Asset>,
    /// How pictures are resized.
    pub images: Images,
    /// The site's icon.
    pub icon: Option<Icon>,
    /// What cards are drawn with: the files of `templates/fonts/`.
    pub fonts: Fonts,
    /// Digest of settings, templates, strings and the names of assets: part of every page's key.
    pub digest: u128,
}

/// A file that the theme ships.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Where it is.
    pub path: PathBuf,
    /// Its content.
    pub bytes: Arc<[u8]>,
}

/// Templates that every theme must have.
pub const REQUIRED: &[&str] = &["index.html", "section.html", "page.html", "source.html", "404.html"];

/// Read the theme that the configuration names; `has_links` is set where a file of it is reached by a link.
pub fn read(root: &Path, config: &Config, has_links: &mut bool, report: &mut Report) -> Result<Option<Theme>, ReadError> {
    if !crate::config::is_plain_name(&config.theme) {
        return Ok(None); // Reported with the configuration.
    }
    let folder = format!("themes/{}", config.theme);
    let config_yaml = Yaml::whole(&config.file);
    if !root.join(&folder).is_dir() {
        let present = files::folders(&root.join("themes"));
        report.push(
            Diagnostic::at(
                Code::ThemeMissing,
                config_yaml.place(&yaml_path!["theme"]),
                format!("there is no theme `{}`: {folder}/ does not exist", config.theme),
            )
            .help(did_you_mean(&config.theme, present.iter().map(String::as_str), || {
                if present.is_empty() {
                    "copy a theme into themes/; `cited init DIR` makes a site with one".to_owned()
                } else {
                    format!("themes here: {}", present.join(", "))
                }
            })),
        );
        return Ok(None);
    }
    let before = report.count(crate::diag::Severity::Error);
    let files = Files::read(root, &folder, has_links, report)?;
    let fonts = drawing::fonts(&files.fonts, report);
    let engine = || Engine::of(&files.templates, |tera| drawing::register_fit(tera, fonts.clone()));
    // Neither needs the other, and nothing can be rendered before both.
    let (engine, described) = rayon::join(engine, || Described::read(root, &folder, config, &files.assets, report));
    let described = described?;
    for name in REQUIRED {
        if !files.templates.contains_key(*name) {
            report.push(
                Diagnostic::at(
                    Code::ThemeInvalid,
                    config_yaml.place(&yaml_path!["theme"]),
                    format!("the theme `{}` lacks the template `{name}`", config.theme),
                )
                .help(format!("add {folder}/templates/{name}")),
            );
        }
    }
    let engine = engine.map_err(|found| report.push(found)).ok();
    let Some(engine) = engine.filter(|_| report.count(crate::diag::Severity::Error) == before) else { return Ok(None) };
    let mut digest = Xxh3::new();
    described.add_to(&mut digest);
    files.add_to(&mut digest);
    digest.update(&fonts.digest.to_le_bytes());
    let Files { templates, assets, fonts: _ } = files;
    let Described { file, declared, settings, needs, shortcodes, images, icon, strings } = described;
    let (name, digest) = (config.theme.clone(), digest.digest128());
    Ok(Some(Theme { name, file, declared, settings, needs, shortcodes, engine, templates, strings, assets, images, icon, fonts, digest }))
}

/// The theme's files, and the site's in place of those of their names.
#[derive(Default)]
struct Files {
    templates: BTreeMap<String, Arc<TextFile>>,
    assets: BTreeMap<String, Asset>,
    /// Name below `templates/` → path and bytes.
    fonts: BTreeMap<String, (String, Vec<u8>)>,
}

impl Files {
    fn read(root: &Path, folder: &str, has_links: &mut bool, report: &mut Report) -> Result<Self, ReadError> {
        let mut files = Self::default();
        for base in [folder, ""] {
            let below = |name: &str| if base.is_empty() { name.to_owned() } else { format!("{base}/{name}") };
            for path in files::below(root, &below("templates"), has_links, report)? {
                let name = || path[below("templates").len() + 1..].to_owned();
                let ends_in = |endings: &[&str]| endings.iter().any(|ending| path.ends_with(ending));
                if ends_in(&[".html", ".svg", ".xml", ".txt"])
                    && let Some(file) = files::read_listed(root, &path, report)?
                {
                    files.templates.insert(name(), file);
                }
                if ends_in(&[".ttf", ".otf"]) {
                    files.fonts.insert(name(), (path.clone(), files::read_asset(root, &path, report)?.unwrap_or_default()));
                }
            }
            for path in files::below(root, &below("assets"), has_links, report)? {
                let Some(bytes) = files::read_asset(root, &path, report)? else { continue };
                files.assets.insert(path[below("assets").len() + 1..].to_owned(), Asset { path: root.join(&path), bytes: bytes.into() });
            }
        }
        Ok(files)
    }

    fn add_to(&self, digest: &mut Xxh3) {
        for (name, file) in &self.templates {
            digest.update(name.as_bytes());
            digest.update(file.text.as_bytes());
        }
        for (name, asset) in &self.assets {
            digest.update(name.as_bytes());
            digest.update(&asset.bytes);
        }
    }
}

/// What `theme.yaml` and the files of words say.
struct Described {
    file: Option<Arc<TextFile>>,
    declared: BTreeMap<String, Setting>,
    settings: BTreeMap<String, serde_json::Value>,
    needs: BTreeMap<String, Vec<Collection>>,
    shortcodes: BTreeMap<String, Shortcode>,
    images: Images,
    icon: Option<Icon>,
    strings: BTreeMap<String, String>,
}

impl Described {
    fn read(root: &Path, folder: &str, config: &Config, assets: &BTreeMap<String, Asset>, report: &mut Report) -> Result<Self, ReadError> {
        let before = report.count(crate::diag::Severity::Error);
        let config_yaml = Yaml::whole(&config.file);
        let file = files::read_text(root, &format!("{folder}/theme.yaml"), report)?;
        let yaml = file.as_ref().map_or_else(|| config_yaml.clone(), Yaml::whole);
        let described = match &file {
            Some(_) => yaml.read::<ThemeFile>().map_err(|d| report.push(d)).unwrap_or_default(),
            None => ThemeFile::default(),
        };
        let ThemeFile { name: _, description: _, license: _, authors: _, settings: declared, needs, shortcodes, images, icon } = described;
        // A theme.yaml that cannot be read declares nothing: that the site's settings are unknown then is no news.
        let given = if report.count(crate::diag::Severity::Error) > before { &BTreeMap::new() } else { &config.theme_settings };
        let settings = settings::read(&declared, given, (&yaml, &config_yaml), &config.theme, report);
        for name in declared.iter().filter(|(_, s)| s.kind == Kind::Asset).map(|(name, _)| name) {
            let file = settings.get(name).and_then(|v| v.as_str()).unwrap_or("");
            if !file.is_empty() && !assets.contains_key(file) {
                let given = config.theme_settings.contains_key(name);
                let place = if given {
                    config_yaml.place(&yaml_path!["theme_settings", name.as_str()])
                } else {
                    yaml.place(&yaml_path!["settings", name.as_str(), "default"])
                };
                let help = did_you_mean(file, assets.keys().map(String::as_str), || format!("put the file into assets/, as assets/{file}"));
                report.push(Diagnostic::at(Code::ThemeInvalid, place, format!("there is no asset `{file}`")).help(help));
            }
        }
        // What is not declared only because theme.yaml cannot be read is no news.
        if report.count(crate::diag::Severity::Error) == before {
            sheets(assets, root, &declared, report);
        }
        drawing::check(&yaml, &images, icon.as_ref(), assets, report);
        let mut strings = BTreeMap::new();
        for base in [format!("{folder}/strings"), "strings".to_owned()] {
            let own = Some(config.language.as_str()).filter(|language| *language != "en");
            for language in std::iter::once("en").chain(own) {
                if let Some(file) = files::read_text(root, &format!("{base}/{language}.yaml"), report)? {
                    match Yaml::whole(&file).read::<BTreeMap<String, String>>() {
                        Ok(words) => strings.extend(words),
                        Err(diagnostic) => report.push(diagnostic),
                    }
                }
            }
        }
        Ok(Self { file, declared, settings, needs, shortcodes, images, icon, strings })
    }

    fn add_to(&self, digest: &mut Xxh3) {
        digest.update(serde_json::to_string(&(&self.settings, &self.strings)).unwrap_or_default().as_bytes());
        digest.update(format!("{:?}{:?}{:?}{:?}", self.needs, self.shortcodes, self.images, self.icon).as_bytes());
    }
}

/// What stands for a setting's value in a style sheet: `setting(accent)`.
pub const IN_SHEET: &str = "setting(";

/// Style sheets may name settings that are colours, fonts, numbers or choices, and no others.
fn sheets(assets: &BTreeMap<String, Asset>, root: &Path, declared: &BTreeMap<String, Setting>, report: &mut Report) {
    for asset in assets.iter().filter(|(name, _)| name.ends_with(".css")).map(|(_, asset)| asset) {
        let Ok(text) = std::str::from_utf8(&asset.bytes) else { continue };
        for (at, _) in text.match_indices(IN_SHEET) {
            let start = at + IN_SHEET.len();
            let name = &text[start..start + text[start..].find(')').unwrap_or(0)];
            let fits = |s: &Setting| matches!(s.kind, Kind::Colour | Kind::Font | Kind::Number | Kind::Choice);
            if declared.get(name).is_some_and(fits) {
                continue;
            }
            let path = asset.path.strip_prefix(root).unwrap_or(&asset.path).to_string_lossy().into_owned();
            let place = Span::new(&TextFile::new(path, text), start..start + name.len());
            let (message, help) = if declared.contains_key(name) {
                (format!("the setting `{name}` cannot stand in a style sheet"), "only colours, fonts, numbers and choices can".to_owned())
            } else {
                let names = declared.iter().filter(|(_, s)| fits(s)).map(|(name, _)| name.as_str());
                (format!("the theme has no setting `{name}`"), did_you_mean(name, names, || "declare it in theme.yaml".to_owned()))
            };
            report.push(Diagnostic::at(Code::ThemeInvalid, place, message).help(help));
        }
    }
}

impl Theme {
    /// An interface word, or `fallback`.
    pub fn word<'a>(&'a self, key: &str, fallback: &'a str) -> &'a str {
        self.strings.get(key).map_or(fallback, String::as_str)
    }
}
