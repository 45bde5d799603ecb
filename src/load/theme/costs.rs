//! What the filters and signs of templates cost.
//!
//! In: what they are given. Out: steps and bytes that are spent ([`super::limits`]), before a filter builds anything
//! that is larger than what it was given, or the error that there are no more. Must never build anything itself.

use tera::{Kwargs, TeraResult, Value};

use super::limits::{
    DEEPEST, LARGEST_VALUE, MADE_IN_A_STEP, OF_A_VALUE, Over, READ_IN_A_STEP, VALUES_IN_A_STEP, fail, made, read, reserve, spend,
};

/// The most that escaping makes of one byte.
const ESCAPED: u64 = 6;

/// How large a value is, with everything in it.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    values: u64,
    bytes: u64,
}

impl Size {
    fn add(&mut self, value: &Value, depth: u32) -> TeraResult<()> {
        self.values += 1;
        if self.values * 2 * OF_A_VALUE + self.bytes > LARGEST_VALUE {
            return fail(Over::Value);
        }
        if depth > DEEPEST {
            return fail(Over::Depth);
        }
        if let Some(text) = value.as_str() {
            self.bytes += text.len() as u64;
        } else if let Some(items) = value.as_array() {
            for item in items {
                self.add(item, depth + 1)?;
            }
        } else if let Some(map) = value.as_map() {
            for (key, item) in map {
                self.bytes += key.as_str().map_or(8, str::len) as u64;
                self.add(item, depth + 1)?;
            }
        } else if let Some(bytes) = value.as_bytes() {
            self.bytes += bytes.len() as u64;
        }
        Ok(())
    }

    /// Of a value. Looking is work, too.
    fn of(value: &Value) -> TeraResult<Self> {
        let mut size = Self::default();
        size.add(value, 0)?;
        spend(size.values / VALUES_IN_A_STEP, 0)?;
        Ok(size)
    }
}

/// How often a loop over a value goes round.
pub(super) fn rounds(over: &Value) -> u64 {
    // Going over a text reads it; its bytes are at least its characters.
    over.as_str().map_or_else(|| over.len().unwrap_or(0), str::len) as u64
}

/// How long a value is as a text, at most.
pub(super) fn text(of: &Value) -> TeraResult<usize> {
    if let Some(text) = of.as_str() {
        return Ok(text.len());
    }
    if of.as_array().is_none() && of.as_map().is_none() {
        return Ok(0); // A number is short.
    }
    let size = Size::of(of)?;
    // Texts within are quoted, and what their quotation marks escape may be ten bytes for one.
    let most = (size.values * OF_A_VALUE).saturating_add(size.bytes.saturating_mul(2));
    reserve(most)?;
    Ok(usize::try_from(most).unwrap_or(usize::MAX))
}

/// A value that is compared or searched.
pub(super) fn seen(of: &Value) -> TeraResult<()> {
    match of.as_str() {
        Some(text) => read(text.len()),
        None if of.as_array().is_some() || of.as_map().is_some() => {
            let size = Size::of(of)?;
            spend(size.bytes / READ_IN_A_STEP, 0)
        }
        None => Ok(()),
    }
}

/// A list or map that was just built.
pub(super) fn list(of: &Value) -> TeraResult<()> {
    Size::of(of)?;
    spend(1, of.len().unwrap_or(0) as u64 * OF_A_VALUE)
}

/// A text or list of which a part is taken.
pub(super) fn part(of: &Value, slices: bool) -> TeraResult<()> {
    match of.as_str() {
        // Its characters are written out as numbers first.
        Some(text) => spend(text.len() as u64 / MADE_IN_A_STEP * 4, text.len() as u64),
        None if slices => items(of),
        None => Ok(()),
    }
}

/// As many values as there are in a list are copied.
fn items(of: &Value) -> TeraResult<()> {
    let items = of.len().unwrap_or(0) as u64;
    spend(items / VALUES_IN_A_STEP, items * OF_A_VALUE)
}

/// Before a filter works on `of`.
pub(super) fn before(name: &str, of: &Value, args: &Kwargs) -> TeraResult<()> {
    let length = of.as_str().map_or(0, str::len);
    let argument = |name: &'static str| args.get::<&Value>(name).ok().flatten().and_then(Value::as_str);
    match name {
        "length" | "wordcount" | "int" | "float" => read(length),
        "safe" | "trim" | "trim_start" | "trim_end" | "truncate" => reserve(length as u64),
        "str" | "pluralize" => text(of).map(|_| ()),
        "reverse" if of.as_array().is_some() => items(of),
        "values" | "keys" | "pairs" => items(of),
        "replace" => {
            let (from, to) = (argument("from").unwrap_or(""), argument("to").unwrap_or(""));
            read(length)?;
            let most = if from.is_empty() { length + 1 } else { length / from.len() };
            if reserve_replaced(length, most, to.len()).is_err() {
                // Not every part of the text is replaced.
                let found = of.as_str().map_or(0, |text| text.matches(from).count());
                return reserve_replaced(length, found, to.len());
            }
            Ok(())
        }
        "indent" => {
            let lines = of.as_str().map_or(0, |text| text.lines().count()) as u64;
            let width = args.get::<u64>("width").ok().flatten().unwrap_or(4).min(1000);
            read(length)?;
            reserve((length as u64 + lines * width * 4).saturating_mul(ESCAPED))
        }
        "split" => {
            let pattern = argument("pat").unwrap_or(" ");
            read(length)?;
            let parts = of.as_str().map_or(0, |text| text.matches(pattern).count()) as u64;
            spend(parts, parts * OF_A_VALUE)
        }
        "join" => {
            let size = Size::of(of)?;
            let between = argument("sep").map_or(0, str::len) as u64 * of.len().unwrap_or(0) as u64;
            reserve((size.bytes + size.values * OF_A_VALUE + between).saturating_mul(2))
        }
        "sort" | "group_by" => {
            let items = of.as_array().unwrap_or_default();
            let mut size = Size::default();
            for item in items {
                match argument("attribute") {
                    Some(path) => item.get_from_path(path).map_or(Ok(()), |value| size.add(value, 0))?,
                    None => size.add(item, 0)?,
                }
            }
            let rounds = u64::from(items.len().max(2).ilog2());
            let once = (items.len() as u64 + size.values) / VALUES_IN_A_STEP + size.bytes / READ_IN_A_STEP;
            spend(once * rounds, items.len() as u64 * OF_A_VALUE)
        }
        "fit" => {
            let sizes = args.get::<&Value>("sizes").ok().flatten().and_then(Value::len).unwrap_or(0);
            spend((length as u64).saturating_mul(1 + sizes as u64), 0)
        }
        "unique" => Ok(()),
        // One byte becomes a few, if it is escaped or written large.
        _ => reserve(length as u64 * ESCAPED),
    }
}

fn reserve_replaced(length: usize, found: usize, to: usize) -> TeraResult<()> {
    reserve((length as u64).saturating_add((found as u64).saturating_mul(to as u64)))
}

/// After a filter.
pub(super) fn after(name: &str, result: &Value) -> TeraResult<()> {
    match name {
        // Lists of lists; other lists are no deeper than what they were made from.
        "group_by" | "pairs" => list(result),
        _ => result.as_str().map_or(Ok(()), |text| made(text.len())),
    }
}

/// Of equal items, the first; as the engine's filter of that name, but each comparison counts.
pub(super) fn unique(items: &[Value]) -> TeraResult<Value> {
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        let size = Size::of(item)?;
        let one = 1 + size.values / VALUES_IN_A_STEP + size.bytes / READ_IN_A_STEP;
        spend(1 + (kept.len() as u64).saturating_mul(one) / VALUES_IN_A_STEP, 0)?;
        if !kept.contains(item) {
            spend(0, OF_A_VALUE)?;
            kept.push(item.clone());
        }
    }
    Ok(kept.into())
}
