//! The handlers as a [`tower::Service`], for hosts without a router of their own, and a
//! [`tower::Layer`] that authenticates the clients of a token endpoint.
//!
//! # Examples
//!
//! Client management:
//!
//! ```
//! use http::{Request, StatusCode};
//! use http_body_util::Empty;
//! use tower::ServiceExt;
//! use tower_oauth_clients::adapters::tower::ManagementService;
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
//! The same served by hyper alone, with each connection's address for the audit trail. Behind a
//! trusted proxy, use the address that the proxy reports:
//!
//! ```
//! use http::Request;
//! use hyper::{body::Incoming, server::conn::http1};
//! use hyper_util::rt::{TokioIo, TokioTimer};
//! use hyper_util::service::TowerToHyperService;
//! use tokio::net::TcpListener;
//! use tower::ServiceExt;
//! use tower_oauth_clients::adapters::tower::ManagementService;
//! use tower_oauth_clients::handlers::PeerIp;
//!
//! async fn serve(listener: TcpListener, service: ManagementService) -> std::io::Result<()> {
//!     loop {
//!         let (stream, peer) = listener.accept().await?;
//!         let service = service.clone().map_request(move |mut request: Request<Incoming>| {
//!             request.extensions_mut().insert(PeerIp(peer.ip()));
//!             request
//!         });
//!         let mut http = http1::Builder::new();
//!         let http = http.timer(TokioTimer::new()); // ends who never sends a whole head
//!         let service = TowerToHyperService::new(service);
//!         tokio::spawn(http.serve_connection(TokioIo::new(stream), service));
//!     }
//! }
//! # use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! # use tower_oauth_clients::ClientManager;
//! # use tower_oauth_clients::authorization::{AdminRequest, Authorizer, Error, ErrorKind, Principal};
//! # use tower_oauth_clients::handlers::Handlers;
//! # use tower_oauth_clients::repository::MemoryRepository;
//! # struct Nobody;
//! # impl Authorizer for Nobody {
//! #     async fn authorize(&self, request: AdminRequest<'_>) -> Result<Principal, Error> {
//! #         assert!(request.head.extensions.get::<PeerIp>().is_some_and(|PeerIp(ip)| ip.is_loopback()));
//! #         Err(ErrorKind::MissingCredentials.into())
//! #     }
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let manager = ClientManager::builder(MemoryRepository::new()).build()?;
//! # let service = ManagementService::new(Handlers::new(manager, Nobody));
//! # let listener = TcpListener::bind("127.0.0.1:0").await?;
//! # let mut stream = tokio::net::TcpStream::connect(listener.local_addr()?).await?;
//! # tokio::spawn(serve(listener, service));
//! # let request = b"GET /admin/oauth/clients HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
//! # stream.write_all(request).await?;
//! # let mut answer = String::new();
//! # stream.read_to_string(&mut answer).await?;
//! # assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
//! # Ok(())
//! # }
//! ```
//!
//! actix-web 4 does not use tower, and its methods, URIs and statuses are those of `http` 0.2:
//! build an `http` 1 request from its request, its body and a [`PeerIp`](crate::handlers::PeerIp),
//! pass it to [`Handlers::handle`](crate::handlers::Handlers::handle), and convert the response
//! back.
//!
//! A token endpoint. Its caller has authenticated, and the body can still be read:
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

#[cfg(feature = "authentication")]
mod authentication;
#[cfg(feature = "console")]
mod console;
#[cfg(feature = "cors")]
mod cors;
mod cross_origin;
mod future;
#[cfg(feature = "registration")]
mod registration;
mod service;

#[cfg(feature = "authentication")]
#[cfg_attr(docsrs, doc(cfg(feature = "authentication")))]
pub use authentication::{
    AuthenticationBody, AuthenticationFuture, ClientAuthenticationLayer,
    ClientAuthenticationService,
};
#[cfg(feature = "console")]
#[cfg_attr(docsrs, doc(cfg(feature = "console")))]
pub use console::ConsoleService;
#[cfg(feature = "cors")]
#[cfg_attr(docsrs, doc(cfg(feature = "cors")))]
pub use cors::{ClientCorsFuture, ClientCorsLayer, ClientCorsService};
pub use cross_origin::{CrossOriginGuardFuture, CrossOriginGuardLayer, CrossOriginGuardService};
pub use future::ResponseFuture;
#[cfg(feature = "registration")]
#[cfg_attr(docsrs, doc(cfg(feature = "registration")))]
pub use registration::RegistrationService;
pub use service::ManagementService;
