//! Which keys this build verifies with: for who registers them, and for who verifies.

use std::borrow::Cow;

use super::{KeyKind, SignatureAlgorithm, SignatureKey};

/// The longest RSA modulus that is verified with, in bits: RustCrypto takes no more than 4096.
///
/// A build without either backend verifies nothing by itself. What it registers is for one with the
/// default backend.
#[cfg(any(feature = "jwt", not(feature = "jwt-rust-crypto")))]
pub(super) const MAX_RSA_BITS: usize = 8192;
#[cfg(all(feature = "jwt-rust-crypto", not(feature = "jwt")))]
pub(super) const MAX_RSA_BITS: usize = 4096;

/// The most keys that an assertion may mean, and so the most signatures that it can cost.
pub(crate) const MAX_MEANT: usize = 4;

impl KeyKind {
    /// Whether a signature of such a key can be verified. No backend has ES512.
    pub(crate) fn is_verifiable(self) -> bool {
        match self {
            Self::Rsa { bits } => bits <= MAX_RSA_BITS,
            Self::P256 | Self::P384 | Self::Ed25519 => true,
            Self::P521 => false,
        }
    }
}

/// What is amiss where assertions are to be verified with these keys: none verifies, or there are
/// some that no assertion can mean alone.
pub(super) fn check(keys: &[SignatureKey]) -> Result<(), Cow<'static, str>> {
    if keys.is_empty() {
        return Err("must hold a signature key for private_key_jwt".into());
    }
    let keys: Vec<_> = keys.iter().filter(|key| key.kind.is_verifiable()).collect();
    if keys.is_empty() {
        let message = format!(
            "must hold a key that can be verified with for private_key_jwt: P-256, P-384, Ed25519, \
             or RSA of 2048 to {MAX_RSA_BITS} bits"
        );
        return Err(message.into());
    }
    if SignatureAlgorithm::ALL.into_iter().any(|algorithm| {
        let serving = keys.iter().filter(|key| key.serves(algorithm));
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

/// Whether an assertion for one of the keys that serve an algorithm means too many of them: one
/// that names no `kid` means them all.
fn means_too_many(kids: &[Option<&str>]) -> bool {
    kids.iter().any(|own| {
        let meant = kids.iter().filter(|kid| own.is_none() || *kid == own);
        meant.count() > MAX_MEANT
    })
}
