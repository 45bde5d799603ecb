//! The versions of a site: dated copies of the whole of it, which `cited export --snapshot` made.
//!
//! In: the folder `versions/` in the site's root, a folder for each day in it. Out: [`Versions`]: which files there are,
//! and where. They are published as they are, at the same paths; a copy whose files are not those that `SHA256SUMS`
//! lists is a finding. Must never change a file of a copy, nor read outside the root.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::files::{self, ReadError};
use crate::config::{SUMS, VERSIONS};
use crate::date::Date;
use crate::diag::{Code, Diagnostic, Report};
use crate::text::TextFile;

/// All versions that the site keeps.
#[derive(Debug, Default)]
pub struct Versions {
    root: PathBuf,
    /// The newest first.
    all: Vec<Version>,
}

/// One dated copy.
#[derive(Debug)]
pub struct Version {
    /// Its day.
    pub date: Date,
    /// Path from the root, which is also that of the output, and the digest of the file's bytes.
    files: BTreeMap<String, u128>,
}

impl Versions {
    /// Find the versions below the root. `verify`: compare every file with the sums of its version. `has_links` is set where a file
    /// is reached by a link.
    pub fn read(root: &Path, verify: bool, has_links: &mut bool, report: &mut Report) -> Result<Self, ReadError> {
        let mut all: BTreeMap<Date, Version> = BTreeMap::new();
        let mut strays = Vec::new();
        let digests: Result<Vec<(String, Option<u128>)>, ReadError> = files::below(root, VERSIONS, has_links, report)?
            .into_par_iter()
            .map(|path| {
                let digest = files::digest(root, &path, 0)?.map(|(digest, _)| digest);
                Ok((path, digest))
            })
            .collect();
        for (path, digest) in digests? {
            let mut parts = path.splitn(3, '/').skip(1);
            let date = parts.next().and_then(Date::parse).filter(|d| d.day().is_some() && parts.next().is_some());
            match (date, digest) {
                (Some(date), Some(digest)) => {
                    all.entry(date).or_insert_with(|| Version { date, files: BTreeMap::new() }).files.insert(path, digest);
                }
                (None, _) => strays.push(path),
                // A file that vanishes while the folder is read is not there.
                (Some(_), None) => {}
            }
        }
        if let Some(stray) = strays.first() {
            let message = format!("`{stray}` is not part of a version: only folders named after a day are");
            report.push(
                Diagnostic::file(Code::ValueInvalid, &TextFile::new(stray.as_str(), ""), message)
                    .help(format!("move it elsewhere; `cited export --snapshot DATE` makes {VERSIONS}/DATE/")),
            );
        }
        let all: Vec<Version> = all.into_values().rev().collect();
        if verify {
            for version in &all {
                version.verify(root, report)?;
            }
        }
        Ok(Self { root: root.to_owned(), all })
    }

    /// Every file of every version: its path, where it is, and the digest of its bytes.
    pub fn files(&self) -> impl Iterator<Item = (&str, PathBuf, u128)> {
        self.all.iter().flat_map(|v| &v.files).map(|(path, digest)| (path.as_str(), self.root.join(path), *digest))
    }

    /// Whether a version has a file at a path of the output.
    pub fn has(&self, path: &str) -> bool {
        path.starts_with(VERSIONS) && self.all.iter().any(|v| v.files.contains_key(path))
    }

    /// Whether a path of the output lies in a version.
    pub fn leads_into(&self, path: &str) -> bool {
        path.strip_prefix(VERSIONS).is_some_and(|rest| rest.starts_with('/'))
    }

    /// The versions of a page, the newest first: their days, and the paths of their copies of it. `addresses`: where the
    /// page is, then where it once was.
    pub fn of_page<'a>(&'a self, addresses: &'a [&str]) -> impl Iterator<Item = (Date, String)> + 'a {
        self.all.iter().filter_map(move |version| {
            let copies = addresses.iter().map(|address| format!("{VERSIONS}/{}/{address}", version.date));
            let copy = copies.into_iter().find(|copy| version.files.contains_key(&format!("{copy}index.html")))?;
            Some((version.date, copy))
        })
    }
}

impl Version {
    /// Compare the files with the sums that were written with them. One finding tells of all that differs.
    fn verify(&self, root: &Path, report: &mut Report) -> Result<(), ReadError> {
        let folder = format!("{VERSIONS}/{}/", self.date);
        let sums_path = format!("{folder}{SUMS}");
        let sums = if self.files.contains_key(&sums_path) { files::read_asset(root, &sums_path, report)? } else { None };
        let sums = sums.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let mut listed: BTreeMap<String, &str> = sums
            .iter()
            .flat_map(|t| t.lines())
            .filter_map(|l| l.split_once("  "))
            .map(|(sum, path)| (format!("{folder}{path}"), sum))
            .collect();
        let found: Result<Vec<(&String, Option<String>)>, ReadError> =
            self.files.par_iter().filter(|(path, _)| **path != sums_path).map(|(path, _)| Ok((path, files::sha256(root, path)?))).collect();
        let mut faults: Vec<(String, &str)> = Vec::new();
        if sums.is_none() {
            faults.push((sums_path, "is missing"));
        } else {
            for (path, sum) in found? {
                match listed.remove(path) {
                    None => faults.push((path.clone(), "was not part of it")),
                    Some(known) if sum.as_deref() != Some(known) => faults.push((path.clone(), "differs")),
                    Some(_) => {}
                }
            }
            faults.extend(listed.into_keys().map(|path| (path, "is missing")));
        }
        let Some((path, what)) = faults.first() else { return Ok(()) };
        let more = match faults.len() {
            1 => String::new(),
            n => format!(", and {} more", n - 1),
        };
        let name = path.strip_prefix(&folder).unwrap_or(path);
        let message = format!("the version of {} is not as it was made: `{name}` {what}{more}", self.date.text());
        report.push(
            Diagnostic::file(Code::VersionChanged, &TextFile::new(path.as_str(), ""), message)
                .help(format!("restore {folder} from the repository's history; what has changed since is for a version of a later day")),
        );
        Ok(())
    }
}
