//! Who may administer.
//!
//! An [`Authorizer`] reads a request's credential and answers with the [`Principal`] that it
//! speaks for, or refuses the [`Operation`] that it asks for. `jwt::JwtAuthorizer` is the one for signed tokens; a host may bring its own. The
//! tenant that the request acts in is decided here, after the authorizer and whichever it is:
//!
//! - More than one `X-Tenant-ID`, or one that is not ASCII, is [`ErrorKind::BadRequest`].
//! - An `admin` acts in its own tenant. One without a tenant, or that names another one, is
//!   [`ErrorKind::Forbidden`].
//! - A `super_admin` acts in the tenant that `X-Tenant-ID` names, else in its own, and with
//!   neither is [`ErrorKind::Forbidden`].

mod authorizer;
mod bearer;
mod error;
#[cfg(any(feature = "jwt", feature = "jwt-rust-crypto"))]
pub mod jwt;
mod principal;
mod request;
mod tenant;

pub use authorizer::Authorizer;
pub(crate) use authorizer::SharedAuthorizer;
pub use bearer::bearer_token;
pub use error::{Error, ErrorKind};
pub use principal::Principal;
pub use request::AdminRequest;

pub use crate::operation::Operation;
