//! JSON Web Keys (RFC 7517): one parser for both registering keys and verifying with them. Without
//! the feature `jwt`, it does not check that points are on their curve.

mod algorithm;
#[cfg_attr(not(feature = "jwt"), path = "no_curves.rs")]
mod curves;
mod ec;
mod key;
mod members;
mod okp;
mod public_key;
mod rsa;
#[cfg(test)]
mod samples;
mod set;
#[cfg(test)]
mod tests;
#[cfg(feature = "jwt")]
mod verifying;

#[cfg(feature = "jwt")]
pub(super) use ec::key as ec_key;
#[cfg(feature = "jwt")]
pub(super) use members::Fault;
#[cfg(feature = "jwt")]
pub(super) use okp::key as ed25519_key;
pub(super) use public_key::{KeyKind, PublicKey};
pub(crate) use public_key::{MAX_RSA_BITS, SignatureKey};
#[cfg(feature = "jwt")]
pub(super) use rsa::key as rsa_key;
pub(crate) use set::{JwkSet, Limits};
#[cfg(feature = "jwt")]
pub(super) use verifying::read as read_verifying;
