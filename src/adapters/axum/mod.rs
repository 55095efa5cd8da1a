//! The handlers as an [`axum::Router`] to nest or merge into the host's, and an extractor for the
//! client that calls its token endpoint.
//!
//! # Examples
//!
//! Client management:
//!
//! ```
//! use axum::{Router, routing::get};
//! use tower_oauth_clients::adapters::axum::router;
//! # use tower_oauth_clients::authorization::{AdminRequest, Authorizer, Error, ErrorKind, Principal};
//! use tower_oauth_clients::handlers::Handlers;
//! use tower_oauth_clients::repository::MemoryRepository;
//! use tower_oauth_clients::ClientManager;
//! # struct Nobody;
//! # impl Authorizer for Nobody {
//! #     async fn authorize(&self, _: AdminRequest<'_>) -> Result<Principal, Error> {
//! #         Err(ErrorKind::MissingCredentials.into())
//! #     }
//! # }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let authorizer = Nobody;
//! let manager = ClientManager::builder(MemoryRepository::new()).build()?;
//! let app: Router = Router::new()
//!     .route("/", get(|| async { "the host's own" }))
//!     .nest("/api/v1", router(Handlers::new(manager, authorizer)));
//! # let _ = app;
//! # Ok(())
//! # }
//! ```
//!
//! A token endpoint that knows its caller. The layer refuses callers that do not authenticate;
//! added with `MethodRouter::route_layer`, it lets other methods get their 405:
//!
//! ```
//! use std::collections::HashMap;
//!
//! use axum::{Form, Router, routing::post};
//! use tower_oauth_clients::adapters::axum::AuthenticatedClient;
//! use tower_oauth_clients::adapters::tower::ClientAuthenticationLayer;
//! use tower_oauth_clients::authentication::ClientAuthenticator;
//! use tower_oauth_clients::repository::MemoryRepository;
//!
//! async fn token(
//!     AuthenticatedClient(caller): AuthenticatedClient,
//!     Form(request): Form<HashMap<String, String>>,
//! ) -> String {
//!     let grant_type = request.get("grant_type");
//!     format!("{} asks for {grant_type:?}", caller.client.client_id)
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let authenticator = ClientAuthenticator::builder(MemoryRepository::new()).build()?;
//! let layer = ClientAuthenticationLayer::new(authenticator);
//! let app: Router = Router::new().route("/token", post(token).route_layer(layer));
//! # let _ = app;
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "authentication")]
mod client;

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use ::axum::Router;
use ::axum::extract::{ConnectInfo, OriginalUri, Request};
use ::axum::routing::any;
use http::{Extensions, Response};

use super::mount::locate;
use crate::handlers::{Body, Handlers, PeerIp};
use crate::operation::{Operation, admin_path};
#[cfg(feature = "registration")]
use crate::registration::{self, Registrar};

#[cfg(feature = "authentication")]
#[cfg_attr(docsrs, doc(cfg(feature = "authentication")))]
pub use client::AuthenticatedClient;

/// Paths below the clients that belong to no operation. A single `{*rest}` right below them would
/// conflict with `{client_id}`, and a path parameter is never empty.
const UNKNOWN: [&str; 5] = [
    admin_path!("/clients/"),
    admin_path!("/clients//"),
    admin_path!("/clients//{*rest}"),
    admin_path!("/clients/{client_id}/"),
    admin_path!("/clients/{client_id}/{*rest}"),
];

/// The same below the registrations and the initial access tokens.
#[cfg(feature = "registration")]
const UNKNOWN_OF_REGISTRATION: [&str; 11] = [
    admin_path!("/registrations/"),
    admin_path!("/registrations//"),
    admin_path!("/registrations//{*rest}"),
    admin_path!("/registrations/{client_id}"),
    admin_path!("/registrations/{client_id}/"),
    admin_path!("/registrations/{client_id}/{*rest}"),
    admin_path!("/initial-access-tokens/"),
    admin_path!("/initial-access-tokens//"),
    admin_path!("/initial-access-tokens//{*rest}"),
    admin_path!("/initial-access-tokens/{initial_access_token_id}/"),
    admin_path!("/initial-access-tokens/{initial_access_token_id}/{*rest}"),
];

/// The same below the metadata documents and their blocks.
#[cfg(feature = "cimd")]
const UNKNOWN_OF_DOCUMENTS: [&str; 7] = [
    admin_path!("/metadata-documents/"),
    admin_path!("/metadata-documents/{*rest}"),
    admin_path!("/metadata-document-blocks/"),
    admin_path!("/metadata-document-blocks//"),
    admin_path!("/metadata-document-blocks//{*rest}"),
    admin_path!("/metadata-document-blocks/{metadata_document_block_id}/"),
    admin_path!("/metadata-document-blocks/{metadata_document_block_id}/{*rest}"),
];

/// A router for all operations, generic over the host's state.
///
/// Unknown paths below `/admin/oauth/clients` get 404 and unknown methods 405, as with
/// [`ManagementService`](super::tower::ManagementService), and so they do below the paths of
/// registration and of metadata documents if these features are on; all other paths are left to the
/// host.
/// Serve the app with `into_make_service_with_connect_info::<SocketAddr>()` to record the caller's
/// address in the audit trail.
pub fn router<S: Clone + Send + Sync + 'static>(handlers: Handlers) -> Router<S> {
    let paths = Operation::ALL.iter().map(|operation| operation.path());
    let paths = paths.chain(UNKNOWN);
    #[cfg(feature = "registration")]
    let paths = paths.chain(UNKNOWN_OF_REGISTRATION);
    #[cfg(feature = "cimd")]
    let paths = paths.chain(UNKNOWN_OF_DOCUMENTS);
    #[cfg(feature = "openapi")]
    let paths = paths.chain(handlers.document_path());
    let paths: BTreeSet<_> = paths.collect();
    let route = any(move |request: Request| answer(handlers, request));
    paths.into_iter().fold(Router::new(), |router, path| {
        router.route(path, route.clone())
    })
}

/// A router for the registration of clients by themselves: `/oauth/register` and
/// `/oauth/register/{client_id}`. It is public, so mount it apart from the admin API, and below the
/// endpoint that the [`Registrar`] was built with.
///
/// Unknown methods get 405; all other paths are left to the host. The limits depend on the caller's
/// address: serve the app with `into_make_service_with_connect_info::<SocketAddr>()`, or insert the
/// address that a trusted proxy reports as a [`PeerIp`].
///
/// See the [module](crate::registration) for an example.
#[cfg(feature = "registration")]
#[cfg_attr(docsrs, doc(cfg(feature = "registration")))]
pub fn registration_router<S: Clone + Send + Sync + 'static>(registrar: Registrar) -> Router<S> {
    let route = any(move |request: Request| register(registrar, request));
    let paths = registration::PATHS.into_iter();
    paths.fold(Router::new(), |router, path| {
        router.route(path, route.clone())
    })
}

#[cfg(feature = "registration")]
async fn register(registrar: Registrar, mut request: Request) -> Response<Body> {
    insert_peer(&mut request);
    registrar.handle(request).await
}

/// Inserts the address of the connection, unless the host knows better.
fn insert_peer(request: &mut Request) {
    if let Some(ip) = connection(request.extensions())
        && request.extensions().get::<PeerIp>().is_none()
    {
        request.extensions_mut().insert(PeerIp(ip));
    }
}

async fn answer(handlers: Handlers, mut request: Request) -> Response<Body> {
    let original = request
        .extensions()
        .get()
        .map(|OriginalUri(uri)| uri.clone());
    let uri = request.uri().clone();
    insert_peer(&mut request);
    let response = handlers.handle(request).await;
    let mount = original
        .as_ref()
        .and_then(|original| original.path().strip_suffix(uri.path()));
    locate(response, mount.unwrap_or_default())
}

/// The path of a request before routers stripped something from it.
#[cfg(feature = "console")]
pub(super) fn original_path(extensions: &Extensions) -> Option<&str> {
    extensions.get().map(|OriginalUri(uri)| uri.path())
}

/// The address of the connection, if the app is served with `ConnectInfo`.
pub(super) fn connection(extensions: &Extensions) -> Option<IpAddr> {
    extensions
        .get()
        .map(|ConnectInfo::<SocketAddr>(peer)| peer.ip())
}
