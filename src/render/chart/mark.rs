//! Marks: what one estimate looks like. Shape and fill tell what colour alone must not.
//!
//! In: the bounds of an estimate, the axis, the height at which it stands. Out: SVG shapes.
//!
//! | figure | dot chart | bar of a share |
//! |---|---|---|
//! | exact | filled dot | bar |
//! | about | hollow dot | bar with a hollow dot at its end |
//! | low to high | band between two caps, dashed when "about" | bar, then a paler band, then a cap |
//! | at least | cap with an arrow to more | bar with an arrow to more |
//! | up to | cap with an arrow to less | paler bar with a cap |

use std::fmt::Write as _;

use super::length;
use super::scale::Scale;

/// What an estimate says, as bounds. Finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Figure {
    /// One value.
    Dot(f64),
    /// Between two values, the smaller first.
    Range(f64, f64),
    /// At least so many.
    AtLeast(f64),
    /// At most so many.
    UpTo(f64),
}

impl Figure {
    /// Read from the parts of an estimate; `None` when no part is a number.
    pub fn new(value: Option<f64>, low: Option<f64>, high: Option<f64>) -> Option<Self> {
        let finite = |n: Option<f64>| n.filter(|n| n.is_finite());
        match (finite(value), finite(low), finite(high)) {
            (Some(v), ..) => Some(Self::Dot(v)),
            (None, Some(l), Some(h)) if l == h => Some(Self::Dot(l)),
            (None, Some(l), Some(h)) => Some(Self::Range(l.min(h), l.max(h))),
            (None, Some(l), None) => Some(Self::AtLeast(l)),
            (None, None, Some(h)) => Some(Self::UpTo(h)),
            (None, None, None) => None,
        }
    }

    /// The smaller end that is known.
    pub fn low(self) -> f64 {
        match self {
            Self::Dot(n) | Self::Range(n, _) | Self::AtLeast(n) | Self::UpTo(n) => n,
        }
    }

    /// The larger end that is known.
    pub fn high(self) -> f64 {
        match self {
            Self::Dot(n) | Self::Range(_, n) | Self::AtLeast(n) | Self::UpTo(n) => n,
        }
    }
}

/// Draw a dot or a range at the height `y`, in em, with a dotted line that leads the eye to it.
pub fn dot(svg: &mut String, figure: Figure, about: bool, scale: &Scale, y: f64) {
    band(svg, scale.at(0.0), scale.at(figure.low()), y, " stroke-width=\"1\" stroke-dasharray=\"1 4\" stroke-opacity=\".6\"");
    match figure {
        Figure::Dot(n) => circle(svg, scale.at(n), about, y),
        Figure::Range(low, high) => {
            let dash = if about { " stroke-dasharray=\"4 3\"" } else { "" };
            band(svg, scale.at(low), scale.at(high), y, &format!(" stroke-width=\"6\" stroke-opacity=\".45\"{dash}"));
            cap(svg, scale.at(low), y);
            cap(svg, scale.at(high), y);
        }
        Figure::AtLeast(n) => arrow(svg, scale.at(n), 1.0, y),
        Figure::UpTo(n) => arrow(svg, scale.at(n), -scale.part(n), y),
    }
}

/// Draw a share as a bar on its track of nought to a hundred.
pub fn bar(svg: &mut String, figure: Figure, about: bool, scale: &Scale, y: f64) {
    let (from, to) = (scale.at(0.0), scale.at(100.0));
    let mut piece = |from: f64, to: f64, more: &str| band(svg, from, to, y, &format!(" stroke-width=\"11\"{more}"));
    piece(from, to, " stroke-opacity=\".14\"");
    match figure {
        Figure::Dot(n) | Figure::AtLeast(n) => piece(from, scale.at(n), ""),
        Figure::UpTo(n) => piece(from, scale.at(n), " stroke-opacity=\".45\""),
        Figure::Range(low, high) => {
            piece(from, scale.at(low), "");
            piece(scale.at(low), scale.at(high), " stroke-opacity=\".45\"");
        }
    }
    match figure {
        Figure::Dot(n) if about => circle(svg, scale.at(n), true, y),
        Figure::Dot(_) => {}
        Figure::AtLeast(n) => arrow(svg, scale.at(n), 1.0 - scale.part(n), y),
        Figure::UpTo(n) | Figure::Range(_, n) => cap(svg, scale.at(n), y),
    }
}

fn circle(svg: &mut String, x: f64, hollow: bool, y: f64) {
    let hollow = if hollow { " class=\"ch-o\" fill=\"none\"" } else { "" };
    let _ = write!(svg, "<circle cx=\"{}%\" cy=\"{}em\" r=\"5\"{hollow}/>", length(x), length(y));
}

fn band(svg: &mut String, from: f64, to: f64, y: f64, more: &str) {
    let (from, to, y) = (length(from), length(to), length(y));
    let _ = write!(svg, "<line x1=\"{from}%\" x2=\"{to}%\" y1=\"{y}em\" y2=\"{y}em\"{more}/>");
}

fn cap(svg: &mut String, x: f64, y: f64) {
    let x = length(x);
    let _ = write!(svg, "<line x1=\"{x}%\" x2=\"{x}%\" y1=\"{}em\" y2=\"{}em\"/>", length(y - 0.45), length(y + 0.45));
}

/// A cap with an arrow; `room` is how much of the axis lies that way, with its sign.
fn arrow(svg: &mut String, x: f64, room: f64, y: f64) {
    // No longer than the axis on a narrow screen, where a hundredth of it is some three pixels.
    let tip = (room.abs() * 250.0).clamp(9.0, 30.0).copysign(room);
    let neck = tip - 6.0_f64.copysign(room);
    let _ = write!(
        svg,
        "<svg x=\"{}%\" y=\"{}em\" overflow=\"visible\"><path fill=\"none\" d=\"M0-6V6M0 0H{}M{} -5L{} 0 {} 5\"/></svg>",
        length(x),
        length(y),
        length(tip),
        length(neck),
        length(tip),
        length(neck)
    );
}
