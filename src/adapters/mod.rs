//! Framework adapters: the handlers as a [`tower`] service or an [`axum`] router, and client
//! authentication for the host's token endpoint.

#[cfg(feature = "axum")]
#[cfg_attr(docsrs, doc(cfg(feature = "axum")))]
pub mod axum;
mod mount;
pub mod tower;
