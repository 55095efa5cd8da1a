/// A signature algorithm of JWS (RFC 7518 §3.1, RFC 8037 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PSS with SHA-384.
    Ps384,
    /// RSASSA-PSS with SHA-512.
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// Ed25519, under the names `EdDSA` and `Ed25519` (RFC 9864 §2.2).
    EdDsa,
}

impl Algorithm {
    pub(crate) const ALL: [Self; 12] = [
        Self::Hs256,
        Self::Hs384,
        Self::Hs512,
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::EdDsa,
    ];

    /// Parses the name in a header or a JWK. `none` is never accepted.
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "HS256" => Self::Hs256,
            "HS384" => Self::Hs384,
            "HS512" => Self::Hs512,
            "RS256" => Self::Rs256,
            "RS384" => Self::Rs384,
            "RS512" => Self::Rs512,
            "PS256" => Self::Ps256,
            "PS384" => Self::Ps384,
            "PS512" => Self::Ps512,
            "ES256" => Self::Es256,
            "ES384" => Self::Es384,
            "EdDSA" | "Ed25519" => Self::EdDsa,
            _ => return None,
        })
    }
}

/// A set of algorithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Algorithms(u16);

impl Algorithms {
    pub(crate) const NONE: Self = Self(0);

    pub(crate) const ALL: Self = Self::of(Algorithm::ALL);

    /// The algorithms with a shared secret.
    pub(super) const HMAC: Self = {
        use Algorithm::{Hs256, Hs384, Hs512};
        Self::of([Hs256, Hs384, Hs512])
    };

    pub(super) const RSA: Self = {
        use Algorithm::{Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
        Self::of([Rs256, Rs384, Rs512, Ps256, Ps384, Ps512])
    };

    /// The algorithms with a public key.
    pub(crate) const PUBLIC: Self = Self(Self::ALL.0 & !Self::HMAC.0);

    pub(crate) const fn of<const N: usize>(list: [Algorithm; N]) -> Self {
        let mut bits = 0;
        let mut rest: &[Algorithm] = &list;
        while let [first, others @ ..] = rest {
            bits |= 1 << *first as u16;
            rest = others;
        }
        Self(bits)
    }

    pub(crate) fn contains(self, algorithm: Algorithm) -> bool {
        self.meets(Self::of([algorithm]))
    }

    /// Whether the two sets intersect.
    pub(crate) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl FromIterator<Algorithm> for Algorithms {
    fn from_iter<I: IntoIterator<Item = Algorithm>>(list: I) -> Self {
        let bits = list.into_iter().map(|one| Self::of([one]).0);
        Self(bits.fold(0, |all, one| all | one))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact() {
        assert_eq!(Algorithm::parse("RS256"), Some(Algorithm::Rs256));
        for name in ["", "none", "nOnE", "hs256", "HS256 ", "ES512", "ES256K"] {
            assert_eq!(Algorithm::parse(name), None, "{name}");
        }
    }

    #[test]
    fn a_set_knows_its_members() {
        let set = Algorithms::of([Algorithm::Hs256, Algorithm::EdDsa]);
        assert!(set.contains(Algorithm::EdDsa) && !set.contains(Algorithm::Es256));
        assert!(!Algorithms::NONE.meets(Algorithms::ALL));
        for algorithm in Algorithm::ALL {
            assert!(Algorithms::ALL.contains(algorithm), "{algorithm:?}");
            let secret = Algorithms::HMAC.contains(algorithm);
            assert_ne!(Algorithms::PUBLIC.contains(algorithm), secret);
        }
    }
}
