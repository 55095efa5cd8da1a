//! Authorization by signed tokens: JWTs (RFC 7519) as Bearer tokens (RFC 6750).
//!
//! ```
//! use tower_oauth_clients::authorization::jwt::{JwtAuthorizer, Keys};
//!
//! # fn main() -> Result<(), tower_oauth_clients::BuildError> {
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
//! A compact JWS of at most 8 KiB whose `alg` is allowed and supported by one of the [`Keys`],
//! whose `typ` is absent, `JWT` or `at+jwt` (RFC 9068), and which has no `crit`. Keys that the
//! token carries or points to (`jwk`, `jku`, `x5c`, `x5u`) are never used.
//!
//! # Claims
//!
//! | Claim | Meaning |
//! |---|---|
//! | `sub`, else `user_id` | the operator: a string of 1 to 255 bytes without control characters |
//! | `tenant_id` | the tenant; anything but a string that is a valid tenant id counts as absent |
//! | `role` | a string |
//! | `roles` | an array of strings |
//! | `exp` | required; a number, fractions allowed |
//! | `nbf` | a number, if present |
//! | `iss`, `aud` | required and compared if configured, else ignored |
//!
//! A role is granted if `role` or `roles` contains exactly `super_admin` or `admin`; the higher one
//! wins. With [`with_numeric_ids`](JwtAuthorizerBuilder::with_numeric_ids), the operator and the
//! tenant may be whole numbers. A duplicate member makes the token invalid.

mod authorizer;
mod builder;
mod claims;
mod ids;
#[cfg(test)]
mod testing;

pub use authorizer::JwtAuthorizer;
pub use builder::JwtAuthorizerBuilder;

pub use crate::jose::{Algorithm, Keys};
