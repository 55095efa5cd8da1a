//! Clients whose `client_id` is the URL of a document that describes them
//! (draft-ietf-oauth-client-id-metadata-document).
//!
//! A [`ClientResolver`] finds the client of a request to the authorization endpoint: the stored one
//! if there is one, and else the one that the document describes. The latter is not stored; its
//! [origin](crate::domain::ClientOrigin) is `metadata_document`. At the token endpoint, a
//! [`ClientAuthenticator`](crate::ClientAuthenticator) asks a [`DocumentClients`] for it.
//!
//! # Examples
//!
//! ```no_run
//! use tower_oauth_clients::ClientAuthenticator;
//! use tower_oauth_clients::documents::{ClientResolver, DomainPolicy, Domains};
//! use tower_oauth_clients::domain::{ClientId, TenantId};
//! use tower_oauth_clients::outbound::Fetcher;
//! use tower_oauth_clients::repository::MemoryRepository;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let repository = MemoryRepository::new();
//! let fetcher = Fetcher::builder().build()?;
//! let trust = DomainPolicy::new(Domains::none().with_allowed(["claude.ai", "vscode.dev"]))?;
//! let resolver = ClientResolver::builder(repository.clone(), fetcher, trust)
//!     .with_scopes(["mcp:read", "mcp:write"])
//!     .build()?;
//!
//! // At the authorization endpoint:
//! let tenant = TenantId::parse("acme").ok_or("not a tenant")?;
//! let client_id = ClientId::parse("https://vscode.dev/oauth/client-metadata.json").ok_or("")?;
//! let client = resolver.resolve(&tenant, &client_id).await?.client;
//! let redirect_uri = "http://127.0.0.1:33418/";
//! assert!(client.allows_redirect_uri(redirect_uri));
//! let facts = client.facts(redirect_uri); // for the consent page
//!
//! // At the token endpoint:
//! let authenticator = ClientAuthenticator::builder(repository)
//!     .with_client_source(resolver.in_tenant(tenant))
//!     .build()?;
//! # let _ = (facts, authenticator);
//! # Ok(())
//! # }
//! ```
//!
//! # What is checked
//!
//! Nothing is fetched unless the URL can identify a client and the tenant [trusts](TrustPolicy) its
//! host. How it is fetched is up to the [`outbound`](crate::outbound) fetcher. A document is then
//! one JSON object of at most 5 KiB whose `client_id` equals its URL byte for byte; it has no
//! secret and no private key, and at least one redirect URI. All its members follow the rules of
//! clients that [register](crate::registration) themselves, with one difference: a single bad
//! redirect URI makes the document invalid. Redirect URIs may be on other hosts than the document,
//! so a consent page shows both.
//!
//! # Copies
//!
//! Documents are kept for as long as HTTP allows, between a minute and a day, and validated with
//! `ETag` and `Last-Modified`. `no-store` and `private` are obeyed. At most 1,000 are kept, of
//! which no host has more than a tenth. A failure is never kept as a verdict, but the URL is not
//! tried again for 10 seconds, and up to a minute if it keeps failing.
//!
//! If a document can't be fetched for now, an older copy will do: for an hour if the tenant
//! [lists](Trust::Listed) the host, and for token requests, whose grant was given under that
//! document, for the rest of a day. A document that is gone or invalid is the publisher's word: no
//! older copy will do, and no pinned one, until a valid document is there again.
//!
//! # Administration
//!
//! The storage keeps which documents a tenant uses, and which it blocks; the documents themselves
//! are not stored. A block is a URL or a domain, and wins over everything else: trust, pins, copies
//! and grants. Administrators see and block documents with the methods of the resolver, or over
//! HTTP ([`Handlers::with_client_resolver`](crate::Handlers::with_client_resolver)). A resolver
//! reads the blocks of a tenant every 5 seconds at most, and those that it makes itself hold at
//! once. If it can't read them, it accepts no document of the tenant: that is answered 503.

mod admin;
mod blocks;
mod builder;
mod document;
mod domains;
mod error;
mod method;
mod notes;
mod pinned;
mod resolver;
mod source;
#[cfg(test)]
mod tests;
mod trust;

pub use admin::ListedDocument;
pub use builder::ClientResolverBuilder;
pub use domains::Domains;
pub use error::{Error, ErrorKind};
pub use pinned::Pin;
pub use resolver::{ClientResolver, Resolved, ResolvedFrom};
pub use source::DocumentClients;
pub use trust::{DomainPolicy, Trust, TrustPolicy};
