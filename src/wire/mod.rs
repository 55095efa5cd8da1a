//! What travels as JSON: request bodies, answers, and the envelopes around them.

mod envelope;
mod request;
mod response;

pub(crate) use envelope::{Created, Failure, Success};
pub(crate) use request::read_fields;
pub(crate) use response::{CloneClientResponse, CreateClientResponse, OAuthClientItem};
