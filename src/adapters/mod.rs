//! Framework adapters: the handlers as a [`tower`] service or an [`axum`] router, and client
//! authentication for the host's token endpoint.

#[cfg(feature = "axum")]
pub mod axum;
mod mount;
pub mod tower;

use std::net::IpAddr;

use http::Extensions;

use crate::handlers::PeerIp;

/// The caller's address: the one that the host inserted, else that of the connection.
fn peer(extensions: &Extensions) -> Option<IpAddr> {
    let told = extensions.get().map(|PeerIp(ip)| *ip);
    #[cfg(feature = "axum")]
    let told = told.or_else(|| axum::connection(extensions));
    told
}
