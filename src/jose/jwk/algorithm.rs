use super::KeyKind;
use crate::jose::Algorithm;

/// The meaning of `alg`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// A signature, verified with a public key.
    Signature(Algorithm),
    /// ECDSA on P-521 with SHA-512, which is not supported for verification.
    Es512,
    /// Encryption with an RSA key.
    RsaOaep,
    /// Encryption with an elliptic curve key.
    EcdhEs,
    /// No key, or a shared one.
    NotPublic,
    Unknown,
}

impl Named {
    pub(super) fn parse(name: &str) -> Self {
        match name {
            "ES512" => Self::Es512,
            "RSA-OAEP" | "RSA-OAEP-256" | "RSA-OAEP-384" | "RSA-OAEP-512" => Self::RsaOaep,
            "ECDH-ES" | "ECDH-ES+A128KW" | "ECDH-ES+A192KW" | "ECDH-ES+A256KW" => Self::EcdhEs,
            _ if is_not_public(name) => Self::NotPublic,
            _ => Algorithm::parse(name).map_or(Self::Unknown, Self::Signature),
        }
    }

    /// Whether a key of this kind can be used with it.
    pub(super) fn fits(self, kind: KeyKind) -> bool {
        match self {
            Self::Signature(signature) => kind.algorithms().contains(signature),
            Self::Es512 => kind == KeyKind::P521,
            Self::RsaOaep => matches!(kind, KeyKind::Rsa { .. }),
            Self::EcdhEs => matches!(kind, KeyKind::P256 | KeyKind::P384 | KeyKind::P521),
            Self::NotPublic => false,
            Self::Unknown => true,
        }
    }
}

/// `none`, `dir`, and the families `HS…`, `A128…` to `A256…` and `PBES2…`, ignoring case.
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
            assert_eq!(Named::parse(name), Named::NotPublic, "{name}");
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
            assert_eq!(Named::parse(name), Named::Unknown, "{name}");
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
                let algorithm = Named::parse(name);
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
