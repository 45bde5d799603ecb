//! Findings for programs: SARIF against its published schema, JSON, workflow commands, `--deny`.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::harness::TestSite;

/// A site with findings of several sorts, one of them about no file and one in a path that must be escaped.
fn faulty() -> TestSite {
    let site = TestSite::copy("base");
    site.write("content/über die Flut.md", "---\ntitle: Flut\n---\n\nEs waren 4,711 %, \u{1f600} Tonnen: [x](nirgends.md).\n");
    site.replace("content/_index.md", "lost their bridge\n", "lost their, bridge\n");
    site.write("content/data/claims.json", "taken");
    site
}

#[test]
fn sarif_is_valid_against_its_published_schema() {
    let validator = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/validate.mjs");
    for site in [faulty(), TestSite::copy("base"), TestSite::empty()] {
        let ran = site.run(&["check", "--format", "sarif"]);
        let mut node = Command::new("node").arg(&validator).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("node can be run");
        node.stdin.take().expect("a pipe").write_all(ran.stdout.as_bytes()).expect("the report can be passed on");
        let output = node.wait_with_output().expect("node ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{said}\n{}", ran.stdout);
    }
}

#[test]
fn sarif_names_rule_place_and_file() {
    let ran = faulty().run(&["check", "--format", "sarif"]);
    assert_eq!(ran.code, 1);
    let report: Value = serde_json::from_str(&ran.stdout).expect("the output is JSON");
    let run = &report["runs"][0];
    let results = run["results"].as_array().expect("results");
    for result in results {
        let rule = &run["tool"]["driver"]["rules"][usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small")];
        assert_eq!(rule["id"], result["ruleId"]);
    }
    let number = results.iter().find(|r| r["ruleId"] == "number-uncited").expect("a finding");
    let place = &number["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "content/%C3%BCber%20die%20Flut.md");
    assert_eq!((place["region"]["startLine"].as_u64(), place["region"]["startColumn"].as_u64()), (Some(5), Some(10)));
}

#[test]
fn json_and_workflow_commands_say_the_same() {
    let site = faulty();
    let json = site.run(&["check", "--format", "json"]);
    let findings: Vec<Value> = serde_json::from_str(&json.stdout).expect("the output is an array");
    let github = site.run(&["check", "--format", "github"]);
    let commands: Vec<&str> =
        github.stderr.lines().filter(|l| l.starts_with("::")).chain(github.stdout.lines().filter(|l| l.starts_with("::"))).collect();
    assert_eq!(commands.len(), findings.len());
    for (command, finding) in commands.iter().zip(&findings) {
        assert!(command.starts_with(&format!("::{} ", finding["severity"].as_str().expect("a severity"))), "{command}");
        assert!(command.contains(&format!("title={}::", finding["code"].as_str().expect("a code"))), "{command}");
    }
    assert!(commands.iter().any(|c| c.contains("file=content/über die Flut.md,line=5,col=10,")), "{commands:?}");
    assert!(commands.iter().any(|c| c.contains("4,711 %25")), "{commands:?}");
}

#[test]
fn what_is_denied_is_an_error() {
    let site = TestSite::copy("base");
    site.replace("content/sources.yaml", "council:\n", "unused:\n  type: web\n  title: Nobody cites it\ncouncil:\n");
    for (deny, code) in [(&[][..], 0), (&["--deny", "source-unused"], 1), (&["--deny", "warnings"], 1), (&["--deny", "cite-unused"], 0)] {
        for command in ["check", "build"] {
            let args: Vec<&str> = [command, "--format", "short"].into_iter().chain(deny.iter().copied()).collect();
            let ran = site.run(&args);
            assert_eq!((ran.code, ran.codes()), (code, vec!["source-unused".to_owned()]), "{args:?}");
        }
    }
    let ran = site.run(&["check", "--deny", "source-unusd"]);
    assert!(ran.code == 2 && ran.stderr.contains("did you mean `source-unused`?"), "{}", ran.stderr);
}
