//! Disagreements: estimates that differ beyond their question's tolerance, and claims that name what they contradict.
//!
//! In: resolved claims. Out: [`Disagreement`]s. Estimates that count different things are grouped, not set against
//! each other. Must never average.

use std::collections::BTreeSet;

use super::claims::{ClaimKind, Claims, range};
use crate::diag::{Code, Diagnostic, Report, did_you_mean};
use crate::load::Inputs;
use crate::load::front_matter::Estimate;
use crate::yaml_path;

/// Two claims that cannot both hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Disagreement {
    /// The question, for estimates.
    pub question: Option<usize>,
    /// The two claims, the earlier first.
    pub pair: (usize, usize),
    /// For estimates: the larger over the smaller, where they are nearest.
    pub ratio: Option<f64>,
}

impl Claims {
    /// Rule 6: same question, same count, within the window, apart by more than the tolerance.
    pub(super) fn numeric_disagreements(&self, inputs: &Inputs) -> Vec<Disagreement> {
        let mut found = Vec::new();
        for (number, question) in inputs.questions.all.iter().enumerate() {
            let estimates: Vec<(usize, &Estimate)> = self.by_question[number]
                .iter()
                .map(|c| (*c, &inputs.pages[self.all[*c].page].front.estimates[self.all[*c].record]))
                .collect();
            for (i, (a, first)) in estimates.iter().enumerate() {
                for (b, second) in &estimates[i + 1..] {
                    // Sorted by date: once a day lies outside the window, all later ones do.
                    if second.as_of.first() > first.as_of.last() && second.as_of.days_between(first.as_of) > question.window {
                        break;
                    }
                    if first.counts == second.counts
                        && self.all[*a].origins != self.all[*b].origins
                        && let Some(ratio) = apart(first, second, question.tolerance)
                    {
                        found.push(Disagreement { question: Some(number), pair: (*a, *b), ratio: Some(ratio) });
                    }
                }
            }
        }
        found
    }

    pub(super) fn explicit_disagreements(&mut self, inputs: &Inputs, report: &mut Report) {
        let mut seen = BTreeSet::new();
        for i in 0..self.all.len() {
            let claim = &self.all[i];
            let page = &inputs.pages[claim.page];
            let front = &page.front;
            let contradicts = match claim.kind {
                ClaimKind::Estimate => &front.estimates[claim.record].contradicts,
                ClaimKind::Event => &front.events[claim.record].contradicts,
                ClaimKind::Response => &front.responses[claim.record].contradicts,
                ClaimKind::Motive => &front.motives[claim.record].contradicts,
            };
            for (k, name) in contradicts.iter().enumerate() {
                let place = || page.place(&yaml_path![claim.kind.list(), claim.record, "contradicts", k]);
                match self.by_id.get(name) {
                    Some(other) if *other == i => report.push(
                        Diagnostic::at(Code::ClaimUnknown, place(), format!("the claim `{name}` contradicts itself"))
                            .help("name another claim"),
                    ),
                    Some(other) => {
                        seen.insert((i.min(*other), i.max(*other)));
                    }
                    // It may stand on a page that could not be read.
                    None if !inputs.unread.is_empty() => {}
                    None => report.push(Diagnostic::at(Code::ClaimUnknown, place(), format!("there is no claim `{name}`")).help(
                        did_you_mean(name, self.by_id.keys().map(String::as_str), || {
                            "give the other record an `id:` and name it here".to_owned()
                        }),
                    )),
                }
            }
        }
        let numeric: BTreeSet<(usize, usize)> = self.disagreements.iter().map(|d| d.pair).collect();
        self.disagreements.extend(seen.into_iter().filter(|pair| !numeric.contains(pair)).map(|pair| Disagreement {
            question: None,
            pair,
            ratio: None,
        }));
    }
}

/// How far two estimates are apart, if by more than the tolerance: larger over smaller.
fn apart(a: &Estimate, b: &Estimate, tolerance: f64) -> Option<f64> {
    let ((a_low, a_high), (b_low, b_high)) = (range(a), range(b));
    let (small, large) = if a_high < b_low {
        (a_high, b_low)
    } else if b_high < a_low {
        (b_high, a_low)
    } else {
        return None;
    };
    let scale = small.abs().max(large.abs());
    (scale > 0.0 && (large - small) / scale > tolerance).then(|| if small == 0.0 { f64::INFINITY } else { large / small })
}
