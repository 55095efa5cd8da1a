//! Importing and exporting clients: from another system, or from one storage to another.
//!
//! A client from another system keeps its `client_id` and its secret, as the hash that the other
//! system stored: [`ClientImport::new`]. The supported formats depend on the hasher of the
//! manager's pool; the default one is [`AnyHash`](crate::secrets::AnyHash).
//!
//! A client moved from one storage to another, for example from SQLite to PostgreSQL, keeps
//! everything:
//!
//! ```
//! use tower_oauth_clients::ClientManager;
//! use tower_oauth_clients::domain::{Draft, Operator, Role, TenantId};
//! use tower_oauth_clients::manager::transfer::ClientExport;
//! use tower_oauth_clients::repository::MemoryRepository;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let old = ClientManager::builder(MemoryRepository::new()).build()?;
//! let new = ClientManager::builder(MemoryRepository::new()).build()?;
//! # let tenant = TenantId::parse("acme").ok_or("not a tenant")?;
//! let operator = Operator::new("alice", Role::Admin, tenant);
//! # let draft = Draft::new("My Application", ["https://app.example.com/callback"]);
//! # let issued = old.create(&operator, draft).await?;
//!
//! // Out: one line of JSON for each client. Keep the file as you keep a secret.
//! let (mut lines, mut after) = (String::new(), None);
//! loop {
//!     let page = old.export(&operator, after).await?;
//!     for client in &page.clients {
//!         lines += &serde_json::to_string(client)?;
//!         lines.push('\n');
//!     }
//!     after = page.next;
//!     if after.is_none() {
//!         break;
//!     }
//! }
//!
//! // In. What is there already is left alone, so an interrupted import can start again.
//! for line in lines.lines() {
//!     let client: ClientExport = serde_json::from_str(line)?;
//!     new.import(&operator, client).await?;
//! }
//! # assert_eq!(new.get(&operator, &issued.client.client_id).await?, issued.client);
//! # Ok(())
//! # }
//! ```
//!
//! The audit trail is not transferred: it records what was done there, and an imported client
//! starts a new one. Nor are deleted clients; their `client_id` is free in the new storage.

mod document;
mod export;
mod import;
mod received;

pub use document::ClientExport;
pub use export::ExportPage;
#[cfg(feature = "openapi")]
pub(crate) use import::MAX_HASH_LENGTH;
pub use import::{ClientImport, Imported};
#[cfg(feature = "openapi")]
pub(crate) use received::{MAX_SECRET_LENGTH, MIN_SECRET_LENGTH};
