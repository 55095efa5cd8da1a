use std::future::Future;
use std::sync::Arc;

/// Why a software statement was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatementRefusal {
    /// It is malformed, not signed by a known key, or expired: `invalid_software_statement`.
    Invalid,
    /// It is valid, but its issuer or software is not approved here:
    /// `unapproved_software_statement`.
    Unapproved,
    /// It could not be verified for now: 503.
    Unavailable,
}

/// Verifies software statements (RFC 7591 §2.3).
///
/// # Contract
///
/// - The statement is a JWS of at most 8 KiB. Accept only the algorithms that you expect, never
///   `none` and none with a shared secret; check `iss`, and `exp` and `iat` if they are there.
/// - The result is the payload, as JSON. Its claims take precedence over the members of the
///   request, and must follow the same rules.
pub trait StatementVerifier: Send + Sync + 'static {
    /// Verifies a statement and returns its claims, a JSON object.
    ///
    /// # Errors
    ///
    /// Why the statement is refused.
    fn verify(
        &self,
        statement: &str,
    ) -> impl Future<Output = Result<String, StatementRefusal>> + Send;
}

erased! {
    pub(super) trait ErasedVerifier of StatementVerifier and Arc {
        fn verify(statement: [&] str) -> Result<String, StatementRefusal>;
    }
}

/// A verifier behind a pointer, so that nothing else needs a type parameter for it.
pub(super) type SharedVerifier = Arc<dyn ErasedVerifier>;
