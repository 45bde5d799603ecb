//! Same input, same bytes: wherever the site lies, in whatever order its files were made, however often it is built.

use crate::harness::{TestSite, read_tree};

#[test]
fn two_builds_in_two_places_give_the_same_bytes() {
    let (here, there) = (TestSite::copy("base"), TestSite::copy("base"));
    here.build();
    there.build();
    there.build();
    assert_eq!(here.tree("public"), there.tree("public"));
}

#[test]
fn the_order_in_which_files_were_made_does_not_matter() {
    let here = TestSite::copy("base");
    let there = TestSite::empty();
    for (path, bytes) in here.tree("").into_iter().rev() {
        there.write(&path, bytes);
    }
    here.build();
    there.build();
    assert_eq!(here.tree("public"), there.tree("public"));
}

#[test]
fn the_output_holds_no_place_of_this_machine() {
    let site = TestSite::copy("base");
    site.build();
    let place = site.outside().to_string_lossy().into_owned();
    for (path, bytes) in read_tree(&site.root().join("public")) {
        assert!(!String::from_utf8_lossy(&bytes).contains(&place), "{path} names the site's folder");
    }
}
