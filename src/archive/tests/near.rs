//! The nearest place: what is told when a quote is not there.

use super::text;
use crate::archive::{DiffPart, Find, Nearest};

const WORDS: &str = "Early in October the president warned.\n\nLieutenant General Kyrylo Budanov evoked the presence of 11 thousand North Korean troops in Russia, claims rapidly backed up by spies.\n\nOther words stand here about troops.";

fn near(words: &str, quote: &str) -> Option<Nearest> {
    match text(words).find(quote, None) {
        Find::NotFound(nearest) => nearest,
        find => panic!("{quote:?}: {find:?}"),
    }
}

#[test]
fn one_figure_differs() {
    let nearest = near(WORDS, "the presence of 12 thousand North Korean troops").expect("a place");
    assert_eq!((nearest.place.paragraph, nearest.place.line), (2, 3));
    assert_eq!(nearest.excerpt, "the presence of 11 thousand North Korean troops");
    assert_eq!(
        nearest.diff,
        [
            DiffPart::Same("the presence of".into()),
            DiffPart::Missing("12".into()),
            DiffPart::Extra("11".into()),
            DiffPart::Same("thousand North Korean troops".into()),
        ]
    );
    assert_eq!(
        nearest.to_string(),
        "nearest: para. 2, line 3: \"the presence of 11 thousand North Korean troops\"\n\
         differs: the presence of [-12-] {+11+} thousand North Korean troops  ([-quote-] {+text+})"
    );
}

#[test]
fn first_and_last_words_differ() {
    let nearest = near(WORDS, "Twelve thousand North Korean troops in Ukraine").expect("a place");
    assert_eq!(
        nearest.diff_line(),
        "differs: [-Twelve-] {+11+} thousand North Korean troops in [-Ukraine-] {+Russia+}  ([-quote-] {+text+})"
    );
    let nearest =
        near(WORDS, "Lieutenant Kyrylo Budanov evoked the presence of 11 thousand North Korean troops in Russia claims rapidly backed up")
            .expect("a place");
    assert_eq!(
        nearest.diff_line(),
        "differs: Lieutenant {+General+} Kyrylo Budanov evoked the … Korean troops in Russia {+,+} claims rapidly backed up  ([-quote-] {+text+})"
    );
}

#[test]
fn cut_figures_show_their_other_half() {
    let nearest = near(WORDS, "evoked the presence of 11").expect("a place");
    assert_eq!(nearest.diff.last(), Some(&DiffPart::Extra("thousand".into())));
    let nearest = near("It hit Russia's war economy hard", "It hit Russia").expect("a place");
    assert_eq!(nearest.diff_line(), "differs: It hit [-Russia-] {+Russia's+}  ([-quote-] {+text+})");
}

#[test]
fn nothing_is_near() {
    assert_eq!(near(WORDS, "penguins dance upon melting icebergs"), None);
    assert_eq!(near(WORDS, ""), None);
    assert_eq!(near(WORDS, "?!"), None);
    assert_eq!(near(WORDS, "of the kind that nobody ever saw before in Greenland"), None);
}

#[test]
fn of_a_quote_with_omissions_the_missing_part_is_told() {
    let nearest = near(WORDS, "Kyrylo Budanov … 12 thousand North Korean troops").expect("a place");
    assert_eq!(nearest.diff.first(), Some(&DiffPart::Missing("12".into())));
}

#[test]
fn only_the_text_proper_is_near() {
    let words = "the presence of 11 thousand troops\nAnother matter";
    let source = crate::archive::ArchivedText::new(words.as_bytes(), 2).expect("a text");
    assert_eq!(source.find("the presence of 12 thousand troops", None), Find::NotFound(None));
}

#[test]
fn scripts_without_spaces() {
    let nearest = near("朝鲜向俄罗斯派遣了一万一千名士兵参战。", "朝鲜向俄罗斯派遣了一万二千名士兵").expect("a place");
    assert_eq!(nearest.place.paragraph, 1);
    assert!(nearest.diff.contains(&DiffPart::Missing("一万二千".into())), "{:?}", nearest.diff);
}
