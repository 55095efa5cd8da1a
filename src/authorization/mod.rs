//! Authorization of administrators.
//!
//! An [`Authorizer`] verifies a request's credential and returns the [`Principal`] that it
//! represents, or refuses the [`Operation`]. `jwt::JwtAuthorizer` does so for signed tokens; a host
//! may bring its own. The tenant that the request acts in is decided here, after any authorizer:
//!
//! - More than one `X-Tenant-ID` header, or one that is not ASCII, is [`ErrorKind::BadRequest`].
//! - An `admin` acts in its own tenant. Without one, or if the header names another, the request is
//!   [`ErrorKind::Forbidden`].
//! - A `super_admin` acts in the tenant that `X-Tenant-ID` names, else in its own; with neither,
//!   the request is [`ErrorKind::Forbidden`].

mod authorizer;
mod bearer;
mod cross_origin;
mod error;
#[cfg(feature = "jwt")]
#[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
pub mod jwt;
mod principal;
mod request;
mod tenant;

pub use authorizer::Authorizer;
pub(crate) use authorizer::SharedAuthorizer;
pub use bearer::bearer_token;
pub(crate) use cross_origin::is_cross_origin;
pub use error::{Error, ErrorKind};
pub use principal::Principal;
pub use request::AdminRequest;

pub use crate::operation::Operation;
