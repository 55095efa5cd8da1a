//! OAuth client management that you mount into your own [axum] or [tower] app.
//!
//! It is an admin API to create, list, read, update, clone, suspend and delete the OAuth clients of
//! an authorization server: secrets are shown once, stored as Argon2id hashes and rotated without
//! an outage, every change has its line in an audit trail, and tenants cannot see each other.
//!
//! # Quick start
//!
//! ```
//! use axum::Router;
//! use tower_oauth_clients::ClientManager;
//! use tower_oauth_clients::adapters::axum::router;
//! use tower_oauth_clients::authorization::jwt::{JwtAuthorizer, Keys};
//! use tower_oauth_clients::handlers::Handlers;
//! use tower_oauth_clients::repository::MemoryRepository;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let manager = ClientManager::builder(MemoryRepository::new()).build()?;
//! let keys = Keys::from_secret("32 bytes or more that only you know")?;
//! let authorizer = JwtAuthorizer::builder(keys).build()?;
//!
//! let app: Router = Router::new().nest("/api/v1", router(Handlers::new(manager, authorizer)));
//! # let _ = app;
//! # Ok(())
//! # }
//! ```
//!
//! # Where to look
//!
//! | You want to | See |
//! |---|---|
//! | mount it | [`adapters`], [`handlers`] |
//! | call it from Rust | [`manager`] |
//! | decide who may administer | [`authorization`] |
//! | keep clients in PostgreSQL or MySQL | [`guides::databases`] |
//! | keep clients in a place of your own | [`repository::guide`], [`repository`] |
//! | tell which client calls your token endpoint | [`authentication`], [`adapters::tower::ClientAuthenticationLayer`] |
//! | show and revoke the tokens of clients | [`manager::tokens`] |
//! | hear what happens to clients | [`domain::ClientEvents`] |
//! | watch it: metrics, spans and events | [`guides::observability`] |
//! | settle what clients may register | [`domain::Policy`] |
//! | settle how secrets are made and hashed | [`secrets`] |
//!
//! # Feature flags
//!
//! They add up; none takes anything away.
//!
//! | Feature | Default | Adds |
//! |---|---|---|
//! | `axum` | yes | [`adapters::axum`] |
//! | `jwt` | yes | [`authorization::jwt`], with the cryptography of aws-lc |
//! | `jwt-rust-crypto` | | [`authorization::jwt`], with that of RustCrypto: no C, and RSA keys of at most 4096 bits; `jwt` wins when both are on |
//! | `diesel-sqlite` | | [`repository::SqliteRepository`]; SQLite is compiled in |
//! | `diesel-postgres` | | [`repository::PostgresRepository`], on a pool of yours or its own; no `libpq` |
//! | `diesel-mysql` | | [`repository::MysqlRepository`], for MySQL and MariaDB; no `libmysqlclient` |
//! | `conformance` | | [`repository::conformance`]: the test suite for repositories |
//! | `openapi` | | [`openapi`]: the OpenAPI document of what is served |
//! | `argon2-rust` | | [`secrets::SimdArgon2id`]: a faster engine for Argon2id, with a risk of its own |
//! | `metrics` | | counters, gauges and histograms through the `metrics` facade: [their names][guides::observability] |
//! | `tracing` | | spans and log events; never a secret, hash or token: [their names][guides::observability] |
//!
//! [axum]: https://docs.rs/axum
//! [tower]: https://docs.rs/tower
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod adapters;
pub mod authentication;
pub mod authorization;
pub mod domain;
pub mod handlers;
#[cfg_attr(
    not(feature = "_jwt"),
    allow(dead_code, unreachable_pub, reason = "keys are only checked")
)]
mod jose;
pub mod manager;
#[cfg(feature = "openapi")]
#[cfg_attr(docsrs, doc(cfg(feature = "openapi")))]
pub mod openapi;
mod operation;
pub mod repository;
pub mod secrets;
mod telemetry;
mod wire;

pub use manager::ClientManager;

/// Compiles the examples of the README.
#[cfg(all(
    doctest,
    feature = "axum",
    feature = "diesel-postgres",
    feature = "diesel-sqlite",
    feature = "jwt"
))]
#[doc = include_str!("../README.md")]
mod readme {}

/// Guides, of the same text as the files in `docs/`. How to write a repository is in
/// [`repository::guide`].
#[cfg(doc)]
pub mod guides {
    // `tests/support` tests them: its package has what their examples use.
    #[cfg(not(doctest))]
    #[doc = include_str!("../docs/databases.md")]
    pub mod databases {}

    #[cfg(not(doctest))]
    #[doc = include_str!("../docs/observability.md")]
    pub mod observability {}
}
