use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Once};
use std::time::Duration;

use quick_cache::sync::Cache;

use super::bucket::Buckets;
use super::{Attempt, FailureLimiter, LocalLimiterBuilder};
use crate::domain::{ClientId, Clock, Timestamp};

/// A client and where it calls from.
type Pair = (ClientId, IpAddr);

/// How long a success is remembered.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Counts failures within the process: the default [`FailureLimiter`].
///
/// A failure is counted three or four times, and each budget comes back evenly over its period:
///
/// | Budget of | By default | What it stops |
/// |---|---|---|
/// | a client from one address | 10 a minute | guessing, and the wrong secret of a broken deployment |
/// | an address | 60 a minute | going through many clients |
/// | a site of IPv6 | four times that of an address | going through many of its networks |
/// | a client from anywhere | 120 a minute | guessing from many addresses |
///
/// # Who is not locked out
///
/// - Successes are never counted.
/// - Whoever knows a `client_id`, which is no secret, can spend the budgets of that client. So the
///   wide ones hold only for those who did not authenticate lately: a client that did, within the
///   last day and from the address it calls from, has its own budget, which nobody spends from
///   another address.
/// - What fails before a hash or a signature was verified, such as an assertion that is none, costs
///   whoever sends it nothing. It is counted where it comes from, and not against the client.
/// - A secret that verified a short while ago is let through before the limiter is asked.
///
/// # Without an address
///
/// Where the host gives no address there is only the budget of a client from anywhere. So anybody
/// can lock any client out, for as long as they go on, and nothing stops who goes through many
/// clients: give the address. The first attempt without one is logged at `WARN`.
///
/// # Addresses
///
/// An IPv6 address counts as its /64, which is the smallest network that a subscriber has; the /48
/// that it is in, the largest, is its site. An IPv4 address written as IPv6 counts as IPv4.
///
/// # Bounds
///
/// Each table keeps 10,000 entries by default, of some 250 bytes, those in use most. An attempt is
/// counted when it ends: those that are under way when a budget is spent still end as they would.
/// Each process counts for itself.
pub struct LocalLimiter {
    pub(super) pairs: Buckets<Pair>,
    pub(super) peers: Buckets<IpAddr>,
    pub(super) sites: Buckets<Ipv6Addr>,
    pub(super) clients: Buckets<ClientId>,
    pub(super) successes: Cache<Pair, Timestamp>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) warned: Once,
}

impl LocalLimiter {
    /// Configures other budgets than the default ones.
    pub fn builder() -> LocalLimiterBuilder {
        LocalLimiterBuilder::new()
    }

    fn is_known(&self, pair: &Pair) -> bool {
        let last = self.successes.get(pair);
        last.is_some_and(|last| self.clock.now() < last + A_DAY)
    }
}

impl FailureLimiter for LocalLimiter {
    async fn wait(&self, attempt: Attempt<'_>) -> Option<Duration> {
        let Some(peer) = attempt.peer.map(network) else {
            self.warned.call_once(warn);
            return self.clients.wait(attempt.client_id);
        };
        let pair = (attempt.client_id.clone(), peer);
        let own = self.pairs.wait(&pair);
        if self.is_known(&pair) {
            return own;
        }
        let wide = self
            .peers
            .wait(&peer)
            .max(self.clients.wait(attempt.client_id))
            .max(site(peer).and_then(|site| self.sites.wait(&site)));
        own.max(wide)
    }

    async fn failed(&self, attempt: Attempt<'_>) {
        self.clients.take(attempt.client_id.clone());
        self.failed_unverified(attempt).await;
    }

    async fn failed_unverified(&self, attempt: Attempt<'_>) {
        if let Some(peer) = attempt.peer.map(network) {
            self.peers.take(peer);
            if let Some(site) = site(peer) {
                self.sites.take(site);
            }
            self.pairs.take((attempt.client_id.clone(), peer));
        }
    }

    async fn succeeded(&self, attempt: Attempt<'_>) {
        if let Some(peer) = attempt.peer.map(network) {
            let pair = (attempt.client_id.clone(), peer);
            self.successes.insert(pair, self.clock.now());
        }
    }
}

/// What a subscriber has at least.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => prefix(address, 64).into(),
        v4 => v4,
    }
}

/// What a subscriber has at most (RFC 6177).
fn site(peer: IpAddr) -> Option<Ipv6Addr> {
    match peer {
        IpAddr::V6(address) => Some(prefix(address, 48)),
        IpAddr::V4(_) => None,
    }
}

fn prefix(address: Ipv6Addr, length: u32) -> Ipv6Addr {
    let rest = 128 - length;
    Ipv6Addr::from_bits(address.to_bits() >> rest << rest)
}

#[cfg(feature = "tracing")]
fn warn() {
    tracing::warn!(
        "the host does not say where a client calls from: whoever fails as a client locks it out"
    );
}

#[cfg(not(feature = "tracing"))]
fn warn() {}

impl fmt::Debug for LocalLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalLimiter").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted_as(peer: &str) -> String {
        network(peer.parse().unwrap()).to_string()
    }

    #[test]
    fn an_address_counts_as_what_one_subscriber_has() {
        assert_eq!(counted_as("192.0.2.1"), "192.0.2.1");
        assert_eq!(counted_as("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(counted_as("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(counted_as("2001:db8:1:2::"), "2001:db8:1:2::");
        assert_eq!(counted_as("2001:db8:1:3::"), "2001:db8:1:3::");
    }
}
