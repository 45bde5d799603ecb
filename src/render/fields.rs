//! Values for templates, made in one step.
//!
//! In: fields with names that the program knows. Out: the template engine's maps. From a map the engine would make another one;
//! from what serialises as a struct it makes its own at once, and does not copy the names.

use serde::ser::{Serialize, SerializeStruct, Serializer};

/// A map for templates. The values are shared, not cloned.
pub fn fields<const N: usize>(entries: [(&'static str, tera::Value); N]) -> tera::Value {
    tera::Value::from_serializable(&Fields(entries))
}

struct Fields<const N: usize>([(&'static str, tera::Value); N]);

impl<const N: usize> Serialize for Fields<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("Fields", N)?;
        for (name, value) in &self.0 {
            map.serialize_field(name, value)?;
        }
        map.end()
    }
}
