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

mod authorizer;
mod builder;
mod claims;
#[cfg(test)]
mod testing;

pub use authorizer::JwtAuthorizer;
pub use builder::Builder;

pub use crate::jose::{Algorithm, ConfigError, ConfigErrorKind, Keys};
