//! The JSON on the wire: request bodies, responses and their envelopes, and which encodings a body
//! may not have.

mod audit;
mod coding;
mod envelope;
mod request;
mod response;
#[cfg(feature = "openapi")]
mod schema;
mod secret;
mod token;

pub(crate) use audit::AuditLogItem;
pub(crate) use coding::{ACCEPTED, CODED, is_coded};
pub(crate) use envelope::{Created, Failure, List, Success};
pub(crate) use request::read_fields;
pub(crate) use response::{CloneClientResponse, CreateClientResponse, OAuthClientItem};
#[cfg(feature = "openapi")]
pub(crate) use schema::words;
pub(crate) use secret::{CreateSecretResponse, RotateSecretResponse, SecretItem, SecretList};
pub(crate) use token::{ClientStats, RevokeTokensResponse, TokenItem};
