//! Templates that would go on for ever, or fill the memory.
//!
//! In: nothing. Out: [`all`]. Each is the template of `404.html`, which is rendered once, so that each runs into its bound
//! once: a bound is a second of work for an optimised program, and more for this one.

use super::{Case, Wanted};

const FILE: &str = "templates/404.html";

/// All cases.
pub fn all() -> Vec<Case> {
    let mut cases: Vec<Case> = TEMPLATES.iter().map(|(name, text, line)| case(name, &[(FILE, text)], line)).collect();
    let parts: Vec<(String, String)> = (0..21)
        .map(|n| {
            let next = if n == 20 { String::new() } else { format!("{{% include \"p{}.html\" %}}", n + 1).repeat(8) };
            (format!("templates/p{n}.html"), next)
        })
        .collect();
    let mut files: Vec<(&str, &str)> = parts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.push((FILE, "{% include \"p2.html\" %}"));
    cases.push(case("templates that include one another eight times each", &files, "templates/p19.html:1"));
    files.pop();
    files.push((FILE, "\n{% include \"p0.html\" %}"));
    cases.push(case("templates that include one another in a long row", &files, "templates/404.html:2"));
    cases
}

fn case(name: &str, files: &[(&str, &str)], place: &str) -> Case {
    let place = if place.contains(':') { place.to_owned() } else { format!("{FILE}:{place}") };
    super::cases::case(name, files, Wanted::Findings(vec![("template-error", place)]))
}

/// Name, template, and the line of the finding.
const TEMPLATES: &[(&str, &str, &str)] = &[
    ("loops in loops over ranges", "{% for a in range(end=100000) %}\n{% for b in range(end=100000) %}{% endfor %}{% endfor %}", "2"),
    (
        "loops in loops over what there is",
        "{% for a, b in t %}{% for c, d in t %}{% for e, f in t %}\n{% for g, h in t %}{% for i, j in t %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
        "2",
    ),
    (
        "loops in loops over texts",
        "{% set x = __tera_context | str %}{% for a in x %}{% for b in x %}{% for c in x %}{% endfor %}{% endfor %}{% endfor %}",
        "1",
    ),
    ("lists of lists", "{% set x = [[a for a in range(end=100000)] for b in range(end=100000)] %}", "1"),
    ("a text that doubles", "{% set_global x = \"a\" %}{% for i in range(end=100) %}\n{% set_global x = x ~ x %}{% endfor %}", "2"),
    (
        "a text that doubles in its block",
        "{% set_global x = \"a\" %}{% for i in range(end=100) %}\n{% set y %}{{ x }}{{ x }}{% endset %}{% set_global x = y %}{% endfor %}",
        "2",
    ),
    ("a list that doubles", "{% set_global x = [1] %}{% for i in range(end=100) %}\n{% set_global x = [...x, ...x] %}{% endfor %}", "2"),
    (
        "a list that holds itself twice",
        "{% set_global x = [1] %}{% for i in range(end=100) %}\n{% set_global x = [x, x] %}{% endfor %}",
        "2",
    ),
    ("a list that holds itself", "{% set_global x = [1] %}{% for i in range(end=100000) %}\n{% set_global x = [x] %}{% endfor %}", "2"),
    ("a map that holds itself", "{% set_global x = 1 %}{% for i in range(end=100000) %}\n{% set_global x = {\"a\": x} %}{% endfor %}", "2"),
    (
        "a text replaced by itself",
        "{% set_global x = \"aa\" %}{% for i in range(end=100) %}\n{% set_global x = x | replace(from=\"a\", to=x) %}{% endfor %}",
        "2",
    ),
    (
        "a list joined by itself",
        "{% set_global x = \"aa\" %}{% for i in range(end=100) %}\n{% set_global x = [x, x, x] | join(sep=x) %}{% endfor %}",
        "2",
    ),
    (
        "a text moved to the right",
        "{% set_global x = \"\n\" %}{% for i in range(end=100) %}\n{% set_global x = x | indent(width=1000, blank=true) ~ x %}{% endfor %}",
        "3",
    ),
    ("a long text that is kept", "{% set x %}{% for i in range(end=100000) %}\n{{ t }}{% endfor %}{% endset %}", "2"),
    (
        "components that call themselves three times",
        "{% component c(n: integer) %}\n{% if n < 18 %}{{ <c n={n + 1} /> }}{{ <c n={n + 1} /> }}{{ <c n={n + 1} /> }}{% endif %}{% endcomponent %}{{ <c n={0} /> }}",
        "1",
    ),
];
