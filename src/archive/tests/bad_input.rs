//! Texts and quotes that are wrong, huge or strange.

use super::text;
use crate::archive::{ArchiveError, ArchivedText, Find, QuoteProblem, vet};

#[test]
fn texts_that_are_none() {
    let error = |bytes: &[u8], starts| ArchivedText::new(bytes, starts).expect_err("no text");
    assert!(matches!(error(b"ok\nbad \xFF byte", 1), ArchiveError::NotUtf8 { line: 2, offset: 7, utf16: false }));
    assert!(matches!(error(b"\xFF\xFEa\0b\0", 1), ArchiveError::NotUtf8 { utf16: true, .. }));
    assert_eq!(error(b"", 1), ArchiveError::StartsOutside { text_starts: 1, lines: 0 });
    assert_eq!(error(b"a\nb", 3), ArchiveError::StartsOutside { text_starts: 3, lines: 2 });
    assert_eq!(error(b"a\nb", 0), ArchiveError::StartsOutside { text_starts: 0, lines: 2 });
    assert_eq!(error(b"a\n \n\xEF\xBB\xBF\n", 2), ArchiveError::Blank);
    assert!(matches!(error(&vec![b' '; (64 << 20) + 1], 1), ArchiveError::TooLong { .. }));
    for error in [error(b"\xFF", 1), error(b"", 1), error(b" ", 1), error(b"a", 0), error(b"a", 7)] {
        assert!(!error.to_string().is_empty() && !error.next_step().is_empty());
    }
}

#[test]
fn line_ends_count_alike() {
    let unix = "Menu\n\nOne two three.\n\n\nFour five six.\n";
    for words in [unix.to_owned(), unix.replace('\n', "\r\n"), unix.replace('\n', "\r"), format!("\u{FEFF}{unix}")] {
        let source = ArchivedText::new(words.as_bytes(), 2).expect("a text");
        assert_eq!((source.paragraph_count(), source.paragraph(2)), (2, Some("Four five six.")));
        assert!(matches!(source.find("five six", None), Find::Found(place) if place.line == 6 && place.paragraph == 2));
        assert_eq!(source.byte_len(), words.len() as u64);
    }
    assert_ne!(text("a b").sha256(), text("a b\r\n").sha256());
    assert_eq!(text("abc").sha256(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#[test]
fn twenty_megabytes() {
    let mut words = String::new();
    let mut number = 0u32;
    while words.len() < 20 << 20 {
        number += 1;
        words.push_str(&format!("the troop of line{number} went to the front with cafe\u{301} and “words” -- so\r\n"));
    }
    let source = text(&words);
    let quote = format!("line{number} went to the front with café and 'words' – so");
    assert!(matches!(source.find(&quote, None), Find::Found(place) if place.paragraph == number));
    assert!(matches!(source.find("went to the front", None), Find::Ambiguous(places) if places.len() == 64));
    assert!(matches!(source.find("went to the back with café", None), Find::NotFound(Some(_))));
    assert!(matches!(source.find("went to the … so", None), Find::Ambiguous(_)));
}

#[test]
fn one_word_over_and_over() {
    let source = text(&"a ".repeat(1 << 18));
    assert!(matches!(source.find("a a", None), Find::Found(_)));
    assert!(matches!(source.find("a a b", None), Find::NotFound(_)));
    assert!(matches!(source.find("a a … a a … a a", None), Find::Found(_)));
    assert!(matches!(source.find(&"a ".repeat(1 << 14), None), Find::NotFound(_)));
    for odd in [" ", ".", "\u{301}", "\u{AD}", "1, ", "…", "\"", "\r"] {
        let source = ArchivedText::new(format!("x {}", odd.repeat(1 << 16)).as_bytes(), 1).expect("a text");
        let _ = source.find(&format!("x {}y", odd.repeat(500)), None);
    }
}

#[test]
fn quotes_are_vetted() {
    for good in [
        "11 thousand",
        "clear data",
        "over 20%",
        "북한군 파병",
        "派遣士兵",
        "ทหารเกาหลี",
        "КНДР направила",
        "a … b".replace('a', "one two").replace('b', "three four").as_str(),
    ] {
        assert_eq!(vet(good), None, "{good}");
    }
    for empty in ["", "  ", "…", "\"\"", "\u{AD}\u{200B}", "— ?!"] {
        assert_eq!(vet(empty), Some(QuoteProblem::Empty), "{empty}");
    }
    for short in
        ["troops", "\"troops\"", "11,000", "3, 000", "11 000", "10–12", "don't", "non-lethal", "북한군은", "派遣", "派兵了", "…troops…"]
    {
        assert_eq!(vet(short), Some(QuoteProblem::TooShort), "{short}");
    }
    assert_eq!(vet(&"word ".repeat(50)), None);
    assert_eq!(vet(&"word ".repeat(51)), Some(QuoteProblem::TooLong { words: 51 }));
    assert_eq!(vet(&"word ".repeat(200)), Some(QuoteProblem::TooLong { words: 200 }));
    assert_eq!(vet(&"字".repeat(100)), None);
    assert_eq!(vet(&"字".repeat(101)), Some(QuoteProblem::TooLong { words: 51 }));
    assert!(matches!(
        vet(&"abcdefghijklmno".repeat(100).replace("oa", "o a")),
        Some(QuoteProblem::TooLong { .. } | QuoteProblem::TooManyChars { .. })
    ));
    assert!(matches!(vet(&format!("one {}", "x".repeat(1 << 20))), Some(QuoteProblem::TooManyChars { .. })));
    assert_eq!(vet("Kim has … not"), Some(QuoteProblem::PartTooShort("not".into())));
    for problem in [QuoteProblem::Empty, QuoteProblem::TooShort, QuoteProblem::TooLong { words: 60 }] {
        assert!(!problem.to_string().is_empty() && !problem.next_step().is_empty());
    }
}
