//! Quotes that must be found, however marks and spaces differ.

use super::quotation_in_quote;
use super::{found, stands, text};
use crate::archive::{Find, Locator, fold_digest};

#[test]
fn white_space_and_line_ends() {
    stands("one two\r\nthree four", "two three");
    stands("one\u{A0}two  three\tfour", "one two three four");
    stands("one two", "  one\n   two ");
    stands("11\u{202F}000 troops were sent", "11 000 troops were sent");
    stands("20 % of the reserve", "20% of the reserve");
    stands("« la guerre » continue", "\"la guerre\" continue");
    stands("„Wort“ und »Wort« und 'Wort'", "'Wort' und \"Wort\" und ‘Wort’");
}

#[test]
fn quotation_marks() {
    for quote in [
        "a “new chapter” begins",
        "a \"new chapter\" begins",
        "a «new chapter» begins",
        "a « new chapter » begins",
        "a ‘new chapter’ begins",
        "a 'new chapter' begins",
        "a 「new chapter」 begins",
    ] {
        stands("in fact a \"new chapter\" begins here", quote);
        stands("in fact a « new chapter » begins here", quote);
    }
    stands("Russia’s war", "Russia's war");
    stands("п’ять тисяч військових", "п'ять тисяч військових");
    stands("п\u{2BC}ять тисяч військових", "п'ять тисяч військових");
}

#[test]
fn dashes() {
    for dash in ["-", "–", "—", " - ", " – ", " — ", "--", "\u{2011}", " −"] {
        stands("the war — a grinding one — goes on", &format!("war{dash}a grinding one"));
        stands("between 10–12 thousand men", &format!("between 10{dash}12 thousand men"));
    }
    stands("a long - term plan", "a long-term plan");
}

#[test]
fn invisible_characters() {
    stands("the de\u{AD}ploy\u{AD}ment of troops", "the deployment of troops");
    stands("the deployment of troops", "the deploy\u{200B}ment of\u{2060} troops");
    stands("\u{FEFF}The deployment", "The deployment");
    stands("كتب\u{200F} الجيش الخبر", "كتب الجيش");
}

#[test]
fn unicode_forms() {
    stands("Pyonryongdong \u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8} 군대 파병", "한국 군대");
    stands("한국 군대 파병", "\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8} 군대");
    stands("the cafe\u{301} was closed", "the café was closed");
    stands("the café was closed", "the cafe\u{301} was closed");
    stands("the eﬀect of the oﬃcial ﬁre", "effect of the official fire");
    stands("１１，０００ troops", "11,000 troops");
    stands("the \u{212B}ngström unit", "\u{C5}ngström unit");
    stands("вій\u{438}\u{306}на триває", "війй\u{438}\u{306}на триває".replace("йй", "й").as_str());
}

#[test]
fn thousands() {
    stands("from 3, 000 to 12, 000 elite soldiers", "from 3,000 to 12,000 elite soldiers");
    stands("from 3,000 to 12,000 elite soldiers", "from 3, 000 to 12, 000 elite soldiers");
    stands("about 1, 250, 000 shells", "about 1,250,000 shells");
    stands("on page 3, 000 of them", "3,000 of them");
    // Lists and dates are found as they are written.
    stands("items 1, 2, 300 and 4", "items 1, 2, 300 and 4");
    stands("On October 5, 300 soldiers crossed", "300 soldiers crossed");
    stands("Of 1,500, 300 were killed", "300 were killed");
    stands("of 1,500, 300 were killed", "of 1,500, 300 were killed");
}

#[test]
fn scripts() {
    stands("북한군 1만 1천 명이 러시아에 파병됐다.", "1만 1천 명이 러시아에");
    stands("КНДР направила 11 тисяч військових до Росії", "11 тисяч військових");
    stands("أرسلت كوريا الشمالية جنودا إلى روسيا", "كوريا الشمالية جنودا");
    stands("朝鲜向俄罗斯派遣了一万一千名士兵。", "向俄罗斯派遣");
    stands("北朝鮮はロシアに兵士を派遣した", "ロシアに兵士を");
    stands("a+b (c*) [d]? ^e$ \\n .*", "(c*) [d]? ^e$ \\n .*");
}

#[test]
fn omissions() {
    let words =
        "Kim Jong Un has pledged roughly 12,000 troops to fight against Ukraine.\n\nThe recent effort shows much.\n\nThird part here.";
    for quote in [
        "Kim Jong Un … 12,000 troops",
        "Kim Jong Un ... 12,000 troops",
        "Kim Jong Un [...] 12,000 troops",
        "Kim Jong Un […] 12,000 troops",
        "Kim Jong Un . . . 12,000 troops",
        "…Kim Jong Un…12,000 troops…",
    ] {
        stands(words, quote);
    }
    stands(words, "against Ukraine … effort shows");
    assert_eq!(
        found(&text(words), "has pledged … to fight … recent effort").map(|w| w.starts_with("has") && w.ends_with("effort")),
        Some(true)
    );
    // An ellipsis of the text itself, by whatever dots.
    stands("He waited… and then went", "He waited ... and then went");
    stands("He waited . . . and then went", "He waited [...] and then went");
}

#[test]
fn omission_takes_the_closest_parts() {
    let source = text("the troops came. the troops came again to the front line. to the front line they went");
    assert_eq!(found(&source, "the troops … the front line"), Some("the troops came again to the front line"));
}

#[test]
fn places_are_exact() {
    let source = text("\u{FEFF}Menu\r\n\r\n  One  line “here”\r\n\r\nAnd cafe\u{301} two — end.\r\n");
    let Find::Found(place) = source.find("line \"here\"", None) else { panic!("not found") };
    assert_eq!((place.paragraph, place.line), (2, 3));
    assert_eq!(source.words_at(&place), "line “here”");
    let Find::Found(place) = source.find("café two - end", None) else { panic!("not found") };
    assert_eq!((place.paragraph, place.last_paragraph, place.line), (3, 3, 5));
    assert_eq!(source.words_at(&place), "cafe\u{301} two — end");
    assert_eq!(source.paragraph(2), Some("One  line “here”"));
    assert_eq!((source.paragraph(0), source.paragraph(4), source.paragraph_count()), (None, None, 3));
}

#[test]
fn a_repeated_quote_needs_a_locator() {
    let source = text("The troops came.\nThey left.\nThe troops came.\nThe troops came. The troops came.");
    let Find::Ambiguous(places) = source.find("The troops came", None) else { panic!("not ambiguous") };
    assert_eq!(places.iter().map(|place| place.paragraph).collect::<Vec<_>>(), [1, 3, 4]);
    let para = |n| Locator::parse(&format!("para. {n}")).expect("a locator");
    assert!(matches!(source.find("The troops came", Some(&para(3))), Find::Found(place) if place.paragraph == 3));
    let Find::WrongPlace { given, found } = source.find("The troops came", Some(&para(2))) else { panic!("found") };
    assert_eq!((given.to_string().as_str(), found.len()), ("para. 2", 3));
    assert!(matches!(source.find("They left", Some(&Locator::Other("p. 9".into()))), Find::Found(_)));
    // Twice in one paragraph is one place to a reader.
    assert!(matches!(text("so it is, so it is").find("so it is", None), Find::Found(_)));
}

#[test]
fn locators() {
    for (written, shown) in [
        ("para. 4", "para. 4"),
        ("paras. 4–5", "paras. 4-5"),
        ("¶ 4", "para. 4"),
        ("Paragraph 12", "para. 12"),
        ("paragraphs 2, 4 and 7", "paras. 2, 4, 7"),
        ("paras 2 to 4", "paras. 2-4"),
        ("para.4", "para. 4"),
        (" p.  3 ", "p. 3"),
        ("section 2, para. 4", "section 2, para. 4"),
        ("parameters 4", "parameters 4"),
        ("paragraph on losses", "paragraph on losses"),
    ] {
        let locator = Locator::parse(written).expect("a locator");
        assert_eq!(locator.to_string(), shown);
        assert_eq!(Locator::parse(shown), Ok(locator));
    }
    for wrong in ["", "  ", "para. 0", "paras. 5-4", "para. 4a", "para. 4, p. 2", "para. -4", "para. +4", "para. 99999999999"] {
        assert!(Locator::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn digests_agree_with_folding() {
    let same = ["from 3, 000 to “12,000” — about", "from  3,000 to '12,000'-about", "from 3,000 to «12, 000» –\nabout\u{AD}"];
    for quote in same {
        assert_eq!(fold_digest(quote), fold_digest(same[0]));
    }
    assert_eq!(fold_digest("a b").len(), 32);
    for other in ["from 3,000 to \"12,001\" - about", "From 3,000 to \"12,000\" - about", "from 3000 to \"12,000\" - about"] {
        assert_ne!(fold_digest(other), fold_digest(same[0]));
    }
    assert_ne!(fold_digest("on October 5, 300 men"), fold_digest("on October 5,300 men"));
}

#[test]
fn quotations_in_running_text() {
    let quote = "over 20% of Kim Jong Un’s \"personal reserve\" and were involved in frontline combat";
    for quotation in [
        "personal reserve",
        "personal reserve,",
        "Personal reserve.",
        "over 20% of Kim",
        "Over 20% of Kim",
        "Kim Jong Un's 'personal reserve'",
        "were … in frontline combat",
        "Involved in frontline combat!",
    ] {
        assert!(quotation_in_quote(quotation, quote), "{quotation}");
    }
    for quotation in [
        "",
        ".",
        "impersonal reserve",
        "personal reserves",
        "over 20",
        "20% of kim",
        "frontline combat … personal reserve",
        "Personal Reserve",
        "were not involved",
        "ersonal reserve",
        "personal, reserve",
    ] {
        assert!(!quotation_in_quote(quotation, quote), "{quotation}");
    }
    assert!(!quotation_in_quote("did … send troops", "Kim did not send troops"));
    assert!(quotation_in_quote("Kim … send troops", "Kim did … send troops"));
}
