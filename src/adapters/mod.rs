//! Glue to frameworks: the handlers as a [`tower`] service, and as an [`axum`] router; and which
//! client is calling the host's token endpoint.

#[cfg(feature = "axum")]
pub mod axum;
mod mount;
pub mod tower;

use std::net::IpAddr;

use http::Extensions;

use crate::handlers::PeerIp;

/// Where a request comes from: what the host says, or else the connection.
fn peer(extensions: &Extensions) -> Option<IpAddr> {
    let told = extensions.get().map(|PeerIp(ip)| *ip);
    #[cfg(feature = "axum")]
    let told = told.or_else(|| axum::connection(extensions));
    told
}
