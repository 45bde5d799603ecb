//! `deploy:` of `site.yaml`: for which hosts the site writes files, and where `cited deploy` puts it.
//!
//! In: the key as written. Out: [`Deploy`], each target taken apart into the one kind it is. Must never hold a
//! credential: those come from the environment or from files of the host's own tools.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::diag::{Code, Diagnostic, Report};
use crate::text::{Span, TextFile};
use crate::yaml::{Step, Yaml};
use crate::yaml_path;

/// `deploy:` as written.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RawDeploy {
    /// Hosts that the output gets files for: headers, redirects, marks.
    #[serde(default)]
    hosts: Vec<Host>,
    /// Where the site can be put, by name.
    #[serde(default)]
    targets: BTreeMap<String, RawTarget>,
}

/// One target as written: exactly one of `folder`, `git` and `store`.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct RawTarget {
    /// A folder or mounted share; relative paths count from the root.
    #[serde(default)]
    folder: Option<String>,
    /// Variants to put beside each compressible file, for servers that send them: `gzip`.
    #[serde(default)]
    compress: Vec<Compression>,
    /// A remote of the site's repository, or the address or path of a repository.
    #[serde(default)]
    git: Option<String>,
    /// With `git`: the branch. Default `gh-pages`.
    #[serde(default)]
    branch: Option<String>,
    /// With `git`: `append` a commit to the branch (default), or keep a `single` one.
    #[serde(default)]
    history: Option<History>,
    /// An object store: `s3://BUCKET/PREFIX`, `gs://BUCKET/PREFIX` or `az://CONTAINER/PREFIX`.
    #[serde(default)]
    store: Option<String>,
    /// With `store`: the service's address, for what speaks S3's language elsewhere.
    #[serde(default)]
    endpoint: Option<String>,
    /// With `store`: the region of the bucket.
    #[serde(default)]
    region: Option<String>,
    /// How many files one deploy may remove. Default 256.
    #[serde(default)]
    max_deletes: Option<usize>,
}

/// A host that reads files of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Host {
    Netlify,
    CloudflarePages,
    GithubPages,
    GitlabPages,
    CodebergPages,
    Vercel,
    Nginx,
    Caddy,
}

/// What becomes of a branch's earlier commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum History {
    /// Each deploy adds a commit.
    #[default]
    Append,
    /// The branch has one commit, replaced each time.
    Single,
}

/// How a variant of a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// RFC 1952, `.gz`.
    Gzip,
}

/// `deploy:` as checked.
#[derive(Debug, Clone, Default)]
pub struct Deploy {
    /// In the order of the type, each once.
    pub hosts: Vec<Host>,
    /// By name.
    pub targets: BTreeMap<String, Target>,
}

/// Where the site is put, and how much may be removed there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// What it is.
    pub place: Place,
    /// How many files one deploy may remove.
    pub max_deletes: usize,
}

/// One kind of target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A folder, relative to the root, or absolute.
    Folder {
        /// As written.
        path: String,
        /// Variants beside each file.
        compress: Vec<Compression>,
    },
    /// A branch.
    Git {
        /// A remote's name, an address or a path.
        repository: String,
        /// Its name, without `refs/heads/`.
        branch: String,
        /// What becomes of earlier commits.
        history: History,
    },
    /// A bucket or container.
    Store {
        /// `s3://`, `gs://` or `az://`.
        url: String,
        /// The service's address.
        endpoint: Option<String>,
        /// The region.
        region: Option<String>,
    },
}

/// As many as Hugo allows.
const MAX_DELETES: usize = 256;

/// Names of the three kinds, for messages.
const KINDS: [&str; 3] = ["folder", "git", "store"];

impl RawDeploy {
    /// Take it apart.
    pub fn check(self, yaml: &Yaml, report: &mut Report) -> Deploy {
        let Self { mut hosts, targets } = self;
        hosts.sort_unstable();
        hosts.dedup();
        let targets = targets
            .into_iter()
            .filter_map(|(name, raw)| {
                let place = raw.check(&name, yaml, report)?;
                Some((name, place))
            })
            .collect();
        Deploy { hosts, targets }
    }
}

impl RawTarget {
    fn check(self, name: &str, yaml: &Yaml, report: &mut Report) -> Option<Target> {
        let Self { folder, compress, git, branch, history, store, endpoint, region, max_deletes } = self;
        let mut sound = true;
        let mut bad = |key: Option<&str>, message: String, help: &str| {
            sound = false;
            let path: Vec<Step> = yaml_path!["deploy", "targets", name].into_iter().chain(key.map(Step::from)).collect();
            let place = if key.is_some() { yaml.place(&path) } else { yaml.key_place(&path) };
            report.push(Diagnostic::at(Code::ValueInvalid, place, message).help(help));
        };
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
            bad(None, format!("`{name}` is not the name of a target"), "write letters, digits and hyphens: `cited deploy NAME` names it");
        }
        let given: Vec<&str> =
            KINDS.into_iter().zip([folder.is_some(), git.is_some(), store.is_some()]).filter(|(_, is)| *is).map(|(k, _)| k).collect();
        match given.as_slice() {
            [_] => {}
            [] => bad(None, format!("the target `{name}` says no place"), "add one of `folder:`, `git:` and `store:`"),
            _ => bad(None, format!("the target `{name}` says several places: {}", given.join(", ")), "make a target of each"),
        }
        let kind = given.first().copied().unwrap_or_default();
        let belongs = [
            ("compress", "folder", !compress.is_empty()),
            ("branch", "git", branch.is_some()),
            ("history", "git", history.is_some()),
            ("endpoint", "store", endpoint.is_some()),
            ("region", "store", region.is_some()),
        ];
        for (key, owner, _) in belongs.iter().filter(|(_, owner, is)| *is && given.len() == 1 && *owner != kind) {
            bad(Some(key), format!("`{key}` belongs to a target with `{owner}:`, and `{name}` has `{kind}:`"), "remove the line");
        }
        let mut credentials = Report::default();
        for (key, value) in [("git", &git), ("store", &store), ("endpoint", &endpoint)] {
            if value.as_deref().is_some_and(holds_credential) {
                let help =
                    "remove it, and withdraw it if it was ever committed: credentials come from the environment or the host's own tools";
                let place = hidden(&yaml.place(&yaml_path!["deploy", "targets", name, key]));
                credentials
                    .push(Diagnostic::at(Code::ValueInvalid, place, format!("the address in `{key}` holds a credential")).help(help));
            }
        }
        let blank = |value: &Option<String>| value.as_deref().is_some_and(|v| v.trim().is_empty());
        for (key, value) in [("folder", &folder), ("git", &git), ("branch", &branch), ("store", &store)] {
            if blank(value) {
                bad(Some(key), format!("`{key}` is empty"), "write the place, or remove the line");
            }
        }
        if let Some(repository) = git.as_deref().filter(|r| r.starts_with('-')) {
            bad(Some("git"), format!("`{repository}` would be taken for an option of git"), "write a remote's name, an address or a path");
        }
        let branch = branch.unwrap_or_else(|| "gh-pages".to_owned());
        if !is_branch(&branch) {
            bad(Some("branch"), format!("`{branch}` cannot be the name of a branch"), "write a name such as `gh-pages`");
        }
        if let Some(url) = store.as_deref() {
            let bucket = ["s3://", "gs://", "az://"].iter().find_map(|scheme| url.strip_prefix(scheme));
            let bucket = bucket.map(|rest| rest.split('/').next().unwrap_or_default());
            if bucket.is_none_or(str::is_empty) || url.contains(['?', '#', ' ']) {
                let help = "write `s3://BUCKET/PREFIX`, `gs://BUCKET/PREFIX` or `az://CONTAINER/PREFIX`; a service that speaks S3's language elsewhere goes into `endpoint:`";
                bad(Some("store"), format!("`{url}` is not the address of a bucket"), help);
            }
        }
        if endpoint.as_deref().is_some_and(|e| !e.starts_with("https://") && !e.starts_with("http://")) {
            bad(Some("endpoint"), "`endpoint` does not begin with https:// or http://".to_owned(), "write the address of the service");
        }
        for (key, given) in [("endpoint", endpoint.is_some()), ("region", region.is_some())] {
            let known = |url: &str| url.starts_with("s3://") || (key == "endpoint" && url.starts_with("az://"));
            if given && store.as_deref().is_some_and(|url| !known(url)) {
                bad(Some(key), format!("`{key}` means nothing for the store of `{name}`"), "remove the line");
            }
        }
        if !sound || !credentials.is_empty() {
            report.extend(credentials);
            return None;
        }
        let place = match (folder, git, store) {
            (Some(path), ..) => Place::Folder { path, compress },
            (_, Some(repository), _) => Place::Git { repository, branch, history: history.unwrap_or_default() },
            (_, _, url) => Place::Store { url: url?, endpoint, region },
        };
        Some(Target { place, max_deletes: max_deletes.unwrap_or(MAX_DELETES) })
    }
}

/// The same place in a file of which nothing else can be read: an excerpt would show the credential, or one beside it.
fn hidden(place: &Span) -> Span {
    let hide = |c: char| if c == '\n' { "\n".to_owned() } else { "*".repeat(c.len_utf8()) };
    let text: String = place.file.text.chars().map(hide).collect();
    Span::new(&TextFile::new(place.file.path.clone(), text), place.start..place.end)
}

/// Whether an address holds more than a user's name before its host: `https://user:secret@host/`, or, since services
/// take a token for a name too, anything at all before the `@` of a web address.
fn holds_credential(address: &str) -> bool {
    let Some((scheme, rest)) = address.split_once("://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let Some((user, _)) = host.rsplit_once('@') else { return false };
    scheme.starts_with("http") || user.contains(':')
}

/// A name that git takes for a branch (git-check-ref-format), drawn a little narrower.
fn is_branch(name: &str) -> bool {
    let sound = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock") && !part.ends_with('.');
    !name.starts_with('-')
        && name != "HEAD"
        && !name.contains("..")
        && !name.contains("@{")
        && !name.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '~' | '^' | ':' | '?' | '*' | '[' | '\\'))
        && name.split('/').all(sound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_in_addresses_are_seen() {
        for address in ["https://token@example.org/x.git", "https://u:p@example.org/x", "ssh://git:secret@host/x", "http://k@e"] {
            assert!(holds_credential(address), "{address}");
        }
        for address in ["git@example.org:a/b.git", "ssh://git@example.org/x", "https://example.org/a@b", "../bare.git", "origin"] {
            assert!(!holds_credential(address), "{address}");
        }
    }

    #[test]
    fn names_of_branches() {
        for name in ["gh-pages", "pages", "site/live"] {
            assert!(is_branch(name), "{name}");
        }
        for name in ["", "-x", "a..b", "a b", "a:b", "x.lock", "/a", "a/", "HEAD", "a@{1}"] {
            assert!(!is_branch(name), "{name}");
        }
    }
}
