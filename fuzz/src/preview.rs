//! Requests to the preview, as they come out of a socket.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::OnceLock;

use cited::output::OutputTree;
use cited::serve::exchange;

/// Whether a word names the preview; `exchange` listens nowhere and says that it is at this port. An address may be
/// written in more ways than one.
fn is_ours(word: &str) -> bool {
    let Some((host, port)) = word.strip_prefix("host:").unwrap_or(word).rsplit_once(':') else { return false };
    let version_six = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let loopback = match version_six {
        Some(address) => address.parse() == Ok(Ipv6Addr::LOCALHOST),
        None => host == "localhost" || host.parse() == Ok(Ipv4Addr::LOCALHOST),
    };
    loopback && port.parse() == Ok(1111_u16)
}

/// The bytes of one connection: whatever comes, the answer is HTTP, hidden files stay hidden, and a page is shown only
/// to who names the preview.
pub fn http(bytes: &[u8]) {
    static TREE: OnceLock<OutputTree> = OnceLock::new();
    let tree = TREE.get_or_init(|| {
        let mut tree = OutputTree::default();
        tree.add("index.html", b"<!doctype html><body><main>PUBLIC home</main></body>".to_vec());
        tree.add("a/index.html", b"<!doctype html><body><main>PUBLIC a</main></body>".to_vec());
        tree.add("404.html", b"<!doctype html><body>PUBLIC nothing</body>".to_vec());
        tree.add("a b/caf\u{e9}.txt", b"PUBLIC 0123456789".to_vec());
        tree.add(".hidden/secret.txt", b"SECRET".to_vec());
        tree.add("a/.secret", b"SECRET".to_vec());
        tree
    });
    let answer = exchange(tree.clone(), bytes);
    let words = String::from_utf8_lossy(&answer);
    // With the feature `object-store` the HTTP library answers in HTTP/2 whoever begins in it.
    let second = bytes.starts_with(b"PRI * HTTP/2.0");
    assert!(answer.is_empty() || second || words.starts_with("HTTP/1."), "no HTTP: {words}");
    assert!(!words.contains("SECRET"), "a hidden file: {words}");
    assert!(!words.to_ascii_lowercase().contains("access-control-allow"), "other sites may read: {words}");
    let asked = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    let named = asked.split(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '\0')).any(is_ours);
    assert!(named || !words.contains("PUBLIC"), "a page for a stranger: {words}");
    for head in words.split("HTTP/1.1 ").skip(1).filter_map(|answer| answer.split_once("\r\n\r\n").map(|(head, _)| head)) {
        // What the HTTP library answers by itself holds nothing.
        let library = !head.to_ascii_lowercase().contains("content-type");
        assert!(library || head.contains("content-security-policy: default-src 'self'"), "no policy: {head}");
    }
}
