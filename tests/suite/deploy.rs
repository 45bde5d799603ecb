//! `cited deploy`: the plan, the refusals, a folder, a branch; and the files for hosts.
//!
//! In: fixture sites with targets. Out: what a reader of the target finds there, and what the user is told. The branches
//! are in real bare repositories; object stores and web servers have tests of their own in `tests/deploy/`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::harness::{Ran, TestSite, read_tree};

/// A small site with a section, an alias and a draft, and with targets beside it.
fn site(deploy: &str) -> TestSite {
    let site = TestSite::copy("base");
    site.write("content/weirs.md", "---\ntitle: Weirs\naliases: [old/weirs/, older.html]\n---\n\nA weir is a low dam.\n");
    site.write("content/secret.md", "---\ntitle: Secret\ndraft: true\n---\n\nNot yet.\n");
    let config = site.read("site.yaml");
    site.write("site.yaml", format!("{config}deploy:\n{deploy}"));
    site
}

const FOLDER: &str = "  targets:\n    www: { folder: ../www }\n";

fn last_line(ran: &Ran) -> &str {
    ran.stderr.lines().last().unwrap_or_default()
}

fn ok(ran: &Ran) -> &str {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    last_line(ran)
}

/// What readers find: without the notes of the program.
fn www(site: &TestSite) -> BTreeMap<String, Vec<u8>> {
    let mut files = read_tree(&site.outside().join("www"));
    files.remove(".cited-manifest");
    files
}

#[test]
fn a_folder_gets_the_site_that_build_makes() {
    let site = site(FOLDER);
    site.build();
    let before = read_tree(site.outside());
    let ran = site.run(&["deploy", "--dry-run"]);
    let said = ok(&ran);
    assert!(said.starts_with("www: ") && said.ends_with("nothing was touched"), "{said}");
    assert!(ran.stdout.contains("put     weirs/index.html  (new)\n"), "{}", ran.stdout);
    assert_eq!(read_tree(site.outside()), before, "a dry run touches nothing");

    ok(&site.run(&["deploy"]));
    let mut built = site.tree("public");
    built.remove(".cited-manifest");
    assert_eq!(www(&site), built);
    assert!(!built.contains_key("secret/index.html"), "drafts are left out");
    assert!(ok(&site.run(&["deploy", "www"])).contains("no files put, no files removed"));
}

#[test]
fn a_plan_gives_reasons_and_keeps_the_order() {
    let site = site(FOLDER);
    ok(&site.run(&["deploy"]));
    site.write("content/weirs.md", "---\ntitle: Weirs\n---\n\nA weir is a dam, and a low one.\n");
    let plan = site.run(&["deploy", "-n"]).stdout;
    let lines: Vec<&str> = plan.lines().collect();
    let at = |line: &str| lines.iter().position(|l| *l == line).unwrap_or_else(|| panic!("`{line}` is not in the plan:\n{plan}"));
    assert!(at("put     weirs/index.html  (changed)") < at("put     search-index.json.gz  (changed)"), "{plan}");
    assert!(at("put     search-index.json.gz  (changed)") < at("delete  old/weirs/index.html  (no longer part of the site)"), "{plan}");

    let before = www(&site);
    let ran = site.run(&["deploy", "--max-deletes", "1"]);
    assert_eq!(ran.code, 2);
    assert!(last_line(&ran).starts_with("error: 2 files would be removed, and 1 may be; "), "{}", ran.stderr);
    assert_eq!(www(&site), before, "nothing was touched");
    assert!(ok(&site.run(&["deploy", "--max-deletes", "2"])).contains("2 files removed"));
    assert!(!www(&site).contains_key("older.html"));
}

#[test]
fn what_no_deploy_put_there_stays() {
    let site = site(FOLDER);
    let folder = site.outside().join("www");
    std::fs::create_dir(&folder).expect("a folder can be made");
    std::fs::write(folder.join("google123.txt"), "mine").expect("a file can be written");
    ok(&site.run(&["deploy"]));
    site.remove("content/weirs.md");
    ok(&site.run(&["deploy"]));
    assert_eq!(www(&site)["google123.txt"], b"mine");
    assert!(!www(&site).contains_key("weirs/index.html"));
    site.write("content/google123.txt", "theirs");
    let ran = site.run(&["deploy"]);
    assert_eq!(ran.code, 2);
    assert!(last_line(&ran).contains("cited did not write it"), "{}", ran.stderr);
    assert!(last_line(&ran).ends_with("choose another folder in `deploy:` of site.yaml"), "{}", ran.stderr);
}

#[test]
fn variants_are_made_when_asked() {
    let site = site("  targets:\n    www: { folder: ../www, compress: [gzip] }\n");
    ok(&site.run(&["deploy"]));
    let files = www(&site);
    let (name, packed) = files.iter().find(|(path, _)| path.ends_with(".html.gz")).expect("a page has a variant");
    assert!(packed.len() < files[name.trim_end_matches(".gz")].len());
    assert!(ok(&site.run(&["deploy"])).contains("no files put"));
}

#[test]
fn what_must_not_be_public_is_refused() {
    let site = site(FOLDER);
    for address in ["http://localhost:1111/", "http://127.0.0.1/", "http://[::1]/", "http://0.0.0.0/", "https://mac.local/"] {
        let ran = site.run(&["deploy", "--base-url", address]);
        assert_eq!(ran.code, 2, "{address}");
        assert!(last_line(&ran).starts_with(&format!("error: `base_url` is {address}")), "{}", ran.stderr);
    }
    let ran = site.run(&["deploy", "--drafts"]);
    assert_eq!((ran.code, last_line(&ran).starts_with("error: drafts are never deployed")), (2, true), "{}", ran.stderr);
    site.write("content/bad.md", "---\ntitle: Bad\n---\n\nThere were 250 eels.\n");
    let ran = site.run(&["deploy"]);
    assert_eq!((ran.code, last_line(&ran)), (1, "1 error: nothing is deployed"), "{}", ran.stderr);
    assert!(ran.stderr.contains("number-uncited"), "{}", ran.stderr);
    assert!(!site.outside().join("www").exists());
}

#[test]
fn targets_are_named() {
    let several = site("  targets:\n    live: { folder: ../www }\n    staging: { folder: ../staging }\n");
    for (arguments, said) in [
        (&["deploy"][..], "error: which target? site.yaml has several: live, staging; write `cited deploy NAME`"),
        (&["deploy", "stagin"], "error: there is no target `stagin`; did you mean `staging`?"),
        (&["deploy", "x"], "error: there is no target `x`; targets: live, staging"),
    ] {
        let ran = several.run(arguments);
        assert_eq!((ran.code, last_line(&ran)), (2, said));
    }
    let ran = TestSite::copy("base").run(&["deploy"]);
    assert_eq!(ran.code, 2);
    assert!(last_line(&ran).starts_with("error: site.yaml has no target"), "{}", ran.stderr);
}

#[test]
fn a_folder_that_is_input_is_refused() {
    for folder in [".", "content", "..", "/"] {
        let site = site(&format!("  targets:\n    www: {{ folder: {folder} }}\n"));
        let ran = site.run(&["deploy"]);
        assert_eq!(ran.code, 2, "{folder}");
        assert!(last_line(&ran).starts_with("error: will not write into "), "{}", ran.stderr);
    }
}

#[test]
fn faults_of_the_key_are_told_with_their_place() {
    for (deploy, line, said) in [
        ("  target: {}\n", 6, "unknown key `target` in `deploy`"),
        ("  hosts: [netlfy]\n", 6, "`deploy.hosts[0]` must be one of "),
        ("  targets:\n    a: { foldr: x }\n", 7, "unknown key `foldr` in `deploy.targets.a`"),
        ("  targets:\n    a: { compress: [gzip] }\n", 7, "the target `a` says no place"),
        ("  targets:\n    a:\n      folder: x\n      git: origin\n", 7, "the target `a` says several places: folder, git"),
        ("  targets:\n    a:\n      folder: x\n      branch: y\n", 9, "`branch` belongs to a target with `git:`, and `a` has `folder:`"),
        ("  targets:\n    a:\n      git: https://me:pw@example.org/x.git\n", 8, "the address in `git` holds a credential"),
        ("  targets:\n    a:\n      git: origin\n      branch: a..b\n", 9, "`a..b` cannot be the name of a branch"),
        ("  targets:\n    a:\n      store: https://b.example.org/\n", 8, "`https://b.example.org/` is not the address of a bucket"),
        ("  targets:\n    a:\n      store: gs://b\n      region: x\n", 9, "`region` means nothing for the store of `a`"),
        ("  targets:\n    a b: { folder: x }\n", 7, "`a b` is not the name of a target"),
        ("  targets:\n    a:\n      git: origin\n      history: none\n", 9, "`deploy.targets.a.history` must be one of append, single"),
    ] {
        let site = site(deploy);
        let ran = site.run(&["check", "--format", "short"]);
        let found = ran.findings();
        assert_eq!((ran.code, found.len()), (1, 1), "{deploy}{}", ran.stderr);
        assert!(found[0].place.starts_with(&format!("site.yaml:{line}:")), "{deploy}{}", ran.stderr);
        assert!(found[0].message.starts_with(said), "{deploy}{}", ran.stderr);
        assert!(!ran.stderr.contains("me:pw"), "{}", ran.stderr);
    }
}

#[cfg(not(feature = "object-store"))]
#[test]
fn without_the_feature_it_says_how_to_get_it() {
    let site = site("  targets:\n    s: { store: \"s3://bucket/x\" }\n");
    let ran = site.run(&["deploy"]);
    assert_eq!(ran.code, 2);
    assert!(last_line(&ran).contains("cargo install --locked --features object-store"), "{}", ran.stderr);
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git can be started");
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    assert!(output.status.success(), "git {arguments:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// A site in a repository with uncommitted work, whose remote `origin` is an empty bare repository.
fn repository(history: &str) -> (TestSite, std::path::PathBuf) {
    let site = site(&format!("  targets:\n    pages: {{ git: origin, history: {history} }}\n"));
    let bare = site.outside().join("bare.git");
    git(site.outside(), &["init", "--quiet", "--bare", "bare.git"]);
    git(&site.root(), &["init", "--quiet"]);
    git(&site.root(), &["remote", "add", "origin", "../bare.git"]);
    git(&site.root(), &["add", "site.yaml", "content/_index.md"]);
    git(&site.root(), &["commit", "--quiet", "-m", "first"]);
    site.write("staged.txt", "staged");
    git(&site.root(), &["add", "staged.txt"]);
    (site, bare)
}

#[test]
fn a_branch_gets_commits_and_the_users_repository_nothing() {
    let (site, bare) = repository("append");
    let before = site.tree(".git");
    ok(&site.run(&["deploy", "-n"]));
    assert_eq!(git(&bare, &["for-each-ref"]), "", "a dry run pushes nothing");
    ok(&site.run(&["deploy"]));
    site.build();
    let mut built: Vec<String> = site.outputs();
    built.push(".cited-manifest".to_owned());
    built.sort();
    let listed = git(&bare, &["-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", "gh-pages"]);
    assert_eq!(listed.lines().collect::<Vec<_>>(), built);
    assert_eq!(git(&bare, &["show", "gh-pages:weirs/index.html"]), site.output("weirs/index.html").trim());

    assert!(ok(&site.run(&["deploy"])).contains("no files put"));
    assert_eq!(git(&bare, &["rev-list", "--count", "gh-pages"]), "1", "the same site is no commit");
    // A file that someone else adds to the branch, as GitHub does for a domain of one's own.
    let clone = site.outside().join("clone");
    git(site.outside(), &["clone", "--quiet", "--branch", "gh-pages", "bare.git", "clone"]);
    std::fs::write(clone.join("CNAME"), "river.example.org\n").expect("a file can be written");
    git(&clone, &["add", "CNAME"]);
    git(&clone, &["commit", "--quiet", "-m", "domain"]);
    git(&clone, &["push", "--quiet"]);
    // A server that lets clients leave files out.
    git(&bare, &["config", "uploadpack.allowFilter", "true"]);
    site.write("content/weirs.md", "---\ntitle: Weirs\naliases: [older.html]\n---\n\nA weir is a dam.\n");
    let said = site.run(&["deploy"]);
    assert!(ok(&said).contains("1 file removed"), "{}", said.stderr);
    assert_eq!(git(&bare, &["rev-list", "--count", "gh-pages"]), "3");
    assert_eq!(git(&bare, &["show", "gh-pages:CNAME"]), "river.example.org");
    assert!(git(&bare, &["log", "-1", "--format=%B", "gh-pages"]).contains(&git(&site.root(), &["rev-parse", "HEAD"])));
    git(&bare, &["fsck", "--strict"]);
    assert_eq!(site.tree(".git"), before, "the user's repository is as it was");
}

#[test]
fn a_branch_may_keep_one_commit() {
    let (site, bare) = repository("single");
    for text in ["A weir.", "Two weirs.", "Two weirs."] {
        site.write("content/weirs.md", format!("---\ntitle: Weirs\n---\n\n{text}\n"));
        ok(&site.run(&["deploy"]));
        assert_eq!(git(&bare, &["rev-list", "--count", "gh-pages"]), "1");
    }
    assert!(git(&bare, &["show", "gh-pages:weirs/index.html"]).contains("Two weirs."));
    git(&bare, &["fsck", "--strict"]);
}

#[test]
fn a_branch_that_holds_other_things_is_left_alone() {
    let (site, bare) = repository("append");
    git(&site.root(), &["push", "--quiet", "origin", "HEAD:refs/heads/gh-pages"]);
    let ran = site.run(&["deploy"]);
    assert_eq!(ran.code, 2);
    assert!(last_line(&ran).contains("holds the sources of a site"), "{}", ran.stderr);
    git(&bare, &["update-ref", "-d", "refs/heads/gh-pages"]);

    let other = site.outside().join("other");
    git(site.outside(), &["clone", "--quiet", "bare.git", "other"]);
    std::fs::write(other.join("index.html"), "hand made").expect("a file can be written");
    git(&other, &["add", "."]);
    git(&other, &["commit", "--quiet", "-m", "hand made"]);
    git(&other, &["push", "--quiet", "origin", "HEAD:refs/heads/gh-pages"]);
    let ran = site.run(&["deploy"]);
    assert_eq!(ran.code, 2);
    assert!(last_line(&ran).starts_with("error: `index.html` of the branch is in the way, and no deploy put it there; "), "{}", ran.stderr);
    assert_eq!(git(&bare, &["show", "gh-pages:index.html"]), "hand made");
}

#[cfg(unix)]
#[test]
fn a_repository_that_refuses_is_quoted_and_two_deploys_take_turns() {
    use std::os::unix::fs::PermissionsExt;
    let (site, bare) = repository("append");
    let hook = |script: &str| {
        let path = bare.join("hooks/pre-receive");
        std::fs::create_dir_all(bare.join("hooks")).expect("a folder can be made");
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a file can be written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("its mode can be set");
    };
    hook("echo the branch is protected >&2; exit 1");
    let ran = site.run(&["deploy"]);
    assert_eq!(ran.code, 2);
    assert!(
        last_line(&ran).contains("the repository refuses the commit") && ran.stderr.contains("the branch is protected"),
        "{}",
        ran.stderr
    );
    hook("sleep 1");
    std::thread::scope(|scope| {
        let runs = [(); 2].map(|()| scope.spawn(|| site.run(&["deploy"])));
        for run in runs {
            ok(&run.join().expect("the thread ends"));
        }
    });
    assert_eq!(git(&bare, &["rev-list", "--count", "gh-pages"]), "1", "the second found nothing left to do");
    assert!(!site.tree("").keys().any(|path| path.contains("cited-deploy")), "no lock is left behind");
}

#[test]
fn credentials_of_an_address_are_never_printed() {
    let (site, _) = repository("append");
    // Nothing listens on this port of loopback.
    git(&site.root(), &["remote", "set-url", "origin", "http://someone:ghp_0123456789@127.0.0.1:1/x.git"]);
    for arguments in [&["deploy", "--retries", "0"][..], &["deploy", "-n"]] {
        let ran = site.run(arguments);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains("http://***@127.0.0.1:1/x.git"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("ghp_0123456789") && !ran.stdout.contains("ghp_0123456789"), "{}", ran.stderr);
    }
}

#[test]
fn hosts_get_their_files() {
    let all = "[netlify, cloudflare-pages, github-pages, gitlab-pages, codeberg-pages, vercel, nginx, caddy]";
    let hosted = site(&format!("  hosts: {all}\n"));
    hosted.build();
    let outputs = hosted.outputs();
    for name in ["_headers", "_redirects", "vercel.json", ".nojekyll", "CNAME", ".domains", "nginx.conf", "Caddyfile"] {
        assert!(outputs.contains(&name.to_owned()), "{name}: {outputs:?}");
    }
    assert_eq!(hosted.output("CNAME"), "example.org\n");
    insta::assert_snapshot!("hosts-headers", hosted.output("_headers"));
    insta::assert_snapshot!("hosts-redirects", hosted.output("_redirects"));
    insta::assert_snapshot!("hosts-nginx", hosted.output("nginx.conf"));
    insta::assert_snapshot!("hosts-caddy", hosted.output("Caddyfile"));
    insta::assert_snapshot!("hosts-vercel", hosted.output("vercel.json"));
    assert!(outputs.contains(&"old/weirs/index.html".to_owned()), "some of them cannot redirect");

    let redirecting = site("  hosts: [netlify, vercel]\n");
    redirecting.build();
    assert!(!redirecting.outputs().iter().any(|path| path.starts_with("old")), "{:?}", redirecting.outputs());

    // Below a sub-path there is no domain to claim, and GitLab wants the whole path.
    let below = site("  hosts: [gitlab-pages, github-pages]\n");
    below.replace("site.yaml", "https://example.org/", "https://someone.example.org/river/");
    below.build();
    assert!(!below.outputs().contains(&"CNAME".to_owned()));
    assert!(below.output("_redirects").contains("/river/old/weirs/ /river/weirs/ 301\n"), "{}", below.output("_redirects"));

    // The author's own file stands.
    let own = site("  hosts: [netlify]\n");
    own.write("content/_headers", "/*\n  X-Own: yes\n");
    own.build();
    assert_eq!(own.output("_headers"), "/*\n  X-Own: yes\n");
}
