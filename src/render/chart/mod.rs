//! Charts as inline SVG, made from the same values as the tables beside them.

use super::Renderer;
use super::views::QuestionView;

/// The estimates of a question as dots and ranges over time. `None` when there is nothing to show.
pub fn estimates(_question: &QuestionView, _renderer: &Renderer<'_>) -> Option<String> {
    None
}
