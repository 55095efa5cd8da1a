//! JSON Web Keys (RFC 7517): one parser for both registering keys and verifying with them.

mod algorithm;
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
#[cfg(feature = "_jwt")]
mod verifying;

#[cfg(feature = "_jwt")]
pub(super) use ec::key as ec_key;
#[cfg(feature = "_jwt")]
pub(super) use members::Fault;
#[cfg(feature = "_jwt")]
pub(super) use okp::key as ed25519_key;
pub(super) use public_key::{KeyKind, PublicKey};
pub(crate) use public_key::{MAX_RSA_BITS, SignatureKey};
#[cfg(feature = "_jwt")]
pub(super) use rsa::key as rsa_key;
pub(crate) use set::{JwkSet, Limits};
#[cfg(feature = "_jwt")]
pub(super) use verifying::read as read_verifying;
