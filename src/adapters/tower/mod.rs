//! The handlers as a [`tower::Service`], for hosts without a router of their own.
//!
//! # Examples
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

mod future;
mod service;

pub use future::ResponseFuture;
pub use service::ManagementService;
