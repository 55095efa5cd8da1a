//! Client secrets: their format, hashing, and the bounded thread pool for it.
//!
//! ```
//! use tower_oauth_clients::domain::{Clock, Id, SystemClock};
//! use tower_oauth_clients::secrets::{Argon2id, HashPool, SecretFormat};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let pool = HashPool::builder(Argon2id::default()).build()?;
//!
//! let id = Id::generate(SystemClock.now());
//! let plaintext = SecretFormat::default().generate(id)?;
//! let (plaintext, hash) = pool.hash(plaintext).await?;
//!
//! assert_eq!(SecretFormat::lookup_id(&plaintext), Some(id));
//! assert!(pool.verify(plaintext, hash).await?);
//! # Ok(())
//! # }
//! ```

mod any;
mod argon2id;
mod error;
mod format;
mod hasher;
#[cfg(feature = "hmac-sha256")]
mod hmac;
#[cfg_attr(not(feature = "imported-hashes"), path = "no_imported.rs")]
mod imported;
mod plaintext;
mod pool;

pub use any::AnyHash;
#[cfg(feature = "authentication")]
pub(crate) use any::is_cut_off;
#[cfg(feature = "argon2-rust")]
#[cfg_attr(docsrs, doc(cfg(feature = "argon2-rust")))]
pub use argon2id::SimdArgon2id;
pub use argon2id::{Argon2id, Argon2idBuilder};
pub use error::{Error, ErrorKind};
pub use format::SecretFormat;
pub use hasher::SecretHasher;
#[cfg(feature = "hmac-sha256")]
#[cfg_attr(docsrs, doc(cfg(feature = "hmac-sha256")))]
pub use hmac::{HmacSha256, HmacSha256Builder, Pepper};
pub use plaintext::Plaintext;
pub use pool::{HashPool, HashPoolBuilder};
