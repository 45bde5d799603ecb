use super::*;

fn parsed(text: &str) -> (Body, Report) {
    let mut report = Report::default();
    let body = parse(&TextFile::new("a.md", text), 0, false, &mut report);
    (body, report)
}

/// The body with holes shown as `‹C0›`.
fn shown(text: &str) -> String {
    let (body, report) = parsed(text);
    assert!(report.is_empty(), "{report:?}");
    body.pieces
        .iter()
        .map(|p| match p {
            Piece::Html(html) => html.to_string(),
            Piece::Cite(i) => format!("‹C{i}›"),
            Piece::Href(i) => format!("‹L{i}›"),
            Piece::Image(i) => format!("‹I{i}›"),
            Piece::Call(i) => format!("‹S{i}›"),
            Piece::Open(i) => format!("‹O{i}›"),
            Piece::Close => "‹E›".to_owned(),
            Piece::Word(w) => w.key().1.to_owned(),
        })
        .collect()
}

#[test]
fn citations_are_found_where_pandoc_finds_them() {
    let (body, _) = parsed("A [@a], [see @b, p. 3; -@c] and @d says. Mail me@example.org, `[@e]`, <https://x.org/@f>, \\@g, [@h](x.md).");
    let ids: Vec<Vec<&str>> = body.cites.iter().map(|g| g.items.iter().map(|i| i.id.as_str()).collect()).collect();
    assert_eq!(ids, [vec!["a"], vec!["b", "c"], vec!["d"]]);
    assert!(body.cites[2].narrative);
}

#[test]
fn a_locator_after_a_narrative_citation_belongs_to_it() {
    let (body, _) = parsed("As @d [p. 9] says.");
    assert_eq!(body.cites[0].items[0].locator.as_ref().unwrap().value, "9");
    assert_eq!(shown("As @d [p. 9] says."), "<p>As ‹C0› says.</p>\n");
}

#[test]
fn money_is_not_mathematics() {
    assert_eq!(shown("It is $40bn-$50bn."), "<p>It is $40bn-$50bn.</p>\n");
}

#[test]
fn headings_have_stable_unique_ids_and_anchors() {
    let (body, _) = parsed("## What's new?\n\n## What's new?\n\n## Other {#own .wide}\n");
    let ids: Vec<&str> = body.headings.iter().map(|h| h.id.as_str()).collect();
    assert_eq!(ids, ["whats-new", "whats-new-2", "own"]);
    assert_eq!(
        shown("## A *b*"),
        "<h2 id=\"a-b\">A <em>b</em> <a class=\"anchor\" href=\"#a-b\"><span class=\"vh\">Link to this section</span></a></h2>\n"
    );
}

#[test]
fn shortcodes_work_on_parsed_markdown() {
    assert_eq!(shown("a {{ calc(value=\"55%\", from=\"1/2\") }} b"), "<p>a ‹S0› b</p>\n");
    assert_eq!(shown("{{ estimates(question=\"q\") }}\n"), "‹S0›\n");
    assert_eq!(shown("{% known() %}\n- *x*\n{% end %}\n"), "‹O0›\n<ul>\n<li><em>x</em></li>\n</ul>\n‹E›\n");
    assert_eq!(shown("`{{ x(a=\"b\") }}`"), "<p><code>{{ x(a=\"b\") }}</code></p>\n");
    assert_eq!(shown("```\n{{ x(a=\"b\") }}\n```\n"), "<pre><code>{{ x(a=\"b\") }}\n</code></pre>\n");
    assert_eq!(shown("{{ calc(value=\"1\", from=\"1\") }} starts a line."), "<p>‹S0› starts a line.</p>\n");
    let (body, _) = parsed("{{ x(a=\"it's -- fine\") }}");
    assert_eq!(body.calls[0].call.args["a"], "it's -- fine");
}

#[test]
fn footnotes_lead_there_and_back() {
    let html = shown("a[^n] b[^n]\n\n[^n]: Note.\n");
    assert!(html.contains("<a id=\"fnref-1-2\" href=\"#fn-1\" role=\"doc-noteref\">"), "{html}");
    assert!(html.contains("<li id=\"fn-1\"><p>Note. <a href=\"#fnref-1-1\" role=\"doc-backlink\">"), "{html}");
}

#[test]
fn extensions_are_on() {
    let html = shown("| a |\n|---|\n| b |\n\n~~x~~\n\n- [x] done\n\nTerm\n: Definition\n\n> [!NOTE]\n> n\n");
    for part in [
        "role=\"region\" tabindex=\"0\" aria-label=\"Table 1\"",
        "<del>x</del>",
        "<span class=\"vh\">done</span>",
        "<dt>Term</dt>",
        "alert alert-note",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert_eq!(shown("\"x\" -- y..."), "<p>“x” – y…</p>\n");
}

#[test]
fn running_text_keeps_its_places() {
    let text = "Some *11,000* soldiers [@a]. It’s \"so\".";
    let (body, _) = parsed(text);
    let block = &body.prose[0];
    assert_eq!(block.text, "Some 11,000 soldiers \u{e000}. It’s “so”.");
    let at = block.text.find("11,000").unwrap();
    assert_eq!(&text[block.source(at..at + 6)], "11,000");
}

#[test]
fn nesting_without_end_is_refused() {
    for deep in [">".repeat(100_000), "- ".repeat(100_000) + "x", "[".repeat(100_000)] {
        let (_, report) = parsed(&deep);
        assert_eq!(report.iter().next().map(|d| d.code), Some(Code::FileUnreadable));
    }
}

#[test]
fn html_of_authors_is_made_safe_and_holes_survive() {
    let html = shown("a <b onclick=\"x()\">b</b> [@c] [d](e.md)\n\n<script>alert(1)</script>\n");
    assert_eq!(html, "<p>a <b>b</b> ‹C0› <a href=\"‹L0›\">d</a></p>\n\n");
}

#[test]
fn columns_are_aligned_by_class() {
    assert!(shown("| a |\n|--:|\n| b |\n").contains("<td class=\"align-right\">b</td>"));
}

#[test]
fn a_footnote_that_is_nowhere_is_told() {
    let (body, report) = parsed("One[^1] and two.[^2] Not \\[^3].\n\n[^2]: Note.\n");
    let found: Vec<_> = report.iter().map(|d| (d.code, d.span.as_ref().unwrap().slice())).collect();
    assert_eq!(found, [(Code::LinkBroken, "[^1]")]);
    assert!(!body.prose[0].text.contains("^1"));
}

#[test]
fn authors_cannot_write_the_mark_of_a_hole() {
    // A hole in an attribute would let what fills it out of its quotes.
    let image = "![y onclick=alert(1)](x.png)";
    for hostile in [
        "<b title=\"&#1;I0&#1;\">x</b>",
        "<b title=\"&#x1;I0&#X0001;\">x</b>",
        "<b title=\"&#1I0&#01\">x</b>",
        "<b title=\"\u{1}I0\u{1}\">x</b>",
        "a &#1;I0&#1; b",
        "```&#1;I0&#1;\ncode\n```",
        "```\u{1}I0\u{1}\ncode\n```",
        "# a {#\u{1}I0\u{1} .\u{1}I0\u{1}}",
        "[a](b \"&#1;I0&#1;\")",
        "![&#1;I0&#1;](b)",
        "[^&#1;I0&#1;]\n\n[^&#1;I0&#1;]: a",
    ] {
        let (body, _) = parsed(&format!("{image}\n\n{hostile}\n"));
        let holes = body.pieces.iter().filter(|piece| **piece == Piece::Image(0)).count();
        assert_eq!(holes, 1, "{hostile}: {:?}", body.pieces);
    }
}

#[test]
fn a_page_has_so_much_of_anything_and_is_read_in_time() {
    let start = std::time::Instant::now();
    let lines = |text: &str| format!("{}\n", text.repeat(60_000 / text.len())).repeat(4);
    for text in [
        "[",
        "[@a",
        "[@a]",
        "@a ",
        "@a [p. ",
        "[^a",
        "[^a]",
        "*a ",
        "`",
        "<",
        "{{",
        "{{ a(",
        "{{ a() }} ",
        "{{ a(x) }} ",
        "`{{ a() }}` ",
        "{% a() %}",
        "{{ a(b=\"",
        "![a ",
        "[a](b) ",
        "<b>",
        "<!--",
        "| a ",
        "**",
        "_a ",
        "&#1;",
    ] {
        let _ = parsed(&lines(text));
    }
    for (text, what) in [
        ("[@a] ".repeat(2001), "citations"),
        ("@a ".repeat(2001), "citations"),
        ("{{ a() }} ".repeat(2001), "shortcodes"),
        ("[a](b) ".repeat(10_001), "links"),
        ("# a\n\n".repeat(5002), "headings"),
        ("[^a] ".repeat(5001), "mentions of notes"),
        ("<div>\n".repeat(300), "HTML elements"),
    ] {
        let (body, report) = parsed(&text);
        assert!(report.iter().any(|d| d.code == Code::FileUnreadable && d.message.contains(what)), "{what}");
        assert!(body.pieces.is_empty(), "{what}");
    }
    // Two seconds a megabyte is a hang; this is six megabytes, unoptimised, on a machine that does other things too.
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}
