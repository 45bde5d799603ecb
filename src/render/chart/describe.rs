//! The description of a chart, in words made from its data, for those who do not see it.
//!
//! In: the rows of a chart. Out: one paragraph, not escaped. Must never say more than the rows do.

use super::Words;
use super::estimates::Row;

/// What a chart of estimates shows: how many, when, what they count, the lowest and the highest.
pub fn estimates(groups: &[(&str, Vec<Row<'_>>)], total: usize, words: Words<'_>) -> String {
    let rows: Vec<(&str, &Row<'_>)> = groups.iter().flat_map(|(counts, rows)| rows.iter().map(|r| (*counts, r))).collect();
    let Some(lowest) = rows.iter().min_by(|a, b| a.1.figure.low().total_cmp(&b.1.figure.low())) else { return String::new() };
    let Some(highest) = rows.iter().rev().max_by(|a, b| a.1.figure.high().total_cmp(&b.1.figure.high())) else { return String::new() };
    // What counts different things must not be set against each other without saying so.
    let told = |key: &str, fallback: &str, (counts, row): (&str, &Row<'_>)| {
        let value = if groups.len() > 1 && !counts.is_empty() { format!("{} ({counts})", row.value) } else { row.value.to_owned() };
        words(key, fallback).replace("{value}", &value).replace("{who}", &row.who(words)).replace("{when}", &row.when())
    };
    if let [row] = rows[..] {
        return told("chart_one", "One figure: {value}, according to {who}, as of {when}.", row);
    }
    let first = rows.iter().map(|r| r.1.as_of).min().map(|d| d.text()).unwrap_or_default();
    let last = rows.iter().map(|r| r.1.as_of).max_by_key(|d| d.last()).map(|d| d.text()).unwrap_or_default();
    let many = if first == last {
        words("chart_many_at_once", "{n} figures, all as of {first}.")
    } else {
        words("chart_many", "{n} figures, as of {first} to {last}.")
    };
    let mut said = vec![many.replace("{n}", &rows.len().to_string()).replace("{first}", &first).replace("{last}", &last)];
    if rows.len() < total {
        said.push(part(rows.len(), total, words));
    }
    let counted: Vec<String> =
        groups.iter().filter(|(counts, _)| !counts.is_empty()).map(|(counts, rows)| format!("{counts} ({})", rows.len())).collect();
    if !counted.is_empty() {
        said.push(words("chart_counted", "What they count: {list}.").replace("{list}", &counted.join(", ")));
    }
    said.push(told("chart_lowest", "Lowest: {value}, according to {who}, as of {when}.", *lowest));
    said.push(told("chart_highest", "Highest: {value}, according to {who}, as of {when}.", *highest));
    said.join(" ")
}

/// That a chart shows a part of what is known.
pub fn part(shown: usize, total: usize, words: Words<'_>) -> String {
    words("chart_part", "{n} of {total} figures are shown.").replace("{n}", &shown.to_string()).replace("{total}", &total.to_string())
}
