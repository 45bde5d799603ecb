//! Archives, quotes, circles and locks as nobody should write them: each has its finding, through the whole program.
//!
//! The rules of folding have tests of their own beside the code; here a user's site goes in and findings come out.

use crate::harness::TestSite;

/// The base site with one page that quotes one text.
fn quoting(text: impl AsRef<[u8]>, quote: &str) -> TestSite {
    let site = TestSite::copy("base");
    site.write("archive/other.txt", text);
    site.replace(
        "content/sources.yaml",
        "council:\n",
        "other:\n  type: report\n  title: Other\n  date: 2024-05-20\n  evidence: { kind: official, archive: other.txt }\ncouncil:\n",
    );
    let quote = serde_json::to_string(quote).expect("a text is JSON");
    site.write(
        "content/other.md",
        format!("---\ntitle: Other\ncitations:\n  - {{ source: other, quote: {quote} }}\n---\n\nText [@other].\n"),
    );
    site
}

fn codes(site: &TestSite) -> Vec<String> {
    let ran = site.run(&["check", "--format", "short"]);
    assert!(matches!(ran.code, 0 | 1), "{}", ran.stderr);
    ran.codes()
}

const CLEAN: [&str; 0] = [];

#[test]
fn an_archive_in_another_form_is_the_same_text() {
    let words = "Der Fluß trug im April vierzig Tonnen Schlamm über die Brücke.";
    let quote = "trug im April vierzig Tonnen Schlamm über die Brücke";
    let nfd = words.replace('ü', "u\u{308}");
    for text in [
        format!("{words}\r\nMehr.\r\n"),
        format!("{words}\rMehr.\r"),
        format!("\u{feff}{words}\n"),
        format!("{nfd}\n"),
        words.replace(' ', "\u{a0}"),
        words.replace("Schlamm", "Schl\u{ad}amm").replace(' ', "  "),
    ] {
        let site = quoting(&text, quote);
        assert_eq!(codes(&site), CLEAN, "{text:?}");
        // The lock vouches for it where the archive is not.
        assert_eq!(site.run(&["source", "lock"]).code, 0);
        site.rename("archive", "elsewhere");
        assert_eq!(codes(&site), CLEAN, "{text:?} by the lock");
    }
}

#[test]
fn an_archive_of_twenty_megabytes_is_read() {
    let line = "Nobody reads this line of the long report about the river and its mud.\n";
    let text = format!("{}These are the words that are quoted here.\n", line.repeat(20 * 1024 * 1024 / line.len()));
    assert_eq!(codes(&quoting(&text, "the words that are quoted here")), CLEAN);
    assert_eq!(codes(&quoting(&text, "the words that are quoted there")), ["quote-not-found"]);
    assert_eq!(codes(&quoting(&text, "long report about the river")), ["quote-ambiguous"]);
}

#[test]
fn an_archive_that_is_no_text_is_said_so() {
    for (bytes, why) in
        [(&b"\xff\xfeT\0e\0x\0t\0"[..], "UTF-16"), (b"fine\nnot \xff fine\n", "line 2"), (b"", "empty"), (b" \n\t\n", "no paragraph")]
    {
        let ran = quoting(bytes, "two words").run(&["check", "--format", "short"]);
        assert!(ran.code == 1 && ran.codes().contains(&"archive-missing".to_owned()), "{}", ran.stderr);
        assert!(ran.stderr.contains(why), "{why}: {}", ran.stderr);
    }
}

#[test]
fn an_archive_with_other_bytes_is_told_from_the_locked_one() {
    let site = quoting("Forty tonnes of mud, it says.\n", "tonnes of mud");
    assert_eq!(site.run(&["source", "lock"]).code, 0);
    assert_eq!(codes(&site), CLEAN);
    site.write("archive/other.txt", "Forty tonnes of mud, it said.\n");
    let ran = site.run(&["check"]);
    assert_eq!(ran.code, 1);
    for words in ["archive-changed", "30 bytes", "review the change and run `cited source lock`"] {
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    }
}

#[test]
fn a_quote_is_short_and_more_than_a_word() {
    let long = (0..200).map(|n| format!("word{n}")).collect::<Vec<_>>().join(" ");
    for (quote, why) in
        [("mud", "one word, which proves nothing"), (long.as_str(), "200 words"), ("...", "empty"), ("mud … sand", "one word")]
    {
        let site = quoting(format!("mud and more sand. {long}\n"), quote);
        let ran = site.run(&["check", "--format", "short"]);
        assert_eq!(ran.codes(), ["quote-length"], "{}", ran.stderr);
        assert!(ran.stderr.contains(why), "{why}: {}", ran.stderr);
        let lock = site.run(&["source", "lock"]);
        assert!(lock.code == 1 && lock.stderr.contains("not locked"), "{}", lock.stderr);
    }
}

#[test]
fn a_quote_is_words_not_a_pattern() {
    let text = "It cost (about) $40 [sic] a.b*c+d? ^x|y\\z {1,2} in all.\n";
    assert_eq!(codes(&quoting(text, "cost (about) $40 [sic] a.b*c+d? ^x|y\\z {1,2} in all")), CLEAN);
    for pattern in ["cost .about. $40", "cost (about|over) .*", "cost \\(about\\)", "[a-z]+ cost"] {
        assert_eq!(codes(&quoting(text, pattern)), ["quote-not-found"], "{pattern}");
    }
}

#[test]
fn quotes_in_other_scripts_are_found_and_missed() {
    for (text, quote, wrong) in [
        ("북한은 러시아에 병력 1만1천 명을 보냈다고 밝혔다.", "러시아에 병력 1만1천 명을 보냈다고", "러시아에 병력 1만2천 명을 보냈다고"),
        (
            "У Росії перебувають одинадцять тисяч північнокорейських військових.",
            "одинадцять тисяч північнокорейських",
            "дванадцять тисяч північнокорейських",
        ),
        ("قال المسؤول إن أحد عشر ألف جندي وصلوا إلى روسيا في أكتوبر.", "أحد عشر ألف جندي وصلوا", "اثنا عشر ألف جندي وصلوا"),
        ("他说有一万一千名士兵抵达俄罗斯。", "一万一千名士兵抵达", "一万二千名士兵抵达"),
    ] {
        assert_eq!(codes(&quoting(format!("{text}\n"), quote)), CLEAN, "{quote}");
        assert_eq!(codes(&quoting(format!("{text}\n"), wrong)), ["quote-not-found"], "{wrong}");
    }
}

#[test]
fn circles_end() {
    let site = TestSite::copy("base");
    site.replace("content/sources.yaml", "    trust: high\n", "    trust: high\n    derived_from: council\n");
    site.replace("content/sources.yaml", "    trust: moderate\n", "    trust: moderate\n    derived_from: [survey, council]\n");
    let found = codes(&site);
    assert!(!found.is_empty() && found.iter().all(|c| c == "origin-cycle"), "{found:?}");
    assert_eq!(site.run(&["source", "impact", "survey"]).code, 0);

    let site = TestSite::copy("base");
    let events = "events:\n  - { id: a, date: 2024-04, title: Rose, cites: [mud], contradicts: [b] }\n  - { id: b, date: 2024-04, title: Fell, cites: [mud], contradicts: [c] }\n  - { id: c, date: 2024-04, title: Stood, cites: [mud], contradicts: [a, b] }\n";
    site.replace("content/_index.md", "---\n\nThe river", &format!("{events}---\n\nThe river"));
    let ran = site.run(&["check", "--format", "short"]);
    assert!(ran.codes().is_empty() && ran.stderr.contains("disagreements  3"), "each pair once: {}", ran.stderr);
    site.replace("content/_index.md", "contradicts: [b]", "contradicts: [a]");
    assert_eq!(codes(&site), ["claim-unknown"], "a claim cannot contradict itself");
}

#[test]
fn a_lock_that_was_not_written_by_the_program_is_refused() {
    let site = TestSite::copy("base");
    assert_eq!(site.run(&["source", "lock"]).code, 0);
    let lock = site.read("content/sources.lock");
    let half = lock.len() / 2;
    let other_digest = lock.replacen("quote ", "quote 0", 1);
    let conflict = lock.replacen("  bytes", "<<<<<<< HEAD\n  bytes 1\n=======\n  bytes", 1);
    let edited = lock.replacen(" at 1", " at 2", 1);
    assert_ne!(edited, lock);
    let cases = [
        ("edited by hand", edited),
        ("a digest that is none", other_digest),
        ("truncated", lock[..half].to_owned()),
        ("without its last line", lock.replace("end of lock\n", "")),
        ("merge conflict", conflict),
        ("empty", String::new()),
        ("another format", "{\"quotes\": []}\n".to_owned()),
        ("a later version", lock.replace("version 1", "version 99")),
    ];
    for away in [false, true] {
        if away {
            site.rename("archive", "elsewhere");
        }
        for (name, text) in &cases {
            site.write("content/sources.lock", text);
            let ran = site.run(&["check", "--format", "short"]);
            assert!(ran.code == 1 && ran.codes().contains(&"lock-invalid".to_owned()), "{name}: {}", ran.stderr);
            let finding = ran.findings().into_iter().find(|f| f.code == "lock-invalid").expect("it is there");
            assert!(finding.place.starts_with("content/sources.lock:") && finding.message.contains('('), "{finding:?}");
        }
    }
    // Written anew, it is good again; line ends of another system do no harm.
    site.rename("elsewhere", "archive");
    assert_eq!(site.run(&["source", "lock"]).code, 0);
    assert_eq!(site.read("content/sources.lock"), lock);
    site.write("content/sources.lock", lock.replace('\n', "\r\n"));
    assert_eq!(codes(&site), CLEAN);
}

#[test]
fn a_quote_that_is_not_locked_is_an_error_without_the_archive() {
    let site = TestSite::copy("base");
    assert_eq!(site.run(&["source", "lock"]).code, 0);
    site.rename("archive", "elsewhere");
    assert_eq!(codes(&site), CLEAN);
    site.replace("content/_index.md", "carried 40 tonnes of mud in April", "carried 40 tonnes of mud");
    let ran = site.run(&["check", "--format", "short"]);
    assert_eq!(ran.codes(), ["quote-unlocked"]);
    assert!(ran.stderr.contains("cited source lock"), "{}", ran.stderr);
}
