//! Client authentication with a signed assertion: `private_key_jwt` (RFC 7523 §2.2, OpenID Connect
//! Core §9).
//!
//! ```
//! use tower_oauth_clients::authentication::assertion::AssertionVerifier;
//! use tower_oauth_clients::domain::{Client, Clock, SystemClock};
//!
//! # fn main() -> Result<(), tower_oauth_clients::BuildError> {
//! let verifier = AssertionVerifier::builder("https://id.example.com").build()?;
//! # Ok(())
//! # }
//!
//! /// `client` is whom `AssertionVerifier::client_id(assertion)` names.
//! async fn check(verifier: &AssertionVerifier, client: &Client, assertion: &str) -> bool {
//!     verifier.verify(client, assertion, SystemClock.now()).await.is_ok()
//! }
//! ```
//!
//! # What is accepted
//!
//! A compact JWS of at most 8 KiB, signed by a key that is registered for the client:
//!
//! | Part | Must be |
//! |---|---|
//! | `alg` | RS256/384/512, PS256/384/512, ES256, ES384 or EdDSA ([by profile](#profiles)) |
//! | `kid` | the name of a registered key, or absent; at most 4 keys may match |
//! | `typ` | absent, `JWT` or `client-authentication+jwt` (RFC 10070 §4) |
//! | `crit` | absent |
//! | `iss`, `sub` | both the client's `client_id` |
//! | `aud` | the issuer identifier of the authorization server, as a string and nothing else |
//! | `exp` | in the future, at most 5 minutes from now and, if present, from `iat` |
//! | `iat`, `nbf` | absent, or not in the future |
//! | `jti` | 1 to 255 bytes without control characters, not used by this client before |
//!
//! A clock skew of 30 seconds is accepted. Keys that the assertion carries or points to (`jwk`,
//! `jku`, `x5c`, `x5u`) are never used, and a duplicate member makes it invalid.
//!
//! The cheapest checks come first and the one with a side effect last: an assertion is recorded
//! only if it is valid in every other respect.
//!
//! # Profiles
//!
//! A client with the profile `fapi1` must sign with PS256 or ES256; one with `fapi2`, with PS256,
//! ES256 or EdDSA.
//!
//! # Keys
//!
//! RSA of 2048 to 8192 bits (4096 with RustCrypto) with an exponent of at least 65537 and at most
//! 33 bits, P-256, P-384 and Ed25519. ES512, and so P-521, is not supported. A client with
//! `private_key_jwt` is not registered if its `jwks` has no such key, or if more than 4 of its keys
//! could match one assertion. A build without a crypto backend registers the keys that `aws-lc-rs`
//! verifies, and checks no more of their points than the length. This module checks all of a key
//! before it verifies with it.
//!
//! Keys may share a `kid` if `kty`, `crv`, `use`, `alg` or `key_ops` tells them apart (RFC 7517
//! §4.5): those that fit `alg` and are meant for signatures match.
//!
//! # What the caller must check
//!
//! That the client is active and registered `private_key_jwt`; that a `client_id` parameter, if
//! present, names the same client (RFC 7521 §4.2); and that the request carries no other
//! credentials. Every [`Error`] must get the same response.

mod builder;
mod claims;
mod error;
mod key_source;
mod keys;
mod replay;
#[cfg(test)]
mod testing;
mod verifier;

pub use builder::AssertionVerifierBuilder;
pub use error::{Error, ErrorKind};
pub use key_source::{Freshness, KeySource};
pub use replay::{MemoryReplayStore, ReplayStore};
pub use verifier::AssertionVerifier;
