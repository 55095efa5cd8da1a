//! Glue to frameworks: the handlers as a [`tower`] service, and as an [`axum`] router.

#[cfg(feature = "axum")]
pub mod axum;
mod mount;
pub mod tower;
