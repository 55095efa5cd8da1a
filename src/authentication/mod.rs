//! Which client is calling: for the host's token endpoint.

#[cfg(any(feature = "jwt", feature = "jwt-rust-crypto"))]
pub mod assertion;
