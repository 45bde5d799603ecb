//! The shape of the code: arrows between modules point one way, from the commands down to texts and spans.
//!
//! In: the `crate::` paths of every file of `src/`. A path to a module that stands higher fails.

use std::collections::BTreeMap;
use std::path::Path;

/// Modules from the lowest up. A module may name those before it, and its own.
const ORDER: &[&[&str]] = &[
    &["date", "html", "text", "address", "author", "headers", "pieces"],
    &["diag"],
    &["yaml"],
    &["archive", "figures", "picture", "config", "output"],
    &["load", "reuse"],
    &["resolve"],
    &["check"],
    &["render"],
    &["pipeline"],
    &["bundle", "compare"],
    &["watch", "write", "serve", "deploy"],
    &["cli"],
    &["cmd"],
];

/// Arrows that point up, each with the reason why it may.
const EXCEPTIONS: &[(&str, &str, &str)] =
    &[("reuse", "resolve", "the store keeps what the CSL engine formatted, a type of the stage that makes it")];

fn level(module: &str) -> Option<usize> {
    ORDER.iter().position(|names| names.contains(&module))
}

#[test]
fn no_module_names_one_above_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut faults = Vec::new();
    let mut seen: BTreeMap<(String, String), String> = BTreeMap::new();
    for entry in walkdir::WalkDir::new(&src).into_iter().filter_map(Result::ok) {
        let path = entry.path();
        let relative = path.strip_prefix(&src).expect("below src").to_string_lossy().replace('\\', "/");
        if !relative.ends_with(".rs") || matches!(relative.as_str(), "lib.rs" | "main.rs") || relative.contains("tests") {
            continue;
        }
        let own = relative.split(['/', '.']).next().unwrap_or("").to_owned();
        let text = std::fs::read_to_string(path).expect("a source file is text");
        let code = text.split("#[cfg(test)]").next().unwrap_or(&text);
        for line in code.lines().filter(|l| !l.trim_start().starts_with("//")) {
            for named in line.split("crate::").skip(1) {
                let named: String = named.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                if named != own && named != "yaml_path" && !named.is_empty() {
                    seen.entry((own.clone(), named)).or_insert_with(|| format!("{relative}: {}", line.trim()));
                }
            }
        }
    }
    assert!(seen.len() > 20, "the paths of the code were not found");
    for ((from, to), place) in seen {
        let (Some(low), Some(high)) = (level(&from), level(&to)) else {
            faults.push(format!("`{from}` or `{to}` has no place in the order: {place}"));
            continue;
        };
        let excepted = EXCEPTIONS.iter().any(|(f, t, _)| *f == from && *t == to);
        if low < high && !excepted {
            faults.push(format!("`{from}` names `{to}`, which stands above it: {place}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
