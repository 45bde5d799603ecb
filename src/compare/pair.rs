//! Which record of the later state is which of the earlier.
//!
//! In: two lists of records. Out: [`Change`]s, in the order of the later list, what is gone at the end. Records are
//! paired by the id that the author gave; then by equal content, wherever they stand; then, on one page, by likeness,
//! since a made id counts places and shifts when a record is put before it.
//! Must never pair records of two kinds, and never one record twice.

use std::collections::HashMap;

use super::record::Record;
use super::{Change, What};

/// What became of each record.
pub fn changes(was: Vec<Record>, now: Vec<Record>) -> Vec<Change> {
    let mut partner: Vec<Option<usize>> = vec![None; now.len()];
    let mut free = vec![true; was.len()];
    by_id(&was, &now, &mut partner, &mut free);
    by_content(&was, &now, &mut partner, &mut free);
    by_likeness(&was, &now, &mut partner, &mut free);
    let mut changes = Vec::new();
    for (record, partner) in now.iter().zip(&partner) {
        match partner {
            None => changes.push(change(What::Added, record, Vec::new())),
            Some(old) => {
                let fields = record.differences(&was[*old]);
                if !fields.is_empty() {
                    changes.push(change(What::Changed, record, fields));
                }
            }
        }
    }
    let gone = was.iter().zip(free).filter(|(_, free)| *free);
    changes.extend(gone.map(|(record, _)| change(What::Removed, record, Vec::new())));
    changes
}

fn change(change: What, record: &Record, fields: Vec<super::Field>) -> Change {
    Change { change, kind: record.kind, id: record.id.clone(), page: record.page.clone(), title: record.title.clone(), fields }
}

fn by_id(was: &[Record], now: &[Record], partner: &mut [Option<usize>], free: &mut [bool]) {
    let named: HashMap<(&str, &str), usize> =
        was.iter().enumerate().filter(|(_, r)| r.named).map(|(i, r)| ((r.kind, r.id.as_str()), i)).collect();
    for (i, record) in now.iter().enumerate().filter(|(_, r)| r.named) {
        if let Some(old) = named.get(&(record.kind, record.id.as_str())).filter(|old| free[**old]) {
            partner[i] = Some(*old);
            free[*old] = false;
        }
    }
}

/// Equal content: first on the same page, then anywhere.
fn by_content(was: &[Record], now: &[Record], partner: &mut [Option<usize>], free: &mut [bool]) {
    for same_page in [true, false] {
        let key = |r: &Record| (r.kind, same_page.then(|| r.page.clone()), r.fields.clone());
        let mut open: HashMap<_, Vec<usize>> = HashMap::new();
        for (i, record) in was.iter().enumerate().rev().filter(|(i, _)| free[*i]) {
            open.entry(key(record)).or_default().push(i);
        }
        for (i, record) in now.iter().enumerate() {
            if partner[i].is_some() {
                continue;
            }
            if let Some(old) = open.get_mut(&key(record)).and_then(Vec::pop) {
                partner[i] = Some(old);
                free[old] = false;
            }
        }
    }
}

/// The most alike of what is left on one page, if at least half of what is filled in is equal.
fn by_likeness(was: &[Record], now: &[Record], partner: &mut [Option<usize>], free: &mut [bool]) {
    let mut pages: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
    for (i, record) in was.iter().enumerate().filter(|(i, _)| free[*i]) {
        pages.entry((record.kind, record.page.as_str())).or_default().push(i);
    }
    let mut pairs: Vec<(usize, usize, usize)> = Vec::new();
    for (i, record) in now.iter().enumerate().filter(|(i, _)| partner[*i].is_none()) {
        for old in pages.get(&(record.kind, record.page.as_str())).into_iter().flatten() {
            let likeness = record.likeness(&was[*old]);
            if 2 * likeness >= record.filled().max(was[*old].filled()) {
                pairs.push((likeness, i, *old));
            }
        }
    }
    pairs.sort_unstable_by_key(|(likeness, new, old)| (std::cmp::Reverse(*likeness), *new, *old));
    for (_, new, old) in pairs {
        if partner[new].is_none() && free[old] {
            partner[new] = Some(old);
            free[old] = false;
        }
    }
}
