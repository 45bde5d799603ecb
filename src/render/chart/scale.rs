//! The value axis: from figures to round ticks and places in per cent.
//!
//! In: every bound that a chart shows. Out: [`Scale`]. The axis always holds zero, so that a difference looks as large
//! as it is. Must never divide by zero or leave the axis, whatever the figures are.

use super::Words;

/// Where the axis begins and how long it is, in per cent of the chart's width.
const LEFT: f64 = 0.4;
const WIDTH: f64 = 98.6;
/// Room that an open end needs for its arrow, as a part of the axis.
const ARROW: f64 = 0.14;

/// A linear axis.
#[derive(Debug)]
pub struct Scale {
    low: f64,
    high: f64,
    /// Round values on the axis, rising.
    pub ticks: Vec<f64>,
    step: f64,
}

impl Scale {
    /// An axis for the given figures; `open_high` are those from which an arrow points to more.
    pub fn new(figures: impl Iterator<Item = f64>, open_high: impl Iterator<Item = f64>) -> Self {
        let (mut low, mut high) = (0.0_f64, 0.0_f64);
        for figure in figures {
            low = low.min(figure);
            high = high.max(figure);
        }
        if low == high {
            high = 1.0;
        }
        let step = nice(high / 4.0 - low / 4.0);
        let (first, last) = ((low / step).floor(), (high / step).ceil());
        if !(step.is_normal() && (first * step).is_finite() && (last * step).is_finite() && last - first <= 9.0) {
            return Self { low, high, ticks: vec![low, high], step: high - low };
        }
        let count = (last - first) as i32;
        let ticks: Vec<f64> = (0..=count).map(|i| (first + f64::from(i)) * step).collect();
        let mut end = last * step;
        let start = first * step;
        for from in open_high {
            let needed = start + (from - start) / (1.0 - ARROW);
            if needed.is_finite() {
                end = end.max(needed);
            }
        }
        Self { low: start, high: end, ticks, step }
    }

    /// A share's axis: nought to a hundred, when all figures lie there.
    pub fn share(mut figures: impl Iterator<Item = f64>) -> Option<Self> {
        figures.all(|f| (0.0..=100.0).contains(&f)).then(|| Self {
            low: 0.0,
            high: 100.0,
            ticks: vec![0.0, 25.0, 50.0, 75.0, 100.0],
            step: 25.0,
        })
    }

    /// The part of the axis below a figure, 0 to 1.
    pub fn part(&self, figure: f64) -> f64 {
        // Halves: the distance between the two ends may be more than a number can hold.
        let part = (figure / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0);
        if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Where a figure stands in the plot, in per cent.
    pub fn at(&self, figure: f64) -> f64 {
        LEFT + WIDTH * self.part(figure)
    }

    /// A tick in words. The magnitude stands at the last tick alone.
    pub fn label(&self, tick: usize, unit: &str, words: Words<'_>) -> String {
        let value = self.ticks.get(tick).copied().unwrap_or_default();
        let largest = self.ticks.iter().fold(0.0_f64, |m, t| m.max(t.abs()));
        let money = if unit.to_lowercase().ends_with("dollars") { "$" } else { "" };
        let (by, key, name) = match largest {
            l if l >= 1e15 => return format!("{money}{value:.1e}").replace('-', "\u{2212}"),
            l if l >= 1e12 => (1e12, "chart_trillion", "trillion"),
            l if l >= 1e9 => (1e9, "chart_billion", "billion"),
            l if l >= 1e6 => (1e6, "chart_million", "million"),
            _ => (1.0, "", ""),
        };
        let step = (self.step / by).log10().floor();
        let decimals = if step < 0.0 { (-step).min(6.0) as usize } else { 0 };
        let sign = if value < 0.0 { "\u{2212}" } else { "" };
        let number = grouped(value.abs() / by, decimals);
        let last = tick + 1 == self.ticks.len();
        let suffix = match (last, key, unit) {
            (true, "", "per cent") => " %".to_owned(),
            (true, "", _) | (false, ..) => String::new(),
            (true, key, _) => format!(" {}", words(key, name)),
        };
        format!("{sign}{money}{number}{suffix}")
    }
}

/// The next round number: 1, 2 or 5 times a power of ten. 1 for nought.
fn nice(raw: f64) -> f64 {
    if raw <= 0.0 || !raw.is_finite() {
        return 1.0;
    }
    let power = 10.0_f64.powf(raw.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|n| n * power).find(|step| *step >= raw * 0.999_999).unwrap_or(10.0 * power)
}

/// A number with its thousands set apart and no idle decimals.
fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { out } else { format!("{out}.{fraction}") }
}
