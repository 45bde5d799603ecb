//! The data of a site: every claim with its evidence, as JSON and CSV (RFC 4180), and the sources as CSL-JSON.
//!
//! In: claims and sources. Out: files at fixed paths, documented in `docs/data.md`. Ids are stable; rows stand in the
//! order of pages and records.

use serde::Serialize;
use serde_json::{Value, json};

use super::references::csl_json_of_source;
use crate::render::views::{ClaimView, OwnView, Shared};
use crate::render::{Renderer, schema_org};
use crate::resolve::claims::ClaimKind;
use crate::resolve::routes::{DATA_FILES, question_csv};

/// Make each data file, and give it away before the next.
pub fn files(renderer: &Renderer, put: impl Fn(&str, String)) {
    let claims: Vec<_> = (0..renderer.site.claims.all.len()).map(|c| renderer.views.claim(c)).collect();
    let of = |kind: ClaimKind| claims.iter().filter(move |c| c.kind == kind.name());
    put("data/claims.json", pretty(&Claims { schema: 1, base_url: &renderer.site.inputs.config.base_url, claims: &claims }));
    put("data/estimates.csv", estimates(of(ClaimKind::Estimate)));
    put(
        "data/events.csv",
        csv(&["id", "date", "until", "planned", "place", "title"], of(ClaimKind::Event), |own| match own {
            OwnView::Event { date, until, planned, place, title } => vec![
                date.to_string(),
                until.map(|d| d.to_string()).unwrap_or_default(),
                planned.to_string(),
                place.clone().unwrap_or_default(),
                title.clone(),
            ],
            _ => Vec::new(),
        }),
    );
    put(
        "data/responses.csv",
        csv(&["id", "actor", "date", "stance", "action"], of(ClaimKind::Response), |own| match own {
            OwnView::Response { actor, date, stance, action } => vec![
                actor.as_ref().map(|a| a.id.clone()).unwrap_or_default(),
                date.map(|d| d.to_string()).unwrap_or_default(),
                format!("{stance:?}").to_lowercase(),
                action.clone(),
            ],
            _ => Vec::new(),
        }),
    );
    put(
        "data/motives.csv",
        csv(&["id", "actor", "status", "title"], of(ClaimKind::Motive), |own| match own {
            OwnView::Motive { actor, title, status } => {
                vec![actor.as_ref().map(|a| a.id.clone()).unwrap_or_default(), format!("{status:?}").to_lowercase(), title.clone()]
            }
            _ => Vec::new(),
        }),
    );
    drop(claims);
    put(schema_org::CLAIMS, schema_org::claims(renderer));
    put("data/disagreements.json", pretty(&disagreements(renderer)));
    put("data/sources.json", pretty(&Value::Array(renderer.site.inputs.sources.all.iter().map(csl_json_of_source).collect())));
}

/// The paths of all data files.
pub fn data_paths(renderer: &Renderer) -> Vec<String> {
    let questions = renderer.site.inputs.questions.all.iter().map(|q| question_csv(&q.id)).filter(|p| !DATA_FILES.contains(&p.as_str()));
    DATA_FILES.iter().map(|p| (*p).to_owned()).chain(questions).collect()
}

/// A CSV file for each question: its estimates alone, with the columns of `data/estimates.csv`.
pub fn questions(renderer: &Renderer, put: impl Fn(&str, String)) {
    for (number, question) in renderer.site.inputs.questions.all.iter().enumerate() {
        let path = question_csv(&question.id);
        if !DATA_FILES.contains(&path.as_str()) {
            let claims: Vec<_> = renderer.site.claims.by_question[number].iter().map(|c| renderer.views.claim(*c)).collect();
            put(&path, estimates(claims.iter()));
        }
    }
}

fn estimates<'a>(claims: impl Iterator<Item = &'a Shared<ClaimView>>) -> String {
    csv(&["id", "question", "counts", "value", "low", "high", "about", "unit", "as_of"], claims, |own| match own {
        OwnView::Estimate { question, unit, value, low, high, about, as_of, counts, .. } => vec![
            question.clone(),
            counts.clone().unwrap_or_default(),
            number(*value),
            number(*low),
            number(*high),
            about.to_string(),
            unit.clone(),
            as_of.to_string(),
        ],
        _ => Vec::new(),
    })
}

fn disagreements(renderer: &Renderer) -> Value {
    let rows: Vec<_> = renderer
        .site
        .claims
        .disagreements
        .iter()
        .map(|d| {
            let view = renderer.views.disagreement(d);
            json!({ "question": view.question.map(|q| q.id), "counts": view.counts, "claims": [view.a.id, view.b.id], "ratio": view.ratio, "text": view.text })
        })
        .collect();
    json!({ "schema": 1, "disagreements": rows })
}

/// `data/claims.json`.
#[derive(Serialize)]
struct Claims<'a> {
    schema: u32,
    base_url: &'a str,
    claims: &'a [Shared<ClaimView>],
}

fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

fn number(value: Option<f64>) -> String {
    value.map(|v| v.to_string()).unwrap_or_default()
}

/// The columns that every kind of claim has, after its own.
const SHARED: &[&str] = &["by", "parties", "reports", "origins", "flags", "sources", "quotes", "page", "note", "mistake"];

fn csv<'a>(own_columns: &[&str], claims: impl Iterator<Item = &'a Shared<ClaimView>>, own: impl Fn(&OwnView) -> Vec<String>) -> String {
    let mut text = String::new();
    row(&mut text, own_columns.iter().chain(SHARED).map(|c| (*c).to_owned()));
    for claim in claims {
        let joined = |items: Vec<&str>| items.join("; ");
        let shared = [
            joined(claim.by.iter().map(|a| a.id.as_str()).collect()),
            joined(claim.parties.iter().map(String::as_str).collect()),
            claim.reports.to_string(),
            claim.origins.to_string(),
            joined(claim.flags.clone()),
            joined(claim.cites.iter().map(|c| c.source.key.as_str()).collect()),
            claim.cites.iter().filter_map(|c| c.quote.as_deref()).collect::<Vec<_>>().join(" / "),
            claim.href.clone(),
            claim.note.clone().unwrap_or_default(),
            claim.mistake.map_or_else(String::new, |mistake| mistake.name().to_owned()),
        ];
        row(&mut text, std::iter::once(claim.id.clone()).chain(own(&claim.own)).chain(shared));
    }
    text
}

fn row(text: &mut String, cells: impl Iterator<Item = String>) {
    for (i, cell) in cells.enumerate() {
        if i > 0 {
            text.push(',');
        }
        // A cell that a spreadsheet would take for a formula is made text.
        let cell = if cell.starts_with(['=', '+', '@', '\t', '\r']) || (cell.starts_with('-') && cell.parse::<f64>().is_err()) {
            format!("'{cell}")
        } else {
            cell
        };
        if cell.contains([',', '"', '\n', '\r']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&cell);
        }
    }
    text.push_str("\r\n");
}
