//! Reads `content/sources.lock`, and says what happened to a damaged one.
//!
//! In: the text of the file; CRLF, a byte order mark and blank lines are of no account, since Git
//! may add the first. Out: [`Lock`], or the first [`LockError`]. A lock is evidence, so nothing in
//! it is mended or skipped. Never: accepts a block whose check line does not fit.

use super::lock::{END, HEADING, Lock, LockError, LockFault, LockedQuote, LockedSource, VERSION, check, escape, unescape};
use std::collections::BTreeMap;

const RELOCK: &str = "run `cited source lock` with the archive at hand";
const RESTORE: &str = "restore the file from Git, or run `cited source lock` with the archive at hand";
const RESOLVE: &str = "take either side of the merge, then run `cited source lock` with the archive at hand";
const UPDATE: &str = "use the version of `cited` that wrote it, or run `cited source lock` with the archive at hand";

impl Lock {
    /// Reads a lock file.
    ///
    /// # Errors
    /// Where the file was edited, cut off, left in a merge conflict, or is not a lock of this version.
    pub fn parse(text: &str) -> Result<Lock, LockError> {
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        if let Some((line, _)) = numbered(text).find(|(_, line)| is_conflict(line)) {
            return Err(error(line, LockFault::Conflict, "the lock is in the middle of a merge conflict", RESOLVE));
        }
        let mut lines = numbered(text).filter(|(_, line)| !line.trim().is_empty());
        read_version(lines.next(), lines.next())?;
        let mut lock = Lock::default();
        let mut last = 2;
        while let Some((line, content)) = lines.next() {
            last = line;
            if content == END {
                return match lines.next() {
                    None => Ok(lock),
                    Some((line, _)) => Err(error(line, LockFault::Malformed, "there are lines after the end of the lock", RESTORE)),
                };
            }
            let Some(key) = content.strip_prefix("source ").and_then(unescape) else {
                // A last line cut short is no line of its own.
                if END.starts_with(content) || "source ".starts_with(content) {
                    break;
                }
                return Err(unexpected(line, content));
            };
            if lock.sources.contains_key(&key) {
                return Err(error(line, LockFault::Duplicate, &format!("the source `{}` is in the lock twice", escape(&key)), RESOLVE));
            }
            let source = read_block(&key, (line, content), &mut lines)?;
            lock.sources.insert(key, source);
        }
        Err(truncated(last))
    }
}

fn numbered(text: &str) -> impl Iterator<Item = (u32, &str)> {
    (1u32..).zip(text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)))
}

fn is_conflict(line: &str) -> bool {
    ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|mark| line.starts_with(mark))
}

fn read_version(heading: Option<(u32, &str)>, version: Option<(u32, &str)>) -> Result<(), LockError> {
    let Some((line, heading)) = heading else {
        return Err(error(1, LockFault::Empty, "the lock is empty", RESTORE));
    };
    if heading != HEADING {
        return Err(match HEADING.starts_with(heading) && version.is_none() {
            true => truncated(line),
            false => error(line, LockFault::Version, "this is not a lock of `cited`", RELOCK),
        });
    }
    let Some((line, version)) = version else {
        return Err(truncated(line));
    };
    match version.strip_prefix("version ").map(str::parse::<u32>) {
        Some(Ok(VERSION)) => Ok(()),
        Some(Ok(other)) => {
            let message = format!("the lock is of version {other}; this program reads version {VERSION}");
            Err(error(line, LockFault::Version, &message, UPDATE))
        }
        _ if "version ".starts_with(version) => Err(truncated(line)),
        _ => Err(error(line, LockFault::Version, "the lock does not say its version", RELOCK)),
    }
}

/// The lines of one source, up to its check line.
fn read_block<'a>(key: &str, head: (u32, &str), lines: &mut impl Iterator<Item = (u32, &'a str)>) -> Result<LockedSource, LockError> {
    let mut block = Block { text: format!("{}\n", head.1), last: head.0 };
    let archive = block.field(lines, "  archive ", unescape)?;
    let sha256 = block.field(lines, "  sha256 ", |value| is_hex(value, 64).then(|| value.to_owned()))?;
    let bytes = block.field(lines, "  bytes ", |value| value.parse().ok())?;
    let text_starts = block.field(lines, "  text-starts ", |value| value.parse().ok())?;
    let mut quotes = BTreeMap::new();
    loop {
        let Some((line, content)) = lines.next() else {
            return Err(truncated(block.last));
        };
        if let Some(sum) = content.strip_prefix("  check ") {
            if sum == check(&block.text) {
                return Ok(LockedSource { archive, sha256, bytes, text_starts, quotes });
            }
            if sum.len() < 16 && lines.next().is_none() {
                return Err(truncated(line));
            }
            return Err(edited(line, key));
        }
        if content == END || content.starts_with("source ") {
            return Err(edited(line, key));
        }
        let Some((digest, quote)) = content.strip_prefix("  quote ").and_then(read_quote) else {
            return Err(if lines.next().is_none() { truncated(line) } else { unexpected(line, content) });
        };
        if quotes.insert(digest, quote).is_some() {
            return Err(error(line, LockFault::Duplicate, "this quote is in the lock twice", RESOLVE));
        }
        block.push(line, content);
    }
}

/// The lines of a block as far as they are read, as the check line counts them.
struct Block {
    text: String,
    last: u32,
}

impl Block {
    fn push(&mut self, line: u32, content: &str) {
        self.text.push_str(content);
        self.text.push('\n');
        self.last = line;
    }

    /// Reads the next line, which must be the field `label`.
    fn field<'a, T>(
        &mut self,
        lines: &mut impl Iterator<Item = (u32, &'a str)>,
        label: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, LockError> {
        let Some((line, content)) = lines.next() else {
            return Err(truncated(self.last));
        };
        let Some(value) = content.strip_prefix(label).and_then(read) else {
            return Err(if lines.next().is_none() { truncated(line) } else { unexpected(line, content) });
        };
        self.push(line, content);
        Ok(value)
    }
}

/// `DIGEST at 3,9: first words …`
fn read_quote(written: &str) -> Option<(u128, LockedQuote)> {
    let (digest, rest) = written.split_once(" at ")?;
    let (numbers, opening) = rest.split_once(": ")?;
    let paragraphs: Box<[u32]> = numbers.split(',').map(|n| n.parse().ok()).collect::<Option<_>>()?;
    let digest = if is_hex(digest, 32) { u128::from_str_radix(digest, 16).ok()? } else { return None };
    Some((digest, LockedQuote { paragraphs, opening: unescape(opening)?.into() }))
}

fn is_hex(text: &str, len: usize) -> bool {
    text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn truncated(line: u32) -> LockError {
    error(line, LockFault::Truncated, "the lock is cut off here", RESTORE)
}

fn edited(line: u32, key: &str) -> LockError {
    let message = format!("what the lock says of `{}` was changed by hand or by a merge", escape(key));
    error(line, LockFault::Edited, &message, RELOCK)
}

fn unexpected(line: u32, content: &str) -> LockError {
    let shown: String = content.trim().chars().take(40).filter(|c| !c.is_control()).collect();
    error(line, LockFault::Malformed, &format!("`{shown}` does not belong here"), RESTORE)
}

fn error(line: u32, fault: LockFault, message: &str, next_step: &'static str) -> LockError {
    LockError { line, fault, message: message.to_owned(), next_step }
}
