//! What a host says about each file of a site: type, how long it may be kept, what a page may load.
//!
//! In: the path of a file of the output. Out: values of HTTP fields. The preview, the files for hosts and the uploads
//! to object stores all take them from here. Must never depend on a file's bytes.

/// The policy with what scripts may do besides being files of the site.
macro_rules! policy {
    ($scripts:literal) => {
        concat!(
            "default-src 'self'; script-src 'self'",
            $scripts,
            "; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
             base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
        )
    };
}

/// What the default theme needs, and nothing else (Content Security Policy, level 3).
pub const SECURITY_POLICY: &str = policy!("");

/// The same for a site that Pagefind searches: its pages may also compile WebAssembly, and still no other code.
pub const SECURITY_POLICY_WITH_WASM: &str = policy!(" 'wasm-unsafe-eval'");

/// Fields of every file, besides type and `Cache-Control`. `wasm`: the site's search is WebAssembly.
pub fn everywhere(wasm: bool) -> [(&'static str, &'static str); 3] {
    [
        ("Content-Security-Policy", if wasm { SECURITY_POLICY_WITH_WASM } else { SECURITY_POLICY }),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ]
}

/// `Cache-Control` of what has its digest in its name: it never changes (RFC 8246).
pub const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// `Cache-Control` of everything else: kept, but asked for again each time. A page that outlived a deploy in some
/// cache would name assets that are gone.
pub const ASK_AGAIN: &str = "public, max-age=0, must-revalidate";

/// Endings and their types. Browsers are told not to guess, so every type that a site may need is here.
pub const TYPES: &[(&str, &[&str])] = &[
    ("text/html; charset=utf-8", &["html", "htm"]),
    ("text/css; charset=utf-8", &["css"]),
    ("text/javascript; charset=utf-8", &["js", "mjs"]),
    ("application/json; charset=utf-8", &["json", "map"]),
    ("application/ld+json; charset=utf-8", &["jsonld"]),
    ("application/geo+json; charset=utf-8", &["geojson"]),
    ("application/manifest+json; charset=utf-8", &["webmanifest"]),
    ("application/xml; charset=utf-8", &["xml"]),
    ("application/rss+xml; charset=utf-8", &["rss"]),
    ("application/atom+xml; charset=utf-8", &["atom"]),
    ("text/plain; charset=utf-8", &["txt", "md"]),
    ("text/csv; charset=utf-8", &["csv"]),
    ("application/x-bibtex; charset=utf-8", &["bib"]),
    ("application/x-research-info-systems; charset=utf-8", &["ris"]),
    ("text/vtt; charset=utf-8", &["vtt"]),
    ("text/calendar; charset=utf-8", &["ics"]),
    ("image/svg+xml", &["svg"]),
    ("image/png", &["png"]),
    ("image/jpeg", &["jpg", "jpeg"]),
    ("image/gif", &["gif"]),
    ("image/webp", &["webp"]),
    ("image/avif", &["avif"]),
    ("image/x-icon", &["ico"]),
    ("font/woff", &["woff"]),
    ("font/woff2", &["woff2"]),
    ("font/ttf", &["ttf"]),
    ("font/otf", &["otf"]),
    ("audio/mpeg", &["mp3"]),
    ("audio/ogg", &["ogg", "oga", "opus"]),
    ("audio/wav", &["wav"]),
    ("audio/mp4", &["m4a"]),
    ("video/mp4", &["mp4", "m4v"]),
    ("video/webm", &["webm"]),
    ("video/ogg", &["ogv"]),
    ("application/pdf", &["pdf"]),
    ("application/wasm", &["wasm"]),
    ("application/zip", &["zip"]),
    ("application/gzip", &["gz"]),
];

/// Files whose ending does not tell their type.
pub const TYPES_BY_NAME: &[(&str, &str)] =
    &[("atom.xml", "application/atom+xml; charset=utf-8"), ("feed.json", "application/feed+json; charset=utf-8")];

/// The type by the file's name.
pub fn content_type(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    if let Some((_, kind)) = TYPES_BY_NAME.iter().find(|(known, _)| *known == name) {
        return kind;
    }
    // Files without an ending are notes for hosts: CNAME, _headers.
    let Some((_, ending)) = name.rsplit_once('.') else {
        return "text/plain; charset=utf-8";
    };
    let ending = ending.to_ascii_lowercase();
    let found = TYPES.iter().find(|(_, endings)| endings.contains(&ending.as_str()));
    found.map_or("application/octet-stream", |(kind, _)| kind)
}

/// How long a file may be kept.
pub fn cache_control(path: &str) -> &'static str {
    if is_fingerprinted(path) { FOR_EVER } else { ASK_AGAIN }
}

/// Whether a file has a digest in its name: `assets/style.0123456789.css`, `assets/cards/0123456789abcdef.png`.
pub fn is_fingerprinted(path: &str) -> bool {
    let Some(below) = path.strip_prefix("assets/") else { return false };
    let name = below.rsplit('/').next().unwrap_or(below);
    let digest = |part: &str| matches!(part.len(), 10 | 16) && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    name.rsplit('.').take(2).any(digest)
}

/// Whether a file is text that compression makes smaller.
pub fn is_compressible(path: &str) -> bool {
    let kind = content_type(path);
    kind.starts_with("text/") || kind.ends_with("charset=utf-8") || matches!(kind, "image/svg+xml" | "application/wasm" | "font/ttf")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_come_from_the_name() {
        assert_eq!(content_type("a/index.html"), "text/html; charset=utf-8");
        assert_eq!(content_type("A.JPG"), "image/jpeg");
        assert_eq!(content_type("atom.xml"), "application/atom+xml; charset=utf-8");
        assert_eq!(content_type("CNAME"), "text/plain; charset=utf-8");
        assert_eq!(content_type("x.unknown"), "application/octet-stream");
    }

    #[test]
    fn only_what_carries_its_digest_is_kept_for_ever() {
        for path in [
            "assets/style.0123456789.css",
            "assets/fonts/a.b.abcdef0123.woff2",
            "assets/licence.0123456789",
            "assets/cards/0123456789abcdef.png",
        ] {
            assert_eq!(cache_control(path), FOR_EVER, "{path}");
        }
        for path in ["index.html", "assets/photo.jpg", "style.0123456789.css", "assets/page/index.html", "assets/x.ABCDEF0123.css"] {
            assert_eq!(cache_control(path), ASK_AGAIN, "{path}");
        }
    }
}
