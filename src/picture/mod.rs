//! Pictures as bytes: what a file is, what of it may be published, smaller copies of it, and drawings made into pixels.
//!
//! In: bytes of JPEG, PNG, WebP, GIF, AVIF and SVG files; SVG text and fonts. Out: sizes, faults, files without
//! metadata, smaller files. The same bytes in, the same bytes out, on every machine.
//! Must never touch the disk, look for a font of the system, or trust a header with memory.

pub mod draw;
pub mod fonts;
pub mod form;
pub mod png;
pub mod sizes;

pub use form::{Form, Picture, is_utf8_declared};
