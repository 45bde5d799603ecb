//! Dates of every precision: a year, a month or a day.
//!
//! In: `2024`, `2024-10` or `2024-10-28`. Out: [`Date`], which stands for its whole span.
//! Must never read the clock: what day it is today comes from the command line, or not at all.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// A partial date (ISO 8601, reduced precision). Ordered by its first day, then the coarser first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: i16,
    /// 1 to 12, or 0 for a year alone.
    month: i8,
    /// 1 to 31, or 0 for a month or a year alone.
    day: i8,
}

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

impl Date {
    /// Read `2024`, `2024-10` or `2024-10-28`; `None` for anything else, an impossible day included.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let number = |part: &str, digits: usize| -> Option<i16> {
            (part.len() == digits && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok())?
        };
        let year = number(parts.next()?, 4)?;
        let month = match parts.next() {
            Some(part) => number(part, 2)? as i8,
            None => return (year > 0).then_some(Self { year, month: 0, day: 0 }),
        };
        let day = match parts.next() {
            Some(part) => number(part, 2)? as i8,
            None => {
                return (1..=12).contains(&month).then_some(Self { year, month, day: 0 });
            }
        };
        if parts.next().is_some() || day == 0 {
            return None;
        }
        jiff::civil::Date::new(year, month, day).ok()?;
        Some(Self { year, month, day })
    }

    /// The first day of the span.
    pub fn first(self) -> jiff::civil::Date {
        jiff::civil::date(self.year, self.month.max(1), self.day.max(1))
    }

    /// The last day of the span.
    pub fn last(self) -> jiff::civil::Date {
        match (self.month, self.day) {
            (0, _) => jiff::civil::date(self.year, 12, 31),
            (_, 0) => self.first().last_of_month(),
            _ => self.first(),
        }
    }

    /// Whether every day of `self` lies after every day of `other`: only then is a rule about time broken.
    pub fn surely_after(self, other: Self) -> bool {
        self.first() > other.last()
    }

    /// Days between the two spans at their nearest; 0 when they touch or overlap.
    pub fn days_between(self, other: Self) -> u32 {
        let (early, late) = if self.first() <= other.first() { (self, other) } else { (other, self) };
        let days = (late.first() - early.last()).get_days();
        u32::try_from(days).unwrap_or(0)
    }

    /// The year.
    pub fn year(self) -> i16 {
        self.year
    }

    /// 1 to 12, when the date has a month.
    pub fn month(self) -> Option<i8> {
        (self.month > 0).then_some(self.month)
    }

    /// 1 to 31, when the date has a day.
    pub fn day(self) -> Option<i8> {
        (self.day > 0).then_some(self.day)
    }

    /// As people write it: `28 October 2024`, `October 2024`, `2024`.
    pub fn text(self) -> String {
        match (self.month, self.day) {
            (0, _) => self.year.to_string(),
            (m, 0) => format!("{} {}", MONTHS[m as usize - 1], self.year),
            (m, d) => format!("{d} {} {}", MONTHS[m as usize - 1], self.year),
        }
    }

    /// A full RFC 3339 instant for feeds: midnight UTC at the start of the span.
    pub fn rfc3339(self) -> String {
        format!("{}T00:00:00Z", self.first())
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if self.month > 0 {
            write!(f, "-{:02}", self.month)?;
        }
        if self.day > 0 {
            write!(f, "-{:02}", self.day)?;
        }
        Ok(())
    }
}

impl Serialize for Date {
    /// For templates and data: `{iso, text}`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("Date", 2)?;
        map.serialize_field("iso", &self.to_string())?;
        map.serialize_field("text", &self.text())?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct DateVisitor;
        impl Visitor<'_> for DateVisitor {
            type Value = Date;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date such as 2024, 2024-10 or 2024-10-28")
            }
            fn visit_u64<E: de::Error>(self, v: u64) -> Result<Date, E> {
                Date::parse(&v.to_string()).ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(v), &self))
            }
            fn visit_i64<E: de::Error>(self, v: i64) -> Result<Date, E> {
                Date::parse(&v.to_string()).ok_or_else(|| E::invalid_value(de::Unexpected::Signed(v), &self))
            }
            fn visit_str<E: de::Error>(self, v: &str) -> Result<Date, E> {
                Date::parse(v.trim()).ok_or_else(|| E::invalid_value(de::Unexpected::Str(v), &self))
            }
        }
        deserializer.deserialize_any(DateVisitor)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Date {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Date".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A date of any precision: 2024, 2024-10 or 2024-10-28.",
            "oneOf": [
                { "type": "integer", "minimum": 1, "maximum": 9999 },
                { "type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$" }
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_precision_is_read_and_written() {
        for (text, words) in [("2024", "2024"), ("2024-10", "October 2024"), ("2024-10-28", "28 October 2024")] {
            let date = Date::parse(text).expect(text);
            assert_eq!((date.to_string().as_str(), date.text().as_str()), (text, words));
        }
        for bad in ["", "24", "2024-13", "2024-00", "2024-02-30", "2024-10-00", "2024-1-1", "2024-10-28-1", "0000", "today"] {
            assert_eq!(Date::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_partial_date_stands_for_its_whole_span() {
        let date = |t| Date::parse(t).unwrap();
        assert!(!date("2024-10-28").surely_after(date("2024-10")));
        assert!(!date("2024-10").surely_after(date("2024")));
        assert!(date("2024-11").surely_after(date("2024-10-31")));
        assert_eq!(date("2024-10").days_between(date("2024-11-03")), 3);
        assert_eq!(date("2024").days_between(date("2024-11-03")), 0);
    }
}
