//! A list that is cheap to copy and to change in one place: for what a site has one of for each page.
//!
//! In: items. Out: [`Pieces`], which two states of a site share piece by piece. Must never grow: pages that come or go make a
//! new site.

use std::ops::Index;
use std::sync::Arc;

/// Items that are copied together when one of them changes.
const PIECE: usize = 64;

/// A list of fixed length. Its clone shares all items.
#[derive(Debug, Clone)]
pub struct Pieces<T> {
    pieces: Arc<[Arc<[T]>]>,
    len: usize,
}

impl<T> Pieces<T> {
    /// How many items there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All items, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        self.pieces.iter().flat_map(|piece| piece.iter())
    }
}

impl<T: Clone> Pieces<T> {
    /// The same list with other items in some places. The work grows with the number of these places, and a little with the
    /// length of the list.
    #[must_use]
    pub fn with(&self, items: impl IntoIterator<Item = (usize, T)>) -> Self {
        let mut pieces: Vec<Arc<[T]>> = self.pieces.to_vec();
        for (at, item) in items {
            let piece = &mut pieces[at / PIECE];
            match Arc::get_mut(piece) {
                Some(own) => own[at % PIECE] = item,
                None => {
                    let mut own = piece.to_vec();
                    own[at % PIECE] = item;
                    *piece = own.into();
                }
            }
        }
        Self { pieces: pieces.into(), len: self.len }
    }
}

impl<T> Default for Pieces<T> {
    fn default() -> Self {
        Self { pieces: Arc::new([]), len: 0 }
    }
}

impl<T> Index<usize> for Pieces<T> {
    type Output = T;

    fn index(&self, at: usize) -> &T {
        &self.pieces[at / PIECE][at % PIECE]
    }
}

impl<T> FromIterator<T> for Pieces<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut items = items.into_iter();
        let mut pieces: Vec<Arc<[T]>> = Vec::new();
        loop {
            let piece: Arc<[T]> = items.by_ref().take(PIECE).collect();
            let is_last = piece.len() < PIECE;
            pieces.push(piece);
            if is_last {
                break;
            }
        }
        let len = pieces.iter().map(|piece| piece.len()).sum();
        Self { pieces: pieces.into(), len }
    }
}

impl<'a, T> IntoIterator for &'a Pieces<T> {
    type Item = &'a T;
    type IntoIter =
        std::iter::FlatMap<std::slice::Iter<'a, Arc<[T]>>, std::slice::Iter<'a, T>, fn(&'a Arc<[T]>) -> std::slice::Iter<'a, T>>;

    fn into_iter(self) -> Self::IntoIter {
        let items: fn(&'a Arc<[T]>) -> std::slice::Iter<'a, T> = |piece| piece.iter();
        self.pieces.iter().flat_map(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_with_other_items_leaves_the_first_as_it_was() {
        for len in [0, 1, 63, 64, 65, 1000] {
            let first: Pieces<usize> = (0..len).collect();
            assert_eq!((first.len(), first.is_empty()), (len, len == 0));
            assert!(first.iter().copied().eq(0..len));
            let places = [0, len / 2, len.saturating_sub(1)];
            let second = first.with(places.iter().filter(|at| **at < len).map(|at| (*at, at + 5000)));
            assert!(first.iter().copied().eq(0..len), "{len}");
            for at in 0..len {
                assert_eq!(second[at], if places.contains(&at) { at + 5000 } else { at });
            }
            assert_eq!(second.into_iter().count(), len);
        }
    }
}
