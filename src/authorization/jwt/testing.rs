//! Tokens and a clock for the tests of this module.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::EncodingKey;

use super::{Algorithm, BACKEND};
use crate::domain::{Clock, Timestamp};

pub(super) const SECRET: &[u8; 32] = b"a secret of 32 bytes for a test!";

/// 2026-04-15T10:30:00Z.
pub(super) const NOW: i64 = 1_776_249_000;

/// A token whose header and claims are exactly these texts.
pub(super) fn sign(header: &str, claims: &str, secret: &[u8]) -> String {
    let encode = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
    let signed = format!(
        "{}.{}",
        encode(header.as_bytes()),
        encode(claims.as_bytes())
    );
    let key = EncodingKey::from_secret(secret);
    let signer = (BACKEND.signer_factory)(&Algorithm::Hs256.into(), &key).unwrap();
    format!("{signed}.{}", encode(&signer.sign(signed.as_bytes())))
}

/// A clock that stands still until it is moved.
#[derive(Clone)]
pub(super) struct Still(Arc<AtomicI64>);

impl Still {
    pub(super) fn at(seconds: i64) -> Self {
        Self(Arc::new(AtomicI64::new(seconds * 1_000_000)))
    }

    pub(super) fn move_to(&self, seconds: f64) {
        self.0.store((seconds * 1e6) as i64, Ordering::Relaxed);
    }
}

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}
