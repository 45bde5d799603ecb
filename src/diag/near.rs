//! Near matches for misspelt names.
//!
//! In: what was written and what exists. Out: the one name that was probably meant, or none.

/// The candidate closest to `written`, if it is close enough to be a slip: at most a third of its letters differ.
///
/// A site may hold thousands of unknown names and of known ones: candidates that have other letters are passed over before
/// their distance is reckoned, and where very many are left, none is more likely meant than the others.
pub fn near_match<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (written.chars().count().max(3)) / 3;
    let letters = Letters::of(written);
    let mut alike = candidates.into_iter().filter(|candidate| letters.distance(candidate) <= limit);
    let few: Vec<&str> = alike.by_ref().take(MOST).collect();
    if alike.next().is_some() {
        return None;
    }
    few.into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(written, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Names with nearly the same letters whose distance is reckoned.
const MOST: usize = 500;

/// How often each letter stands in a word; letters share places by their last bits.
struct Letters([i16; 64]);

impl Letters {
    fn of(word: &str) -> Self {
        let mut letters = Self([0; 64]);
        // A name has few letters; of more, the rest cannot make it nearer.
        word.chars().take(1000).for_each(|c| letters.0[c as usize % 64] += 1);
        letters
    }

    /// No word is nearer than this: the letters that one has and the other lacks.
    fn distance(&self, word: &str) -> usize {
        let mut left = self.0;
        word.chars().take(1000).for_each(|c| left[c as usize % 64] -= 1);
        let (more, less) = left.iter().fold((0, 0), |(more, less), n| (more + n.max(&0), less - n.min(&0)));
        usize::from(more.max(less).unsigned_abs())
    }
}

/// `did you mean `x`?` when there is a near match, else what `otherwise` says.
pub fn did_you_mean<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>, otherwise: impl FnOnce() -> String) -> String {
    near_match(written, candidates).map_or_else(otherwise, |name| format!("did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_matched_and_strangers_are_not() {
        assert_eq!(near_match("titel", ["title", "date"]), Some("title"));
        assert_eq!(near_match("felitti-2042", ["felitti-2024", "goover-2025"]), Some("felitti-2024"));
        assert_eq!(near_match("colour", ["title", "date"]), None);
    }

    #[test]
    fn among_very_many_alike_none_is_offered() {
        let names: Vec<String> = (0..20_000).map(|n| format!("{:x}-{n}", n * 7919)).collect();
        let with = |name: &'static str| names.iter().map(String::as_str).chain([name]);
        assert_eq!(near_match("felitti-2042", with("felitti-2024")), Some("felitti-2024"));
        let alike: Vec<String> = (0..20_000).map(|n| format!("source-{n:05}")).collect();
        assert_eq!(near_match("source-0000x", alike.iter().map(String::as_str)), None);
    }

    proptest::proptest! {
        #[test]
        fn no_word_is_nearer_than_its_letters(one in "[a-dé-]{0,8}", other in "[a-dé-]{0,8}") {
            proptest::prop_assert!(Letters::of(&one).distance(&other) <= strsim::damerau_levenshtein(&one, &other));
        }
    }
}
