//! Why a deploy did not come to its end.
//!
//! In: what was tried and what the other side said. Out: one line with the next step, free of credentials.
//! Must never let a value of the environment that is a secret, or a name and password in an address, through.

use std::fmt;

use crate::write::WriteError;

/// A deploy that did not come to its end.
#[derive(Debug)]
pub struct DeployError {
    message: String,
    next: String,
}

impl DeployError {
    /// What happened, and what to do.
    pub fn new(message: impl AsRef<str>, next: impl AsRef<str>) -> Self {
        Self { message: redact(message.as_ref()), next: next.as_ref().to_owned() }
    }
}

impl From<WriteError> for DeployError {
    fn from(error: WriteError) -> Self {
        // The advice is that of `build`.
        let said = error.to_string().replace("with `--output-dir`", "in `deploy:` of site.yaml").replace("build again", "deploy again");
        match said.rsplit_once("; ") {
            Some((message, next)) => Self::new(message, next),
            None => Self::new(said, "deploy again"),
        }
    }
}

impl fmt::Display for DeployError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.message, self.next)
    }
}

impl std::error::Error for DeployError {}

/// Parts of the names of environment variables that hold secrets.
const SECRET: [&str; 6] = ["SECRET", "TOKEN", "PASSWORD", "PASSPHRASE", "CREDENTIAL", "KEY"];

/// Query fields that sign a request.
const SIGNATURES: [&str; 4] = ["X-Amz-Signature=", "X-Amz-Security-Token=", "X-Goog-Signature=", "sig="];

/// A text of another program or service without credentials.
pub fn redact(text: &str) -> String {
    let secrets: Vec<String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, value)| value.len() >= 8 && SECRET.iter().any(|part| name.to_ascii_uppercase().contains(part)))
        .map(|(_, value)| value)
        .collect();
    redact_these(text, &secrets)
}

fn redact_these(text: &str, secrets: &[String]) -> String {
    let mut clean = text.to_owned();
    for secret in secrets {
        clean = clean.replace(secret.as_str(), "***");
    }
    for field in SIGNATURES {
        clean = cut_after(&clean, field, |c| c == '&' || c.is_whitespace() || c == '"' || c == '\'');
    }
    without_users(&clean)
}

/// Replace what follows each `mark`, up to an end.
fn cut_after(text: &str, mark: &str, end: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(mark) {
        let (before, after) = rest.split_at(at + mark.len());
        out.push_str(before);
        out.push_str("***");
        rest = &after[after.find(&end).unwrap_or(after.len())..];
    }
    out.push_str(rest);
    out
}

/// Replace `user:password@` in addresses (RFC 3986, 3.2.1).
fn without_users(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after.find(|c: char| c == '/' || c.is_whitespace() || c == '\'' || c == '"').unwrap_or(after.len());
        rest = match after[..end].rfind('@') {
            // A bare `git@` is no secret, and the message is clearer with it.
            Some(host) if &after[..host] != "git" => {
                out.push_str("***");
                &after[host..]
            }
            _ => after,
        };
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_taken_out() {
        let secrets = ["wJalrXUtnFEMI/K7".to_owned()];
        for (said, clean) in [
            (
                "unable to access 'https://x-access-token:ghp_1@example.org/a.git/': 403",
                "unable to access 'https://***@example.org/a.git/': 403",
            ),
            ("https://tok@example.org/ and ssh://git@example.org/x", "https://***@example.org/ and ssh://git@example.org/x"),
            ("signed with wJalrXUtnFEMI/K7 twice wJalrXUtnFEMI/K7", "signed with *** twice ***"),
            ("GET https://b/x?X-Amz-Signature=abc&X-Amz-Date=1 failed", "GET https://b/x?X-Amz-Signature=***&X-Amz-Date=1 failed"),
            ("ä no address, mail@example.org", "ä no address, mail@example.org"),
        ] {
            assert_eq!(redact_these(said, &secrets), clean);
        }
    }
}
