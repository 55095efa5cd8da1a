//! The JSON on the wire: request bodies, responses and their envelopes.

mod audit;
#[cfg(feature = "cimd")]
mod document;
mod envelope;
mod import;
#[cfg(feature = "registration")]
mod initial_token;
#[cfg(feature = "registration")]
mod registration;
mod request;
mod response;
#[cfg(feature = "openapi")]
mod schema;
mod secret;
mod secret_request;
mod token;
mod unknown;

pub(crate) use audit::*;
#[cfg(feature = "cimd")]
pub(crate) use document::*;
pub(crate) use envelope::*;
pub(crate) use import::*;
#[cfg(feature = "registration")]
pub(crate) use initial_token::*;
#[cfg(feature = "registration")]
pub(crate) use registration::*;
pub(crate) use request::read_fields;
pub(crate) use response::*;
#[cfg(feature = "openapi")]
pub(crate) use schema::words;
pub(crate) use secret::*;
pub(crate) use secret_request::{read_creation, read_rotation, read_secret_options};
pub(crate) use token::*;
#[cfg(feature = "openapi")]
pub(crate) use unknown::ANSWERED;
pub(crate) use unknown::{Body, violation as unknown_member};
