//! Framework adapters: the handlers as a [`tower`] service or an [`axum`] router, and client
//! authentication for the host's token endpoint.

#[cfg(feature = "axum")]
#[cfg_attr(docsrs, doc(cfg(feature = "axum")))]
pub mod axum;
mod mount;
pub mod tower;

/// The caller's address: the one that the host inserted, else that of the connection.
#[cfg(feature = "authentication")]
fn peer(extensions: &http::Extensions) -> Option<std::net::IpAddr> {
    use crate::handlers::PeerIp;

    let told = extensions.get().map(|PeerIp(ip)| *ip);
    #[cfg(feature = "axum")]
    let told = told.or_else(|| axum::connection(extensions));
    told
}
