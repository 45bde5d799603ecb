//! Shortcodes as `theme.yaml` declares them: which arguments each takes, and whether it encloses text.
//!
//! In: `shortcodes:` of `theme.yaml`. Out: [`Shortcode`], against which `check/theme.rs` holds what pages write. One that is
//! not declared takes anything. Must never say what a shortcode becomes: that is its template's.

use std::collections::BTreeMap;

use serde::Deserialize;

/// One shortcode.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Shortcode {
    /// Whether it encloses text: `{% name() %}…{% end %}`, not `{{ name() }}`.
    #[serde(default)]
    pub body: bool,
    /// Whether the text that it encloses is a source's words, and held to what is quoted.
    #[serde(default)]
    pub quotation: bool,
    /// What it takes.
    #[serde(default)]
    pub arguments: BTreeMap<String, Argument>,
}

/// One argument.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Argument {
    /// What its value names.
    #[serde(default)]
    pub names: Option<Named>,
    /// The words to choose from.
    #[serde(default)]
    pub options: Vec<String>,
    /// Whether it is a date: `2024`, `2024-10` or `2024-10-28`.
    #[serde(default)]
    pub date: bool,
    /// Whether it has to be given.
    #[serde(default)]
    pub required: bool,
}

/// Things that a value may name by their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Named {
    /// A question of `questions.yaml`.
    Question,
    /// An actor of `actors.yaml`.
    Actor,
    /// A page, by its path from the site's root: `numbers/troops/`.
    Page,
}
