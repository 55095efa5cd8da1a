//! Tokens for tests.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::EncodingKey;

use super::{Algorithm, BACKEND};

/// A token with exactly this header and these claims.
pub(crate) fn sign(header: &str, claims: &str, secret: &[u8]) -> String {
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
