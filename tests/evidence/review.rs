//! Review dates are looked at from a day that is given, never from the clock; corrections have a feed.

use crate::harness::TestSite;

const DUE: &str = r#"
-- content/flood.md --
---
title: The flood
review_after: 2024-11
citations:
  - { id: mud, source: survey, quote: carried 40 tonnes of mud in April }
estimates:
  - { id: april, question: mud, value: 40, as_of: 2024-04, by: office, counts: in April, cites: [mud], review_after: 2025-01-31 }
---

Text [@mud].
"#;

#[test]
fn what_is_due_depends_on_the_day_that_is_given() {
    let site = TestSite::copy("base");
    site.overlay(DUE);
    site.build();
    for (day, stale, due) in [("2024-11-30", 0, 0), ("2024-12-01", 1, 1), ("2025-01-31", 1, 1), ("2025-02", 2, 2)] {
        let ran = site.run(&["stale", "--as-of", day]);
        assert_eq!((ran.code, ran.stdout.lines().count()), (0, stale), "{day}: {}", ran.stdout);
        let ran = site.run(&["check", "--as-of", day, "--format", "short"]);
        assert_eq!((ran.code, ran.codes()), (0, vec!["review-due".to_owned(); due]), "{day}");
    }
    let ran = site.run(&["stale", "--as-of", "2025-02"]);
    assert_eq!(ran.stdout, "2024-11\tcontent/flood.md\tpage\tThe flood\n2025-01-31\tcontent/flood.md\testimate\tapril\n");
    let ran = site.run(&["stale", "--as-of", "2025-02", "--deny", "review-due", "--format", "short"]);
    assert_eq!((ran.code, ran.findings().len()), (1, 2));
    assert_eq!(ran.findings()[1].place, "content/flood.md:7:118");
    site.replace("site.yaml", "archive: archive\n", "archive: archive\nchecks: { review-due: error }\n");
    assert_eq!(site.run(&["check", "--as-of", "2025-02"]).code, 1);
}

#[test]
fn corrections_have_a_feed_when_there_are_any() {
    let site = TestSite::copy("base");
    site.build();
    assert!(!site.outputs().contains(&"corrections.xml".to_owned()));
    let corrections = "title: The river\ncorrections:\n  - { date: 2024-06-01, was: thirty <b>, now: forty, why: A slip. }\n  - { date: 2024-07, was: a, now: b, why: c }\n";
    site.replace("content/_index.md", "title: The river\n", corrections);
    site.build();
    let feed = site.output("corrections.xml");
    let ids: Vec<&str> = feed.split("<entry>").skip(1).filter_map(|e| e.split("<id>").nth(1)?.split("</id>").next()).collect();
    assert_eq!(ids.len(), 2, "{feed}");
    assert!(ids[0].starts_with("https://example.org/#correction-2024-07-") && ids[0] != ids[1], "{ids:?}");
    assert!(feed.contains("thirty &lt;b") && feed.contains("<updated>2024-07-01T00:00:00"), "{feed}");
    assert!(site.output("index.html").contains("href=\"./corrections.xml\""));
    // A correction that is added does not change the ids of the others: readers would be told twice.
    site.replace("content/_index.md", "corrections:\n", "corrections:\n  - { date: 2024-07, was: x, now: y, why: z }\n");
    site.build();
    assert!(ids.iter().all(|id| site.output("corrections.xml").contains(id)));
}
