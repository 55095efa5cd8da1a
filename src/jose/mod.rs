//! JSON Object Signing and Encryption: keys, algorithms and signatures (RFC 7515, 7517, 7518), and
//! the strict JSON parser for them and for all requests. Registering keys and verifying with them
//! follow the same rules.

mod algorithm;
#[cfg(feature = "jwt")]
mod claims;
#[cfg(feature = "jwt")]
mod header;
pub(crate) mod json;
mod jwk;
#[cfg(feature = "jwt")]
mod jws;
#[cfg(feature = "jwt")]
mod key;
#[cfg(feature = "jwt")]
mod keys;
#[cfg(feature = "jwt")]
mod pem;
#[cfg(test)]
#[cfg(feature = "jwt")]
pub(crate) mod testing;

pub use algorithm::Algorithm;
pub(crate) use algorithm::Algorithms;
#[cfg(feature = "jwt")]
pub(crate) use header::Header;
pub(crate) use jwk::{JwkSet, Limits, MAX_RSA_BITS, SignatureKey};
#[cfg(feature = "jwt")]
pub(crate) use jws::Jws;
#[cfg(feature = "jwt")]
pub(crate) use key::Key;
#[cfg(feature = "jwt")]
pub use keys::Keys;

/// The crypto backend, used directly. jsonwebtoken's process-wide default panics if a build has
/// both backends and neither was selected.
#[cfg(feature = "aws-lc-rs")]
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER as BACKEND;
#[cfg(all(feature = "rust-crypto", not(feature = "aws-lc-rs")))]
use jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER as BACKEND;
