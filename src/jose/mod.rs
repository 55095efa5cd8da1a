//! JSON Object Signing and Encryption: keys, algorithms and signatures (RFC 7515, 7517, 7518), and
//! the strict JSON parser for them and for all requests. Registering keys and verifying with them
//! follow the same rules.

mod algorithm;
#[cfg(feature = "_jwt")]
mod claims;
#[cfg(feature = "_jwt")]
mod header;
pub(crate) mod json;
mod jwk;
#[cfg(feature = "_jwt")]
mod jws;
#[cfg(feature = "_jwt")]
mod key;
#[cfg(feature = "_jwt")]
mod keys;
#[cfg(feature = "_jwt")]
mod pem;
#[cfg(test)]
#[cfg(feature = "_jwt")]
pub(crate) mod testing;

pub use algorithm::Algorithm;
pub(crate) use algorithm::Algorithms;
#[cfg(feature = "_jwt")]
pub(crate) use header::Header;
pub(crate) use jwk::{JwkSet, Limits, MAX_RSA_BITS, SignatureKey};
#[cfg(feature = "_jwt")]
pub(crate) use jws::Jws;
#[cfg(feature = "_jwt")]
pub(crate) use key::Key;
#[cfg(feature = "_jwt")]
pub use keys::Keys;

/// The crypto backend, used directly. jsonwebtoken's process-wide default panics if a build has
/// both backends and neither was selected.
#[cfg(feature = "jwt")]
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER as BACKEND;
#[cfg(all(feature = "jwt-rust-crypto", not(feature = "jwt")))]
use jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER as BACKEND;
