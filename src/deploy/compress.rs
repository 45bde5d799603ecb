//! Compressed variants beside files, for servers that send them: nginx's `gzip_static`, Caddy's `precompressed`.
//!
//! In: the tree. Out: the tree with `index.html.gz` beside `index.html`, and so on. Same input, same bytes.
//! Must never make a variant that is not smaller, nor one over a file of the site.

use std::io::Write;

use flate2::write::GzEncoder;
use rayon::prelude::*;

use super::{DeployError, read};
use crate::config::deploy::Compression;
use crate::headers::is_compressible;
use crate::output::{Output, OutputTree};

/// Files below this many bytes fit into one packet anyway.
const LEAST: usize = 1024;

/// Add the variants.
///
/// # Errors
/// When a file of the site cannot be read.
pub fn with_variants(tree: &OutputTree, kinds: &[Compression]) -> Result<OutputTree, DeployError> {
    let mut both = tree.clone();
    if !kinds.contains(&Compression::Gzip) {
        return Ok(both);
    }
    let files: Vec<(&str, &Output)> = tree.iter().filter(|(path, _)| is_compressible(path) && !is_note(path)).collect();
    let variants: Vec<Option<(String, Vec<u8>)>> = files
        .into_par_iter()
        .map(|(path, output)| {
            let name = format!("{path}.gz");
            let bytes = read(path, output)?;
            if bytes.len() < LEAST || tree.get(&name).is_some() {
                return Ok(None);
            }
            let compressed = gzip(&bytes);
            Ok((compressed.len() < bytes.len()).then_some((name, compressed)))
        })
        .collect::<Result<_, DeployError>>()?;
    for (name, bytes) in variants.into_iter().flatten() {
        both.add(name, bytes);
    }
    Ok(both)
}

/// Whether a file is for the host and not for readers: `_headers`, `CNAME`.
fn is_note(path: &str) -> bool {
    !path.contains(['.', '/'])
}

/// RFC 1952, without a time.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), flate2::Compression::best());
    // Writing to memory cannot fail; were it to, the variant is left out for its size.
    match encoder.write_all(bytes).and_then(|()| encoder.finish()) {
        Ok(compressed) => compressed,
        Err(_) => bytes.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_stand_beside_what_they_are_made_from() {
        let mut tree = OutputTree::default();
        tree.add("index.html", "word ".repeat(1000).into_bytes());
        tree.add("small.html", b"word".to_vec());
        tree.add("photo.jpg", vec![7; 5000]);
        tree.add("data.json", vec![b'1'; 5000]);
        tree.add("data.json.gz", b"the author's own".to_vec());
        let both = with_variants(&tree, &[Compression::Gzip]).expect("all in memory");
        let paths: Vec<&str> = both.iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["data.json", "data.json.gz", "index.html", "index.html.gz", "photo.jpg", "small.html"]);
        assert_eq!(&*both.get("data.json.gz").unwrap().bytes().unwrap(), b"the author's own");
        let (one, two) = (gzip(b"same"), gzip(b"same"));
        assert_eq!((one.clone(), &one[4..8]), (two, &[0, 0, 0, 0][..]), "no time in it");
        assert_eq!(with_variants(&tree, &[]).unwrap().len(), tree.len());
    }
}
