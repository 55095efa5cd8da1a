use crate::jose::Algorithm::{EdDsa, Es256, Es384};
use crate::jose::Algorithms;

/// The type and size of a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Rsa {
        /// The length of the modulus.
        bits: usize,
    },
    P256,
    P384,
    P521,
    Ed25519,
}

/// The longest RSA modulus that can be verified with, in bits: RustCrypto supports at most 4096.
///
/// A build without either backend verifies nothing itself. It registers the keys that the default
/// backend supports.
#[cfg(any(feature = "aws-lc-rs", not(feature = "rust-crypto")))]
pub(crate) const MAX_RSA_BITS: usize = 8192;
#[cfg(all(feature = "rust-crypto", not(feature = "aws-lc-rs")))]
pub(crate) const MAX_RSA_BITS: usize = 4096;

impl KeyKind {
    /// Whether signatures of such a key can be verified. No backend supports ES512.
    pub(crate) fn is_verifiable(self) -> bool {
        match self {
            Self::Rsa { bits } => bits <= MAX_RSA_BITS,
            Self::P256 | Self::P384 | Self::Ed25519 => true,
            Self::P521 => false,
        }
    }

    /// The algorithms for such a key. Except for RSA, the curve determines it.
    pub(crate) fn algorithms(self) -> Algorithms {
        match self {
            Self::Rsa { .. } => Algorithms::RSA,
            Self::P256 => Algorithms::of([Es256]),
            Self::P384 => Algorithms::of([Es384]),
            Self::P521 => Algorithms::NONE,
            Self::Ed25519 => Algorithms::of([EdDsa]),
        }
    }
}

/// A validated public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PublicKey {
    Rsa {
        /// The length of the modulus.
        bits: usize,
        /// Big-endian, like the exponent.
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
    /// An uncompressed point (SEC 1 §2.3.3), as for P-384.
    P256(Vec<u8>),
    P384(Vec<u8>),
    P521,
    Ed25519([u8; 32]),
}

impl PublicKey {
    pub(crate) fn kind(&self) -> KeyKind {
        match self {
            Self::Rsa { bits, .. } => KeyKind::Rsa { bits: *bits },
            Self::P256(_) => KeyKind::P256,
            Self::P384(_) => KeyKind::P384,
            Self::P521 => KeyKind::P521,
            Self::Ed25519(_) => KeyKind::Ed25519,
        }
    }
}

/// A signature key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignatureKey {
    pub(crate) key: PublicKey,
    /// The algorithm that it names, or all that its kind allows.
    pub(crate) algorithms: Algorithms,
    pub(crate) kid: Option<Box<str>>,
}
