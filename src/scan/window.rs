//! Documents too large to be read whole.

use std::fs::File;
use std::io::{self, Read};

use crate::detect::Detector;
use crate::sighting::Sightings;

/// What a large document shows.
pub struct Large {
    /// By product.
    pub shown: Vec<(usize, Sightings)>,
    /// Bytes read.
    pub bytes: u64,
}

/// A file.
pub fn file(_detector: &Detector<'_>, _path: &[u8], _file: &mut File) -> io::Result<Large> {
    Ok(Large {
        shown: Vec::new(),
        bytes: 0,
    })
}

/// A stream.
pub fn stream(
    _detector: &Detector<'_>,
    _path: &[u8],
    _first: &[u8],
    _rest: &mut dyn Read,
) -> io::Result<Large> {
    Ok(Large {
        shown: Vec::new(),
        bytes: 0,
    })
}
