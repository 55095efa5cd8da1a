use std::fmt;

use super::{Algorithms, Header, Jws, Key, pem};
use crate::error::{BuildError, BuildErrorKind};

/// The keys that verify tokens.
///
/// Each key is used only with the algorithms of its type, so that a token can't make a public key
/// pass for a secret. A token with a `kid` is tried against the keys of that name and those without
/// one; a token without a `kid`, against every key that supports its algorithm.
pub struct Keys(Vec<Key>);

impl Keys {
    /// The maximum number of keys, and so of signature verifications per token.
    pub const MAX: usize = 16;

    /// A shared secret: for HS256 from 32 bytes, for HS384 from 48 and for HS512 from 64 (RFC 7518
    /// §3.2). Use random bytes, never a password.
    ///
    /// # Errors
    ///
    /// [`BuildErrorKind::WeakKey`] if it is shorter than 32 bytes.
    pub fn from_secret(secret: impl AsRef<[u8]>) -> Result<Self, BuildError> {
        Ok(Self(vec![Key::secret(secret.as_ref())?]))
    }

    /// A shared secret of any length, for HS256, HS384 and HS512. A short one can be brute-forced
    /// with a single token.
    ///
    /// # Errors
    ///
    /// [`BuildErrorKind::WeakKey`] if it is empty.
    pub fn from_insecure_secret(secret: impl AsRef<[u8]>) -> Result<Self, BuildError> {
        Ok(Self(vec![Key::insecure_secret(secret.as_ref())?]))
    }

    /// A public key in PEM: RSA (2048 bits or more, and an exponent above 65536) for the `RS` and
    /// `PS` algorithms, P-256 for ES256, P-384 for ES384, Ed25519 for EdDSA. At most 16 KiB.
    ///
    /// # Errors
    ///
    /// - [`BuildErrorKind::MalformedKeys`] if it is not exactly one public key.
    /// - [`BuildErrorKind::NotPublic`] if it is a private key.
    /// - [`BuildErrorKind::OversizedKeys`] if it is longer than 16 KiB.
    /// - [`BuildErrorKind::UnsupportedKey`] if the type or curve is not one of these.
    /// - [`BuildErrorKind::WeakKey`] if the modulus or the exponent is too small.
    pub fn from_pem(pem: &str) -> Result<Self, BuildError> {
        Ok(Self(vec![pem::read(pem)?]))
    }

    /// The public keys of a JWK Set (RFC 7517 §5), as text of at most 128 KiB. Keys that are
    /// unsupported, for encryption, too weak or malformed are skipped; a key's `alg` restricts it
    /// to that algorithm. Nothing is fetched: read the document from a source you trust, and
    /// [replace](crate::authorization::jwt::JwtAuthorizer::replace_keys) the keys when it changes.
    ///
    /// # Errors
    ///
    /// - [`BuildErrorKind::MalformedKeys`] if it is not a JWK Set or has a duplicate member.
    /// - [`BuildErrorKind::NotPublic`] if a key in it is symmetric or private.
    /// - [`BuildErrorKind::NoUsableKey`] if no key remains.
    /// - [`BuildErrorKind::TooManyKeys`] if more than [`Keys::MAX`] remain.
    /// - [`BuildErrorKind::OversizedKeys`] if it is longer than 128 KiB.
    pub fn from_jwks(document: &str) -> Result<Self, BuildError> {
        let keys = Key::read_jwks(document)?;
        if keys.is_empty() {
            return Err(BuildErrorKind::NoUsableKey.into());
        }
        Self(keys).bounded()
    }

    /// Combines these keys with more, such as an old and a new secret during a rotation.
    ///
    /// # Errors
    ///
    /// [`BuildErrorKind::TooManyKeys`] if there are more than [`Keys::MAX`].
    pub fn and(mut self, more: Self) -> Result<Self, BuildError> {
        self.0.extend(more.0);
        self.bounded()
    }

    fn bounded(self) -> Result<Self, BuildError> {
        if self.0.len() > Self::MAX {
            return Err(BuildErrorKind::TooManyKeys.into());
        }
        Ok(self)
    }

    /// Returns the keys if any of them supports one of the algorithms.
    pub(crate) fn serving(self, algorithms: Algorithms) -> Result<Self, BuildError> {
        if !self.0.iter().any(|key| key.serves_any(algorithms)) {
            return Err(BuildErrorKind::NoUsableKey.into());
        }
        Ok(self)
    }

    pub(crate) fn verify(&self, header: &Header<'_>, jws: &Jws<'_>) -> bool {
        let mut fitting = self.0.iter().filter(|key| key.fits(header));
        fitting.any(|key| key.verifies(header.algorithm, jws))
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({} [redacted])", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_bounded() {
        let secret = || Keys::from_secret([7; 32]).unwrap();
        let full = (1..Keys::MAX).fold(secret(), |keys, _| keys.and(secret()).unwrap());
        let refused = full.and(secret()).unwrap_err();
        assert_eq!(refused.kind(), BuildErrorKind::TooManyKeys);
    }

    #[test]
    fn they_are_not_printed() {
        let keys = Keys::from_secret("0123456789abcdef0123456789abcdef").unwrap();
        assert_eq!(format!("{keys:?}"), "Keys(1 [redacted])");
    }

    #[test]
    fn a_document_without_a_usable_key_is_refused() {
        let refused = Keys::from_jwks(r#"{"keys":[{"kty":"EC","crv":"P-521"}]}"#);
        assert_eq!(refused.unwrap_err().kind(), BuildErrorKind::NoUsableKey);
    }
}
