//! What every HTTP interface has in common: bodies, reading JSON within a limit, the caller's
//! address, and building a response.

mod body;
mod coding;
mod json;
mod peer;
mod reply;
mod watched;
mod weight;

pub use body::Body;
pub(crate) use coding::{ACCEPTED, CODED, is_coded};
pub(crate) use json::{Unread, check_media_type, read, read_json};
pub use peer::PeerIp;
pub(crate) use reply::Reply;
pub(crate) use watched::{Watched, announces_body, say_close};
pub(crate) use weight::weight;

/// A type-erased error of a request body.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
