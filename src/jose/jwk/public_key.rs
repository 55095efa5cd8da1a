use crate::jose::Algorithm::{EdDsa, Es256, Es384};
use crate::jose::Algorithms;

/// What sort of public key it is, and how big.
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

/// The longest RSA modulus that is verified with, in bits: RustCrypto takes no more than 4096.
///
/// A build without either backend verifies nothing by itself. What it registers is for one with the
/// default backend.
#[cfg(any(feature = "jwt", not(feature = "jwt-rust-crypto")))]
pub(crate) const MAX_RSA_BITS: usize = 8192;
#[cfg(all(feature = "jwt-rust-crypto", not(feature = "jwt")))]
pub(crate) const MAX_RSA_BITS: usize = 4096;

impl KeyKind {
    /// Whether a signature of such a key can be verified. No backend has ES512.
    pub(crate) fn is_verifiable(self) -> bool {
        match self {
            Self::Rsa { bits } => bits <= MAX_RSA_BITS,
            Self::P256 | Self::P384 | Self::Ed25519 => true,
            Self::P521 => false,
        }
    }

    /// What such a key can be used with. But for RSA the curve decides.
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

/// A public key that was found sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PublicKey {
    Rsa {
        /// The length of the modulus.
        bits: usize,
        /// Big-endian, as the exponent.
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
    /// An uncompressed point (SEC 1 §2.3.3), as that on P-384.
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

/// A key for signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignatureKey {
    pub(crate) key: PublicKey,
    /// Those that it is for: the one that it names, or all that its kind allows.
    pub(crate) algorithms: Algorithms,
    pub(crate) kid: Option<Box<str>>,
}
