//! Framework adapters: the handlers as a [`tower`] service or an [`axum`] router, client
//! authentication for the host's token endpoint, the console, and a guard for hosts with cookies.

#[cfg(feature = "axum")]
#[cfg_attr(docsrs, doc(cfg(feature = "axum")))]
pub mod axum;
mod mount;
pub mod tower;

/// The path of a request before the host's router stripped the mount point, if that is known.
#[cfg(feature = "console")]
fn original_path<B>(request: &http::Request<B>) -> &str {
    #[cfg(feature = "axum")]
    if let Some(path) = axum::original_path(request.extensions()) {
        return path;
    }
    request.uri().path()
}

/// The caller's address: the one that the host inserted, else that of the connection.
#[cfg(feature = "authentication")]
fn peer(extensions: &http::Extensions) -> Option<std::net::IpAddr> {
    use crate::handlers::PeerIp;

    let told = extensions.get().map(|PeerIp(ip)| *ip);
    #[cfg(feature = "axum")]
    let told = told.or_else(|| axum::connection(extensions));
    told
}
