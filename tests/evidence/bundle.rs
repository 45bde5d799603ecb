//! `cited export --bundle`: everything that a claim can be checked against, the same bytes for the same site.

use std::process::Command;

use crate::harness::TestSite;

fn export(site: &TestSite, name: &str) -> Vec<u8> {
    let ran = site.run(&["export", "--bundle", &format!("../{name}")]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    std::fs::read(site.outside().join(name)).expect("the bundle is there")
}

#[test]
fn the_bundle_is_whole_reproducible_and_readable_by_others() {
    let site = TestSite::copy("base");
    assert_eq!(site.run(&["source", "lock"]).code, 0);
    let bundle = export(&site, "a.zip");
    let elsewhere = TestSite::copy("base");
    assert_eq!(elsewhere.run(&["source", "lock"]).code, 0);
    assert_eq!(export(&elsewhere, "b.zip"), bundle, "another folder, another time, the same bytes");
    // Python's reader checks names, sizes and check sums; the digests are checked against the manifest.
    let script = "
import hashlib, json, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
names = z.namelist()
assert names == sorted(names), names
manifest = json.loads(z.read('manifest.json'))
listed = {f['path']: f for f in manifest['files']}
assert set(names) == set(listed) | {'manifest.json', 'SHA256SUMS'}
for path, f in listed.items():
    data = z.read(path)
    assert len(data) == f['bytes'] and hashlib.sha256(data).hexdigest() == f['sha256'], path
for line in z.read('SHA256SUMS').decode().splitlines():
    digest, path = line.split('  ')
    assert hashlib.sha256(z.read(path)).hexdigest() == digest
print('\\n'.join(sorted(listed)))
";
    let output = Command::new("python3").args(["-c", script]).arg(site.outside().join("a.zip")).output().expect("python3 can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let names = String::from_utf8_lossy(&output.stdout);
    for name in ["content/sources.lock", "content/sources.yaml", "data/claims.json", "data/estimates.csv", "data/sources.json", "site.yaml"]
    {
        assert!(names.lines().any(|n| n == name), "{name} is not in {names}");
    }
    assert!(!names.contains("archive"), "archived texts are not ours to publish");
    site.build();
    assert!(bundle.windows(20).any(|w| site.output("data/claims.json").as_bytes().starts_with(w)), "the data are those of the site");
}

#[test]
fn what_may_not_be_published_is_not_exported() {
    let site = TestSite::copy("base");
    site.replace("content/_index.md", "carried 40 tonnes of mud in April", "carried 41 tonnes of mud in April");
    let ran = site.run(&["export", "--bundle", "../a.zip"]);
    assert!(ran.code == 1 && ran.stderr.contains("quote-not-found") && !site.outside().join("a.zip").exists(), "{}", ran.stderr);
    let ran = TestSite::copy("base").run(&["export", "--bundle", "nowhere/a.zip"]);
    assert!(ran.code == 2 && ran.stderr.contains("cannot write"), "{}", ran.stderr);
}
