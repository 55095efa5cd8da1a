//! The handlers as a [`tower::Service`], for hosts without a router of their own, and a
//! [`tower::Layer`] that tells a token endpoint which client is calling.
//!
//! # Examples
//!
//! The management of clients:
//!
//! ```
//! use http::{Request, StatusCode};
//! use http_body_util::Empty;
//! use tower::ServiceExt;
//! use tower_oauth_clients::adapters::tower::ManagementService;
//! # use tower_oauth_clients::authorization::{Authorizer, Error, ErrorKind, Principal};
//! use tower_oauth_clients::handlers::Handlers;
//! use tower_oauth_clients::repository::MemoryRepository;
//! use tower_oauth_clients::ClientManager;
//! # struct Nobody;
//! # impl Authorizer for Nobody {
//! #     async fn authorize(&self, _: &http::request::Parts) -> Result<Principal, Error> {
//! #         Err(ErrorKind::MissingCredentials.into())
//! #     }
//! # }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let authorizer = Nobody;
//! let manager = ClientManager::builder(MemoryRepository::new()).build()?;
//! let service = ManagementService::new(Handlers::new(manager, authorizer)).with_prefix("/api/v1");
//!
//! let request = Request::get("/api/v1/admin/oauth/clients/app-1").body(Empty::new())?;
//! let response = service.oneshot(request).await?;
//! assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! A token endpoint. Whoever calls it has authenticated, and the body is still there to read:
//!
//! ```
//! use std::convert::Infallible;
//! use std::sync::Arc;
//!
//! use bytes::Bytes;
//! use http::{Request, Response, StatusCode};
//! use http_body_util::Full;
//! use tower::{Layer, ServiceExt, service_fn};
//! use tower_oauth_clients::adapters::tower::ClientAuthenticationLayer;
//! use tower_oauth_clients::authentication::{Authenticated, ClientAuthenticator};
//! use tower_oauth_clients::handlers::{Body, PeerIp};
//! use tower_oauth_clients::repository::MemoryRepository;
//!
//! async fn token(request: Request<Body>) -> Result<Response<Full<Bytes>>, Infallible> {
//!     let caller = request.extensions().get::<Arc<Authenticated>>();
//!     let name = caller.map_or("", |caller| caller.client.client_id.as_str());
//!     Ok(Response::new(Full::from(format!("a token for {name}"))))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let authenticator = ClientAuthenticator::builder(MemoryRepository::new()).build()?;
//! let service = ClientAuthenticationLayer::new(authenticator).layer(service_fn(token));
//!
//! let request = Request::post("/token")
//!     .header("content-type", "application/x-www-form-urlencoded")
//!     .extension(PeerIp([192, 0, 2, 1].into()))
//!     .body(Full::<Bytes>::from("grant_type=client_credentials&client_id=app-1&client_secret=guess"))?;
//! let response = service.oneshot(request).await?;
//! assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! assert!(response.headers().contains_key("www-authenticate"));
//! # Ok(())
//! # }
//! ```

mod authentication;
mod future;
mod service;

pub use authentication::{
    AuthenticationBody, AuthenticationFuture, ClientAuthenticationLayer,
    ClientAuthenticationService,
};
pub use future::ResponseFuture;
pub use service::ManagementService;
