//! Who wrote or checked a page.
//!
//! In: a name, as BibTeX writes names: `Ng, Ada` is a person, family name first; one without a comma, or in braces, is
//! taken as it stands, since it may be a body's. Out: [`Author`]. Must never cut a name that its owner did not cut.

use serde::{Deserialize, Serialize, Serializer};

/// Somebody with a name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(with = "String"))]
#[serde(from = "String")]
pub struct Author {
    name: String,
    person: Option<Person>,
}

/// The name of a person in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Family name.
    pub family: String,
    /// Given names.
    pub given: String,
}

impl Author {
    /// The name as readers see it: `Ada Ng`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its parts, if it is known to be a person's.
    pub fn person(&self) -> Option<&Person> {
        self.person.as_ref()
    }
}

impl From<String> for Author {
    fn from(written: String) -> Self {
        if let Some(body) = written.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            return Self { name: body.to_owned(), person: None };
        }
        match written.split_once(',').map(|(family, given)| (family.trim(), given.trim())) {
            Some((family, given)) if !family.is_empty() && !given.is_empty() && !given.contains(',') => {
                let person = Person { family: family.to_owned(), given: given.to_owned() };
                Self { name: format!("{given} {family}"), person: Some(person) }
            }
            _ => Self { name: written, person: None },
        }
    }
}

impl Serialize for Author {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_by_a_comma() {
        let of = |written: &str| Author::from(written.to_owned());
        let ng = of("Ng, Ada");
        assert_eq!((ng.name(), ng.person().map(|p| (p.family.as_str(), p.given.as_str()))), ("Ada Ng", Some(("Ng", "Ada"))));
        for (written, name) in [
            ("River Desk", "River Desk"),
            ("{Weir, Lock & Co}", "Weir, Lock & Co"),
            ("Desk,", "Desk,"),
            ("King, Martin Luther, Jr.", "King, Martin Luther, Jr."),
        ] {
            assert_eq!((of(written).name(), of(written).person()), (name, None), "{written}");
        }
    }
}
