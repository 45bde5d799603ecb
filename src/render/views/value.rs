//! An estimate in words.
//!
//! In: its numbers and its question's unit. Out: what readers see: `about 11,000`, `8,000 to 12,000`, `54 per cent`.

/// An estimate as readers see it: `about 11,000`, `8,000 to 12,000`, `over 6,000`, `54 per cent`.
pub fn value_text(value: Option<f64>, low: Option<f64>, high: Option<f64>, about: bool, unit: &str) -> String {
    let number = |n: f64| {
        let text = if n.fract() == 0.0 && n.abs() < 1e15 { format!("{n:.0}") } else { format!("{n}") };
        let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(w, f)| (w, Some(f)));
        let digits = whole.trim_start_matches('-');
        let mut grouped = String::new();
        for (i, c) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i) % 3 == 0 {
                grouped.push(',');
            }
            grouped.push(c);
        }
        let sign = if whole.starts_with('-') { "\u{2212}" } else { "" };
        match fraction {
            Some(f) => format!("{sign}{grouped}.{f}"),
            None => format!("{sign}{grouped}"),
        }
    };
    let money = unit.to_lowercase().ends_with("dollars");
    let number = |n: f64| match n {
        n if n.abs() >= 1e9 && (n / 1e8).fract() == 0.0 => format!("{}{} billion", if money { "$" } else { "" }, number(n / 1e9)),
        n if n.abs() >= 1e6 && (n / 1e5).fract() == 0.0 => format!("{}{} million", if money { "$" } else { "" }, number(n / 1e6)),
        n => format!("{}{}", if money { "$" } else { "" }, number(n)),
    };
    let figure = match (value, low, high) {
        (Some(v), ..) => number(v),
        (None, Some(l), Some(h)) => format!("{} to {}", number(l), number(h)),
        (None, Some(l), None) => format!("at least {}", number(l)),
        (None, None, Some(h)) => format!("up to {}", number(h)),
        (None, None, None) => String::new(),
    };
    let suffix = if unit == "per cent" { " per cent" } else { "" };
    if about { format!("about {figure}{suffix}") } else { format!("{figure}{suffix}") }
}
