mod body;
mod future;
mod layer;
mod service;

pub use body::AuthenticationBody;
pub use future::AuthenticationFuture;
pub use layer::ClientAuthenticationLayer;
pub use service::ClientAuthenticationService;
