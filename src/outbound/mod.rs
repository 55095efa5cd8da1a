//! What this crate fetches from other servers: metadata documents and key sets of clients. It is
//! the only module that opens a connection.
//!
//! A stranger names the URL, so a [`Fetcher`] trusts none:
//!
//! - **Only https, and only names on the public internet**, on port 443 unless the host lists
//!   others.
//! - **One lookup.** If any address is not public, nothing is dialled. What was checked is what is
//!   dialled, so that a second answer can't lead elsewhere (DNS rebinding).
//! - **Nothing is followed**: no redirect, no proxy of the environment, no cookie, no credential.
//!   No connection is used twice, and nothing is decompressed.
//! - **Everything is bounded**: the time, the headers, the body while it is read, how many fetches
//!   run at once and how many start in a minute, altogether and for each host. What exceeds a bound
//!   is refused and doesn't wait.
//! - **A failure tells nothing**: all failures of a connection have the same message. The reason is
//!   the [`source`](std::error::Error::source) of the [`Error`], for the host's log.
//!
//! A host that may only connect through a gateway of its own implements [`Fetch`] itself.
//!
//! # Examples
//!
//! ```
//! use tower_oauth_clients::outbound::Fetcher;
//!
//! # fn main() -> Result<(), tower_oauth_clients::BuildError> {
//! # #[cfg(feature = "aws-lc-rs")]
//! let fetcher = Fetcher::builder().with_ports([443, 8443]).build()?;
//! # Ok(())
//! # }
//! ```

mod budget;
mod builder;
mod copies;
mod error;
mod failures;
mod fetch;
mod fetcher;
mod found;
mod freshness;
mod http1;
#[cfg(feature = "jwt")]
mod keys;
mod loopback;
mod resolve;
mod shelf;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod tls;

pub use builder::FetcherBuilder;
pub(crate) use copies::{Copies, CopyRules, Target};
pub use error::{Error, ErrorKind};
pub(crate) use fetch::SharedFetch;
pub use fetch::{Fetch, FetchRequest};
pub use fetcher::Fetcher;
pub(crate) use found::{Found, Trouble, TroubleKind};
#[cfg(feature = "jwt")]
pub use keys::FetchedKeys;
pub(crate) use loopback::LoopbackFetcher;
pub use resolve::{Resolve, SystemResolver};
