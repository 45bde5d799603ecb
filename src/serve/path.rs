//! From the path of a request to a path of the output tree.
//!
//! In: the path as it stands in the request line. Out: [`Asked`]. Escapes are undone once, then every part is looked at;
//! what comes out is only ever a key into the tree, never a path on disk.
//! Must never let a dot file, `..` or an escaped slash through.

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// A file, or a folder whose closing slash is missing: no slash at the end.
    Name(String),
    /// A folder: empty, or with a slash at the end.
    Folder(String),
    /// Nothing that can exist.
    Nothing,
    /// No path at all.
    Malformed,
}

/// Read the path of a request (RFC 3986, 3.3), without its query.
pub(super) fn asked(path: &str) -> Asked {
    let Some(path) = path.strip_prefix('/') else {
        return Asked::Malformed;
    };
    if path.is_empty() {
        return Asked::Folder(String::new());
    }
    let mut parts = Vec::new();
    let (inner, is_folder) = match path.strip_suffix('/') {
        Some(inner) => (inner, true),
        None => (path, false),
    };
    let mut hidden = false;
    for part in inner.split('/') {
        let Some(part) = unescape(part) else {
            return Asked::Malformed;
        };
        if part == "." || part == ".." || part.contains('\0') {
            return Asked::Malformed;
        }
        hidden |= part.is_empty() || part.starts_with('.') || part.contains(['/', '\\']);
        parts.push(part);
    }
    if hidden {
        return Asked::Nothing;
    }
    let mut name = parts.join("/");
    if is_folder {
        name.push('/');
        return Asked::Folder(name);
    }
    Asked::Name(name)
}

/// Undo percent escapes; `None` when one is broken, or the bytes are not UTF-8.
pub(super) fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first != b'%' {
            bytes.push(*first);
            rest = after;
            continue;
        }
        let (high, low) = (after.first()?, after.get(1)?);
        let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
        bytes.push(digit(*high)? * 16 + digit(*low)?);
        rest = after.get(2..)?;
    }
    String::from_utf8(bytes).ok()
}

/// The value of a field in a query (`a=1&b=2`), escapes undone.
pub(super) fn field(query: &str, name: &str) -> Option<String> {
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).and_then(unescape)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_names() {
        assert_eq!(asked("/"), Asked::Folder(String::new()));
        assert_eq!(asked("/a/b/"), Asked::Folder("a/b/".to_owned()));
        assert_eq!(asked("/a/b.css"), Asked::Name("a/b.css".to_owned()));
        assert_eq!(asked("/caf%C3%A9%20%25"), Asked::Name("café %".to_owned()));
        assert_eq!(field("page=%2Fa%2F&version=1", "page").as_deref(), Some("/a/"));
        assert_eq!(field("version=1", "page"), None);
    }

    #[test]
    fn nothing_leads_outside() {
        for path in [
            "/..",
            "/../etc/passwd",
            "/a/../b",
            "/%2e%2e/x",
            "/%2E%2e/",
            "/a/./b",
            "/%00",
            "/%",
            "/%2",
            "/%zz",
            "/%ff",
            "a",
            "",
            "*",
            "/%80/x",
        ] {
            assert_eq!(asked(path), Asked::Malformed, "{path}");
        }
        for path in [
            "//",
            "//evil.example/",
            "/a//b",
            "/.git/config",
            "/a/.hidden",
            "/..%2f..%2fetc",
            "/a%2fb",
            "/a%5cb",
            "/...",
            "/%2egit/",
            "/..\\x",
            "/%2e%2e%5cx",
            "/.%2e%2fx",
        ] {
            assert_eq!(asked(path), Asked::Nothing, "{path}");
        }
        // Undone once only.
        assert_eq!(asked("/%252e%252e/x"), Asked::Name("%2e%2e/x".to_owned()));
    }
}
