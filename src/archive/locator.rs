//! Locators: the place in a source that a citation names.
//!
//! In: what the author wrote, "para. 4" or "p. 12". Out: [`Locator`], which for paragraphs can be
//! held against an archived text, and for all else is kept as written (a plain text has no pages).
//! Never: guesses; a locator that speaks of paragraphs and is not understood is an error.

use std::fmt;

/// A place in a source, as a citation gives it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Locator {
    /// Paragraphs, counted from 1: first and last of each range, in the order given.
    Paragraphs(Vec<(u32, u32)>),
    /// A page, section or other place that an archived text cannot show; kept as written.
    Other(String),
}

/// Why a locator is not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocatorError {
    /// Nothing but white space.
    Empty,
    /// Speaks of paragraphs, but this part of it is not a number or a range.
    NotANumber(String),
    /// Paragraphs count from 1.
    Zero,
    /// A range that ends before it begins.
    Backwards(u32, u32),
}

/// Longest first, so that no label hides behind a shorter one.
const LABELS: &[&str] = &["paragraphs", "paragraph", "paras.", "paras", "para.", "para", "par.", "¶¶", "¶"];

impl Locator {
    /// Reads a locator: `para. 4`, `paras. 4-5`, `¶ 4`, `paragraphs 2, 4 and 7`, or any other text.
    ///
    /// # Errors
    /// Where it is empty, or speaks of paragraphs without naming them rightly.
    pub fn parse(text: &str) -> Result<Self, LocatorError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(LocatorError::Empty);
        }
        let other = || Ok(Locator::Other(text.split_whitespace().collect::<Vec<_>>().join(" ")));
        let lower = text.to_lowercase();
        let Some(rest) = LABELS.iter().find_map(|label| lower.strip_prefix(label)) else {
            return other();
        };
        // "parameters 4" is no paragraph, and "paragraph on losses" needs no number.
        if rest.starts_with(char::is_alphabetic) || !rest.contains(|c: char| c.is_ascii_digit()) {
            return other();
        }
        let rest = rest.replace(" and ", ",").replace(" to ", "-");
        rest.split([',', ';', '&']).map(range).collect::<Result<_, _>>().map(Locator::Paragraphs)
    }

    /// The locator of one paragraph.
    pub fn paragraph(n: u32) -> Self {
        Locator::Paragraphs(vec![(n, n)])
    }

    /// Is paragraph `n` meant? `None` where an archived text cannot tell.
    pub fn covers(&self, n: u32) -> Option<bool> {
        match self {
            Locator::Paragraphs(ranges) => Some(ranges.iter().any(|&(a, b)| (a..=b).contains(&n))),
            Locator::Other(_) => None,
        }
    }
}

/// `4` or `4-5`, with any dash.
fn range(text: &str) -> Result<(u32, u32), LocatorError> {
    let mut ends = text.splitn(2, super::letters::is_dash);
    let first = number(ends.next().unwrap_or_default(), text)?;
    let last = ends.next().map_or(Ok(first), |end| number(end, text))?;
    if first == 0 {
        return Err(LocatorError::Zero);
    }
    if last < first {
        return Err(LocatorError::Backwards(first, last));
    }
    Ok((first, last))
}

fn number(text: &str, whole: &str) -> Result<u32, LocatorError> {
    let text = text.trim();
    // `parse` alone would take "+4".
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| text.parse().ok()).flatten();
    number.ok_or_else(|| LocatorError::NotANumber(whole.trim().to_owned()))
}

impl fmt::Display for Locator {
    /// Paragraphs in one form, `para. 4` or `paras. 4-5, 7`; other locators as written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Locator::Other(text) => f.write_str(text),
            Locator::Paragraphs(ranges) => {
                let one = matches!(ranges.as_slice(), [(a, b)] if a == b);
                f.write_str(if one { "para." } else { "paras." })?;
                for (at, (first, last)) in ranges.iter().enumerate() {
                    let comma = if at == 0 { "" } else { "," };
                    write!(f, "{comma} {first}")?;
                    if last > first {
                        write!(f, "-{last}")?;
                    }
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for LocatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the locator is empty"),
            Self::NotANumber(part) => write!(f, "`{part}` is not a paragraph; write `para. 4` or `paras. 4-5`"),
            Self::Zero => f.write_str("paragraph 0 does not exist; paragraphs count from 1"),
            Self::Backwards(first, last) => {
                write!(f, "paragraphs {first}-{last} end before they begin; write `paras. {last}-{first}`")
            }
        }
    }
}

impl std::error::Error for LocatorError {}
