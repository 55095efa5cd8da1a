use std::borrow::Cow;

use crate::jose::{Algorithm, MAX_RSA_BITS, SignatureKey};

/// The maximum number of keys that may match an assertion, and so of signatures to verify for it.
pub(crate) const MAX_MEANT: usize = 4;

/// Why these keys are unsuitable for verifying assertions: none can verify, or an assertion may
/// match too many of them.
pub(super) fn check(keys: &[SignatureKey]) -> Result<(), Cow<'static, str>> {
    if keys.is_empty() {
        return Err("must hold a signature key for private_key_jwt".into());
    }
    let keys: Vec<_> = keys
        .iter()
        .filter(|key| key.key.kind().is_verifiable())
        .collect();
    if keys.is_empty() {
        let message = format!(
            "must hold a key that can be verified with for private_key_jwt: P-256, P-384, Ed25519, \
             or RSA of 2048 to {MAX_RSA_BITS} bits"
        );
        return Err(message.into());
    }
    if Algorithm::ALL.into_iter().any(|algorithm| {
        let serving = keys.iter().filter(|key| key.algorithms.contains(algorithm));
        means_too_many(&serving.map(|key| key.kid.as_deref()).collect::<Vec<_>>())
    }) {
        let message = format!(
            "must give each key a kid of its own for private_key_jwt, where more than {MAX_MEANT} \
             of them serve the same alg"
        );
        return Err(message.into());
    }
    Ok(())
}

/// Whether an assertion may match too many of the keys for an algorithm: one without a `kid`
/// matches them all.
fn means_too_many(kids: &[Option<&str>]) -> bool {
    kids.iter().any(|own| {
        let meant = kids.iter().filter(|kid| own.is_none() || *kid == own);
        meant.count() > MAX_MEANT
    })
}
