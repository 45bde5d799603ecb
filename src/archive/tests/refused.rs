//! Quotes that must not be found: other words, other figures, words cut in two.

use super::{falls, text};
use crate::archive::{Find, Refusal};

#[test]
fn other_words_and_figures() {
    let words = "Budanov evoked the presence of 11 thousand North Korean troops in Russia";
    for quote in [
        "12 thousand North Korean troops",
        "1 thousand North Korean",
        "11 thousand north Korean troops",
        "11 thousand South Korean troops",
        "11 thousand North Korean troop",
        "1l thousand North Korean",
        "11 thousand, North Korean",
        "11thousand North Korean",
        "troops Korean North",
        "the presence of of 11",
    ] {
        falls(words, quote);
    }
}

#[test]
fn negations() {
    falls("North Korea did not send troops", "North Korea did send troops");
    falls("North Korea did send troops", "North Korea did not send troops");
    falls("We cannot send troops", "We can send troops");
    falls("We can't send troops to war", "We can");
    falls("We can’t send troops", "so We can");
    falls("they sent non-lethal aid", "lethal aid");
    falls("an un-armed force", "armed force");
    falls("ми не надсилали військ", "ми надсилали військ");
}

#[test]
fn words_and_figures_are_not_cut() {
    for (words, quote) in [
        ("about 11 thousand men", "1 thousand men"),
        ("about 3,000 men came", "000 men came"),
        ("about 3, 000 men came", "000 men came"),
        ("about 3, 500 men came", "500 men came"),
        ("they sent 3,000 men", "they sent 3"),
        ("they sent 3, 000 men", "they sent 3"),
        ("they sent 3, 000 men", "they sent 3,"),
        ("they sent 11 000 men", "they sent 11"),
        ("they sent 11 000 men", "000 men"),
        ("they sent 3.5 tons", "they sent 3"),
        ("over 20% of it", "over 20"),
        ("over 20 % of it", "over 20"),
        ("cost $40 in all", "40 in all"),
        ("cost US$40 in all", "it cost US"),
        ("cost 40€ in all", "it cost 40"),
        ("it fell by -5 points", "5 points"),
        ("they sent 10-12 thousand", "12 thousand"),
        ("they sent 10–12 men now", "12 men now"),
        ("they lost 10,000+ men", "they lost 10,000"),
        ("the presence of 11 thousand men", "the presence of 11"),
        ("the presence of 11 thousand men", "thousand men"),
        ("Russia's war goes on", "s war goes on"),
        ("against Russia's war", "against Russia"),
        ("the U.S. army came", "the U"),
        ("cafe\u{301} society met", "the cafe"),
        ("북한군이 왔다 그리고", "북한군 왔다"),
        ("그때 북한군이 왔다", "그때 북한군"),
        ("派遣了一万二千名士兵", "二千名士兵"),
        ("at 10:30 they met", "30 they met"),
        ("the ﬁre broke out", "ire broke out"),
        ("it broke the ﬂ ag", "broke the f"),
        ("a broken ｶﾞ sign", "a broken ｶ"),
    ] {
        falls(words, quote);
    }
}

#[test]
fn spaces_that_are_not_thousands() {
    falls("On October 5, 300 soldiers crossed", "5,300 soldiers crossed");
    falls("items 1, 2, 300 and 4", "items 1,2,300 and 4");
    falls("items 1, 2, 300 and 4", "2,300 and 4");
    falls("of 1,500, 300 were killed", "of 1,500,300 were killed");
    falls("on page 3, 2024 began", "3,2024 began");
    falls("about 3 000 men", "about 3,000 men");
    falls("about 3,000 men", "about 3000 men");
    falls("10² men came", "102 men came");
}

#[track_caller]
fn refusal(words: &str, quote: &str) -> Refusal {
    match text(words).find(quote, None) {
        Find::Refused { why, places } => {
            assert!(!places.is_empty());
            assert!(!why.message().is_empty() && !why.next_step().is_empty());
            why
        }
        find => panic!("{quote:?}: {find:?}"),
    }
}

#[test]
fn omissions_have_bounds() {
    let far = format!("The first words. {} The last words.", "And so on it goes. ".repeat(40));
    assert_eq!(refusal(&far, "The first words … The last words"), Refusal::PartsApart);
    assert_eq!(refusal("One two.\nThree four.\nFive six.", "One two … Five six"), Refusal::PartsApart);
    assert_eq!(refusal("One two then three four", "three four … One two"), Refusal::PartsApart);
    falls("One two then three four", "One two … three five");
}

#[test]
fn omissions_drop_no_negation() {
    for (words, quote, word) in [
        ("North Korea did not send troops", "North Korea did … send troops", "not"),
        ("We don’t, he said, want war", "as We … want war", ""),
        ("He said we don’t, as ever, want war now", "He said … want war now", "don’t"),
        ("Kim said many things. He never sent troops", "Kim said … sent troops", "never"),
        ("Корея, мабуть, не надсилала військ до Росії", "Корея, мабуть … військ до Росії", "не"),
        ("북한은 군대를 보내지 않았다고 정부는 말했다", "북한은 군대를 … 정부는 말했다", "않았다고"),
    ] {
        if word.is_empty() {
            falls(words, quote);
        } else {
            assert_eq!(refusal(words, quote), Refusal::DropsNegation(word.to_owned()), "{quote}");
        }
    }
    // A whole sentence in between may say "not".
    let words = "Kim sent many troops. That was not expected. Then the troops fought";
    assert!(matches!(text(words).find("Kim sent many troops … the troops fought", None), Find::Found(_)));
}

#[test]
fn words_before_the_text_are_told() {
    let words = "Skip to content\nA headline here\nThe text proper begins.";
    let source = crate::archive::ArchivedText::new(words.as_bytes(), 3).expect("a text");
    let Find::Refused { why: Refusal::BeforeText, places } = source.find("A headline here", None) else { panic!("not refused") };
    assert_eq!((places[0].paragraph, places[0].line), (0, 2));
    assert!(matches!(source.find("text proper", None), Find::Found(place) if place.paragraph == 1 && place.line == 3));
}
