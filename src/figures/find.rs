//! Finds the figures of a text.
//!
//! In: a [`Reading`] and the [`Lexicon`]. Out: [`Figure`]s, in order of place. Entry points: [`in_prose`] for a page's
//! own text, where only what counts something is a figure, and [`in_quote`] for a source's words, where every number
//! may support one (small words and durations too). This file must never look at single characters.

use super::lexicon::Lexicon;
use super::opaque;
use super::phrase::Phrase;
use super::quantity::{self, Measure, Quantity};
use super::token::Reading;
use super::uncounted::{self, Sense};
use super::{Figure, FigureKind};

/// The figures that count something.
pub(super) fn in_prose(reading: &mut Reading, lexicon: &Lexicon) -> Vec<Figure> {
    find(reading, lexicon, |sense| match sense {
        Sense::Count => Use::Thing,
        Sense::CountedTime => Use::Time,
        _ => Use::None,
    })
}

/// Everything that a quote states in numbers.
pub(super) fn in_quote(reading: &mut Reading) -> Vec<Figure> {
    find(reading, &Lexicon::default(), |sense| match sense {
        // What is only most likely a year supports a count all the same: false alarms are the worse evil here.
        Sense::Count | Sense::Small | Sense::LikelyYear | Sense::Calibre => Use::Thing,
        Sense::Duration | Sense::CountedTime | Sense::Age => Use::Time,
        Sense::Date | Sense::Time | Sense::Label => Use::None,
    })
}

enum Use {
    None,
    Thing,
    Time,
}

fn find(reading: &mut Reading, lexicon: &Lexicon, of: impl Fn(Sense) -> Use) -> Vec<Figure> {
    opaque::hide(reading, lexicon);
    let quantities = quantities(reading);
    let mut senses: Vec<Sense> = quantities.iter().map(|quantity| uncounted::sense(reading, quantity, lexicon)).collect();
    uncounted::spread(reading, &quantities, &mut senses, lexicon);
    let mut figures = Vec::new();
    for (quantity, sense) in quantities.iter().zip(senses) {
        match of(sense) {
            Use::None => {}
            Use::Thing => add(reading, quantity, kind(quantity), &mut figures),
            Use::Time => add(reading, quantity, FigureKind::Duration, &mut figures),
        }
    }
    figures
}

fn quantities(reading: &Reading) -> Vec<Quantity> {
    let mut quantities: Vec<Quantity> = Vec::new();
    let mut free = 0;
    for &token in &reading.numeric {
        if token < free {
            continue;
        }
        if let Some(mut quantity) = quantity::read(reading, token) {
            // Two amounts may lay claim to one sign between them.
            quantity.first = quantity.first.max(free);
            free = quantity.last + 1;
            quantities.push(quantity);
        }
    }
    // `5, 6 and 7 per cent`: the last one's measure serves the small bare numbers that a list joins to it.
    for index in (1..quantities.len()).rev() {
        let (before, after) = (quantities[index - 1], quantities[index]);
        let small = before.low.value <= 100.0 && before.low.scale <= 1.0 && before.measure == Measure::Bare;
        if small && after.measure == Measure::Percent && !after.low.share && uncounted::joined(reading, &before, &after) {
            quantities[index - 1].measure = Measure::Percent;
        }
    }
    quantities
}

fn kind(quantity: &Quantity) -> FigureKind {
    match quantity.measure {
        Measure::Bare => FigureKind::Count,
        Measure::Percent if quantity.low.share => FigureKind::Share,
        Measure::Percent => FigureKind::Percent,
        Measure::Points => FigureKind::Points,
        Measure::Money(currency) => FigureKind::Money(currency),
    }
}

fn add(reading: &Reading, quantity: &Quantity, kind: FigureKind, figures: &mut Vec<Figure>) {
    let place = |first: usize, last: usize| match (reading.token(first), reading.token(last)) {
        (Some(first), Some(last)) => first.start..last.end,
        _ => 0..0,
    };
    let mut push = |first, last, low: &Phrase, high: &Phrase| {
        figures.push(Figure {
            range: place(first, last),
            low: low.value,
            high: high.value,
            kind,
            decimals: low.decimals.max(high.decimals),
            metres: high.metres && kind == FigureKind::Count,
        });
    };
    match (&quantity.high, quantity.apart) {
        (None, _) => push(quantity.first, quantity.last, &quantity.low, &quantity.low),
        (Some(high), false) => push(quantity.first, quantity.last, &quantity.low, high),
        (Some(high), true) => {
            push(quantity.first, quantity.low.last, &quantity.low, &quantity.low);
            push(high.first, quantity.last, high, high);
        }
    }
}
