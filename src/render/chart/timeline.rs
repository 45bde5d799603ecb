//! Events by month: a row for each year, a dot for each month, as large as its number of events.
//!
//! In: events. Out: SVG; each dot is a link to `#month-2024-10` on the page that shows the list. Years without an
//! event are named, not drawn. Must never place an event in a month that its date does not give, nor count what a source
//! gets wrong.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Words, escape, length};
use crate::date::Date;
use crate::render::views::{ClaimView, OwnView, Shared};

/// Heights, in em of the chart.
const HEADER: f64 = 1.7;
const YEAR: f64 = 1.5;
const CELL: f64 = 2.0;

/// What a month or a year holds.
#[derive(Debug, Default)]
struct Cell {
    events: usize,
    planned: usize,
}

/// The events as a calendar. `None` when there are none.
pub fn timeline(events: &[Shared<ClaimView>], words: Words<'_>) -> Option<String> {
    let mut years: BTreeMap<i16, BTreeMap<i8, Cell>> = BTreeMap::new();
    let (mut first, mut last): (Option<Date>, Option<Date>) = (None, None);
    for event in events.iter().filter(|event| event.mistake.is_none()) {
        let OwnView::Event { date, planned, .. } = &event.own else { continue };
        let cell = years.entry(date.year()).or_default().entry(date.month().unwrap_or(0)).or_default();
        cell.events += 1;
        cell.planned += usize::from(*planned);
        first = first.into_iter().chain([*date]).min();
        last = last.into_iter().chain([*date]).max_by_key(|d| (d.last(), d.first()));
    }
    let (first, last) = (first?, last?);
    let total: usize = years.values().flat_map(BTreeMap::values).map(|c| c.events).sum();
    let by_month = || years.iter().flat_map(|(y, months)| months.iter().filter(|(m, _)| **m > 0).map(|(m, c)| (*y, *m, c.events)));
    let most = by_month().map(|(.., n)| n).max().unwrap_or(1);
    let month_name = |month: i8| {
        let date = Date::parse(&format!("2000-{month:02}")).map_or_else(String::new, Date::text);
        words(&format!("month_{month:02}"), date.trim_end_matches(" 2000"))
    };

    let mut header = String::new();
    let mut empty = String::new();
    for month in 1..=12 {
        let x = centre(month);
        let initial: String = month_name(month).chars().take(1).collect();
        let _ =
            write!(header, "<text class=\"ch-a\" x=\"{x}%\" y=\"1em\" text-anchor=\"middle\"><tspan>{}</tspan></text>", escape(&initial));
        let _ = write!(empty, "<circle cx=\"{x}%\" r=\"1\" fill-opacity=\".5\"/>");
    }
    let mut body = String::new();
    let mut y = HEADER;
    let mut before: Option<i16> = None;
    for (year, months) in &years {
        if let Some(before) = before.filter(|b| b + 1 < *year) {
            let gap = if before + 2 == *year { (before + 1).to_string() } else { format!("{}\u{2013}{}", before + 1, year - 1) };
            let text = words("chart_gap", "{years}: no event recorded").replace("{years}", &gap);
            let _ = writeln!(body, "<text y=\"{}em\"><tspan class=\"ch-d\">{}</tspan></text>", length(y + 1.1), escape(&text));
            y += YEAR + 0.3;
        }
        before = Some(*year);
        // Inside, a year counts from its own top: years are then the same bytes, which compresses well.
        let _ = write!(
            body,
            "<svg y=\"{}em\" overflow=\"visible\"><rect class=\"ch-r\" width=\"100%\" height=\"1\" fill-opacity=\".35\"/>\
             <text class=\"ch-g\" y=\"1.2em\"><tspan>{year}</tspan></text>",
            length(y)
        );
        if let Some(cell) = months.get(&0) {
            let text = format!("{}: {}", words("no_month", "Month not known"), cell.events);
            let _ = write!(
                body,
                "<a href=\"#month-{year:04}\"><rect x=\"20%\" width=\"80%\" height=\"1.7em\" fill=\"none\" pointer-events=\"all\"/>\
                 <text x=\"100%\" y=\"1.2em\" text-anchor=\"end\"><tspan class=\"ch-v\">{}</tspan></text></a>",
                escape(&text)
            );
        }
        let _ = write!(body, "<use href=\"#chart-events-months\" y=\"{}em\"/>", length(YEAR + CELL / 2.0));
        for (month, cell) in months.iter().filter(|(month, _)| **month > 0) {
            let name = format!("{} {year}", month_name(*month));
            dot(&mut body, (*year, *month, &name), cell, most, words);
        }
        body.push_str("</svg>\n");
        y += YEAR + CELL + 0.3;
    }
    let busiest = by_month().find(|(.., n)| *n == most).filter(|_| total > 1);
    let mut described = words(
        if total == 1 { "chart_events_one" } else { "chart_events" },
        if total == 1 { "One event, {first}." } else { "{n} events from {first} to {last}." },
    )
    .replace("{n}", &total.to_string())
    .replace("{first}", &first.text())
    .replace("{last}", &last.text());
    if let Some((year, month, n)) = busiest {
        described.push(' ');
        described.push_str(
            &words("chart_busiest", "The month with most of them: {month} ({n}).")
                .replace("{month}", &format!("{} {year}", month_name(month)))
                .replace("{n}", &n.to_string()),
        );
    }
    Some(format!(
        "<svg class=\"ch ch-cal\" width=\"100%\" height=\"{}em\" font-size=\"15\" fill=\"currentColor\">\
         <defs><g id=\"chart-events-months\">{empty}</g></defs>\
         <svg overflow=\"visible\" role=\"img\" aria-labelledby=\"chart-events-title\" aria-describedby=\"chart-events-desc\">\
         <title id=\"chart-events-title\">{}</title><desc id=\"chart-events-desc\">{}</desc>{header}</svg>\n{body}</svg>",
        length(y),
        escape(&words("chart_events_title", "Events by month")),
        escape(&described),
    ))
}

/// The middle of a month's column, in per cent.
fn centre(month: i8) -> String {
    length((f64::from(month) - 0.5) / 12.0 * 100.0)
}

/// A month with events: its area grows with their number, which stands in it from two on.
fn dot(svg: &mut String, (year, month, name): (i16, i8, &str), cell: &Cell, most: usize, words: Words<'_>) {
    let n = cell.events;
    let said = if n == 1 { words("chart_month_one", "{month}: {n} event") } else { words("chart_month_other", "{month}: {n} events") };
    let said = said.replace("{month}", name).replace("{n}", &n.to_string());
    let part = if most > 1 { ((n - 1) as f64 / (most - 1) as f64).sqrt() } else { 0.0 };
    let radius = if n == 1 { 4.5 } else { 8.0 + 3.5 * part };
    // What is only planned is hollow.
    let hollow = if cell.planned == n { " class=\"ch-o\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\"" } else { "" };
    let (x, y) = (centre(month), length(YEAR + CELL / 2.0));
    let _ = write!(
        svg,
        "<a href=\"#month-{year:04}-{month:02}\"><title>{}</title>\
         <rect x=\"{}%\" width=\"8.33%\" y=\"{}em\" height=\"{CELL}em\" fill=\"none\" pointer-events=\"all\"/>\
         <circle cx=\"{x}%\" cy=\"{y}em\" r=\"{}\"{hollow}/>",
        escape(&said),
        length((f64::from(month) - 1.0) / 12.0 * 100.0),
        length(YEAR),
        length(radius)
    );
    if n > 1 {
        let class = if hollow.is_empty() { "ch-i" } else { "ch-v" };
        let fill = if hollow.is_empty() { " fill=\"Canvas\"" } else { "" };
        let _ = write!(
            svg,
            "<text class=\"{class}\" x=\"{x}%\" y=\"{}em\" text-anchor=\"middle\"{fill}><tspan>{n}</tspan></text>",
            length(YEAR + CELL / 2.0 + 0.32)
        );
    }
    svg.push_str("</a>");
}
