//! Templates that would go on for ever, or fill the memory, end with a finding; all others make what they always made.

use std::collections::BTreeMap;
use std::sync::Arc;

use tera::{Context, Tera};

use super::engine::Engine;
use super::limits::{self, Over};
use crate::text::TextFile;

type Files = BTreeMap<String, Arc<TextFile>>;

fn files(templates: &[(&str, &str)]) -> Files {
    templates.iter().map(|(name, text)| ((*name).to_owned(), TextFile::new(format!("templates/{name}"), *text))).collect()
}

fn context() -> Context {
    let mut context = Context::new();
    let items: Vec<_> = (0..100).map(|n| serde_json::json!({ "n": n, "name": format!("item <{n}>"), "tags": ["a", "b"] })).collect();
    context.insert("items", &items);
    context.insert("big", &"word ".repeat(20_000));
    context.insert("map", &serde_json::json!({ "a": 1, "b": "two", "c": [3] }));
    context.insert("title", &"A <title>");
    context.insert_value("content", tera::Value::safe_string("<p>A text, and more of it.</p>"));
    context
}

/// What a template makes, within a part of the bounds; or what it had too much of.
fn render(templates: &[(&str, &str)]) -> Result<String, Option<Over>> {
    let engine = Engine::of(&files(templates), |_| {}).unwrap_or_else(|found| panic!("{found:?}"));
    let mut out = Vec::new();
    match engine.render_within(limits::STEPS / 50, limits::BYTES / 16, "a.html", &context(), &mut out) {
        Ok(()) => Ok(String::from_utf8(out).expect("UTF-8")),
        Err(error) => {
            assert!(limits::over().is_some(), "{error}");
            Err(limits::over())
        }
    }
}

/// Everything that templates can say, each also trimmed, in strings, comments and raw text.
const HARMLESS: &[&str] = &[
    "{% for i in range(end=3) -%}  {{ i }} {%- endfor %}|",
    "  {%- for i in items -%} {{ i.n }}{% if loop.last %}.{% else %}, {% endif %}{%- endfor -%}  |",
    "{% for k, v in map %}{{ k }}={{ v }};{% else %}none{% endfor %}{% for c in \"añb\" %}[{{ c }}]{% endfor %}",
    "{% for i in [] %}x{% else %}none{% endfor %}{% for i in items %}{% if i.n > 2 %}{% break %}{% endif %}{{ i.n }}{% endfor %}",
    "{% for i in items[:3] %}{% for j in items[97:] %}{{ i.n * j.n }} {% endfor %}{% endfor %}",
    "{{ [i.n for i in items if i.n < 4] | join(sep=\"-\") }} {{ [i.name ~ \"!\" for i in items if i.n in [1, 2]] | join(sep=\", \") }}",
    "{{ [k for k, v in map] | sort | join(sep=\",\") }} {{ [...[1, 2], 3, ...[]] | length }} {{ {\"a\": 1, ...map}[\"b\"] }}",
    "{{ [[1, title], [2]][0][1] }} {{ (items | first)[\"name\"] }} {{ items[-1].name }} {{ \"abc\"[1] }} {{ big[:4] }} {{ \"abcdef\"[::-1] }}",
    "{% set x = \"a\" ~ title ~ 1 ~ none ~ true ~ 1.5 %}{{ x }} {{ x | safe }} {{ x ~ x == x ~ x }} {{ x ~ \"b\" | upper }}",
    "{% set x %}<b>{{ title }}</b>{{ content }}{% endset %}{{ x }}{{ x | upper }}{% set y | upper | trim %} {{ title }} {% endset %}{{ y }}",
    "{% filter upper %}{{ title }} and {{ 1 + 2 }}{{ items[0].tags }}{% endfilter %}",
    "{{ title if title else \"none\" }}{{ missing?.a or \"or\" }}{{ not title }}{{ -1 + 2 ** 2 // 3 % 2 }}{{ 1 if 2 > 1 and not false else 0 }}",
    "{% if title is containing(pat=\"<\") and title is not containing(pat=\"x\") and missing is not defined %}yes{% endif %}",
    "{{ title is string ~ 1 }}{{ \"t\" in title }}{{ \"a\" not in map }}{{ 3 in map.c }}{{ title == \"A <title>\" }}{{ items == items }}",
    "{# {% for %} {{ #}a{% raw %}{{ x }}{% for %}{% endraw %}{{ \"%}\" }}{{ '}}' }}{{ `\"` }}",
    "{{ title | replace(from=\"t\", to=title) }} {{ content | replace(from=\"p\", to=title) }} {{ items | length }} {{ 3 | str }}{{ map | str }}",
    "{{ \"a b\" | split(pat=\" \") | reverse | join }}{{ \"x\ny\" | indent(width=2) }}{{ title | truncate(length=3) }}{{ title | escape }}",
    "{{ items | sort(attribute=\"n\") | last }}{{ [1, 1, 2] | unique | length }}{{ items | group_by(attribute=\"n\") | length }}{{ map | pairs }}",
    "{{ map | keys | join(sep=\",\") }}{{ map | values | length }}{{ 1 | pluralize }}{{ \"12\" | int + 1 }}{{ title | title | lower | capitalize }}",
    "{{ [title, title, 1] | unique | join(sep=title) }}{{ [content, title] | join(sep=\"<\") }}{{ loop_of?.b or 1 }}{{ title?[0] }}",
    "{% set_global g = 1 %}{% for i in range(end=4) %}{% set_global g = g + i %}{% continue %}{% endfor %}{{ g }}{{ __tera_context.title }}",
    "{% set m = {\"k\": title, \"l\": [title]} %}{{ m.k }}{{ m[\"k\"] }}{{ m.l[0] }}{% for k, v in m %}{{ k }}{{ v }}{% endfor %}",
];

#[test]
fn what_templates_make_stays_as_it_was() {
    for text in HARMLESS {
        let mut tera = Tera::default();
        tera.autoescape_on(vec![".html"]);
        tera.add_raw_templates([("a.html", *text)]).unwrap_or_else(|e| panic!("{text}: {e}"));
        let plain = tera.render("a.html", &context()).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(render(&[("a.html", text)]).as_deref(), Ok(plain.as_str()), "{text}");
    }
}

const PARTS: &[(&str, &str)] = &[
    (
        "a.html",
        "{% extends \"b.html\" %}\n{% block one -%}  {{ super() }}<{{ <card of={items[0]} level=\"3\" {...map} /> }}>{% endblock one %}",
    ),
    (
        "b.html",
        "{% block zero %}0{% endblock %}  {%- block one -%}  {%- include \"c.html\" -%}  {% block two %}2{% endblock two %}{% endblock one -%}  .",
    ),
    ("c.html", "  [{{ title }}{% <box kind={title}> %} in {{ content }}{% </box> %}]{% set t = <card of={items[1]} title /> %}{{ t }}"),
    (
        "d.html",
        "{% component card(of, level: string = \"2\", title = none, ...rest) {\"a\": [1]} -%}  ({{ of.n }}{{ level }}{{ rest | length }}) {%- endcomponent card %}\n\
         {% component box(kind) %}<{{ kind }}>{{ body }}</>{% endcomponent %}",
    ),
];

#[test]
fn parts_make_what_they_made() {
    let mut tera = Tera::default();
    tera.autoescape_on(vec![".html"]);
    tera.add_raw_templates(PARTS.iter().copied()).unwrap();
    let plain = tera.render("a.html", &context()).unwrap();
    assert!(plain.contains("(033)") && plain.contains("in <p>"), "{plain}");
    assert_eq!(render(PARTS), Ok(plain));
}

/// Templates that do too much, and of what.
const HOSTILE: &[(&str, Over)] = &[
    // Loops without output.
    ("{% for a in range(end=100000) %}{% for b in range(end=100000) %}{% endfor %}{% endfor %}", Over::Steps),
    (
        "{% for a in items %}{% for b in items %}{% for c in items %}{% for d in items %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
        Over::Steps,
    ),
    ("{% for a in big %}{% for b in big %}{% endfor %}{% endfor %}", Over::Steps),
    ("{% for a in range(end=100000) %}{% for k, v in map %}{% endfor %}{% endfor %}", Over::Steps),
    ("{% for a in items %}{% set x = [1 for b in range(end=100000) if b in items] %}{% endfor %}", Over::Steps),
    ("{{ [[1 for b in range(end=100000)] for a in range(end=100000)] | length }}", Over::Steps),
    // Texts and lists that grow.
    ("{% set_global x = \"a\" %}{% for i in range(end=100) %}{% set_global x = x ~ x %}{% endfor %}", Over::Bytes),
    ("{% set_global x = \"a\" %}{% for i in range(end=100) %}{% set_global x = \"\" ~ x ~ (x) %}{% endfor %}", Over::Bytes),
    ("{% set_global x = [1] %}{% for i in range(end=100) %}{% set_global x = [...x, ...x] %}{% endfor %}", Over::Bytes),
    ("{% set_global x = [1] %}{% for i in range(end=100) %}{% set_global x = [x, x] %}{% endfor %}", Over::Steps),
    ("{% set_global x = {\"a\": 1} %}{% for i in range(end=100) %}{% set_global x = {\"a\": x, \"b\": x} %}{% endfor %}", Over::Steps),
    ("{% set_global x = 1 %}{% for i in range(end=100000) %}{% set_global x = [x] %}{% endfor %}", Over::Depth),
    ("{% set_global x = 1 %}{% for i in range(end=1000) %}{% set_global x = __tera_context %}{% endfor %}", Over::Steps),
    (
        "{% set_global x = {\"a\": 1} %}{% for i in range(end=1000) %}{% set_global x = x | pairs | group_by(attribute=\"0\") %}{% endfor %}",
        Over::Depth,
    ),
    ("{% set x = [big ~ i for i in range(end=1000)] %}", Over::Bytes),
    ("{% set x = [big[1:] for i in range(end=1000)] %}", Over::Steps),
    ("{% set x = [range(end=100000) for i in range(end=1000)] %}", Over::Bytes),
    ("{% set_global x = big %}{% for i in range(end=60) %}{% set_global x = [x, x, x] | join(sep=x) %}{% endfor %}", Over::Bytes),
    ("{% set_global x = big %}{% for i in range(end=60) %}{% set_global x = x | replace(from=\"w\", to=x) %}{% endfor %}", Over::Bytes),
    ("{% set_global x = big %}{% for i in range(end=60) %}{% set_global x = x | replace(from=\"\", to=x) %}{% endfor %}", Over::Bytes),
    (
        "{% set_global x = \"\n\" %}{% for i in range(end=60) %}{% set_global x = x | indent(width=1000, first=true, blank=true) ~ x %}{% endfor %}",
        Over::Bytes,
    ),
    (
        "{% set_global x = [big] %}{% for i in range(end=60) %}{% set_global x = [x | str] %}{% for j in items %}{% set_global x = [...x, x | str] %}{% endfor %}{% endfor %}",
        Over::Bytes,
    ),
    ("{% set_global x = \"'\" %}{% for i in range(end=60) %}{% set_global x = x ~ (x | escape_html) %}{% endfor %}", Over::Bytes),
    ("{% for i in range(end=1000) %}{% set x = big | split(pat=\"\") %}{% endfor %}", Over::Steps),
    // What is collected before it is written.
    ("{% set x %}{% for i in range(end=1000) %}{{ big }}{% endfor %}{% endset %}", Over::Bytes),
    ("{% set x %}{% for i in range(end=1000) %}{{ big | safe }}{% endfor %}{% endset %}", Over::Bytes),
    ("{% set s = big | safe %}{% set x %}{% for i in range(end=1000) %}{{ s }}{% endfor %}{% endset %}", Over::Bytes),
    ("{% set x %}{% for i in range(end=1000) %}{{ items }}{% endfor %}{% endset %}", Over::Bytes),
    (
        "{% filter upper %}{% for i in range(end=90000) %}A text of some length that stands in the template, again and again, for as long as it likes: words upon words, and no end of them in sight; it goes on, and on, and on, until somebody counts.{% endfor %}{% endfilter %}",
        Over::Bytes,
    ),
    (
        "{% set_global x = \"a\" %}{% for i in range(end=100) %}{% set y %}{{ x }}{{ x }}{% endset %}{% set_global x = y %}{% endfor %}",
        Over::Bytes,
    ),
    // What is compared and searched.
    ("{% for i in range(end=90000) %}{% if big == big ~ \"\" %}{% endif %}{% endfor %}", Over::Steps),
    ("{% set x = big ~ \"a\" %}{% set y = big ~ \"b\" %}{% for i in range(end=90000) %}{% if x < y %}{% endif %}{% endfor %}", Over::Steps),
    (
        "{% for i in range(end=90000) %}{% if \"x\" in big or big is containing(pat=\"x\") or items == items %}{% endif %}{% endfor %}",
        Over::Steps,
    ),
    ("{% for i in range(end=90000) %}{% set x = big | length %}{% set y = big | wordcount %}{% set z = big[i] %}{% endfor %}", Over::Steps),
    ("{% set x = [i * 2 for i in range(end=100000)] %}{% set y = x | unique %}", Over::Steps),
    ("{% set x = range(end=100000) %}{% for i in items %}{% set y = x | sort %}{% endfor %}", Over::Steps),
];

#[test]
fn templates_that_do_too_much_end() {
    let ends = |(text, over): &(&str, Over)| render(&[("a.html", text)]).map(|text| text.len()) == Err(Some(*over));
    let others: Vec<_> =
        HOSTILE.iter().filter(|case| !ends(case)).map(|(text, over)| (over, render(&[("a.html", text)]).map(|t| t.len()), text)).collect();
    assert!(others.is_empty(), "{others:#?}");
}

#[test]
fn parts_that_call_one_another_too_often_end() {
    // Each part calls the next twice: a million million calls.
    let chain = |call: &dyn Fn(usize) -> String| -> Vec<(String, String)> {
        (0..19).map(|n| (format!("p{n}.html"), if n == 18 { String::new() } else { call(n + 1).repeat(8) })).collect()
    };
    let mut includes = chain(&|n| format!("{{% include \"p{n}.html\" %}}"));
    includes.push(("a.html".to_owned(), "{% include \"p0.html\" %}".to_owned()));
    let mut supers: Vec<(String, String)> = (1..19)
        .map(|n| {
            (
                format!("p{n}.html"),
                format!("{{% extends \"p{}.html\" %}}{{% block b %}}{}{{% endblock %}}", n - 1, "{{ super() }}".repeat(8)),
            )
        })
        .collect();
    supers.push(("p0.html".to_owned(), "{% block b %}{% endblock %}".to_owned()));
    supers.push(("a.html".to_owned(), "{% extends \"p18.html\" %}".to_owned()));
    let recursion = "{% component c() %}{{ <c/> }}{{ <c/> }}{{ <c/> }}{% endcomponent %}";
    let branching = "{% component c(n: integer) %}{% if n < 18 %}{{ <c n={n + 1} /> }}{{ <c n={n + 1} /> }}{{ <c n={n + 1} /> }}{% endif %}{% endcomponent %}{{ <c n={0} /> }}";
    let rest = "{% component c(...rest) %}{{ <c a={rest} b={rest} c={rest} d={rest} e={rest} f={rest} g={rest} h={rest} /> }}{% endcomponent %}{{ <c a={1} /> }}";
    for (templates, over) in [
        (includes, Over::Steps),
        (supers, Over::Steps),
        (vec![("a.html".to_owned(), branching.to_owned())], Over::Steps),
        (vec![("a.html".to_owned(), rest.to_owned())], Over::Value),
    ] {
        let borrowed: Vec<(&str, &str)> = templates.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(render(&borrowed).map(|text| text.len()), Err(Some(over)), "{templates:?}");
    }
    let engine = Engine::of(&files(&[("a.html", &format!("{recursion}{{{{ <c/> }}}}"))]), |_| {}).unwrap();
    let error = engine.render("a.html", &context(), Vec::new()).expect_err("recursion has no end");
    assert!(error.to_string().contains("recursion depth"), "{error}");
}

#[test]
fn chains_of_templates_are_short() {
    let chain = |length: usize, word: &str| -> Vec<(String, String)> {
        (0..=length)
            .map(|n| {
                (format!("p{n:03}.html"), if n == length { String::new() } else { format!("\n{{% {word} \"p{:03}.html\" %}}", n + 1) })
            })
            .collect()
    };
    for (length, word, fits) in
        [(20, "include", true), (21, "include", false), (20, "extends", true), (21, "extends", false), (200, "include", false)]
    {
        let templates = chain(length, word);
        let borrowed: Vec<(&str, &str)> = templates.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let made = Engine::of(&files(&borrowed), |_| {});
        assert_eq!(made.is_ok(), fits, "{length} {word}: {made:?}");
        if let Err(found) = made {
            assert!(found.message.starts_with("more than 20 templates") && found.place().map(|p| p.1) == Some(2), "{found:?}");
        }
    }
}

#[test]
fn findings_name_the_author_s_places() {
    for (text, marked, words) in [
        ("{% for a in items %}\n  {{ a.n ~ nothing.at_all }}\n{% endfor %}", "nothing", "not defined"),
        ("{% set x = [1, 2] %}\n{% for a in x %}{{ title ~ x ~ x | upper }}{% endfor %}", "x", "expected `string`"),
        ("a\n{% for a in 5 %}{% endfor %}", "5", "Iteration not possible"),
        ("{% set q = [title, {\"a\": title}] %}\n{{ q[1].b.c }}", "b", "`c` is not defined"),
        ("{{ title }}\n{% for a in range(end=10000) %}{% for b in items %}{% endfor %}{% endfor %}", "items", "steps"),
        ("{% component c(a) %}\n{{ a.b.c }}{% endcomponent %}{% set x %}{{ <c a={title} /> }}{% endset %}", "b", "not defined"),
    ] {
        let files = files(&[("a.html", text)]);
        let engine = Engine::of(&files, |_| {}).unwrap();
        let error = engine.render_within(100_000, 1 << 20, "a.html", &context(), Vec::new()).expect_err(text);
        let found = super::diagnose(&error, &files, &|name, range| engine.original(name, range), None);
        let span = found.span.as_ref().unwrap_or_else(|| panic!("{text}: {error}"));
        assert_eq!(&text[span.start..span.end], marked, "{text}: {found:?}");
        assert!(error.to_string().contains(words), "{text}: {error}");
    }
}

#[test]
fn what_cannot_be_counted_is_refused_at_its_place() {
    let long = format!("\n{{{{ x{} }}}}", "[1]".repeat(500));
    let deep = format!("\n{{{{ {}1{} }}}}", "(".repeat(10_000), ")".repeat(10_000));
    let many = "{% raw %}".repeat(100_000);
    let nested = format!("\n{{{{ {}title{} }}}}", "{\"a\": ".repeat(30), "}".repeat(30));
    for (text, line) in
        [(long.as_str(), 2), (&deep, 2), (&many, 1), (&nested, 2), ("\n{% unknown %}", 2), ("\n{{ a ; }}", 2), ("\n{{ é }}", 2)]
    {
        let found = Engine::of(&files(&[("a.html", text)]), |_| {}).expect_err(&text[..text.len().min(40)]);
        assert_eq!(found.place().map(|place| place.1), Some(line), "{found:?}");
    }
}
