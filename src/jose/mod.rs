//! JSON Object Signing and Encryption: keys, algorithms and signatures (RFC 7515, 7517, 7518), and
//! the strict JSON that they and all requests come in. Whoever registers keys and whoever verifies
//! with them read them here, by the same rules.

mod algorithm;
#[cfg(feature = "_jwt")]
mod claims;
#[cfg(feature = "_jwt")]
mod config_error;
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
pub use config_error::{ConfigError, ConfigErrorKind};
#[cfg(feature = "_jwt")]
pub(crate) use header::Header;
pub(crate) use jwk::{JwkSet, Limits, MAX_RSA_BITS, SignatureKey};
#[cfg(feature = "_jwt")]
pub(crate) use jws::Jws;
#[cfg(feature = "_jwt")]
pub(crate) use key::Key;
#[cfg(feature = "_jwt")]
pub use keys::Keys;

/// The cryptography, called by name. The library's process-wide choice is never asked for: it
/// panics where a build has both backends and nobody has chosen yet.
#[cfg(feature = "jwt")]
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER as BACKEND;
#[cfg(all(feature = "jwt-rust-crypto", not(feature = "jwt")))]
use jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER as BACKEND;
