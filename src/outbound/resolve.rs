use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use tokio::net::lookup_host;
use tokio::sync::Semaphore;

use super::Error;
use crate::domain::is_public_address;

/// The most addresses of one name.
const MAX_ADDRESSES: usize = 16;

/// The most lookups of the system at once. Each takes a thread, also after nobody waits for it.
const MAX_LOOKUPS: usize = 64;

/// Looks up the addresses of a name.
///
/// The answer need not be trusted: a [`Fetcher`](super::Fetcher) checks every address. The future
/// may be dropped at any point.
pub trait Resolve: Send + Sync + 'static {
    /// Returns all addresses of a DNS name, in lower case and without a dot at the end.
    ///
    /// # Errors
    ///
    /// If there is no answer. It goes to the host's log.
    fn lookup(&self, host: &str) -> impl Future<Output = io::Result<Vec<IpAddr>>> + Send;
}

erased! {
    pub(super) trait ErasedResolve of Resolve and Arc {
        fn lookup(host: [&] str) -> io::Result<Vec<IpAddr>>;
    }
}

/// A resolver behind a pointer, so that nothing else needs a type parameter for it.
pub(super) type SharedResolve = Arc<dyn ErasedResolve>;

/// The resolver of the operating system.
///
/// It is asked for the absolute name, so that no search domain is appended.
#[derive(Clone, Debug)]
pub struct SystemResolver(Arc<Semaphore>);

impl SystemResolver {
    /// Creates a resolver.
    pub fn new() -> Self {
        Self(Arc::new(Semaphore::new(MAX_LOOKUPS)))
    }
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self::new()
    }
}

impl Resolve for SystemResolver {
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let place = Arc::clone(&self.0).try_acquire_owned();
        let place = place.map_err(|_| io::Error::other("too many lookups"))?;
        let name = format!("{host}.");
        // A task of its own: whoever stops waiting doesn't end the thread that looks it up.
        let lookup = tokio::spawn(async move {
            let found = lookup_host((name, 443)).await;
            drop(place);
            found.map(|addresses| addresses.map(|address| address.ip()).collect())
        });
        lookup.await.map_err(io::Error::other)?
    }
}

/// The addresses to dial: at most two, of both families if there are both.
///
/// # Errors
///
/// If there is none, or one that is not public, or one in a denied network.
pub(super) fn choose(addresses: &[IpAddr], denied: &[IpNet]) -> Result<Vec<IpAddr>, Error> {
    if addresses.len() > MAX_ADDRESSES {
        return Err(Error::unavailable("the name has too many addresses"));
    }
    let is_denied = |address: &IpAddr| denied.iter().any(|net| net.contains(address));
    for address in addresses {
        if !is_public_address(*address) || is_denied(address) {
            let reason = format!("the name has the address {address}, which is for special use");
            return Err(Error::unavailable(reason));
        }
    }
    let Some(first) = addresses.first() else {
        return Err(Error::unavailable("the name has no address"));
    };
    let other_family = addresses
        .iter()
        .find(|other| other.is_ipv4() != first.is_ipv4());
    let second = other_family.or(addresses.get(1));
    Ok([Some(first), second]
        .into_iter()
        .flatten()
        .copied()
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(addresses: &[&str], denied: &[&str]) -> Option<Vec<String>> {
        let addresses: Vec<IpAddr> = addresses.iter().map(|text| text.parse().unwrap()).collect();
        let denied: Vec<IpNet> = denied.iter().map(|text| text.parse().unwrap()).collect();
        let chosen = choose(&addresses, &denied).ok()?;
        Some(chosen.iter().map(IpAddr::to_string).collect())
    }

    #[test]
    fn two_are_dialled_of_both_families() {
        let one = "93.184.216.34";
        let (other, v6) = ("93.184.216.35", "2606:4700::1111");
        assert_eq!(chosen(&[one], &[]).unwrap(), [one]);
        assert_eq!(chosen(&[one, other, v6], &[]).unwrap(), [one, v6]);
        assert_eq!(chosen(&[v6, one, other], &[]).unwrap(), [v6, one]);
        assert_eq!(chosen(&[one, other], &[]).unwrap(), [one, other]);
    }

    #[test]
    fn one_bad_address_is_enough() {
        let good = "93.184.216.34";
        assert_eq!(chosen(&[], &[]), None);
        assert_eq!(chosen(&[good, "10.0.0.1"], &[]), None);
        assert_eq!(chosen(&[good, "::1"], &[]), None);
        assert_eq!(chosen(&[good], &["93.184.216.0/24"]), None);
        assert_eq!(chosen(&[good; 17], &[]), None);
        assert!(chosen(&[good; 16], &[]).is_some());
    }

    #[tokio::test]
    async fn the_system_knows_no_invalid_name() {
        let resolver = SystemResolver::new();
        assert!(Resolve::lookup(&resolver, "nobody.invalid").await.is_err());
    }
}
