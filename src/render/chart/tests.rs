//! Charts of made-up questions: whole SVGs as snapshots, and what must hold for any figures and any names.

use proptest::prelude::*;

use super::{Words, estimates, timeline};
use crate::date::Date;
use crate::load::records::ActorKind;
use crate::render::views::{ActorView, ClaimView, Group, OwnView, PageLink, QuestionView, Shared, value_text};

fn english(_: &str, fallback: &str) -> String {
    fallback.to_owned()
}
const ENGLISH: Words<'static> = &english;

fn claim(id: &str, by: &[&str], own: OwnView) -> Shared<ClaimView> {
    let actor = |name: &&str| ActorView { id: name.to_lowercase(), name: (*name).to_owned(), kind: ActorKind::Organisation, party: None };
    Shared::new(ClaimView {
        kind: "estimate",
        id: id.to_owned(),
        anchor: format!("claim-{id}"),
        href: format!("numbers/#claim-{id}"),
        page: PageLink { title: "Numbers".to_owned(), path: "numbers/".to_owned() },
        by: by.iter().map(actor).collect(),
        note: None,
        cites: Vec::new(),
        reports: 1,
        origins: 1,
        origin_names: Vec::new(),
        parties: Vec::new(),
        flags: Vec::new(),
        text: String::new(),
        mistake: None,
        own,
    })
}

type Parts = (Option<f64>, Option<f64>, Option<f64>, bool);

fn estimate(id: &str, by: &[&str], (value, low, high, about): Parts, unit: &str, as_of: &str) -> Shared<ClaimView> {
    let own = OwnView::Estimate {
        question: "q".to_owned(),
        question_title: "How many?".to_owned(),
        unit: unit.to_owned(),
        value_text: value_text(value, low, high, about, unit),
        value,
        low,
        high,
        about,
        as_of: Date::parse(as_of).unwrap(),
        counts: None,
        review_after: None,
    };
    claim(id, by, own)
}

fn event(id: &str, date: &str, planned: bool) -> Shared<ClaimView> {
    claim(
        id,
        &[],
        OwnView::Event { date: Date::parse(date).unwrap(), until: None, planned, place: None, title: "Something happens".to_owned() },
    )
}

fn question(unit: &str, groups: Vec<(&str, Vec<Shared<ClaimView>>)>) -> QuestionView {
    QuestionView {
        id: "soldiers".to_owned(),
        title: "How many soldiers & officers?".to_owned(),
        unit: unit.to_owned(),
        counts: groups.iter().map(|(c, _)| (*c).to_owned()).collect(),
        tolerance: 0.1,
        window_days: 31,
        groups: groups.into_iter().map(|(counts, estimates)| Group { counts: counts.to_owned(), estimates }).collect(),
        chart: None,
        cites: Vec::new(),
        csv_path: None,
        disagreements: Vec::new(),
    }
}

/// The elements of an SVG, each on a line; fails if it is not well formed.
fn elements(svg: &str) -> String {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = svg;
    while let Some(at) = rest.find('<') {
        assert!(!rest[..at].contains('>'), "a bare > before {}", &rest[..at]);
        let end = rest[at..].find('>').expect("an element ends") + at;
        let element = &rest[at + 1..end];
        assert_eq!(element.matches('"').count() % 2, 0, "quotes in {element}");
        let name = element.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        if element.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "at {element}");
        } else if !element.ends_with('/') {
            open.push(name);
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "not closed: {open:?}");
    svg.replace("><", ">\n<")
}

/// Every place in per cent, to see that none leaves the chart.
fn places(svg: &str) -> Vec<f64> {
    svg.split("%\"").filter_map(|before| before.rsplit('"').next()?.parse().ok()).collect()
}

const NIS: &str = "NIS (South Korean intelligence)";

fn mixed() -> QuestionView {
    let soldiers = |id, by: &[&str], parts, as_of| estimate(id, by, parts, "soldiers", as_of);
    question(
        "soldiers",
        vec![
            (
                "in Russia",
                vec![
                    soldiers("us", &["US intelligence", NIS], (None, Some(8e3), Some(12e3), false), "2024-11-01"),
                    soldiers("budanov", &["Kyrylo Budanov"], (Some(11e3), None, None, true), "2024-10-18"),
                    soldiers("item", &["Unnamed reports"], (None, Some(10e3), Some(11e3), true), "2025-07"),
                ],
            ),
            (
                "in <Kursk>",
                vec![
                    soldiers("kirby", &["John \"JK\" Kirby"], (None, Some(3e3), None, false), "2024-10-23"),
                    soldiers("most", &[], (None, None, Some(8e3), false), "2024"),
                    soldiers("exact", &["{root}"], (Some(10e3), None, None, false), "2024-10-28"),
                ],
            ),
        ],
    )
}

#[test]
fn dots_and_ranges_stand_by_what_they_count_and_by_date() {
    let svg = estimates(&mixed(), None, ENGLISH).unwrap();
    insta::assert_snapshot!(elements(&svg));
}

#[test]
fn shares_are_bars() {
    let share = |id, parts| estimate(id, &["Rustem Umerov"], parts, "per cent", "2025-06-27");
    let all = vec![
        share("exact", (Some(54.0), None, None, false)),
        share("about", (Some(50.0), None, None, true)),
        share("range", (None, Some(20.0), Some(30.0), false)),
        share("least", (None, Some(20.0), None, false)),
        share("most", (None, None, Some(80.0), false)),
    ];
    insta::assert_snapshot!(elements(&estimates(&question("per cent", vec![("of the reserve", all)]), None, ENGLISH).unwrap()));
    let growth = question("per cent", vec![("", vec![share("growth", (Some(120.0), None, None, false))])]);
    assert!(estimates(&growth, None, ENGLISH).unwrap().contains("<circle"), "what goes beyond a hundred is a dot");
}

#[test]
fn a_part_of_the_figures_says_so() {
    let svg = estimates(&mixed(), Some(&["kirby", "budanov"]), ENGLISH).unwrap();
    assert_eq!(svg.matches("<a ").count(), 2);
    assert_eq!(svg.matches("2 of 6 figures are shown.").count(), 2, "to those who see it and to those who do not");
    assert!(estimates(&mixed(), Some(&[]), ENGLISH).is_none());
    assert!(estimates(&question("soldiers", Vec::new()), None, ENGLISH).is_none());
}

#[test]
fn one_figure_and_long_words() {
    let long = "The Commission for the Independent Verification of Everything That Anyone Has Ever Said About Anything At All";
    let unbroken = "x".repeat(200);
    let rows = vec![
        estimate("long", &[long], (Some(1.5e12), None, None, false), "US dollars", "2024"),
        estimate("unbroken", &[&unbroken], (None, Some(1e21), Some(2e22), true), "US dollars", "2024-11"),
    ];
    for rows in [rows[..1].to_vec(), rows] {
        let svg = estimates(&question("US dollars", vec![("pledged", rows)]), None, ENGLISH).unwrap();
        elements(&svg);
        assert!(svg.contains(&format!("<title>$1,500 billion, 2024, {long}</title>")), "the whole name stands in the title");
        assert!(svg.contains("Verification of Everything That Anyone…"));
    }
}

#[test]
fn values_at_every_edge() {
    let dots = |values: &[f64]| {
        let rows =
            values.iter().enumerate().map(|(i, v)| estimate(&format!("e{i}"), &["A"], (Some(*v), None, None, false), "points", "2024"));
        estimates(&question("points", vec![("", rows.collect())]), None, ENGLISH)
    };
    let ticks = |svg: &str| -> Vec<String> {
        svg.split("class=\"ch-a\"").skip(1).filter_map(|t| Some(t.split("<tspan>").nth(1)?.split('<').next()?.to_owned())).collect()
    };
    let labels = |values: &[f64]| ticks(&dots(values).unwrap()).join(" ");
    assert_eq!(labels(&[0.0]), "0 0.5 1");
    assert_eq!(labels(&[7.0, 7.0]), "0 2 4 6 8");
    assert_eq!(labels(&[-3.0, 5.0]), "−4 −2 0 2 4 6");
    assert_eq!(labels(&[-300.0]), "−300 −200 −100 0");
    assert_eq!(labels(&[0.25]), "0 0.1 0.2 0.3");
    assert_eq!(labels(&[1_200_000.0]), "0 0.5 1 1.5 million");
    assert_eq!(labels(&[11_000.0, 15_000.0]), "0 5,000 10,000 15,000");
    assert_eq!(labels(&[f64::MAX, f64::MIN]).split(' ').count(), 2);
    assert!(dots(&[f64::NAN, f64::INFINITY]).is_none());
    assert!(dots(&[f64::MIN_POSITIVE, 5e-324]).is_some());
    let many: Vec<f64> = (0..200).map(f64::from).collect();
    assert_eq!(dots(&many).unwrap().matches("<a ").count(), 200);
}

#[test]
fn events_stand_in_their_month() {
    let events = [
        event("a", "2019-04-25", false),
        event("b", "2022", false),
        event("c", "2024-10-01", false),
        event("d", "2024-10", true),
        event("e", "2024-10-28", false),
        event("f", "2025-01", true),
    ];
    insta::assert_snapshot!(elements(&timeline(&events, ENGLISH).unwrap()));
    assert!(timeline(&[], ENGLISH).is_none());
    let one = timeline(&events[..1], ENGLISH).unwrap();
    assert!(one.contains("One event, 25 April 2019."));
}

fn number() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![Just(None), any::<f64>().prop_map(Some), (-1e6..1e6).prop_map(Some), (0..200i32).prop_map(|n| Some(f64::from(n)))]
}

proptest! {
    #[test]
    fn any_figures_and_names_make_a_sound_chart(
        rows in prop::collection::vec((number(), number(), number(), any::<bool>(), ".{0,80}"), 1..12),
        unit in prop_oneof![Just("per cent"), Just("US dollars"), Just("soldiers")],
        counts in ".{0,60}",
    ) {
        let claims: Vec<_> = rows
            .iter()
            .map(|(value, low, high, about, name)| estimate("e", &[name], (*value, *low, *high, *about), unit, "2024-10"))
            .collect();
        if let Some(svg) = estimates(&question(unit, vec![(&counts, claims)]), None, ENGLISH) {
            elements(&svg);
            prop_assert!(places(&svg).iter().all(|p| (0.0..=100.0).contains(p)));
            prop_assert!(!svg.contains("NaN") && !svg.contains("inf\""));
            prop_assert_eq!(svg.matches("{root}").count(), svg.matches("<a ").count());
        }
    }
}
