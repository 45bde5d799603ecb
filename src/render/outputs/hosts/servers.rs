//! Snippets for servers that one runs oneself: nginx and Caddy.
//!
//! In: the rules. Out: text to be included in the server's own configuration, which says where the folder lies.
//! Must never hold a path of a machine.

use super::{Rules, both};
use crate::headers::{ASK_AGAIN, FOR_EVER, TYPES, TYPES_BY_NAME};

/// Files in the folder that are not for readers.
const NOT_FOR_READERS: [&str; 7] = [".cited-manifest", ".nojekyll", ".domains", "_headers", "_redirects", "nginx.conf", "Caddyfile"];

impl Rules<'_> {
    /// For nginx 1.18 or later, with its usual modules.
    pub(super) fn nginx(&self) -> String {
        let base = &self.base_path;
        let mut fields = String::new();
        for (name, value) in self.everywhere {
            fields.push_str(&format!("add_header {name} \"{value}\" always;\n"));
        }
        let mut text = format!("# For {}: include this file in the `server` block whose `root` {}.\n", self.base_url, self.layout());
        if base != "/" {
            text.push_str(&format!(
                "location = {} {{\n    absolute_redirect off;\n    return 301 {base};\n}}\n",
                base.trim_end_matches('/')
            ));
        }
        text.push_str(&format!("location {base} {{\n    index index.html;\n    absolute_redirect off;\n    gzip_static on;\n    error_page 404 {base}404.html;\n"));
        text.push_str("    types {\n");
        for (kind, endings) in TYPES {
            text.push_str(&format!("        \"{kind}\" {};\n", endings.join(" ")));
        }
        text.push_str("    }\n    default_type application/octet-stream;\n");
        text.push_str(&indent(&fields, 4));
        text.push_str(&format!("    add_header Cache-Control \"{ASK_AGAIN}\";\n"));
        for path in &self.immutable {
            let place = path.strip_suffix('*').map_or_else(|| format!("= {base}{path}"), |folder| format!("{base}{folder}"));
            // A block with a field of its own inherits none.
            text.push_str(&format!(
                "    location {place} {{\n{}        add_header Cache-Control \"{FOR_EVER}\";\n    }}\n",
                indent(&fields, 8)
            ));
        }
        for (name, kind) in TYPES_BY_NAME {
            text.push_str(&format!("    location = {base}{name} {{ types {{ }} default_type \"{kind}\"; }}\n"));
        }
        for name in NOT_FOR_READERS {
            text.push_str(&format!("    location = {base}{name} {{ return 404; }}\n"));
        }
        for (from, to) in &self.redirects {
            for from in both(from) {
                text.push_str(&format!("    location = \"{base}{}\" {{ return 301 \"{base}{to}\"; }}\n", decoded(from)));
            }
        }
        text.push_str("}\n");
        text
    }

    /// For Caddy 2.
    pub(super) fn caddy(&self) -> String {
        let base = &self.base_path;
        let immutable: String = self.immutable.iter().map(|path| format!(" {base}{path}")).collect();
        let mut text = format!("# For {}: import this file in the site block whose `root` {}.\n", self.base_url, self.layout());
        text.push_str(&format!("@cited path {base}*\nheader @cited {{\n"));
        for (name, value) in self.everywhere {
            text.push_str(&format!("    {name} \"{value}\"\n"));
        }
        text.push_str("}\n");
        if !immutable.is_empty() {
            text.push_str(&format!("@cited_for_ever path{immutable}\nheader @cited_for_ever Cache-Control \"{FOR_EVER}\"\n"));
        }
        let others = if immutable.is_empty() { String::new() } else { format!("    not path{immutable}\n") };
        text.push_str(&format!(
            "@cited_asked_again {{\n    path {base}*\n{others}}}\nheader @cited_asked_again Cache-Control \"{ASK_AGAIN}\"\n"
        ));
        for (name, kind) in TYPES_BY_NAME {
            text.push_str(&format!("header {base}{name} Content-Type \"{kind}\"\n"));
        }
        let hidden: String = NOT_FOR_READERS.iter().map(|name| format!(" {base}{name}")).collect();
        text.push_str(&format!("@cited_hidden path{hidden}\nerror @cited_hidden 404\n"));
        if base != "/" {
            text.push_str(&format!("redir {} {base} 301\n", base.trim_end_matches('/')));
        }
        for (from, to) in &self.redirects {
            for from in both(from) {
                text.push_str(&format!("redir \"{base}{}\" \"{base}{to}\" 301\n", decoded(from)));
            }
        }
        text.push_str(&format!(
            "handle_errors {{\n    @cited_missing expression {{err.status_code}} == 404\n    rewrite @cited_missing {base}404.html\n    file_server\n}}\nfile_server {{\n    precompressed gzip\n}}\n"
        ));
        text
    }

    /// How the folder must lie.
    fn layout(&self) -> String {
        match self.base_path.as_str() {
            "/" => "is this folder".to_owned(),
            base => format!("holds this folder as {}", base.trim_matches('/')),
        }
    }
}

fn indent(lines: &str, by: usize) -> String {
    lines.lines().map(|line| format!("{:by$}{line}\n", "")).collect()
}

/// Both servers compare paths after unescaping them. The parts of an address hold no quotes, `$` aside.
fn decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let escaped =
            (*byte == b'%').then(|| std::str::from_utf8(after.get(..2)?).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok())).flatten();
        bytes.push(escaped.unwrap_or(*byte));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
