//! Charts as inline SVG, made from the same values as the tables beside them.
//!
//! In: a question with its estimates, or the events; and the theme's words. Out: SVG that needs no script and no style
//! sheet. Positions run in per cent of the width and in `em`, so one chart fits every width and every text size; a
//! theme may widen the text column and tighten the rows (`docs/charts.md`).
//! Must never hold text that was not escaped, a style attribute, or the position of the page that shows it: links
//! begin with [`ROOT`], which the template replaces.

mod describe;
mod estimates;
mod label;
mod mark;
mod scale;
mod timeline;

#[cfg(test)]
mod tests;

pub use estimates::estimates;
pub use timeline::timeline;

use crate::load::markdown;

/// Stands in links where a template puts the way to the site's root.
pub const ROOT: &str = "{root}";

/// The theme's interface words: a key and what to say when the theme has none.
pub type Words<'a> = &'a dyn Fn(&str, &str) -> String;

/// Text for SVG. Braces are written as references, so that no text can be taken for [`ROOT`].
fn escape(text: &str) -> String {
    let printable: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    markdown::escape(&printable).replace('{', "&#123;")
}

/// A length with at most two decimals.
fn length(n: f64) -> String {
    let text = format!("{n:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}
