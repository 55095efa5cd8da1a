use std::fmt;

use super::{Algorithms, ConfigError, ConfigErrorKind, Header, Jws, Key, pem};

/// The keys that tokens are verified with.
///
/// Each key serves the algorithms of its own kind and no other, so that a token can't have a
/// public key taken for a secret. A token that names a `kid` is tried against the keys of that name
/// and those without one; a token without `kid` against every key whose algorithm fits.
pub struct Keys(Vec<Key>);

impl Keys {
    /// The most keys, and so the most signatures that one token can cost.
    pub const MAX: usize = 16;

    /// A shared secret, for HS256 from 32 bytes, for HS384 from 48 and for HS512 from 64
    /// (RFC 7518 §3.2). Use random bytes, never a password.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::WeakKey`] when it is shorter than 32 bytes.
    pub fn from_secret(secret: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        Ok(Self(vec![Key::secret(secret.as_ref())?]))
    }

    /// A shared secret of any length, for HS256, HS384 and HS512 alike. A short one is found by
    /// whoever holds a single token.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::WeakKey`] when it is empty.
    pub fn insecure_from_secret(secret: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        Ok(Self(vec![Key::insecure_secret(secret.as_ref())?]))
    }

    /// A public key in PEM: RSA (2048 bits or more, and an exponent above 65536) for the `RS` and
    /// `PS` algorithms, P-256 for ES256, P-384 for ES384, Ed25519 for EdDSA. At most 16 KiB.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::Malformed`] when it is not exactly one public key,
    /// [`ConfigErrorKind::NotPublic`] for a private one, and `TooLarge`, `UnsupportedKey` or
    /// `WeakKey` as they say.
    pub fn from_pem(pem: &str) -> Result<Self, ConfigError> {
        Ok(Self(vec![pem::read(pem)?]))
    }

    /// The public keys of a JWK Set (RFC 7517 §5), as text of at most 128 KiB. Keys of other
    /// kinds, for encryption, too weak or malformed are passed over; a key's `alg` holds it to that
    /// algorithm. Nothing is fetched: read the document where you trust it, and
    /// [replace](crate::authorization::jwt::JwtAuthorizer::replace_keys) the keys when it changes.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::Malformed`] when it is not a JWK Set or a member in it comes twice,
    /// [`ConfigErrorKind::NotPublic`] when a key in it is symmetric or private,
    /// [`ConfigErrorKind::NoUsableKey`] when none is left, [`ConfigErrorKind::TooManyKeys`] when
    /// more than [`Keys::MAX`] are, and `TooLarge`.
    pub fn from_jwks(document: &str) -> Result<Self, ConfigError> {
        let keys = Key::read_jwks(document)?;
        if keys.is_empty() {
            return Err(ConfigErrorKind::NoUsableKey.into());
        }
        Self(keys).bounded()
    }

    /// These keys and more, such as the old and the new secret while both are in use.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::TooManyKeys`] when they are more than [`Keys::MAX`].
    pub fn and(mut self, more: Self) -> Result<Self, ConfigError> {
        self.0.extend(more.0);
        self.bounded()
    }

    fn bounded(self) -> Result<Self, ConfigError> {
        if self.0.len() > Self::MAX {
            return Err(ConfigErrorKind::TooManyKeys.into());
        }
        Ok(self)
    }

    /// `Ok` when a key serves one of the algorithms.
    pub(crate) fn serving(self, algorithms: Algorithms) -> Result<Self, ConfigError> {
        if !self.0.iter().any(|key| key.serves_any(algorithms)) {
            return Err(ConfigErrorKind::NoUsableKey.into());
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
        assert_eq!(refused.kind(), ConfigErrorKind::TooManyKeys);
    }

    #[test]
    fn they_are_not_printed() {
        let keys = Keys::from_secret("0123456789abcdef0123456789abcdef").unwrap();
        assert_eq!(format!("{keys:?}"), "Keys(1 [redacted])");
    }

    #[test]
    fn a_document_without_a_usable_key_is_refused() {
        let refused = Keys::from_jwks(r#"{"keys":[{"kty":"EC","crv":"P-521"}]}"#);
        assert_eq!(refused.unwrap_err().kind(), ConfigErrorKind::NoUsableKey);
    }
}
