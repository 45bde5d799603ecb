//! Links inside the site.
//!
//! In: links as written (`losses.md#deaths`, `../responses/_index.md`, `map.png`, `https://…`). Out: a [`Target`] for
//! each. Whether a fragment exists is the check's to say.
//! Must never let an address through whose scheme is not published.

use super::routes::Routes;
use crate::address::scheme;
use crate::load::Inputs;

/// What a link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A page, and a fragment in it.
    Page {
        /// Its number.
        page: usize,
        /// Without `#`.
        fragment: Option<String>,
    },
    /// A file of the output, by its path.
    File(String),
    /// An address elsewhere, published as it is.
    External(String),
    /// Nothing of that name: what was looked for.
    Broken(String),
    /// A draft that is left out, by its path below `content/`.
    Draft(String),
    /// A page that exists, but could not be read: reported there.
    Unread,
    /// An address whose scheme is not published.
    Unsafe(String),
}

/// Schemes that links may have.
const SCHEMES: &[&str] = &["http", "https", "mailto", "tel", "doi"];

/// Resolve one link of a page.
pub fn resolve(target: &str, page_number: usize, inputs: &Inputs, routes: &Routes, generated: impl Fn(&str) -> bool) -> Target {
    // Browsers pass over line ends and tabs in an address, so what stands around them may be a scheme.
    if target.chars().any(char::is_control) {
        return Target::Unsafe(target.to_owned());
    }
    if let Some(scheme) = scheme(target) {
        if !SCHEMES.contains(&scheme.to_ascii_lowercase().as_str()) {
            return Target::Unsafe(target.to_owned());
        }
        if let Some(doi) = target.strip_prefix("doi:") {
            return Target::External(format!("https://doi.org/{}", doi.trim_start_matches('/')));
        }
        return Target::External(target.to_owned());
    }
    if target.starts_with("//") || target.starts_with("\\") {
        return Target::Unsafe(target.to_owned());
    }
    let (path, fragment) = match target.split_once('#') {
        Some((path, fragment)) => (path, Some(fragment.to_owned()).filter(|f| !f.is_empty())),
        None => (target, None),
    };
    let path = path.split('?').next().unwrap_or("");
    if path.is_empty() {
        return Target::Page { page: page_number, fragment };
    }
    let decoded = percent_decode(path);
    let base = if let Some(rest) = decoded.strip_prefix("@/") {
        (String::new(), rest.to_owned())
    } else if let Some(rest) = decoded.strip_prefix('/') {
        (String::new(), rest.to_owned())
    } else {
        (inputs.pages[page_number].path().rsplit_once('/').map_or("", |(folder, _)| folder).to_owned(), decoded.clone())
    };
    // First as a path of content/, then as an address of the output.
    if let Some(content) = join(&base.0, &base.1) {
        for candidate in
            [content.clone(), format!("{}/_index.md", content.trim_end_matches('/')), format!("{}/index.md", content.trim_end_matches('/'))]
        {
            if let Some(found) = inputs.page(candidate.trim_start_matches('/')) {
                return Target::Page { page: found, fragment };
            }
            if inputs.unread.contains(candidate.trim_start_matches('/')) {
                return Target::Unread;
            }
            if inputs.drafts.contains(candidate.trim_start_matches('/')) {
                return Target::Draft(candidate.trim_start_matches('/').to_owned());
            }
        }
        // A file beside a page with a slug is published elsewhere than it lies.
        let output = routes.copy_output(&content, inputs);
        if routes.is_copied(&output) {
            return Target::File(output);
        }
    }
    let from_route = if decoded.starts_with('/') || decoded.starts_with("@/") {
        String::new()
    } else {
        routes.pages[page_number].path.trim_end_matches('/').to_owned()
    };
    for base_path in [from_route.as_str(), base.0.as_str()] {
        let Some(output) = join(base_path, &base.1) else { continue };
        let as_page = if output.is_empty() { String::new() } else { format!("{}/", output.trim_end_matches('/')) };
        if let Some(found) = routes.page(&as_page) {
            return Target::Page { page: found, fragment };
        }
        if generated(&output) {
            return Target::File(output);
        }
        if generated(&format!("{as_page}index.html")) {
            return Target::File(as_page);
        }
    }
    Target::Broken(decoded)
}

/// Join two relative paths; `None` when the result would lead above the root.
fn join(base: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = base.split('/').filter(|p| !p.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn percent_decode(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = (*first == b'%')
            .then(|| tail.get(..2))
            .flatten()
            .and_then(|h| std::str::from_utf8(h).ok())
            .and_then(|h| u8::from_str_radix(h, 16).ok());
        match hex {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_never_lead_above_the_root() {
        assert_eq!(join("a/b", "../c.md").as_deref(), Some("a/c.md"));
        assert_eq!(join("a", "../../c.md"), None);
    }
}
