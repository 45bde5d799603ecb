//! Locks: what is written is read again, and nothing damaged is.

use super::text;
use crate::archive::{ArchivedText, Locator, Lock, LockFault, LockedSource, TextChange, Unlocked, Verdict};

fn lock() -> Lock {
    let first = text("Budanov evoked 11 thousand North Korean troops in Russia.\nSo it goes.\nSo it goes.");
    let second = ArchivedText::new("Menu\nПівнічна Корея — надіслала війська.\n파병된 북한군 병력".as_bytes(), 2).expect("a text");
    let mut lock = Lock::default();
    let (source, refused) = LockedSource::new("002_felitti.txt", &first, ["11 thousand North Korean troops in Russia", "So it goes"]);
    assert_eq!(refused, []);
    lock.insert("felitti-2024", source);
    let (source, refused) = LockedSource::new("b.txt", &second, ["надіслала війська", "북한군 병력", "Корея - надіслала"]);
    assert_eq!(refused, []);
    lock.insert("зеленський", source);
    lock.insert("empty", LockedSource { quotes: Default::default(), ..lock.source("felitti-2024").expect("a source").clone() });
    lock
}

#[test]
fn reads_well() {
    let expected = "\
# written by `cited source lock`; do not edit
version 1

source empty
  archive 002_felitti.txt
  sha256 059cd9264f59e7a31e0ef795a1a763e3ae8513d4c24e55ca1d0f8f0e579f3613
  bytes 81
  text-starts 1
  check b38b7ae992218aa3

source felitti-2024
  archive 002_felitti.txt
  sha256 059cd9264f59e7a31e0ef795a1a763e3ae8513d4c24e55ca1d0f8f0e579f3613
  bytes 81
  text-starts 1
  quote 087add0e5584b141c0e84751db30d55e at 1: 11 thousand North Korean troops …
  quote 80512cf0438c5aaa980977d947da31a0 at 2,3: So it goes
  check 2853ad0e665cde1b

source зеленський
  archive b.txt
  sha256 b6dd96d212143a7aa18dad8d6d8622c0c0461a014aecb00cf5f317237b3c1315
  bytes 98
  text-starts 2
  quote 427da50537ecfe96be1beb2c3ab9283a at 1: Корея - надіслала
  quote a392c3b85d12cb28d4adbf1a37af8946 at 1: надіслала війська
  quote ed0e40440932fb4acc34be242632b396 at 2: 북한군 병력
  check 0a67b124d13f2f63

end of lock
";
    assert_eq!(lock().write(), expected);
}

#[test]
fn round_trips() {
    let lock = lock();
    let written = lock.write();
    assert_eq!(Lock::parse(&written), Ok(lock.clone()));
    assert_eq!(Lock::parse(&written).map(|lock| lock.write()), Ok(written.clone()));
    assert_eq!(Lock::parse(&written.replace('\n', "\r\n")), Ok(lock.clone()));
    assert_eq!(Lock::parse(&format!("\u{FEFF}{written}")), Ok(lock));
    assert_eq!(Lock::parse(&Lock::default().write()), Ok(Lock::default()));
}

#[test]
fn strange_names_stay_on_their_line() {
    let mut lock = lock();
    let source = lock.source("empty").expect("a source").clone();
    for key in ["", " ", "a b", " a\nb\r\\ ", "\u{2028}x", "\\6e;", "source", "end of lock"] {
        lock.insert(key, LockedSource { archive: key.to_owned(), ..source.clone() });
    }
    assert_eq!(Lock::parse(&lock.write()), Ok(lock));
}

#[test]
fn is_the_same_whatever_the_order() {
    let words = text("One two three. Four “five” six. Seven eight.\nNine ten.");
    let quotes = ["One two", "Four \"five\" six", "Four 'five' six", "Nine ten", "Seven  eight"];
    let of = |quotes: &[&'static str]| LockedSource::new("a.txt", &words, quotes.iter().copied()).0;
    let mut back = quotes;
    back.reverse();
    assert_eq!(of(&quotes), of(&back));
    assert_eq!(of(&quotes).quotes.len(), 4);
}

#[test]
fn answers_as_the_archive_would() {
    let lock = lock();
    let quote = "11 thousand North Korean troops in Russia";
    let para = |n| Locator::paragraph(n);
    assert_eq!(lock.verify("felitti-2024", quote, None), Verdict::Verified { paragraph: 1 });
    assert_eq!(lock.verify("felitti-2024", &format!(" {} ", quote.replace(' ', "\n")), Some(&para(1))), Verdict::Verified { paragraph: 1 });
    assert_eq!(lock.verify("felitti-2024", quote, Some(&para(2))), Verdict::WrongPlace(vec![1]));
    assert_eq!(lock.verify("felitti-2024", "12 thousand North Korean troops in Russia", None), Verdict::NoQuote);
    assert_eq!(lock.verify("felitti-2025", quote, None), Verdict::NoSource);
    assert_eq!(lock.verify("felitti-2024", "So it goes", None), Verdict::Ambiguous(vec![2, 3]));
    assert_eq!(lock.verify("felitti-2024", "So it goes", Some(&para(3))), Verdict::Verified { paragraph: 3 });
    assert_eq!(lock.verify("felitti-2024", "So it goes", Some(&Locator::Other("p. 1".into()))), Verdict::Ambiguous(vec![2, 3]));
    let source = lock.source("felitti-2024").expect("a source");
    let same = text("Budanov evoked 11 thousand North Korean troops in Russia.\nSo it goes.\nSo it goes.");
    assert_eq!(source.change(&same), None);
    assert!(matches!(source.change(&text("Other words")), Some(TextChange::Bytes { .. })));
    let later = ArchivedText::new("Budanov evoked 11 thousand North Korean troops in Russia.\nSo it goes.\nSo it goes.".as_bytes(), 2)
        .expect("a text");
    assert_eq!(source.change(&later), Some(TextChange::TextStarts { locked: 1, now: 2 }));
}

#[test]
fn what_cannot_be_locked_is_returned() {
    let (source, refused) = LockedSource::new("a.txt", &text("One two three"), ["One two", "two four", "One"]);
    assert_eq!(source.quotes.len(), 1);
    assert!(matches!(refused.as_slice(), [Unlocked::Unfound { .. }, Unlocked::Unfit { .. }]));
}

#[track_caller]
fn fault(written: &str) -> (LockFault, u32) {
    let error = Lock::parse(written).expect_err("a damaged lock");
    assert!(!error.message.is_empty() && !error.next_step.is_empty());
    (error.fault, error.line)
}

#[test]
fn every_cut_is_noticed() {
    let written = lock().write();
    for end in 0..written.trim_end().len() {
        if !written.is_char_boundary(end) {
            continue;
        }
        let (fault, _) = fault(&written[..end]);
        let expected = if written[..end].is_empty() { LockFault::Empty } else { LockFault::Truncated };
        assert_eq!(fault, expected, "cut at {end}: {:?}", &written[..end].lines().last());
    }
}

#[test]
fn every_changed_character_is_noticed() {
    let written = lock().write();
    for (at, c) in written.char_indices().filter(|(_, c)| *c != '\n') {
        let other = if c == '1' { "2" } else { "1" };
        let changed = format!("{}{other}{}", &written[..at], &written[at + c.len_utf8()..]);
        fault(&changed);
        let without = format!("{}{}", &written[..at], &written[at + c.len_utf8()..]);
        fault(&without);
    }
    for (at, line) in written.lines().enumerate().filter(|(_, line)| line.starts_with("  ")) {
        let without: String = written.lines().enumerate().filter(|(n, _)| *n != at).map(|(_, l)| format!("{l}\n")).collect();
        assert!(matches!(fault(&without).0, LockFault::Edited | LockFault::Malformed), "without {line}");
    }
}

#[test]
fn each_damage_has_its_fault() {
    let written = lock().write();
    let conflict = written.replacen("  bytes ", "<<<<<<< HEAD\n  bytes 1\n=======\n  bytes ", 1);
    assert_eq!(fault(&conflict), (LockFault::Conflict, 7));
    assert_eq!(fault(""), (LockFault::Empty, 1));
    assert_eq!(fault("\n \n"), (LockFault::Empty, 1));
    assert_eq!(fault(&written.replace("version 1", "version 2")), (LockFault::Version, 2));
    assert_eq!(fault("sources:\n  a: b\n").0, LockFault::Version);
    assert_eq!(fault(&format!("{written}more\n")).0, LockFault::Malformed);
    assert_eq!(fault(&written.replacen("text-starts 1", "text-starts 4", 1)).0, LockFault::Edited);
    assert_eq!(fault(&written.replacen("at 2,3", "at 2", 1)).0, LockFault::Edited);
    assert_eq!(fault(&written.replacen("  sha256 ", "  sha256 x", 1)).0, LockFault::Malformed);
    let block = written.split("\n\n").nth(1).expect("a block");
    assert_eq!(fault(&written.replacen(block, &format!("{block}\n\n{block}"), 1)).0, LockFault::Duplicate);
    let quote = written.lines().find(|line| line.starts_with("  quote")).expect("a quote");
    assert_eq!(fault(&written.replacen(quote, &format!("{quote}\n{quote}"), 1)).0, LockFault::Duplicate);
}

#[test]
fn names_of_several_lines_are_told_in_one() {
    let lock = "# written by `cited source lock`; do not edit\nversion 1\n\nsource a\\a;b\n  archive a\n  sha256 ".to_owned()
        + &"0".repeat(64)
        + "\n  bytes 1\n  text-starts 1\nend of lock\n";
    let error = Lock::parse(&lock).unwrap_err();
    assert_eq!((error.fault, error.message.contains('\n')), (LockFault::Edited, false), "{}", error.message);
}
