//! Archived source texts and the quotes that must stand in them.
//!
//! In: the bytes of archived texts, quotes, locators, the text of `content/sources.lock`.
//! Out: where each quote stands ([`ArchivedText::find`]), why it does not, what is wrong with the
//! quote itself ([`vet()`]), and the [`Lock`] that lets a clone without the archive check the same.
//! Flow: `letters -> numerals -> boundary, ellipsis -> fold -> index -> text -> find -> nearest`;
//! beside it `negation`, `locator`, `vet`, `lock`. Never: touches the disk, reads a clock, or
//! accepts a quote by likeness; the nearest place is looked for only after a quote is refused.

mod boundary;
mod ellipsis;
mod find;
mod fold;
mod index;
mod letters;
mod locator;
mod lock;
mod lock_parse;
mod nearest;
mod negation;
mod numerals;
mod passage;
mod text;
mod vet;

#[cfg(test)]
mod tests;

pub use find::{Find, MAX_OMITTED_CHARS, MAX_PLACES, Place, Quotation, Refusal};
pub use letters::is_quote_mark;
pub use locator::{Locator, LocatorError};
pub use lock::{Lock, LockError, LockFault, LockedQuote, LockedSource, TextChange, Unlocked, Verdict};
pub use nearest::{DiffPart, Nearest};
pub use passage::passage;
pub use text::{ArchiveError, ArchivedText, MAX_TEXT_BYTES};
pub use vet::{MAX_QUOTE_CHARS, MAX_QUOTE_WORDS, QuoteProblem, fold_digest, vet};
