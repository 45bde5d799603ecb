//! Stage 1: files become typed inputs.
pub mod cite_syntax;
pub mod front_matter;
pub mod markdown;
pub mod prose;
pub mod shortcodes;
