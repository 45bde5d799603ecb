//! Files that hosts read: headers, redirects from former addresses, marks.
//!
//! In: the renderer, for `deploy: hosts:` and the aliases, and the tree, for what has its digest in its name. Out: files
//! of the output. A file of the author's with the same name stays as it is.
//! Must never say something of a host's own that [`crate::headers`] does not say to all.

mod servers;

use serde_json::json;

use super::sitemap::percent;
use crate::config::Search;
use crate::config::deploy::Host;
use crate::headers::{FOR_EVER, everywhere, is_fingerprinted};
use crate::output::OutputTree;
use crate::render::Renderer;

/// Folder of the theme's files.
const ASSETS: &str = "assets/";

/// What the rules are made from.
struct Rules<'a> {
    /// `https://example.org/sub/`.
    base_url: &'a str,
    /// `/` or `/sub/`, escaped.
    base_path: String,
    /// Former addresses and where they lead, both below the base and escaped.
    redirects: Vec<(String, String)>,
    /// Fields of every file.
    everywhere: [(&'static str, &'static str); 3],
    /// What never changes: `assets/*`, or single files where other things lie in that folder too.
    immutable: Vec<String>,
}

/// The names of all such files.
const NAMES: [&str; 8] = ["_headers", "_redirects", "vercel.json", ".nojekyll", "CNAME", ".domains", "nginx.conf", "Caddyfile"];

/// Whether a path may be that of such a file.
pub fn is_one(renderer: &Renderer, path: &str) -> bool {
    NAMES.contains(&path) && !renderer.site.inputs.config.deploy.hosts.is_empty()
}

/// Add the files of every host that the site is made ready for.
pub fn add(renderer: &Renderer, tree: &mut OutputTree) {
    let config = &renderer.site.inputs.config;
    let hosts = &config.deploy.hosts;
    if hosts.is_empty() {
        return;
    }
    let rules = Rules::of(renderer, tree);
    let mut files: Vec<(&str, String)> = Vec::new();
    let has = |host: Host| hosts.contains(&host);
    if has(Host::Netlify) || has(Host::CloudflarePages) {
        files.push(("_headers", rules.headers()));
    }
    if has(Host::Netlify) || has(Host::CloudflarePages) || has(Host::GitlabPages) {
        files.push(("_redirects", rules.redirects(has(Host::GitlabPages))));
    }
    if has(Host::Vercel) {
        files.push(("vercel.json", rules.vercel()));
    }
    if has(Host::GithubPages) {
        files.push((".nojekyll", String::new()));
        files.extend(own_domain(&config.base_url, ".github.io").map(|domain| ("CNAME", domain)));
    }
    if has(Host::CodebergPages) {
        files.extend(own_domain(&config.base_url, ".codeberg.page").map(|domain| (".domains", domain)));
    }
    if has(Host::Nginx) {
        files.push(("nginx.conf", rules.nginx()));
    }
    if has(Host::Caddy) {
        files.push(("Caddyfile", rules.caddy()));
    }
    for (path, text) in files {
        let says_nothing = path == "_redirects" && text.is_empty();
        if !says_nothing && tree.get(path).is_none() {
            tree.add(path, text.into_bytes());
        }
    }
}

/// Whether every host redirects by itself: pages that lead on from former addresses are then not needed, and on some
/// hosts would be sent in place of the redirect. The two servers need their file included by hand first.
pub fn all_redirect(hosts: &[Host]) -> bool {
    !hosts.is_empty() && hosts.iter().all(|h| matches!(h, Host::Netlify | Host::CloudflarePages | Host::GitlabPages | Host::Vercel))
}

/// The domain of an address, unless it is one that the host gives, or the site is only a part of what stands there.
fn own_domain(base_url: &str, given: &str) -> Option<String> {
    let domain = base_url.split_once("://")?.1.strip_suffix('/')?;
    (!domain.contains(['/', ':', '@', '[']) && !domain.ends_with(given)).then(|| format!("{domain}\n"))
}

impl<'a> Rules<'a> {
    fn of(renderer: &'a Renderer, tree: &OutputTree) -> Self {
        let config = &renderer.site.inputs.config;
        let mut redirects: Vec<(String, String)> = Vec::new();
        for routed in &renderer.site.routes.pages {
            for alias in &routed.aliases {
                let from = alias.strip_suffix("index.html").filter(|folder| folder.is_empty() || folder.ends_with('/')).unwrap_or(alias);
                redirects.push((percent(from), percent(&routed.path)));
            }
        }
        redirects.sort_unstable();
        let below: Vec<&str> = tree.iter().map(|(path, _)| path).filter(|path| path.starts_with(ASSETS)).collect();
        let immutable = match below.iter().all(|path| is_fingerprinted(path)) {
            true if below.is_empty() => Vec::new(),
            true => vec![format!("{ASSETS}*")],
            false => below.into_iter().filter(|path| is_fingerprinted(path)).map(percent).collect(),
        };
        Self {
            base_url: &config.base_url,
            base_path: plain(config.base_path()),
            redirects,
            everywhere: everywhere(config.search == Search::Pagefind),
            immutable,
        }
    }

    /// `_headers` of Netlify and Cloudflare Pages. Rules that match the same path add up, so `Cache-Control` stands
    /// only where it differs from what both hosts send anyway: ask again each time.
    fn headers(&self) -> String {
        let mut text = String::from("/*\n");
        for (name, value) in self.everywhere {
            text.push_str(&format!("  {name}: {value}\n"));
        }
        for path in &self.immutable {
            text.push_str(&format!("/{path}\n  Cache-Control: {FOR_EVER}\n"));
        }
        text
    }

    /// `_redirects` of Netlify, Cloudflare Pages and GitLab Pages, each address with and without its last slash.
    /// GitLab wants the whole path; the others see the folder at the top, with the sub-path put before it by a proxy.
    fn redirects(&self, whole_path: bool) -> String {
        let from_base = if whole_path { &self.base_path } else { "/" };
        let mut text = String::new();
        for (from, to) in &self.redirects {
            for from in both(from) {
                text.push_str(&format!("{from_base}{from} {}{to} 301\n", self.base_path));
            }
        }
        text
    }

    /// `vercel.json`.
    fn vercel(&self) -> String {
        let field = |(name, value): &(&str, &str)| json!({ "key": name, "value": value });
        let mut headers = vec![json!({ "source": "/(.*)", "headers": self.everywhere.iter().map(field).collect::<Vec<_>>() })];
        for path in &self.immutable {
            let source = path.strip_suffix('*').map_or_else(|| literal(path), |folder| format!("{folder}(.*)"));
            headers.push(json!({ "source": format!("/{source}"), "headers": [field(&("Cache-Control", FOR_EVER))] }));
        }
        let redirect = |(from, to): (&str, &str)| json!({ "source": format!("/{}", literal(from)), "destination": format!("{}{to}", self.base_path), "statusCode": 301 });
        let redirects: Vec<_> = self.redirects.iter().flat_map(|(from, to)| both(from).map(|from| redirect((from, to)))).collect();
        let file = json!({ "trailingSlash": true, "headers": headers, "redirects": redirects });
        // Writing a value to a string cannot fail.
        serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
    }
}

/// The base path with nothing in it that means something to a server.
fn plain(path: &str) -> String {
    path.split('%').map(percent).collect::<Vec<_>>().join("%")
}

/// `old/` and `old`; `old.html` alone.
fn both(address: &str) -> impl Iterator<Item = &str> {
    let without = address.strip_suffix('/').filter(|rest| !rest.is_empty());
    std::iter::once(address).chain(without)
}

/// A path in which nothing is a pattern (path-to-regexp).
fn literal(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if "()[]{}:*+?.".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
