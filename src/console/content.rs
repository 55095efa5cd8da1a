use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

/// What a path of the console has: a text, and its gzip form where that is shorter.
pub(super) struct Content {
    pub(super) media_type: &'static str,
    pub(super) plain: Bytes,
    pub(super) zipped: Option<Bytes>,
}

impl Content {
    pub(super) fn new(media_type: &'static str, plain: Bytes) -> Self {
        let zipped = zip(&plain).filter(|zipped| zipped.len() < plain.len());
        Self {
            media_type,
            plain,
            zipped,
        }
    }
}

fn zip(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).ok()?;
    Some(encoder.finish().ok()?.into())
}
