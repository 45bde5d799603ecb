//! The estimates of a question: one row an estimate, its value on a common axis.
//!
//! In: a question with its groups. Out: SVG. Rows stand by what they count, then by date; each says its figure, its
//! date and who gave it, and is a link to the claim. Rows rather than a plane of time and value: so labels never
//! collide, names are read in full, and a phone shows the same chart as a desk.
//! Must never average, join or leave out figures, unless it says how many it leaves out.

use std::fmt::Write as _;

use super::label::{width, wrap};
use super::mark::{Figure, bar, dot};
use super::scale::Scale;
use super::{ROOT, Words, describe, escape, length};
use crate::date::Date;
use crate::render::views::{ActorView, ClaimView, OwnView, QuestionView, Shared};

/// Letters that fit on a line of a label at 320 px.
const LETTERS: usize = 40;
/// The width of a letter of a tick at 320 px, in per cent of the chart.
const LETTER: f64 = 2.5;
/// Heights, in em of the chart.
const LINE: f64 = 1.2;
const LANE: f64 = 1.4;
const HEADING: f64 = 2.3;
const AXIS: f64 = 1.6;
/// From so many rows on, the axis is repeated at the foot.
const LONG: usize = 7;

/// Draws a figure, perhaps an "about", on an axis, at a height.
type Draw = fn(&mut String, Figure, bool, &Scale, f64);

/// One estimate of a chart.
#[derive(Debug)]
pub struct Row<'a> {
    /// Its bounds.
    pub figure: Figure,
    /// Its figure in words.
    pub value: &'a str,
    /// What day it speaks of.
    pub as_of: Date,
    about: bool,
    by: &'a [ActorView],
    href: &'a str,
}

impl<'a> Row<'a> {
    fn new(claim: &'a ClaimView) -> Option<Self> {
        let OwnView::Estimate { value_text, value, low, high, about, as_of, .. } = &claim.own else { return None };
        let figure = Figure::new(*value, *low, *high)?;
        Some(Self { figure, value: value_text, as_of: *as_of, about: *about, by: &claim.by, href: &claim.href })
    }

    /// Who says it.
    pub fn who(&self, words: Words<'_>) -> String {
        if self.by.is_empty() {
            return words("chart_unnamed", "a source that is not named");
        }
        self.by.iter().map(|a| a.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// When, in words.
    pub fn when(&self) -> String {
        self.as_of.text()
    }

    /// The label: lines of text with their class, and whether words were left out.
    fn label(&self, words: Words<'_>) -> (Vec<Vec<(&'static str, String)>>, bool) {
        let (mut value, mut cut) = wrap(self.value, LETTERS, 2);
        let when = self.when();
        let mut lines: Vec<Vec<(&'static str, String)>> = Vec::new();
        let last = value.pop().unwrap_or_default();
        lines.extend(value.into_iter().map(|line| vec![("ch-v", line)]));
        if width(&last) + 2 + width(&when) <= LETTERS {
            lines.push(vec![("ch-v", last), ("ch-d", when)]);
        } else {
            lines.push(vec![("ch-v", last)]);
            lines.push(vec![("ch-d", when)]);
        }
        let (who, who_cut) = wrap(&self.who(words), LETTERS, 2);
        cut |= who_cut;
        lines.extend(who.into_iter().map(|line| vec![("", line)]));
        (lines, cut)
    }
}

/// The estimates of a question; of `shown` alone, if given. `None` when there is no figure to show.
pub fn estimates(question: &QuestionView, shown: Option<&[&str]>, words: Words<'_>) -> Option<String> {
    let mut total = 0;
    let mut groups: Vec<(&str, Vec<Row<'_>>)> = Vec::new();
    for group in &question.groups {
        total += group.estimates.len();
        let wanted = |claim: &&Shared<ClaimView>| shown.is_none_or(|ids| ids.contains(&claim.id.as_str()));
        let mut rows: Vec<Row<'_>> = group.estimates.iter().filter(wanted).filter_map(|claim| Row::new(claim)).collect();
        rows.sort_by_key(|r| r.as_of);
        if !rows.is_empty() {
            groups.push((&group.counts, rows));
        }
    }
    let rows = || groups.iter().flat_map(|(_, rows)| rows);
    let count = rows().count();
    if count == 0 {
        return None;
    }
    let bounds = || rows().flat_map(|r| [r.figure.low(), r.figure.high()]);
    let open = rows().filter_map(|r| if let Figure::AtLeast(n) = r.figure { Some(n) } else { None });
    let share = matches!(question.unit.as_str(), "per cent" | "percent" | "%").then(|| Scale::share(bounds())).flatten();
    let (scale, draw): (Scale, Draw) = match share {
        Some(scale) => (scale, bar),
        None => (Scale::new(bounds(), open), dot),
    };

    let mut y = AXIS;
    let mut body = String::new();
    for (i, (counts, rows)) in groups.iter().enumerate() {
        if !counts.is_empty() {
            if i > 0 {
                let _ =
                    write!(body, "<rect class=\"ch-r\" width=\"100%\" height=\"1\" y=\"{0}em\" fill-opacity=\".35\"/>", length(y + 0.4));
            }
            let (lines, _) = wrap(counts, LETTERS, 1);
            text(&mut body, "ch-l ch-g", y + 1.55, &[("", lines.concat())]);
            y += HEADING;
        }
        for row in rows {
            y += one(&mut body, row, draw, &scale, y, words);
        }
    }
    y += 0.3;
    let long = count >= LONG;
    let grid = grid(&scale, &question.unit, y, long, words);
    if long {
        y += AXIS;
    }
    if count < total {
        let note = describe::part(count, total, words);
        text(&mut body, "ch-l", y + 1.1, &[("ch-d", note)]);
        y += 1.6;
    }
    let id: String = question.id.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' }).collect();
    let id = format!("chart-{id}");
    Some(format!(
        "<svg class=\"ch\" width=\"100%\" height=\"{}em\" font-size=\"15\" fill=\"currentColor\" overflow=\"visible\">\
         <svg overflow=\"visible\" role=\"img\" aria-labelledby=\"{id}-title\" aria-describedby=\"{id}-desc\">\
         <title id=\"{id}-title\">{}</title><desc id=\"{id}-desc\">{}</desc>{grid}</svg>\n{body}</svg>",
        length(y),
        escape(&question.title),
        escape(&describe::estimates(&groups, total, words)),
    ))
}

/// The lines of the ticks, and their labels above, and below where the chart is `long`.
fn grid(scale: &Scale, unit: &str, bottom: f64, long: bool, words: Words<'_>) -> String {
    let ticks: Vec<Tick> = scale.ticks.iter().enumerate().map(|(i, tick)| Tick::new(scale, *tick, scale.label(i, unit, words))).collect();
    let last = ticks.len().saturating_sub(1);
    // Every label, or every other one where neighbours would touch on a phone; the lines stay. The last is always
    // there, for it names the magnitude.
    let touching = ticks.windows(2).any(|pair| pair[0].to + LETTER > pair[1].from);
    let mut svg = String::new();
    for (i, tick) in ticks.iter().enumerate() {
        let (x, anchor) = (length(tick.at), tick.anchor);
        let strong = if tick.zero { ".8" } else { ".2" };
        let _ = write!(
            svg,
            "<line x1=\"{x}%\" x2=\"{x}%\" y1=\"{}em\" y2=\"{}em\" stroke=\"currentColor\" stroke-opacity=\"{strong}\"/>",
            length(AXIS - 0.2),
            length(bottom)
        );
        if touching && !(last - i).is_multiple_of(2) {
            continue;
        }
        for y in std::iter::once(AXIS - 0.6).chain(long.then_some(bottom + 1.0)) {
            let _ = write!(
                svg,
                "<text class=\"ch-a\" x=\"{x}%\" y=\"{}em\" text-anchor=\"{anchor}\"><tspan>{}</tspan></text>",
                length(y),
                escape(&tick.label)
            );
        }
    }
    svg
}

/// A tick with the room that its label takes, in per cent.
struct Tick {
    at: f64,
    zero: bool,
    label: String,
    anchor: &'static str,
    from: f64,
    to: f64,
}

impl Tick {
    fn new(scale: &Scale, value: f64, label: String) -> Self {
        let at = scale.at(value);
        let room = width(&label) as f64 * LETTER;
        let (anchor, from, to) = match scale.part(value) {
            p if p > 0.9 => ("end", at - room, at),
            p if p < 0.1 => ("start", at, at + room),
            _ => ("middle", at - room / 2.0, at + room / 2.0),
        };
        Self { at, zero: value == 0.0, label, anchor, from, to }
    }
}

/// A row; returns its height.
fn one(svg: &mut String, row: &Row<'_>, draw: Draw, scale: &Scale, top: f64, words: Words<'_>) -> f64 {
    let (lines, cut) = row.label(words);
    let height = LINE * lines.len() as f64 + LANE;
    // Inside, rows count from their own top: rows of one shape are then the same bytes, which compresses well.
    let _ = write!(svg, "<svg y=\"{}em\" overflow=\"visible\"><a href=\"{ROOT}{}\">", length(top), escape(row.href));
    if cut {
        let _ = write!(svg, "<title>{}, {}, {}</title>", escape(row.value), escape(&row.when()), escape(&row.who(words)));
    }
    let _ = write!(svg, "<rect width=\"100%\" height=\"{}em\" fill=\"none\" pointer-events=\"all\"/>", length(height));
    for (i, line) in lines.iter().enumerate() {
        let parts: Vec<(&str, String)> = line.iter().map(|(class, text)| (*class, text.clone())).collect();
        text(svg, "ch-l", 1.1 + LINE * i as f64, &parts);
    }
    svg.push_str("<g class=\"ch-m\" aria-hidden=\"true\" stroke=\"currentColor\" stroke-width=\"2\">");
    draw(svg, row.figure, row.about, scale, LINE * lines.len() as f64 + 0.7);
    svg.push_str("</g></a></svg>\n");
    height
}

/// A line of text. Its height is in em of the chart, so what sets another size stands inside it.
fn text(svg: &mut String, class: &str, y: f64, parts: &[(&str, String)]) {
    let class_of = |class: &str| if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    let heavy = if class.ends_with("ch-g") { " font-weight=\"600\"" } else { "" };
    let _ = write!(svg, "<text{} x=\"10\" y=\"{}em\"{heavy}>", class_of(class), length(y));
    for (i, (class, words)) in parts.iter().enumerate() {
        let apart = if i > 0 { " dx=\".25em\"" } else { "" };
        let bold = if *class == "ch-v" { " font-weight=\"600\"" } else { "" };
        let _ = write!(svg, "<tspan{}{apart}{bold}>{}</tspan> ", class_of(class), escape(words));
    }
    svg.push_str("</text>");
}
