//! The table of hostile inputs.
//!
//! In: nothing. Out: [`all`]. Texts are put into each place where content reaches readers; paths, names and encodings
//! have tables of their own. `PWNED` stands where something would run.

use super::outputs::PAYLOAD;
use super::{Case, Wanted};

/// All cases.
pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(html());
    cases.extend(links());
    cases.extend(fields());
    cases.extend(formulas());
    cases.extend(addresses());
    cases.extend(settings());
    cases.extend(symlinks());
    cases.extend(names());
    cases.extend(encodings());
    cases.extend(active_files());
    cases.extend(bounds());
    cases
}

pub(super) fn case(name: impl Into<String>, files: &[(&str, &str)], wanted: Wanted) -> Case {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    Case { name: name.into(), files, links: Vec::new(), wanted }
}

fn finding(code: &'static str, place: &str) -> Wanted {
    Wanted::Findings(vec![(code, place.to_owned())])
}

/// A page whose body begins on line 5.
fn page(body: &str) -> String {
    format!("---\ntitle: Page\n---\n\n{body}\n")
}

/// A page with one more field of front matter, on line 3.
fn front(field: &str) -> String {
    format!("---\ntitle: Page\n{field}\n---\n\nText.\n")
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text is JSON")
}

fn lesson(path: &str) -> String {
    let full = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cmd/lesson").join(path);
    std::fs::read_to_string(&full).unwrap_or_else(|e| panic!("{}: {e}", full.display()))
}

/// A file of the lesson with a passage replaced.
fn changed(path: &str, from: &str, to: &str) -> String {
    let text = lesson(path);
    assert!(text.contains(from), "{path} does not hold {from:?}");
    text.replacen(from, to, 1)
}

/// HTML that authors write: the page is built, and nothing of it runs.
fn html() -> Vec<Case> {
    let bodies = [
        "<script>alert('PWNED')</script>",
        "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
        "<scr<script>ipt>alert('PWNED')</scr</script>ipt>",
        "<img src=x onerror=alert('PWNED')>",
        "<img src='x' onerror='&#97;lert(1)'>",
        "<IMG \"\"\"><SCRIPT>alert('PWNED')</SCRIPT>\">",
        "<img/src=x/onerror=alert('PWNED')>",
        "<svg onload=alert('PWNED')>",
        "<svg><script>alert('PWNED')</script></svg>",
        "<svg><a xlink:href=\"javascript:alert('PWNED')\"><text>x</text></a></svg>",
        "<svg><animate attributeName=href values=javascript:alert('PWNED') /></svg>",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert('PWNED')&gt;\">",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert('PWNED')>",
        "<iframe src=\"javascript:alert('PWNED')\"></iframe>",
        "<iframe srcdoc=\"<script>alert('PWNED')</script>\"></iframe>",
        "<object data=\"javascript:alert('PWNED')\"></object>",
        "<embed src=\"data:text/html,<script>alert('PWNED')</script>\">",
        "<a href=\"javascript:alert('PWNED')\">x</a>",
        "<a href=\"JaVaScRiPt:alert('PWNED')\">x</a>",
        "<a href=\" &#14; javascript:alert('PWNED')\">x</a>",
        "<a href=\"java\tscript:alert('PWNED')\">x</a>",
        "<a href=\"java&#x0A;script:alert('PWNED')\">x</a>",
        "<a href=\"&#106;&#97;vascript&colon;alert('PWNED')\">x</a>",
        "<a href=\"vbscript:msgbox('PWNED')\">x</a>",
        "<a href=\"data:text/html;base64,PHNjcmlwdD4=\">x</a>",
        "<base href=\"https://evil.example/\">",
        "<meta http-equiv=refresh content=\"0; url=https://evil.example/\">",
        "<link rel=stylesheet href=https://evil.example/x.css>",
        "<style>@import 'https://evil.example/x.css'; * { background: url(javascript:alert('PWNED')) }</style>",
        "<div style=\"background:url(javascript:alert('PWNED'))\">x</div>",
        "<form action=https://evil.example><input name=p><button formaction=\"javascript:alert('PWNED')\">x</button></form>",
        "<details open ontoggle=alert('PWNED')>x</details>",
        "<video><source onerror=alert('PWNED')></video>",
        "<audio src=x onerror=alert('PWNED')></audio>",
        "<body onload=alert('PWNED')>",
        "<marquee onstart=alert('PWNED')>x</marquee>",
        "<template><script>alert('PWNED')</script></template>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert('PWNED')>\">",
        "<!--><script>alert('PWNED')</script>-->",
        "<!-- x --!><img src=x onerror=alert('PWNED')>",
        "<![CDATA[<script>alert('PWNED')</script>]]>",
        "<?xml-stylesheet href=\"javascript:alert('PWNED')\"?>",
        "<!DOCTYPE html [<!ENTITY x \"<script>alert('PWNED')</script>\">]>&x;",
        "<textarea></textarea><img src=x onerror=alert('PWNED')></textarea>",
        "<title></title><script>alert('PWNED')</script></title>",
        "<xmp><p title=\"</xmp><script>alert('PWNED')</script>\"></xmp>",
        "<b title=\"&#1;I0&#1;\">x</b> ![y onclick=alert('PWNED') z](data:image/png,x)",
        "<p id=\"x\" name=\"getElementById\">clobber</p>",
        "<details><summary>a</summary>\n\n<script>\n\nalert('PWNED')\n\n</script>\n\n</details>",
        "<table><tr><td><script>alert('PWNED')</script></td></tr></table>",
        "> <script>alert('PWNED')</script>\n> x",
        "- <script>alert('PWNED')</script>\n  - <img src=x onerror=alert('PWNED')>",
        "[^a]\n\n[^a]: <script>alert('PWNED')</script>",
        "# <img src=x onerror=alert('PWNED')> heading",
        "{% note() %}\n<script>alert('PWNED')</script>\n{% end %}",
        "<div title=\"{{ note(title='x') }}\" onclick=alert('PWNED')>x</div>",
        "`<script>alert('PWNED')</script>`\n\n    <script>alert('PWNED')</script>\n\n```html\n<script>alert('PWNED')</script>\n```",
        "```\"><script>alert('PWNED')</script>\nx\n```",
        "```&#1;I0&#1;\nx\n```",
        "x {#\"><script>alert('PWNED')</script>}",
        "# x {#a\" onclick=\"alert('PWNED') .b\" onclick=\"alert('PWNED')}",
    ];
    let mut cases: Vec<Case> = Vec::new();
    for body in bodies {
        // The mark of a hole fetches an image, whose address is unsafe and told.
        let wanted = if body.contains("data:image") { finding("link-unsafe", "content/x.md:5") } else { Wanted::Clean };
        // What is told of addresses is switched off: nothing may run then, either.
        let off = ["link-unsafe", "link-broken", "alt-missing", "image-invalid"];
        let off: String = off.iter().map(|code| format!("  {code}: {{ level: off, reason: To see what is published. }}\n")).collect();
        let checks = if matches!(wanted, Wanted::Clean) { format!("checks:\n{off}") } else { String::new() };
        let text = page(body).replacen("title: Page\n", &format!("title: Page\n{checks}"), 1);
        cases.push(case(format!("html {body}"), &[("content/x.md", &text)], wanted));
    }
    cases
}

/// Links and images written in Markdown.
fn links() -> Vec<Case> {
    let mut cases = Vec::new();
    for target in [
        "javascript:alert('PWNED')",
        "JAVASCRIPT:alert(1)",
        "&#106;avascript:alert(1)",
        "javascript&colon;alert(1)",
        "java&#10;script:alert(1)",
        "<java\tscript:alert(1)>",
        "< javascript:alert(1)>",
        "&#1;javascript:alert(1)",
        "vbscript:x",
        "data:text/html,<script>",
        "data:image/svg+xml,x",
        "file:///etc/passwd",
        "//evil.example/x",
        "\\\\\\\\evil.example\\x",
        "blob:https://x",
        "about:blank",
        "ftp://x.example/",
    ] {
        cases.push(case(
            format!("link {target}"),
            &[("content/x.md", &page(&format!("[x]({target})")))],
            finding("link-unsafe", "content/x.md:5"),
        ));
    }
    for (name, body, wanted) in [
        ("image", "![x](javascript:alert(1))", finding("link-unsafe", "content/x.md:5")),
        ("image data", "![x](data:image/svg+xml,<svg/onload=alert(1)>)", finding("link-unsafe", "content/x.md:5")),
        ("reference", "[x][a]\n\n[a]: javascript:alert(1)", finding("link-unsafe", "content/x.md:5")),
        ("autolink", "<javascript:alert(1)>", finding("link-unsafe", "content/x.md:5")),
        ("mail", "<a@b.example?body=%0d%0abcc:x>", Wanted::Clean),
        ("title", "[x](y.md \"\\\" onclick=alert(1) \\\"\")\n", finding("link-broken", "content/x.md:5")),
        ("title of an outer link", "[x](https://example.org/ '\" onclick=alert(1) \"')", Wanted::Clean),
        ("quotes in an address", "[x](https://example.org/\"onclick=\"alert(1))", Wanted::Clean),
        ("markup in an address", "[x](<https://example.org/<script>>)", Wanted::Clean),
        ("above the root", "[x](../../../etc/passwd)", finding("link-broken", "content/x.md:5")),
        ("encoded above the root", "[x](..%2f..%2fetc%2fpasswd)", finding("link-broken", "content/x.md:5")),
        ("absolute", "[x](/etc/passwd)", finding("link-broken", "content/x.md:5")),
        ("NUL", "[x](a%00.md)", finding("link-broken", "content/x.md:5")),
        ("fragment", "[x](river.md#\"><script>alert(1)</script>)", finding("link-broken", "content/x.md:5")),
    ] {
        cases.push(case(format!("link, {name}"), &[("content/x.md", &page(body))], wanted));
    }
    cases
}

/// Texts that would run if one place forgot to escape.
const TEXTS: [&str; 4] = [
    "\"><script>alert('PWNED')</script><img src=x onerror=alert('PWNED')>",
    "</script><!--<script>alert(`PWNED`)//",
    "' onmouseover='alert(PWNED)' PWNED='",
    "{{ PWNED }}{% raw %}\u{2028}]]>&lt;b PWNED&gt;",
];

/// The same hostile text in every field that readers or programs get to see.
fn fields() -> Vec<Case> {
    let river = "content/river.md";
    let sources = "content/sources.yaml";
    let mut places: Vec<(&str, &str, String, String)> = Vec::new();
    let mut place =
        |name: &'static str, path: &'static str, from: &str, to: &str| places.push((name, path, from.to_owned(), to.to_owned()));
    place("page's title", river, "title: How many salmon came back?", "title: TEXT");
    place("summary", river, "summary: The survey counted at one weir; the council estimated for the whole river.", "summary: TEXT");
    place(
        "tags, authors, menu",
        river,
        "weight: 10",
        "tags: [TEXT]\nauthors: [TEXT]\nreviewers: [TEXT]\nextra: { nav_title: TEXT, a: TEXT }",
    );
    place("corrections", river, "weight: 10", "corrections: [{ date: 2025-01-01, was: TEXT, now: TEXT, why: TEXT }]");
    place("event", river, "title: The autumn count at the weir ends, place: Weir 3", "title: TEXT, place: TEXT, note: TEXT");
    place("estimate's note", river, "    cites: [survey-count]", "    note: TEXT\n    cites: [survey-count]");
    place(
        "response and motive",
        river,
        "weight: 10",
        "responses: [{ actor: town-council, stance: warns, action: TEXT, note: TEXT, cites: [survey-count] }]\nmotives: [{ actor: town-council, title: TEXT, status: reported, note: TEXT, cites: [survey-count] }]",
    );
    place(
        "heading, list, table, alt",
        river,
        "## What was counted?",
        "## RAW\n\n- RAW\n\n| RAW |\n|---|\n| RAW |\n\n[RAW](https://example.org/)\n",
    );
    place("note's title", river, "{{ estimates(question=\"salmon-2024\") }}", "{% note(title=TEXT) %}\nx\n{% end %}");
    place("quote's by and lang", river, "{{ estimates(question=\"salmon-2024\") }}", "{% quote(by=TEXT, lang=TEXT) %}\nx\n{% end %}");
    place("calc", river, "from=\"1240/1900\"", "from=\"1240/1900\", note=TEXT");
    place("citation's prefix", river, "[@survey-count; @council-count]", "[RAW @survey-count; @council-count, RAW]");
    place("glossary", "content/glossary.yaml", "  kind: Place", "  kind: TEXT\n  aliases: [TEXT]");
    place(
        "glossary's definition",
        "content/glossary.yaml",
        "definition: A low wall across a river. Fish pass it through a gap, where they can be counted.",
        "definition: TEXT",
    );
    place("actor", "content/actors.yaml", "name: Millbridge Rivers Trust", "name: TEXT, aliases: [TEXT]");
    place("question", "content/questions.yaml", "title: How many salmon came back in 2024?", "title: TEXT");
    place(
        "question's unit",
        "content/questions.yaml",
        "unit: salmon\n  units: [salmon, fish]",
        "unit: TEXT\n  units: [salmon, fish, TEXT]",
    );
    place("source's title", sources, "title: Salmon survey, autumn 2024", "title: TEXT");
    place("source's author", sources, "author: { name: Millbridge Rivers Trust }", "author: { name: TEXT, given-name: TEXT }");
    place(
        "source's publisher",
        sources,
        "  title: Salmon survey, autumn 2024",
        "  title: A\n  publisher: { name: TEXT, location: TEXT }\n  note: TEXT\n  abstract: TEXT\n  genre: TEXT",
    );
    place(
        "source's container",
        sources,
        "  title: Salmon survey, autumn 2024",
        "  title: A\n  parent: { type: periodical, title: TEXT, volume: 1 }\n  serial-number: { doi: TEXT, isbn: TEXT }",
    );
    place("source's note", sources, "note: A count at one place by people who say how they counted.", "note: TEXT");
    place("source's problem", sources, "how: From the document itself.", "how: TEXT");
    place("site's title", "site.yaml", "title: The river at Millbridge", "title: TEXT");
    place(
        "site's description, authors, licence",
        "site.yaml",
        "language: en",
        "language: en\nauthors: [TEXT]\nreviewers: [TEXT]\nlicense: { name: TEXT, url: '' }\nextra: { a: TEXT }",
    );
    place("theme's settings", "site.yaml", "as_of: 2024-12-15", "as_of: 2024-12-15\ntheme_settings: { footer: TEXT }");
    let mut cases = Vec::new();
    for (name, path, from, to) in &places {
        for (number, text) in TEXTS.iter().enumerate() {
            // In running text, what is markup to Markdown is not: escaped there as an author would.
            let raw = text.replace('|', "\\|");
            // An argument of a shortcode stands in quotes that the text does not hold.
            let argument = format!("`{}`", text.replace('`', ""));
            let is_body = to.contains("title=TEXT") || to.contains("by=TEXT") || to.contains("note=TEXT");
            let to = to.replace("TEXT", &if is_body { argument } else { quoted(text) }).replace("RAW", &raw);
            // Brackets end a citation, braces and quotes a shortcode: what cannot be read there is told.
            cases.push(case(format!("text {number} in {name}"), &[(path, &changed(path, from, &to))], Wanted::Clean));
        }
    }
    cases.retain(|c| !(c.name.ends_with("citation's prefix") && c.name.starts_with("text 3")));
    for (field, to) in [
        ("url", "  url: \"javascript:alert('PWNED')\"\n"),
        ("url with markup", "  url: \"https://example.org/\\\"onclick=\\\"alert('PWNED')\"\n"),
        ("url data", "  url: { value: \"data:text/html,PWNED\", date: 2024-01-01 }\n"),
        ("archive-location", "  archive-location: \"javascript:alert('PWNED')\"\n"),
        (
            "archived_url",
            "  evidence: { kind: dataset, trust: high, note: x, archive: survey.txt, archived_url: \"javascript:alert('PWNED')\" }\n",
        ),
    ] {
        let mut text = changed(sources, "  date: 2024-12-05\n", &format!("  date: 2024-12-05\n{to}"));
        if field == "archived_url" {
            let start = text.find("  evidence:\n    kind: dataset").expect("the block");
            let end = text.find("council-2024:").expect("the next");
            text.replace_range(start..end, "");
        }
        cases.push(case(format!("source's {field}"), &[(sources, &text)], Wanted::Clean));
    }
    cases.push(case(
        "BibTeX fields",
        &[
            ("content/x.bib", "@online{evil, title={<script>alert('PWNED')</script>}, author={{\"><img src=x onerror=alert(1)>}}, year=2024, url={javascript:alert('PWNED')}}"),
            ("site.yaml", &changed("site.yaml", "archive: archive", "archive: archive\nbibliography: [content/sources.yaml, content/x.bib]")),
        ],
        Wanted::Clean,
    ));
    cases.push(case(
        "CSL-JSON fields",
        &[
            ("content/x.json", "[{\"id\":\"evil\",\"type\":\"webpage\",\"title\":\"<script>alert('PWNED')</script>\",\"URL\":\"javascript:alert('PWNED')\",\"author\":[{\"literal\":\"<img src=x onerror=alert(1)>\"}]}]"),
            ("site.yaml", &changed("site.yaml", "archive: archive", "archive: archive\nbibliography: [content/sources.yaml, content/x.json]")),
        ],
        Wanted::Clean,
    ));
    cases.push(case(
        "RIS fields",
        &[
            ("content/x.ris", "TY  - JOUR\nID  - evil\nTI  - <script>alert('PWNED')</script>\nUR  - javascript:alert('PWNED')\nER  - \n"),
            (
                "site.yaml",
                &changed("site.yaml", "archive: archive", "archive: archive\nbibliography: [content/sources.yaml, content/x.ris]"),
            ),
        ],
        Wanted::Clean,
    ));
    assert!(TEXTS.iter().all(|text| text.contains(PAYLOAD)));
    cases
}

/// Cells that a spreadsheet would run.
fn formulas() -> Vec<Case> {
    ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A)", "\t=A", "\r=A", "=HYPERLINK(\"https://evil.example\")", "a\n=A", "=A,=B"]
        .into_iter()
        .map(|cell| {
            let cell = quoted(cell);
            let to = format!("title: {cell}, place: {cell}, note: {cell}");
            let text = changed("content/river.md", "title: The autumn count at the weir ends, place: Weir 3", &to);
            let names = changed("content/questions.yaml", "unit: salmon\n", &format!("unit: {cell}\n"));
            case(format!("formula {cell}"), &[("content/river.md", &text), ("content/questions.yaml", &names)], Wanted::Clean)
        })
        .collect()
}

/// Slugs and aliases that lead elsewhere, or that some system cannot store.
fn addresses() -> Vec<Case> {
    let bad = [
        "..",
        "../x",
        "../../etc/passwd",
        "a/../../b",
        "/etc/passwd",
        "a\\b",
        "..\\x",
        "c:x",
        "con",
        "NUL",
        "aux.txt",
        "lpt1",
        "a.",
        "a ",
        ".hidden",
        "a*b",
        "a?b",
        "a<b>",
        "a\"b",
        "a|b",
        "a\nb",
        "a\u{0}b",
        "a#b",
        "%2e%2e",
        "\u{7f}x",
    ];
    let mut cases = Vec::new();
    for slug in bad {
        let text = front(&format!("slug: {}", quoted(slug)));
        let code = if slug.contains('\u{7f}') { "yaml-invalid" } else { "path-outside" };
        cases.push(case(format!("slug {slug:?}"), &[("content/x.md", &text)], finding(code, "content/x.md:3")));
        // In an alias slashes part folders, and a slash at the beginning is the site's.
        let text = front(&format!("aliases: [{}]", quoted(slug)));
        let wanted = if slug == "/etc/passwd" { Wanted::Clean } else { finding(code, "content/x.md:3") };
        cases.push(case(format!("alias {slug:?}"), &[("content/x.md", &text)], wanted));
    }
    cases.push(case(
        "slug of 300 bytes",
        &[("content/x.md", &front(&format!("slug: {}", "x".repeat(300))))],
        finding("path-outside", "content/x.md:3"),
    ));
    for (alias, wanted) in [
        ("index.html", finding("route-collision", "content/x.md:3")),
        ("RIVER/", finding("route-collision", "content/x.md:3")),
        ("atom.xml", finding("route-collision", "content/x.md:3")),
        ("data/claims.json", finding("route-collision", "content/x.md:3")),
        (".cited-manifest", finding("path-outside", "content/x.md:3")),
        (".htaccess", finding("path-outside", "content/x.md:3")),
        ("sources/survey-2024/", finding("route-collision", "content/x.md:3")),
        ("caf\u{e9}/", Wanted::Clean),
        ("a/b/c/d/", Wanted::Clean),
        ("x'y&z/", Wanted::Clean),
    ] {
        cases.push(case(format!("alias {alias}"), &[("content/x.md", &front(&format!("aliases: [{}]", quoted(alias))))], wanted));
    }
    cases
}

/// Paths and addresses in site.yaml and in the bibliography.
fn settings() -> Vec<Case> {
    let site = |from: &str, to: &str| changed("site.yaml", from, to);
    let mut cases = Vec::new();
    for (name, text, code, place) in [
        ("theme ../x", site("theme: explainer", "theme: ../outside"), "path-outside", "site.yaml:6"),
        ("theme with a slash", site("theme: explainer", "theme: a/b"), "path-outside", "site.yaml:6"),
        ("theme absolute", site("theme: explainer", "theme: /etc"), "path-outside", "site.yaml:6"),
        ("theme ..", site("theme: explainer", "theme: .."), "path-outside", "site.yaml:6"),
        (
            "bibliography outside",
            site("theme: explainer", "bibliography: ../outside/secret.yaml\ntheme: explainer"),
            "path-outside",
            "site.yaml:6",
        ),
        (
            "bibliography absolute",
            site("theme: explainer", "bibliography: [content/sources.yaml, /etc/passwd]\ntheme: explainer"),
            "path-outside",
            "site.yaml:6",
        ),
        ("style outside", site("theme: explainer", "citation_style: ../outside/x.csl\ntheme: explainer"), "path-outside", "site.yaml:6"),
        ("style absolute", site("theme: explainer", "citation_style: /etc/x.csl\ntheme: explainer"), "path-outside", "site.yaml:6"),
        (
            "address of a script",
            site("base_url: https://example.org/", "base_url: 'javascript:alert(1)//'"),
            "value-invalid",
            "site.yaml:4",
        ),
        (
            "address with markup",
            site("base_url: https://example.org/", "base_url: 'https://example.org/\"><script>'"),
            "value-invalid",
            "site.yaml:4",
        ),
        (
            "licence",
            site("theme: explainer", "license: { name: x, url: 'javascript:alert(1)' }\ntheme: explainer"),
            "value-invalid",
            "site.yaml:6",
        ),
        ("language", site("language: en", "language: ../../etc/passwd"), "value-invalid", "site.yaml:5"),
        ("language with markup", site("language: en", "language: 'en\" onload=\"x'"), "value-invalid", "site.yaml:5"),
    ] {
        cases.push(case(format!("setting, {name}"), &[("site.yaml", &text)], finding(code, place)));
    }
    for name in ["../outside/secret.txt", "/etc/passwd", "..", "a/b.txt", "sub\\x.txt"] {
        let text = changed("content/sources.yaml", "archive: survey.txt", &format!("archive: {}", quoted(name)));
        cases.push(case(format!("archive {name}"), &[("content/sources.yaml", &text)], finding("path-outside", "content/sources.yaml:12")));
    }
    for template in ["../../../etc/passwd", "page.html\u{0}", "/etc/passwd", "nothing.html"] {
        let text = front(&format!("template: {}", quoted(template)));
        cases.push(case(format!("template {template:?}"), &[("content/x.md", &text)], finding("template-missing", "content/x.md:3")));
    }
    for name in ["../../x", "nothing", "base"] {
        let wanted = finding("shortcode-invalid", "content/x.md:5");
        let wanted = if name.starts_with("..") { Wanted::Clean } else { wanted };
        cases.push(case(format!("shortcode {name}"), &[("content/x.md", &page(&format!("{{{{ {name}() }}}}")))], wanted));
    }
    for key in ["../x", "a/b", "<script>", "a b"] {
        let text = lesson("content/sources.yaml") + &format!("{}:\n  type: web\n  title: x\n", quoted(key));
        cases.push(case(
            format!("source key {key}"),
            &[("content/sources.yaml", &text)],
            finding("source-invalid", "content/sources.yaml:31"),
        ));
    }
    cases
}

/// Links on the disk.
fn symlinks() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, path, target, wanted) in [
        ("page", "content/x.md", "../../outside/secret.md", finding("path-outside", "content/x.md:1")),
        ("page, absolute", "content/x.md", "/etc/passwd", finding("path-outside", "content/x.md:1")),
        ("file beside a page", "content/x.txt", "../../outside/secret.txt", finding("path-outside", "content/x.txt:1")),
        ("folder outside", "content/x", "../../outside", finding("path-outside", "content/x:1")),
        ("folder, in a circle", "content/x", ".", finding("file-unreadable", "content/x:1")),
        ("folder above", "content/x", "..", finding("file-unreadable", "content/x:1")),
        ("itself", "content/x.md", "x.md", Wanted::Clean),
        ("nowhere", "content/x.md", "nothing.md", Wanted::Clean),
        ("within the site", "content/x.txt", "../archive/survey.txt", Wanted::Clean),
        ("records", "content/actors.yaml", "../../outside/secret.yaml", finding("path-outside", "content/actors.yaml:1")),
        ("bibliography", "content/sources.yaml", "../../outside/secret.yaml", finding("path-outside", "content/sources.yaml:1")),
        ("lock", "content/sources.lock", "../../outside/secret.txt", finding("path-outside", "content/sources.lock:1")),
        ("site.yaml", "site.yaml", "../outside/secret.yaml", finding("path-outside", "site.yaml:1")),
        ("content", "content", "../outside", finding("path-outside", "content:1")),
        ("templates", "templates", "../outside", finding("path-outside", "templates:1")),
        ("assets", "assets", "../outside", finding("path-outside", "assets:1")),
        ("theme's assets", "themes/explainer/assets", "../../../outside", finding("path-outside", "themes/explainer/assets:1")),
        (
            "theme.yaml",
            "themes/explainer/theme.yaml",
            "../../../outside/secret.yaml",
            finding("path-outside", "themes/explainer/theme.yaml:1"),
        ),
        (
            "a template",
            "themes/explainer/templates/page.html",
            "../../../../outside/secret.txt",
            finding("path-outside", "themes/explainer/templates/page.html:1"),
        ),
        ("strings", "strings/en.yaml", "../../outside/secret.yaml", finding("path-outside", "strings/en.yaml:1")),
        ("archived text", "archive/survey.txt", "../../outside/secret.txt", finding("path-outside", "content/sources.yaml:12")),
    ] {
        let mut made = case(format!("link on the disk: {name}"), &[], wanted);
        made.links.push((path.to_owned(), target.to_owned()));
        cases.push(made);
    }
    cases
}

/// Names of files and folders, and pages that want one address.
fn names() -> Vec<Case> {
    let text = page("x");
    let mut cases = Vec::new();
    for (path, wanted) in [
        ("content/con.md", finding("path-outside", "content/con.md:1")),
        ("content/aux/index.md", finding("path-outside", "content/aux/index.md:1")),
        ("content/a..md", finding("path-outside", "content/a..md:1")),
        ("content/a .md", finding("path-outside", "content/a .md:1")),
        ("content/ a.md", finding("path-outside", "content/ a.md:1")),
        ("content/a:b.md", finding("path-outside", "content/a:b.md:1")),
        ("content/a\"b.md", finding("path-outside", "content/a\"b.md:1")),
        ("content/a\nb.md", finding("path-outside", "content/a\nb.md:1")),
        ("content/a<script>.md", finding("path-outside", "content/a<script>.md:1")),
        ("content/a'b & c.md", Wanted::Clean),
        ("content/caf\u{e9}.md", Wanted::Clean),
        ("content/con.txt", finding("path-outside", "content/con.txt:1")),
        ("content/a\nb.txt", finding("path-outside", "content/a\nb.txt:1")),
        ("content/x./a.txt", finding("path-outside", "content/x./a.txt:1")),
        ("content/a\"b.png", finding("path-outside", "content/a\"b.png:1")),
        ("content/.hidden.md", Wanted::Clean),
        ("content/River.md", finding("route-collision", "content/river.md:1")),
    ] {
        let text = if path.ends_with(".md") { text.as_str() } else { "x" };
        cases.push(case(format!("name {path:?}"), &[(path, text)], wanted));
    }
    for (name, one, other, place) in [
        ("case", "content/Aa.md", "content/aA.md", "content/aA.md:1"),
        ("forms of Unicode", "content/caf\u{e9}.md", "content/cafe\u{301}.md", "content/caf\u{e9}.md:1"),
        ("file and folder", "content/x.md", "content/x/index.md", "content/x/index.md:1"),
        ("case of files", "content/Aa.txt", "content/aA.txt", "content/aA.txt:1"),
        ("file and page", "content/x.md", "content/x/index.html", "content/x/index.html:1"),
    ] {
        let text = |path: &str| if path.ends_with(".md") { text.clone() } else { "x".to_owned() };
        cases.push(case(
            format!("two of one address: {name}"),
            &[(one, &text(one)), (other, &text(other))],
            finding("route-collision", place),
        ));
    }
    let deep = format!("content/{}x.md", "a/".repeat(300));
    cases.push(case("300 folders", &[(&deep, &text)], Wanted::Clean));
    cases
}

/// Bytes that are no plain text.
fn encodings() -> Vec<Case> {
    let bytes = |name: &str, path: &str, bytes: &[u8], wanted| Case {
        name: name.to_owned(),
        files: vec![(path.to_owned(), bytes.to_vec())],
        links: Vec::new(),
        wanted,
    };
    let mut cases = vec![
        bytes("byte order mark", "content/x.md", "\u{feff}---\ntitle: A\n---\nx\n".as_bytes(), Wanted::Clean),
        bytes(
            "byte order mark in records",
            "content/actors.yaml",
            format!("\u{feff}{}", lesson("content/actors.yaml")).as_bytes(),
            Wanted::Clean,
        ),
        bytes("CRLF", "content/x.md", b"---\r\ntitle: A\r\n---\r\nx\r\n", Wanted::Clean),
        bytes(
            "CRLF and a fault",
            "content/x.md",
            b"---\r\ntitle: A\r\n---\r\n\r\n[x](javascript:x)\r\n",
            finding("link-unsafe", "content/x.md:5"),
        ),
        bytes("lone CR", "content/x.md", b"---\rtitle: A\r---\rx\r", finding("front-matter-missing", "content/x.md:1")),
        bytes("NUL in a body", "content/x.md", b"---\ntitle: A\n---\nx\0y\n", Wanted::Clean),
        bytes("NUL in front matter", "content/x.md", b"---\ntitle: \"A\0B\"\n---\nx\n", finding("yaml-invalid", "content/x.md:2")),
        bytes("invalid UTF-8 in a body", "content/x.md", b"---\ntitle: A\n---\nx\xff\n", finding("file-unreadable", "content/x.md:4")),
        bytes(
            "invalid UTF-8 in front matter",
            "content/x.md",
            b"---\ntitle: A\xc0\xaf\n---\nx\n",
            finding("file-unreadable", "content/x.md:2"),
        ),
        bytes("UTF-16", "content/x.md", b"\xff\xfe-\0-\0-\0\n\0", finding("file-unreadable", "content/x.md:1")),
        bytes(
            "invalid UTF-8 in a bibliography",
            "content/sources.yaml",
            b"a:\n  title: \xff\n",
            finding("file-unreadable", "content/sources.yaml:2"),
        ),
        bytes("invalid UTF-8 in a template", "templates/page.html", b"a\nb\xff\n", finding("file-unreadable", "templates/page.html:2")),
        bytes("control characters", "content/x.md", b"---\ntitle: A\n---\nx\x1b[m\x07\x01C\x01 y\n", Wanted::Clean),
        bytes(
            "writing direction",
            "content/x.md",
            "---\ntitle: \"A\u{202e}gpj.exe\"\n---\nx\u{202e}y\u{2066}z\n".as_bytes(),
            Wanted::Clean,
        ),
        bytes("line separators", "content/x.md", "---\ntitle: \"A\u{2028}B\"\n---\nx\u{2028}</script>\u{85}y\n".as_bytes(), Wanted::Clean),
        bytes(
            "private characters",
            "content/x.md",
            "---\ntitle: A\n---\nx\u{e000}\u{e001}\u{e002}\u{e003}\u{fffe} y\n".as_bytes(),
            Wanted::Clean,
        ),
        bytes(
            "combining characters",
            "content/x.md",
            format!("---\ntitle: A\n---\nx{}\n", "\u{301}".repeat(10_000)).as_bytes(),
            Wanted::Clean,
        ),
        bytes("an empty page", "content/x.md", b"", finding("front-matter-missing", "content/x.md:1")),
        bytes("three dashes", "content/x.md", b"---\n---\n---\n", finding("value-invalid", "content/x.md:2")),
    ];
    cases.push(bytes(
        "archived text in UTF-16",
        "archive/survey.txt",
        b"\xff\xfea\0",
        finding("archive-missing", "content/sources.yaml:12"),
    ));
    cases
}

/// Files beside pages that could run.
fn active_files() -> Vec<Case> {
    let svg = |inner: &str| format!("<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">{inner}</svg>");
    let mut cases = Vec::new();
    for inner in [
        "<script>alert('PWNED')</script>",
        "<g onload=\"alert('PWNED')\"/>",
        "<a xlink:href=\"javascript:alert('PWNED')\"><text>x</text></a>",
        "<foreignObject><iframe xmlns=\"http://www.w3.org/1999/xhtml\" src=\"javascript:alert(1)\"/></foreignObject>",
        "<set attributeName=\"onmouseover\" to=\"alert(1)\"/>",
        "<use href=\"data:image/svg+xml;base64,x\"/>",
        "<g",
    ] {
        cases.push(case(format!("SVG {inner}"), &[("content/x.svg", &svg(inner))], finding("file-active", "content/x.svg:1")));
    }
    cases.push(case(
        "SVG with entities",
        &[("content/x.svg", "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>")],
        finding("file-active", "content/x.svg:1"),
    ));
    // Browsers obey the declaration: in Shift_JIS the comment ends in another place.
    cases.push(case(
        "SVG in another encoding",
        &[("content/x.svg", "<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><svg xmlns=\"http://www.w3.org/2000/svg\"><desc><![CDATA[\u{3043}]]><!--]]><script>alert('PWNED')</script>--></desc></svg>")],
        finding("file-active", "content/x.svg:1"),
    ));
    cases.push(case("SVG, harmless", &[("content/x.svg", &svg("<path d=\"M0 0\"/>"))], Wanted::Clean));
    for path in ["content/x.html", "content/a/X.HTM", "content/x.js", "content/x.xhtml", "content/x.xml", "content/x.svgz"] {
        cases.push(case(
            format!("file {path}"),
            &[(path, "<script>alert('PWNED')</script>")],
            finding("file-active", &format!("{path}:1")),
        ));
    }
    cases
}

/// What would take for ever, or all memory.
fn bounds() -> Vec<Case> {
    let site = |to: &str| changed("site.yaml", "archive: archive", &format!("archive: archive\n{to}"));
    let bomb: String = (1..12).map(|i| format!("  a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 9].join(", "))).collect();
    let style = |body: &str| {
        format!(
            "<style xmlns=\"http://purl.org/net/xbiblio/csl\" class=\"in-text\" version=\"1.0\"><info><title>t</title><id>x</id><updated>2024-01-01T00:00:00Z</updated></info>\n{body}<citation><layout><text macro=\"a\"/></layout></citation></style>"
        )
    };
    let mut cases = vec![
        case(
            "aliases of aliases",
            &[("content/x.md", &format!("---\ntitle: A\nextra:\n  a0: &a0 [x, x]\n{bomb}---\n"))],
            finding("yaml-invalid", "content/x.md:9"),
        ),
        case(
            "a record of 3,000 aliases",
            &[("content/x.md", &front(&format!("aliases: [{}]", "a, ".repeat(3000))))],
            finding("value-invalid", "content/x.md:3"),
        ),
        case("a line of 100,000 bytes", &[("content/x.md", &page(&"word ".repeat(20_000)))], finding("file-unreadable", "content/x.md:5")),
        case(
            "an include of itself",
            &[("templates/page.html", "a\n{% include \"page.html\" %}\n")],
            Wanted::Findings(vec![("template-error", "templates/page.html:2".to_owned())]),
        ),
        case(
            "an extension of itself",
            &[("templates/page.html", "{% extends \"page.html\" %}\n")],
            Wanted::Findings(vec![("template-error", "templates/page.html:1".to_owned())]),
        ),
        case(
            "a component in itself",
            &[("templates/page.html", "{% component a() %}{{ <a/> }}{% endcomponent a %}\n{{ <a/> }}")],
            finding("template-error", "templates/page.html:1"),
        ),
        case(
            "gigabytes of output",
            &[(
                "templates/page.html",
                "{% for i in range(end=100000) %}{% for j in range(end=100000) %}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{% endfor %}{% endfor %}",
            )],
            finding("template-error", "templates/page.html:1"),
        ),
        case(
            "a range without end",
            &[("templates/page.html", "\n{% for i in range(end=100000000000) %}a{% endfor %}")],
            finding("template-error", "templates/page.html:2"),
        ),
        case(
            "a deep expression",
            &[("templates/page.html", &format!("{{{{ {}1{} }}}}", "(".repeat(10_000), ")".repeat(10_000)))],
            finding("template-error", "templates/page.html:1"),
        ),
        case(
            "a style that calls itself",
            &[("x.csl", &style("<macro name=\"a\"><text macro=\"a\"/></macro>")), ("site.yaml", &site("citation_style: x.csl"))],
            finding("style-unknown", "x.csl:2"),
        ),
        case(
            "a deep style",
            &[("x.csl", &style(&"<group>".repeat(10_000))), ("site.yaml", &site("citation_style: x.csl"))],
            finding("style-unknown", "x.csl:2"),
        ),
    ];
    for (name, text, line) in [
        ("inherits from itself", "\n@book{a, title={x}, crossref={a}}", 2),
        ("abbreviates itself", "\n@string{a = a}\n@book{b, title = a}", 2),
        ("nests braces", "\n@book{a, title={{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{x", 2),
    ] {
        let text = if name == "nests braces" { format!("\n@book{{a, title={}", "{".repeat(100_000)) } else { text.to_owned() };
        let site = site("bibliography: [content/sources.yaml, content/x.bib]");
        cases.push(case(
            format!("a bibliography that {name}"),
            &[("content/x.bib", &text), ("site.yaml", &site)],
            finding("source-invalid", &format!("content/x.bib:{line}")),
        ));
    }
    for (name, mark) in [("quotes", ">"), ("lists", "- "), ("brackets", "[")] {
        let text = page(&format!("{}x", mark.repeat(20_000)));
        cases.push(case(format!("20,000 nested {name}"), &[("content/x.md", &text)], finding("file-unreadable", "content/x.md:5")));
    }
    for (name, text) in [
        ("emphasis", "*a **b ".repeat(5000)),
        ("links", "[a ".repeat(2000) + &"](https://example.org) ".repeat(2000)),
        ("footnotes", (0..2000).map(|i| format!("[^n{i}]: a [^n{}]\n\n", i + 1)).collect::<String>() + "[^n2000]: b [^n0]\n"),
        ("tables", format!("{}\n{}\n{}", "|a".repeat(5000), "|-".repeat(5000), "|b".repeat(5000))),
    ] {
        cases.push(case(format!("much nested {name}"), &[("content/x.md", &page(&text))], Wanted::Clean));
    }
    cases
}
