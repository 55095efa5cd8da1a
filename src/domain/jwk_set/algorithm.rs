use super::KeyKind;

/// An algorithm that a public key verifies (RFC 7518 §3.1, RFC 8037 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignatureAlgorithm {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    Es512,
    /// `EdDSA`, or `Ed25519` as RFC 9864 names it: with the keys accepted here they are the same.
    EdDsa,
}

impl SignatureAlgorithm {
    pub(super) const ALL: [Self; 10] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::EdDsa,
    ];

    /// Whether a key of this kind can be used so.
    pub(super) fn fits(self, kind: KeyKind) -> bool {
        match self {
            Self::Rs256 | Self::Rs384 | Self::Rs512 | Self::Ps256 | Self::Ps384 | Self::Ps512 => {
                matches!(kind, KeyKind::Rsa { .. })
            }
            Self::Es256 => kind == KeyKind::P256,
            Self::Es384 => kind == KeyKind::P384,
            Self::Es512 => kind == KeyKind::P521,
            Self::EdDsa => kind == KeyKind::Ed25519,
        }
    }
}

/// What `alg` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Signature(SignatureAlgorithm),
    /// Encryption to an RSA key.
    RsaOaep,
    /// Encryption to a key on an elliptic curve.
    EcdhEs,
    /// No key, or one that both sides know.
    NotPublic,
    Unknown,
}

impl Algorithm {
    pub(super) fn parse(name: &str) -> Self {
        use SignatureAlgorithm as S;
        Self::Signature(match name {
            "RS256" => S::Rs256,
            "RS384" => S::Rs384,
            "RS512" => S::Rs512,
            "PS256" => S::Ps256,
            "PS384" => S::Ps384,
            "PS512" => S::Ps512,
            "ES256" => S::Es256,
            "ES384" => S::Es384,
            "ES512" => S::Es512,
            "EdDSA" | "Ed25519" => S::EdDsa,
            "RSA-OAEP" | "RSA-OAEP-256" | "RSA-OAEP-384" | "RSA-OAEP-512" => return Self::RsaOaep,
            "ECDH-ES" | "ECDH-ES+A128KW" | "ECDH-ES+A192KW" | "ECDH-ES+A256KW" => {
                return Self::EcdhEs;
            }
            _ if is_not_public(name) => return Self::NotPublic,
            _ => return Self::Unknown,
        })
    }

    /// Whether a key of this kind can be used so.
    pub(super) fn fits(self, kind: KeyKind) -> bool {
        match self {
            Self::Signature(signature) => signature.fits(kind),
            Self::RsaOaep => matches!(kind, KeyKind::Rsa { .. }),
            Self::EcdhEs => matches!(kind, KeyKind::P256 | KeyKind::P384 | KeyKind::P521),
            Self::NotPublic => false,
            Self::Unknown => true,
        }
    }
}

/// `none`, `dir`, and the families `HS…`, `A128…` to `A256…` and `PBES2…`, in any case.
fn is_not_public(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let families = ["HS1", "HS2", "HS3", "HS5", "A128", "A192", "A256", "PBES2"];
    matches!(name.as_str(), "NONE" | "DIR")
        || families.iter().any(|family| name.starts_with(family))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symmetric_algorithms_are_known_in_any_case() {
        for name in [
            "none",
            "None",
            "NONE",
            "HS256",
            "HS384",
            "HS512",
            "hs256",
            "HS1",
            "dir",
            "A128KW",
            "A192KW",
            "A256KW",
            "a256kw",
            "A128GCMKW",
            "A128GCM",
            "A256CBC-HS512",
            "PBES2-HS256+A128KW",
        ] {
            assert_eq!(Algorithm::parse(name), Algorithm::NotPublic, "{name}");
        }
        for name in [
            "",
            "RSA1_5",
            "ES256K",
            "ps256",
            "ML-DSA-65",
            "HSS-LMS",
            "Ed448",
            "ECDH-ES+X",
        ] {
            assert_eq!(Algorithm::parse(name), Algorithm::Unknown, "{name}");
        }
    }

    #[test]
    fn each_algorithm_fits_its_keys_only() {
        let rsa = KeyKind::Rsa { bits: 2048 };
        let kinds = [
            rsa,
            KeyKind::P256,
            KeyKind::P384,
            KeyKind::P521,
            KeyKind::Ed25519,
        ];
        let table: [(&[&str], &[KeyKind]); 7] = [
            (
                &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
                &[rsa],
            ),
            (
                &["RSA-OAEP", "RSA-OAEP-256", "RSA-OAEP-384", "RSA-OAEP-512"],
                &[rsa],
            ),
            (&["ES256"], &[KeyKind::P256]),
            (&["ES384"], &[KeyKind::P384]),
            (&["ES512"], &[KeyKind::P521]),
            (&["EdDSA", "Ed25519"], &[KeyKind::Ed25519]),
            (
                &[
                    "ECDH-ES",
                    "ECDH-ES+A128KW",
                    "ECDH-ES+A192KW",
                    "ECDH-ES+A256KW",
                ],
                &[KeyKind::P256, KeyKind::P384, KeyKind::P521],
            ),
        ];
        for (names, fitting) in table {
            for name in names {
                let algorithm = Algorithm::parse(name);
                for kind in kinds {
                    assert_eq!(
                        algorithm.fits(kind),
                        fitting.contains(&kind),
                        "{name} {kind:?}"
                    );
                }
            }
        }
    }
}
