//! Unit tests of the module: values, kinds, ranges, supports, sentences, calculations.

use super::*;
