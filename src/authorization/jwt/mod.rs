//! Authorization by signed tokens: JWTs (RFC 7519) as Bearer tokens (RFC 6750).
//!
//! ```
//! use tower_oauth_clients::authorization::jwt::{JwtAuthorizer, Keys};
//!
//! # fn main() -> Result<(), tower_oauth_clients::authorization::jwt::ConfigError> {
//! # let secret = [7; 32];
//! let authorizer = JwtAuthorizer::builder(Keys::from_secret(secret)?)
//!     .with_issuer("https://id.example.com")
//!     .with_audience("https://api.example.com")
//!     .build()?;
//! # Ok(())
//! # }
//! ```
//!
//! # What is accepted
//!
//! A compact JWS of at most 8 KiB whose `alg` is allowed and fits one of the [`Keys`], whose `typ`
//! is absent, `JWT` or `at+jwt` (RFC 9068), and which has no `crit`. Nothing that the token brings
//! or points to (`jwk`, `jku`, `x5c`, `x5u`) is ever looked at.
//!
//! # What is read
//!
//! | Claim | Meaning |
//! |---|---|
//! | `sub`, else `user_id` | the operator: text of 1 to 255 bytes without control characters |
//! | `tenant_id` | the tenant; anything but a text that is a tenant id counts as none |
//! | `role` | a text |
//! | `roles` | an array of texts |
//! | `exp` | required; a number, fractions allowed |
//! | `nbf` | a number, where present |
//! | `iss`, `aud` | required and compared where configured, else ignored |
//!
//! A role is granted by `role` or by `roles`, whichever holds `super_admin` or `admin` to the
//! letter; the higher one counts. A member that comes twice makes the token invalid.

mod algorithm;
mod authorizer;
mod builder;
mod claims;
mod config_error;
mod header;
mod json;
mod jwks;
mod jws;
mod key;
mod keys;
mod pem;
#[cfg(test)]
mod testing;

pub use algorithm::Algorithm;
pub use authorizer::JwtAuthorizer;
pub use builder::Builder;
pub use config_error::{ConfigError, ConfigErrorKind};
pub use keys::Keys;
// What client assertions are made of, too.
pub(crate) use algorithm::Algorithms;
pub(crate) use header::Header;
pub(crate) use json::{Object, Value};
pub(crate) use jwks::read as read_jwks;
pub(crate) use jws::Jws;
pub(crate) use key::Key;

/// The cryptography, called by name. The library's process-wide choice is never asked for: it
/// panics where a build has both backends and nobody has chosen yet.
#[cfg(feature = "jwt")]
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER as BACKEND;
#[cfg(not(feature = "jwt"))]
use jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER as BACKEND;
