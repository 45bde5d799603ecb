//! The words of a language, for the CSL engine: terms, dates, ordinals.
//!
//! In: a language. Out: the locales in which the engine looks for its words: its own, that of the language without its
//! region, and American English. hayagriva carries sixty-three, packed; unpacking all takes as long as building a
//! hundred pages, so only these are unpacked, once a process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use hayagriva::archive::LOCALES;
use hayagriva::citationberg::{Locale, LocaleCode};

/// The locales in which the engine looks for the words of a language.
pub fn of(language: &LocaleCode) -> Arc<Vec<Locale>> {
    static UNPACKED: Mutex<BTreeMap<String, Arc<Vec<Locale>>>> = Mutex::new(BTreeMap::new());
    // Held while unpacking: whoever else asks wants the same words, and waits for them.
    let mut unpacked = UNPACKED.lock().unwrap_or_else(PoisonError::into_inner);
    let make = || {
        let mut wanted = vec![language.clone(), LocaleCode::en_us()];
        wanted.extend(language.fallback());
        Arc::new(
            LOCALES.iter().filter(|packed| wanted.iter().any(|code| is_of(packed, code))).filter_map(|packed| unpack(packed)).collect(),
        )
    };
    unpacked.entry(language.0.clone()).or_insert_with(make).clone()
}

/// Whether a packed locale is that of a language: its code stands in the first of its fields, `@xml:lang`, as a CBOR
/// text of less than 24 bytes.
fn is_of(packed: &[u8], code: &LocaleCode) -> bool {
    const FIELD: &[u8] = b"@xml:lang";
    let head = &packed[..packed.len().min(FIELD.len() + 32)];
    let after = head.windows(FIELD.len()).position(|bytes| bytes == FIELD).map(|at| &head[at + FIELD.len()..]);
    after.and_then(<[u8]>::split_first).is_some_and(|(kind, text)| {
        usize::from(kind.wrapping_sub(0x60)) == code.0.len() && code.0.len() < 24 && text.starts_with(code.0.as_bytes())
    })
}

/// The crate's own data: a locale that cannot be read is a fault that the test below finds.
fn unpack(packed: &[u8]) -> Option<Locale> {
    ciborium::de::from_reader(packed).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_finds_its_own_words_and_english() {
        let all = hayagriva::archive::locales();
        assert!(all.len() > 60);
        for locale in &all {
            let code = locale.lang.clone().unwrap();
            let found = of(&code);
            assert!(found.contains(locale), "{code}");
            assert!(found.iter().any(|l| l.lang == Some(LocaleCode::en_us())), "{code}");
            assert!(found.len() <= 3, "{code}: {}", found.len());
        }
        let languages = |code: &str| of(&LocaleCode(code.to_owned())).iter().map(|l| l.lang.clone().unwrap().0).collect::<Vec<_>>();
        assert_eq!(languages("en-US"), ["en-US"]);
        assert_eq!(languages("de"), ["de-DE", "en-US"]);
        assert_eq!(languages("de-AT"), ["de-AT", "de-DE", "en-US"]);
        assert_eq!(languages("tlh"), ["en-US"]);
        assert_eq!(languages(""), ["en-US"]);
    }
}
