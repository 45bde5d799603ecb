//! Near matches for misspelt names.
//!
//! In: what was written and what exists. Out: the one name that was probably meant, or none.

/// The candidate closest to `written`, if it is close enough to be a slip: at most a third of its letters differ.
pub fn near_match<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (written.chars().count().max(3)) / 3;
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(written, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
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
}
