use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Once};
use std::time::Duration;

use quick_cache::sync::Cache;

use super::bucket::{Buckets, Held};
use super::{Attempt, Claim, FailureLimiter, LocalLimiterBuilder, Outcome};
use crate::domain::{ClientId, Clock, Timestamp};

/// A client and the network that it calls from.
type Pair = (ClientId, IpAddr);

/// The most that an expensive failure counts. A forgotten deployment with an imported secret must
/// not spend the budget of its whole address.
const MOST_TIMES: u32 = 4;

/// How long a success is remembered.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Counts failures within the process: the default [`FailureLimiter`].
///
/// Each failure is charged to several budgets, which refill evenly over their period:
///
/// | Budget | Default | Prevents |
/// |---|---|---|
/// | one secret of a client, per address | 10 a minute | retries of an expired secret |
/// | other secrets of a client, per address | 10 a minute | guessing |
/// | an address | 60 a minute | trying many clients |
/// | an IPv6 site | four times that of an address | trying many clients from many networks |
/// | a client from anywhere | 120 a minute | guessing from many addresses |
///
/// The second one is for secrets that did not fail before. If verifying the stored hash takes more
/// work than a new one, as with imported hashes, a failure counts up to four times, except in the
/// first two budgets.
///
/// Concurrent attempts can't exceed a budget: each holds a unit of every budget while it is in
/// progress. If others hold all that is left, an attempt waits until one of them ends.
///
/// # Who is not locked out
///
/// - Successes are never counted.
/// - A secret that fails again has a budget of its own: one forgotten deployment behind an address
///   does not delay callers with the right secret. An issued secret is recognized by its lookup id,
///   any other by its text.
/// - Anyone who knows a `client_id`, which is no secret, can spend that client's budgets. So the
///   wide ones apply only to callers that did not authenticate recently: a client that did so
///   within the last day, from the address it calls from, has a budget that nobody can spend from
///   another address.
/// - A failure before a hash or a signature was verified or keys were fetched again, such as a
///   malformed assertion, costs an attacker nothing. It is charged to the address and not to the
///   client. So is one whose client a [`ClientSource`](crate::authentication::ClientSource) was
///   asked for in vain.
/// - A secret in the cache of verified secrets is accepted before the limiter is asked.
///
/// # Without an address
///
/// If the host passes no address, only the budget of a client from anywhere applies. Anyone can
/// then lock out any client for as long as they keep trying, and nothing stops an attacker who
/// tries many clients: pass the address. The first attempt without one is logged at `WARN`.
///
/// A failure before anything was verified is not charged then: an attacker who invents a
/// `client_id` for each attempt would not be stopped, and one who knows a client's would spend its
/// budget for free.
///
/// # Addresses
///
/// An IPv6 address counts as its /64, the smallest network assigned to a subscriber; its /48, the
/// largest, is its site. An IPv4-mapped address counts as the IPv4 address, and so does one behind
/// NAT64 or SIIT (`64:ff9b::/96`, `64:ff9b:1::/48`), 6to4 or Teredo.
///
/// # Bounds
///
/// Each table keeps the 10,000 most used entries by default, at about 250 bytes each. Each process
/// counts for itself.
pub struct LocalLimiter {
    /// Per claimed secret and address; the claim includes the client.
    pub(super) claims: Buckets<(Option<IpAddr>, Claim)>,
    pub(super) pairs: Buckets<Pair>,
    pub(super) peers: Buckets<IpAddr>,
    pub(super) sites: Buckets<Ipv6Addr>,
    pub(super) clients: Buckets<ClientId>,
    pub(super) successes: Cache<Pair, Timestamp>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) warned: Once,
}

impl LocalLimiter {
    /// Creates a builder to change the default budgets.
    pub fn builder() -> LocalLimiterBuilder {
        LocalLimiterBuilder::new()
    }

    fn is_known(&self, pair: &Pair) -> bool {
        let last = self.successes.get(pair);
        let now = self.clock.now();
        // The second condition: a clock that was ahead must not extend the day.
        last.is_some_and(|last| now < last + A_DAY && last < now + A_DAY)
    }

    /// Holds a unit of each budget that applies, the narrowest first.
    async fn hold(&self, attempt: Attempt<'_>) -> Result<Admission, Duration> {
        let client_id = attempt.client_id;
        let peer = attempt.peer.map(network);
        let claim = attempt.claim.map(|claim| (peer, claim));
        let repeats = claim.is_some_and(|claim| self.claims.has_failed(&claim));
        let mut admission = Admission::default();
        if let Some(claim) = &claim {
            admission.claim = Some(self.claims.hold(claim).await?);
        }
        let Some(peer) = peer else {
            self.warned.call_once(warn);
            admission.client = Some(self.clients.hold(client_id).await?);
            return Ok(admission);
        };
        let pair = (client_id.clone(), peer);
        if !repeats {
            admission.pair = Some(self.pairs.hold(&pair).await?);
        }
        let is_known = self.is_known(&pair);
        if !is_known || repeats {
            admission.wide.push(self.peers.hold(&peer).await?);
            if let Some(site) = site(peer) {
                admission.wide.push(self.sites.hold(&site).await?);
            }
            admission.holds_peer = true;
        }
        if !is_known {
            admission.client = Some(self.clients.hold(client_id).await?);
        }
        Ok(admission)
    }

    fn charge(&self, attempt: Attempt<'_>, admission: Admission, is_verified: bool, work: u32) {
        let times = work.clamp(1, MOST_TIMES);
        let peer = attempt.peer.map(network);
        if let Some(peer) = peer
            && !admission.holds_peer
        {
            self.peers.charge(&peer, times);
            if let Some(site) = site(peer) {
                self.sites.charge(&site, times);
            }
        }
        match admission.client {
            Some(held) if is_verified => held.spend(&*self.clock, times),
            None if is_verified => self.clients.charge(attempt.client_id, times),
            _ => {}
        }
        for held in admission.wide {
            held.spend(&*self.clock, times);
        }
        for held in admission.claim.into_iter().chain(admission.pair) {
            held.spend(&*self.clock, 1);
        }
    }
}

/// The budgets that an attempt holds while it is in progress.
#[derive(Default)]
pub struct Admission {
    claim: Option<Held>,
    /// Of the client from this address.
    pair: Option<Held>,
    /// Of the address and its site.
    wide: Vec<Held>,
    holds_peer: bool,
    /// Of the client from anywhere.
    client: Option<Held>,
}

impl fmt::Debug for Admission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admission").finish_non_exhaustive()
    }
}

impl FailureLimiter for LocalLimiter {
    type Admission = Admission;

    async fn admit(&self, attempt: Attempt<'_>) -> Result<Admission, Duration> {
        self.hold(attempt).await
    }

    async fn ended(&self, attempt: Attempt<'_>, admission: Admission, outcome: Outcome) {
        match outcome {
            Outcome::Succeeded => {
                if let Some(claim) = admission.claim {
                    claim.succeed();
                }
                if let Some(peer) = attempt.peer.map(network) {
                    let pair = (attempt.client_id.clone(), peer);
                    self.successes.insert(pair, self.clock.now());
                }
            }
            Outcome::Failed { work } => self.charge(attempt, admission, true, work),
            Outcome::FailedUnverified => self.charge(attempt, admission, false, 1),
            Outcome::Undecided => {}
        }
    }
}

/// The smallest network of a subscriber.
pub(crate) fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => match translated(address) {
            Some(v4) => v4.into(),
            None => prefix(address, 64).into(),
        },
        v4 => v4,
    }
}

/// The IPv4 address embedded in an IPv6 address: behind NAT64 with the well-known prefix (RFC 6052
/// §2.1) or the local-use one (RFC 8215), both with a 96-bit prefix; in 6to4 (RFC 3056); or behind
/// Teredo (RFC 4380 §4), which inverts it.
fn translated(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let bits = address.to_bits();
    let low = u32::try_from(bits & u128::from(u32::MAX)).ok()?;
    match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, _, _] | [0x64, 0xff9b, 1, ..] => Some(low.into()),
        [0x2001, 0, ..] => Some((!low).into()),
        [0x2002, high, low, ..] => Some(((u32::from(high) << 16) | u32::from(low)).into()),
        _ => None,
    }
}

/// The largest network of a subscriber (RFC 6177).
pub(crate) fn site(peer: IpAddr) -> Option<Ipv6Addr> {
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
        for translated in [
            "64:ff9b::192.0.2.1",
            "64:ff9b:1:2:3:4:192.0.2.1",
            "2002:c000:201:7::8",
            "2001:0:cb00:7101:8000:63bf:3fff:fdfe",
        ] {
            assert_eq!(counted_as(translated), "192.0.2.1");
        }
        assert_eq!(counted_as("64:ff9c::192.0.2.1"), "64:ff9c::");
    }
}
