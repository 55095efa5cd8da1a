use jsonwebtoken::DecodingKey;

use super::jwk::{self, Fault, PublicKey};
use super::{Algorithm, Algorithms, BACKEND, Header, Jws};
use crate::error::{BuildError, BuildErrorKind};

/// A key, its name, and the only algorithms that it is used with: a token can't choose how a key is
/// used (RFC 8725 §3.1).
pub(crate) struct Key {
    material: DecodingKey,
    algorithms: Algorithms,
    kid: Option<Box<str>>,
}

impl Key {
    /// A shared secret, for the algorithms whose hash is no longer than it (RFC 7518 §3.2).
    pub(super) fn secret(secret: &[u8]) -> Result<Self, BuildErrorKind> {
        use Algorithm::{Hs256, Hs384};
        let algorithms = match secret.len() {
            0..32 => return Err(BuildErrorKind::WeakKey),
            32..48 => Algorithms::of([Hs256]),
            48..64 => Algorithms::of([Hs256, Hs384]),
            _ => Algorithms::HMAC,
        };
        Ok(Self::new(DecodingKey::from_secret(secret), algorithms))
    }

    /// A shared secret of any length but 0, for all HMAC algorithms.
    pub(super) fn insecure_secret(secret: &[u8]) -> Result<Self, BuildErrorKind> {
        if secret.is_empty() {
            return Err(BuildErrorKind::WeakKey);
        }
        Ok(Self::new(
            DecodingKey::from_secret(secret),
            Algorithms::HMAC,
        ))
    }

    /// An RSA key of 2048 bits or more (RFC 7518 §3.3) without a weak exponent, from big-endian
    /// integers.
    pub(super) fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, BuildErrorKind> {
        Self::public(jwk::rsa_key(modulus, exponent))
    }

    /// An uncompressed point (SEC 1 §2.3.3) on P-256 or P-384. The curve determines the algorithm.
    pub(super) fn ec(point: &[u8]) -> Result<Self, BuildErrorKind> {
        Self::public(jwk::ec_key(point))
    }

    pub(super) fn ed25519(point: &[u8]) -> Result<Self, BuildErrorKind> {
        Self::public(jwk::ed25519_key(point))
    }

    /// A public key without a `kid`.
    fn public(key: Result<PublicKey, Fault>) -> Result<Self, BuildErrorKind> {
        let key = key.map_err(|fault| match fault.is_weak() {
            true => BuildErrorKind::WeakKey,
            false => BuildErrorKind::UnsupportedKey,
        })?;
        let algorithms = key.kind().algorithms();
        let material = material(&key).ok_or(BuildErrorKind::UnsupportedKey)?;
        Ok(Self::new(material, algorithms))
    }

    /// The keys of a JWK Set (RFC 7517 §5) that can verify a signature; all others are skipped.
    pub(crate) fn read_jwks(document: &str) -> Result<Vec<Self>, BuildError> {
        let keys = jwk::read_verifying(document)?.into_iter();
        let keys = keys.filter_map(|found| {
            Some(Self {
                material: material(&found.key)?,
                algorithms: found.algorithms,
                kid: found.kid,
            })
        });
        Ok(keys.collect())
    }

    fn new(material: DecodingKey, algorithms: Algorithms) -> Self {
        Self {
            material,
            algorithms,
            kid: None,
        }
    }

    pub(super) fn serves_any(&self, algorithms: Algorithms) -> bool {
        self.algorithms.meets(algorithms)
    }

    /// Whether this key may verify a token with this `alg` and `kid`. If either side has no `kid`,
    /// only the algorithm counts.
    pub(super) fn fits(&self, header: &Header<'_>) -> bool {
        self.kid.is_none() && self.serves(header.algorithm) || self.is_meant(header)
    }

    /// Whether the header's `alg` and `kid` match this key. If the header has a `kid`, the key must
    /// have the same.
    pub(crate) fn is_meant(&self, header: &Header<'_>) -> bool {
        let named = |kid: &str| self.kid.as_deref() == Some(kid);
        header.kid.as_deref().is_none_or(named) && self.serves(header.algorithm)
    }

    fn serves(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(algorithm)
    }

    /// Whether this key made the signature.
    pub(crate) fn verifies(&self, algorithm: Algorithm, jws: &Jws<'_>) -> bool {
        let verifier = (BACKEND.verifier_factory)(&algorithm.into(), &self.material);
        verifier.is_ok_and(|verifier| {
            let signed = jws.signed.as_bytes();
            verifier.verify(signed, &jws.signature).is_ok()
        })
    }
}

/// The backend's key; `None` if it does not support this one.
fn material(key: &PublicKey) -> Option<DecodingKey> {
    key.kind().is_verifiable().then_some(())?;
    match key {
        PublicKey::Rsa {
            modulus, exponent, ..
        } => Some(DecodingKey::from_rsa_raw_components(modulus, exponent)),
        PublicKey::P256(point) | PublicKey::P384(point) => Some(DecodingKey::from_ec_der(point)),
        PublicKey::Ed25519(point) => Some(DecodingKey::from_ed_der(point)),
        PublicKey::P521 => None,
    }
}

impl From<Algorithm> for jsonwebtoken::Algorithm {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Hs256 => Self::HS256,
            Algorithm::Hs384 => Self::HS384,
            Algorithm::Hs512 => Self::HS512,
            Algorithm::Rs256 => Self::RS256,
            Algorithm::Rs384 => Self::RS384,
            Algorithm::Rs512 => Self::RS512,
            Algorithm::Ps256 => Self::PS256,
            Algorithm::Ps384 => Self::PS384,
            Algorithm::Ps512 => Self::PS512,
            Algorithm::Es256 => Self::ES256,
            Algorithm::Es384 => Self::ES384,
            Algorithm::EdDsa => Self::EdDSA,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_serves_what_it_is_long_enough_for() {
        let serves = |length, algorithm| {
            let key = Key::secret(&vec![7; length]).unwrap();
            key.serves(algorithm)
        };
        assert!(serves(32, Algorithm::Hs256) && !serves(32, Algorithm::Hs384));
        assert!(serves(48, Algorithm::Hs384) && !serves(48, Algorithm::Hs512));
        assert!(serves(64, Algorithm::Hs512) && !serves(64, Algorithm::Rs256));
        assert_eq!(Key::secret(&[7; 31]).err(), Some(BuildErrorKind::WeakKey));
        let empty = Key::insecure_secret(b"").err();
        assert_eq!(empty, Some(BuildErrorKind::WeakKey));
        assert!(Key::insecure_secret(b"x").is_ok());
    }

    #[test]
    fn an_rsa_key_has_a_sound_size_and_exponent() {
        let check = |bytes: usize, first: u8, last: u8, exponent: &[u8]| {
            let mut modulus = vec![0; bytes];
            modulus[0] = first;
            modulus[bytes - 1] = last;
            Key::rsa(&modulus, exponent).err()
        };
        assert_eq!(check(256, 0x80, 1, &[1, 0, 1]), None);
        assert_eq!(
            check(257, 0x00, 1, &[1, 0, 1]),
            Some(BuildErrorKind::WeakKey)
        );
        assert_eq!(
            check(256, 0x7f, 1, &[1, 0, 1]),
            Some(BuildErrorKind::WeakKey)
        );
        assert_eq!(
            check(256, 0x80, 2, &[1, 0, 1]),
            Some(BuildErrorKind::WeakKey)
        );
        for exponent in [&[][..], &[0], &[1], &[0, 1], &[2], &[3], &[1, 0, 2]] {
            let weak = check(256, 0x80, 1, exponent);
            assert_eq!(weak, Some(BuildErrorKind::WeakKey), "{exponent:?}");
        }
        let huge = check(1025, 0x80, 1, &[1, 0, 1]);
        assert_eq!(huge, Some(BuildErrorKind::UnsupportedKey));
        let longest = check(256, 0x80, 1, &[1, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(longest, None);
        for exponent in [&[2, 0, 0, 0, 1][..], &[1, 0, 0, 0, 0, 1], &[1; 9]] {
            let huge = check(256, 0x80, 1, exponent);
            assert_eq!(huge, Some(BuildErrorKind::UnsupportedKey), "{exponent:?}");
        }
    }

    #[test]
    fn a_point_is_on_its_curve_and_of_large_order() {
        for length in [0, 1, 32, 64, 65, 97, 133] {
            let mut point = vec![4; length];
            assert!(Key::ec(&point).is_err(), "{length}");
            point.fill(0);
            assert!(Key::ed25519(&point).is_err(), "{length}");
        }
        let mut identity = [0; 32];
        identity[0] = 1;
        let weak = Key::ed25519(&identity).err();
        assert_eq!(weak, Some(BuildErrorKind::WeakKey));
    }
}
