//! Client authentication by a signed assertion: `private_key_jwt` (RFC 7523 §2.2, OpenID Connect
//! Core §9).
//!
//! ```
//! use tower_oauth_clients::authentication::assertion::{AssertionVerifier, Error};
//! use tower_oauth_clients::domain::{Client, Clock, SystemClock};
//!
//! # fn main() -> Result<(), Error> {
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
//! | `alg` | RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 or EdDSA; under `fapi1` PS256 or ES256, under `fapi2` those or EdDSA |
//! | `kid` | the name of a registered key, or absent; at most 4 keys may be meant |
//! | `typ` | absent, `JWT` or `client-authentication+jwt` (RFC 10070 §4) |
//! | `crit` | absent |
//! | `iss`, `sub` | both the client's `client_id` |
//! | `aud` | the issuer identifier of the authorization server, as a text and nothing else |
//! | `exp` | in the future, at most 5 minutes from now and, where there is one, from `iat` |
//! | `iat`, `nbf` | absent, or not in the future |
//! | `jti` | 1 to 255 bytes without control characters, never seen from this client before |
//!
//! Clocks may differ by 30 seconds. Nothing that the assertion brings or points to (`jwk`, `jku`,
//! `x5c`, `x5u`) is ever looked at, and a member that comes twice makes it invalid.
//!
//! What costs least is checked first and what leaves a trace last: only an assertion that is right
//! in all else is remembered.
//!
//! # Keys
//!
//! RSA of 2048 to 8192 bits (4096 with RustCrypto) and an exponent from 65537 to 33 bits, P-256,
//! P-384 and Ed25519. There is no ES512, so none of P-521. A client with `private_key_jwt` whose `jwks`
//! holds no such key is not registered, nor is one of whose keys an assertion could mean more than 4.
//! A build without either backend registers what `jwt` verifies.
//!
//! Keys may share a `kid` where `kty`, `crv`, `use`, `alg` or `key_ops` tells them apart (RFC 7517
//! §4.5): of them, those that fit `alg` and are for signatures are meant.
//!
//! # What is left to the caller
//!
//! That the client is active and registered `private_key_jwt`; that a `client_id` parameter, where
//! one came, names the same client (RFC 7521 §4.2); that the request presents nothing else to
//! authenticate with; and to answer every [`Error`] alike.

mod builder;
mod claims;
mod error;
mod key_source;
mod keys;
mod replay;
#[cfg(test)]
mod testing;
mod verifier;

pub use builder::Builder;
pub use error::{Error, ErrorKind};
pub use key_source::{Freshness, KeySource};
pub use replay::{MemoryReplayStore, ReplayStore};
pub use verifier::AssertionVerifier;
