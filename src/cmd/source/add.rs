//! `cited source add FILE`: sources from BibTeX, RIS or CSL-JSON, or one from a text file.
//!
//! In: the file. Out: entries at the end of `content/sources.yaml`, whose own text stays as it is; their keys on
//! standard output. Must never ask the network, never add a work twice, and never write what could not be read back.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use hayagriva::Entry;

use super::entry;
use crate::archive::ArchivedText;
use crate::cli::{Cli, SiteArgs};
use crate::cmd::{Failure, exit, options, print, replace};
use crate::config::{CONFIG_FILE, Config, is_plain_name};
use crate::diag::Report;
use crate::load::foreign::{self, ForeignEntry};
use crate::load::sources::{self, Source, Sources, is_key};
use crate::load::{self, Inputs, files};
use crate::reuse::Reuse;
use crate::text::{Span, TextFile};

/// A source to add.
struct New {
    wanted_key: String,
    entry: Entry,
    archive: Option<String>,
}

/// Add sources.
pub fn add(cli: &Cli, file: &Path, key: Option<&str>) -> Result<ExitCode, Failure> {
    let mut report = Report::default();
    let site = SiteArgs { drafts: true, ..SiteArgs::default() };
    let Some(inputs) = load::load(&options(cli, &site), &Reuse::default(), &mut report)? else {
        report.finish();
        print(cli, &report);
        return Ok(exit(&report));
    };
    let target = target(&inputs.config)?;
    if inputs.config.bibliography.iter().any(|b| same_file(&cli.root.join(b), file)) {
        return Err(format!("{} is part of the site's bibliography: its sources can be cited as they are", file.display()).into());
    }
    let mut found = Report::default();
    let news = read(file, key, &inputs, &mut found)?;
    if found.has_errors() {
        found.finish();
        print(cli, &found);
        return Err(format!("nothing was added: {} cannot be read whole", file.display()).into());
    }
    let old = files::read_text(&cli.root, &target, &mut report)?.map_or_else(String::new, |f| f.text.to_string());
    let (text, keys) = with(&old, news, key.is_some(), &inputs.sources)?;
    if keys.is_empty() {
        return Err("nothing was added".into());
    }
    read_back(&target, &old, &text, &keys)?;
    replace(&cli.root.join(&target), text.as_bytes())?;
    for key in &keys {
        outln!("{key}");
    }
    let (what, them) = if keys.len() == 1 { ("1 source".to_owned(), "its") } else { (format!("{} sources", keys.len()), "their") };
    eprintln!("added {what} to {target}; fill in {them} `evidence:`");
    Ok(ExitCode::SUCCESS)
}

/// The first file of the bibliography that can hold an evidence block.
fn target(config: &Config) -> Result<String, Failure> {
    config
        .bibliography
        .iter()
        .find(|b| !foreign::is_foreign(b))
        .cloned()
        .ok_or_else(|| format!("`bibliography:` of {CONFIG_FILE} names no YAML file; add content/sources.yaml to it").into())
}

fn same_file(a: &Path, b: &Path) -> bool {
    a.canonicalize().ok().zip(b.canonicalize().ok()).is_some_and(|(a, b)| a == b)
}

fn read(path: &Path, key: Option<&str>, inputs: &Inputs, report: &mut Report) -> Result<Vec<New>, Failure> {
    let bytes = std::fs::read(path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    let name = path.to_string_lossy().replace('\\', "/");
    if !foreign::is_foreign(&name.to_lowercase()) {
        return Ok(vec![from_text(path, &bytes, key, inputs)?]);
    }
    let text = String::from_utf8(bytes).map_err(|e| format!("{} is not UTF-8 text: {e}; save it as UTF-8", path.display()))?;
    // The formats are told by their ending, in whatever case it is written.
    let file = TextFile::new(name.to_lowercase(), text.trim_start_matches('\u{feff}'));
    let entries = foreign::read(&file, report);
    if report.is_empty() && entries.is_empty() {
        return Err(format!("{} holds no sources", path.display()).into());
    }
    if key.is_some() && entries.len() > 1 {
        return Err(format!("--key names one source, but {} holds {}", path.display(), entries.len()).into());
    }
    Ok(entries
        .into_iter()
        .map(|ForeignEntry { key: own, entry, place: _ }| New { wanted_key: key.map_or(own, str::to_owned), entry, archive: None })
        .collect())
}

/// A text that was, or will be, put into the archive.
fn from_text(path: &Path, bytes: &[u8], key: Option<&str>, inputs: &Inputs) -> Result<New, Failure> {
    let Some(key) = key else {
        return Err(format!("{} is neither .bib, .ris nor .json; for a text give its key with `--key KEY`", path.display()).into());
    };
    let read = ArchivedText::new(bytes, 1).map_err(|e| format!("{}: {e}; {}", path.display(), e.next_step()))?;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).filter(|n| is_plain_name(n));
    let name = name.ok_or_else(|| format!("{} has no file name that can be archived", path.display()))?;
    for (number, source) in inputs.sources.all.iter().enumerate() {
        let same = source.evidence.archive.as_deref() == Some(&name) || inputs.archive.sha256(number) == Some(read.sha256());
        if same {
            return Err(format!("this text is there already: it is the archived text of `{}`", source.key).into());
        }
    }
    let first: String = read.paragraph(1).unwrap_or("").trim_start_matches(['#', '\u{feff}', ' ']).chars().take(200).collect();
    let make = |title: &str| {
        let fields = [("type", "misc"), ("title", title)].map(|(k, v)| (serde_yaml::Value::from(k), serde_yaml::Value::from(v)));
        foreign::entry(key, fields.into_iter().collect())
    };
    let entry = make(first.trim()).or_else(|_| make(key))?;
    match &inputs.archive.folder {
        Some(folder) if !folder.join(&name).is_file() => eprintln!("note: put {} into {}", path.display(), folder.display()),
        Some(_) => {}
        None => eprintln!("note: put {} into the archive folder, and name that as `archive:` in {CONFIG_FILE}", path.display()),
    }
    Ok(New { wanted_key: key.to_owned(), entry, archive: Some(name) })
}

/// The file with the new sources at its end, and their keys. A work that is there already is told and left out.
fn with(old: &str, news: Vec<New>, named: bool, sources: &Sources) -> Result<(String, Vec<String>), Failure> {
    let mut taken: Vec<String> = sources.keys().map(str::to_lowercase).collect();
    let nowhere = Span::whole(&TextFile::new("", ""));
    let mut all: Vec<Source> = sources.all.clone();
    let (mut text, mut keys) = (old.to_owned(), Vec::new());
    for New { wanted_key, entry, archive } in news {
        if let Some(double) = entry::double(&entry, &all).filter(|_| archive.is_none()) {
            eprintln!("`{wanted_key}` was not added: `{}` is the same work", double.key);
            continue;
        }
        if named && (!is_key(&wanted_key) || taken.contains(&wanted_key.to_lowercase())) {
            let why =
                if is_key(&wanted_key) { "is taken; choose another" } else { "cannot be a source's key; use letters, digits and hyphens" };
            return Err(format!("the key `{wanted_key}` {why}").into());
        }
        let key = entry::key(&wanted_key, &entry, |k| taken.iter().any(|t| t == k));
        text = entry::append(&text, &entry::yaml(&key, &entry, archive.as_deref())?);
        taken.push(key.to_lowercase());
        all.push(Source { key: key.clone(), entry, evidence: Default::default(), place: nowhere.clone(), yaml: None, gone_url: None });
        keys.push(key);
    }
    Ok((text, keys))
}

/// Refuse a text that does not hold every old and every new source.
fn read_back(path: &str, old: &str, new: &str, keys: &[String]) -> Result<(), Failure> {
    let read = |text: &str| {
        let (mut sources, mut report) = (Sources::default(), Report::default());
        let file: Arc<TextFile> = TextFile::new(path, text);
        sources::read(&file, &mut sources, &mut report);
        (sources, report)
    };
    let (before, faults_before) = read(old);
    let (after, faults) = read(new);
    let whole = after.all.len() == before.all.len() + keys.len() && keys.iter().all(|k| after.get(k).is_some());
    if whole && faults.iter().count() <= faults_before.iter().count() {
        return Ok(());
    }
    let why = faults.iter().next().map(|d| format!(": {}", d.message)).unwrap_or_default();
    Err(format!("nothing was written: {path} with the new entries at its end could not be read back{why}; mend the file first").into())
}
