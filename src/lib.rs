//! OAuth client management that you mount into your own [axum] or [tower] app.
//!
//! It is an admin API to create, list, read, update, clone, suspend and delete the OAuth clients of
//! an authorization server: secrets are shown once, stored as Argon2id hashes and rotated without
//! downtime, every change is recorded in an audit trail, and tenants are isolated from each other.
//!
//! # Quick start
//!
//! ```
//! use axum::Router;
//! use tower_oauth_clients::adapters::axum::router;
//! use tower_oauth_clients::authorization::jwt::{JwtAuthorizer, Keys};
//! use tower_oauth_clients::{ClientManager, Handlers, MemoryRepository};
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
//! | know what its API accepts | [`guides::api`] |
//! | give administrators a page | [`guides::console`] |
//! | call it from Rust | [`manager`] |
//! | authorize administrators | [`authorization`] |
//! | store clients in PostgreSQL or MySQL | [`guides::databases`] |
//! | store clients elsewhere | [`repository::guide`], [`repository`] |
//! | authenticate token requests | [`authentication`], [`ClientAuthenticationLayer`] |
//! | let clients register themselves | `registration` |
//! | list and revoke the tokens of clients | [`manager::tokens`] |
//! | be notified of changes | [`domain::ClientEvents`] |
//! | monitor it: metrics, spans and events | [`guides::observability`] |
//! | configure what clients may register | [`domain::Policy`] |
//! | configure how secrets are generated and hashed | [`secrets`] |
//!
//! # Feature flags
//!
//! All features are additive.
//!
//! | Feature | Default | Adds |
//! |---|---|---|
//! | `authentication` | yes | [`authentication`], its tower layer and its axum extractor |
//! | `aws-lc-rs` | yes | [`authorization::jwt`] and [`authentication::assertion`], with aws-lc |
//! | `axum` | yes | [`adapters::axum`] |
//! | `hmac-sha256` | yes | [`secrets::HmacSha256`] |
//! | `imported-hashes` | yes | bcrypt, PBKDF2 and scrypt in [`secrets::AnyHash`] |
//! | `rust-crypto` | | as `aws-lc-rs`, which has precedence, but without C, and with RSA to 4096 bits |
//! | `diesel-sqlite` | | [`repository::SqliteRepository`]; SQLite is compiled in |
//! | `diesel-postgres` | | [`repository::PostgresRepository`], your pool or its own; no `libpq` |
//! | `diesel-mysql` | | [`repository::MysqlRepository`] (MySQL, MariaDB); no `libmysqlclient` |
//! | `console` | | `console`: a page on which administrators manage clients ([guide][guides::console]) |
//! | `conformance` | | [`repository::conformance`]: the test suite for repositories |
//! | `cimd` | | [`documents`]: a `client_id` may be the URL of a metadata document |
//! | `registration` | | [`registration`]: clients that register themselves ([guide][guides::registration]) |
//! | `cors` | | `adapters::tower::ClientCorsLayer`: registered origins may call the host's endpoints |
//! | `openapi` | | [`openapi`]: the OpenAPI document of the admin API |
//! | `argon2-rust` | | [`secrets::SimdArgon2id`]: a faster Argon2id, with a risk of its own |
//! | `registration` | | `registration`: clients register themselves (RFC 7591, RFC 7592) |
//! | `cimd` | | `documents`: a `client_id` is the URL of a document. The only feature that connects out |
//! | `metrics` | | metrics through the `metrics` facade ([names][guides::observability]) |
//! | `tracing` | | spans and log events, without secrets ([names][guides::observability]) |
//!
//! Three more are parts of these, which turn them on: `jwt` (of `aws-lc-rs` and `rust-crypto`; it
//! does not compile without either), `diesel` and `diesel-pool`. A build without `jwt` registers
//! the public keys of clients, but does not check that their points are on the curve.
//!
//! [axum]: https://docs.rs/axum
//! [tower]: https://docs.rs/tower
//! [`ClientAuthenticationLayer`]: adapters::tower::ClientAuthenticationLayer
#![cfg_attr(docsrs, feature(doc_cfg))]

#[macro_use]
mod erased;

#[cfg(all(
    feature = "jwt",
    not(any(feature = "aws-lc-rs", feature = "rust-crypto"))
))]
compile_error!(
    "the feature `jwt` of tower-oauth-clients needs a crypto backend: enable `aws-lc-rs` or \
     `rust-crypto` instead, which turn it on"
);

pub mod adapters;
#[cfg(feature = "authentication")]
#[cfg_attr(docsrs, doc(cfg(feature = "authentication")))]
pub mod authentication;
pub mod authorization;
#[cfg(feature = "console")]
#[cfg_attr(docsrs, doc(cfg(feature = "console")))]
pub mod console;
#[cfg(feature = "cimd")]
#[cfg_attr(docsrs, doc(cfg(feature = "cimd")))]
pub mod documents;
pub mod domain;
mod error;
mod exchange;
pub mod handlers;
#[cfg_attr(
    not(all(feature = "authentication", feature = "jwt")),
    allow(dead_code, unreachable_pub, reason = "not everything is verified")
)]
mod jose;
pub mod manager;
#[cfg(feature = "openapi")]
#[cfg_attr(docsrs, doc(cfg(feature = "openapi")))]
pub mod openapi;
mod operation;
#[cfg(feature = "cimd")]
#[cfg_attr(docsrs, doc(cfg(feature = "cimd")))]
pub mod outbound;
#[cfg(feature = "registration")]
#[cfg_attr(docsrs, doc(cfg(feature = "registration")))]
pub mod registration;
pub mod repository;
pub mod secrets;
mod telemetry;
mod wire;

#[cfg(feature = "authentication")]
#[cfg_attr(docsrs, doc(cfg(feature = "authentication")))]
pub use authentication::ClientAuthenticator;
pub use error::{BuildError, BuildErrorKind};
pub use handlers::Handlers;
pub use manager::ClientManager;
pub use repository::MemoryRepository;
#[cfg(feature = "diesel-mysql")]
#[cfg_attr(docsrs, doc(cfg(feature = "diesel-mysql")))]
pub use repository::MysqlRepository;
#[cfg(feature = "diesel-postgres")]
#[cfg_attr(docsrs, doc(cfg(feature = "diesel-postgres")))]
pub use repository::PostgresRepository;
#[cfg(feature = "diesel-sqlite")]
#[cfg_attr(docsrs, doc(cfg(feature = "diesel-sqlite")))]
pub use repository::SqliteRepository;

/// Compiles the examples of the README.
#[cfg(all(
    doctest,
    feature = "authentication",
    feature = "axum",
    feature = "diesel-postgres",
    feature = "diesel-sqlite",
    feature = "jwt"
))]
#[doc = include_str!("../README.md")]
mod readme {}

/// Guides, also in `docs/`. The one on writing a repository is [`repository::guide`].
#[cfg(doc)]
pub mod guides {
    // `tests/support` tests them: its package has what their examples use.
    #[cfg(not(doctest))]
    #[doc = include_str!("../docs/api.md")]
    pub mod api {}

    #[cfg(not(doctest))]
    #[doc = include_str!("../docs/console.md")]
    pub mod console {}

    #[cfg(not(doctest))]
    #[doc = include_str!("../docs/databases.md")]
    pub mod databases {}

    #[cfg(not(doctest))]
    #[doc = include_str!("../docs/observability.md")]
    pub mod observability {}

    #[cfg(not(doctest))]
    #[doc = include_str!("../docs/registration.md")]
    pub mod registration {}
}
