//! Compares figures with what a quote states.
//!
//! In: the words of a quote, and a [`Figure`] or a bare value. Out: whether the quote states it. Entry point:
//! [`Stated`]. Same value, same kind, any spelling; never "about the same". This file must never read a page's text.

use super::find;
use super::money;
use super::numeral::Spacing;
use super::token::Reading;
use super::{Figure, FigureKind};

/// What a quote states in numbers; made once for a quote, asked for many figures.
#[derive(Clone, Debug, Default)]
pub struct Stated {
    figures: Vec<Figure>,
}

impl Stated {
    /// Reads a quote.
    #[must_use]
    pub fn new(quote: &str) -> Self {
        let mut reading = Reading::new(quote, Spacing::Loose);
        let spaced = reading.numerals.iter().any(|numeral| numeral.spaced);
        let mut figures = find::in_quote(&mut reading);
        // `12 500` may be one number or two: either reading supports.
        if spaced {
            figures.extend(find::in_quote(&mut Reading::new(quote, Spacing::Never)));
        }
        // `1.1m` may be metres or millions.
        let millions = |figure: &Figure| Figure { low: figure.low * 1e6, high: figure.high * 1e6, ..figure.clone() };
        let others: Vec<Figure> = figures.iter().filter(|figure| figure.metres).map(millions).collect();
        figures.extend(others);
        Self { figures }
    }

    /// See [`super::supports`].
    #[must_use]
    pub fn supports(&self, figure: &Figure) -> bool {
        Self::support(std::iter::once(self), figure)
    }

    /// Whether the quotes of one sentence together state the figure: the two ends of a range may stand in two of them.
    #[must_use]
    pub fn support<'q>(mut quotes: impl Iterator<Item = &'q Self> + Clone, figure: &Figure) -> bool {
        if figure.metres {
            let millions = Figure { low: figure.low * 1e6, high: figure.high * 1e6, metres: false, ..figure.clone() };
            if Self::support(quotes.clone(), &millions) {
                return true;
            }
        }
        if same(figure.low, figure.high) {
            return quotes.any(|quote| quote.comparable(figure).any(|stated| within(figure.low, stated) || rounds(figure, stated)));
        }
        let given = |end: f64| quotes.clone().any(|quote| quote.comparable(figure).any(|stated| ends_at(end, stated)));
        given(figure.low) && given(figure.high)
    }

    /// Whether the quotes together give the figure itself, not merely a range around it.
    #[must_use]
    pub fn repeated<'q>(quotes: impl Iterator<Item = &'q Self> + Clone, figure: &Figure) -> bool {
        quotes.clone().flat_map(|quote| &quote.figures).any(|stated| figure.repeats(stated))
            || (!same(figure.low, figure.high) && Self::support(quotes, figure))
    }

    /// See [`super::supports_value`].
    #[must_use]
    pub fn supports_value(&self, low: Option<f64>, high: Option<f64>) -> bool {
        let contains = |value: f64| self.figures.iter().any(|stated| within(value, stated));
        match (low, high) {
            (None, None) => false,
            (Some(value), None) | (None, Some(value)) => contains(value),
            (Some(low), Some(high)) if same(low, high) => contains(low),
            (Some(low), Some(high)) => [low, high].iter().all(|end| self.figures.iter().any(|stated| ends_at(*end, stated))),
        }
    }
}

impl Figure {
    /// Whether this figure says the same as one that is cited: same kind and value (a share and its rounded percentage
    /// too), or for a single value an end of the cited range. For titles, summaries and captions.
    #[must_use]
    pub fn repeats(&self, cited: &Figure) -> bool {
        let single = same(self.low, self.high);
        let equal = if single { ends_at(self.low, cited) } else { same(self.low, cited.low) && same(self.high, cited.high) };
        alike(self, cited) && (equal || (single && rounds(self, cited)))
    }
}

impl Stated {
    /// What is of the figure's kind.
    fn comparable<'a>(&'a self, figure: &'a Figure) -> impl Iterator<Item = &'a Figure> {
        // In `175 billion dollars and 400 million more` the bare number is money too.
        let money = matches!(figure.kind, FigureKind::Money(_)) && self.figures.iter().any(|stated| alike(figure, stated));
        self.figures.iter().filter(move |stated| alike(figure, stated) || (money && stated.kind == FigureKind::Count))
    }
}

fn alike(figure: &Figure, stated: &Figure) -> bool {
    use FigureKind::{Money, Percent, Share};
    match (figure.kind, stated.kind) {
        (Money(one), Money(other)) => money::agree(one, other),
        (Percent | Share, Percent | Share) => true,
        (one, other) => one == other,
    }
}

/// Equal but for the rounding of binary fractions.
fn same(one: f64, other: f64) -> bool {
    // The first half is for infinities, whose difference is no number.
    one.total_cmp(&other).is_eq() || (one - other).abs() <= 1e-9 * one.abs().max(other.abs())
}

fn within(value: f64, stated: &Figure) -> bool {
    same(value, stated.low) || same(value, stated.high) || (stated.low < value && value < stated.high)
}

fn ends_at(value: f64, stated: &Figure) -> bool {
    same(value, stated.low) || same(value, stated.high)
}

/// Whether a percentage is a share, rounded or cut to the decimals printed: `67 per cent` and `66 per cent` are both
/// two thirds, `60 per cent` is not.
fn rounds(figure: &Figure, stated: &Figure) -> bool {
    let (share, percent) = match (figure.kind, stated.kind) {
        (FigureKind::Share, FigureKind::Percent) => (figure, stated),
        (FigureKind::Percent, FigureKind::Share) => (stated, figure),
        _ => return false,
    };
    let step = 10f64.powi(i32::from(percent.decimals.min(15)));
    let (wanted, printed) = (share.low * step, percent.low * step);
    // A share that is a whole number of per cent (a half, a fifth) is not rounded.
    !same(wanted, wanted.round()) && (same(wanted.round(), printed) || same(wanted.floor(), printed))
}
