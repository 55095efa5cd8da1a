use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Once};
use std::time::Duration;

use quick_cache::sync::Cache;

use super::bucket::{Buckets, Held};
use super::{Attempt, Claim, FailureLimiter, LocalLimiterBuilder, Outcome};
use crate::domain::{ClientId, Clock, Timestamp};

/// A client and where it calls from.
type Pair = (ClientId, IpAddr);

/// How often a failure counts at most that took much work. A forgotten deployment with an imported secret
/// must not spend the budget of its whole address.
const MOST_TIMES: u32 = 4;

/// How long a success is remembered.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Counts failures within the process: the default [`FailureLimiter`].
///
/// A failure is counted several times, and each budget comes back evenly over its period:
///
/// | Budget of | By default | What it stops |
/// |---|---|---|
/// | one secret of a client from one address | 10 a minute | the ended secret of a forgotten deployment |
/// | a client from one address, of secrets that did not fail before | 10 a minute | guessing |
/// | an address | 60 a minute | going through many clients |
/// | a site of IPv6 | four times that of an address | going through many of its networks |
/// | a client from anywhere | 120 a minute | guessing from many addresses |
///
/// A failure against a hash that costs more than those of today, an imported one, counts up to four times,
/// but for the first two budgets.
///
/// However many try at the same time, no more fail than that: an attempt holds a part of each budget
/// while it is under way. Where others hold all that is left, it waits for one of them to end.
///
/// # Who is not locked out
///
/// - Successes are never counted.
/// - A secret that failed before, and fails again, has a budget of its own: one forgotten deployment
///   behind an address does not keep those with the right secret waiting. A secret of this crate is
///   told by the id that it names, any other by its text.
/// - Whoever knows a `client_id`, which is no secret, can spend the budgets of that client. So the
///   wide ones hold only for those who did not authenticate lately: a client that did, within the
///   last day and from the address it calls from, has its own budget, which nobody spends from
///   another address.
/// - What fails before a hash or a signature was verified, or keys were fetched anew, such as an
///   assertion that is none, costs whoever sends it nothing. It is counted where it comes from, and not
///   against the client.
/// - A secret that verified a short while ago is let through before the limiter is asked.
///
/// # Without an address
///
/// Where the host gives no address there is only the budget of a client from anywhere. So anybody
/// can lock any client out, for as long as they go on, and nothing stops who goes through many
/// clients: give the address. The first attempt without one is logged at `WARN`.
///
/// What fails before anything was verified is not counted then: a budget of the client would stop
/// nobody, for a `client_id` that does not exist has one of its own, and would be one more that
/// strangers spend for free.
///
/// # Addresses
///
/// An IPv6 address counts as its /64, which is the smallest network that a subscriber has; the /48
/// that it is in, the largest, is its site. An IPv4 address written as IPv6 counts as IPv4, and so does
/// one behind NAT64 or SIIT (`64:ff9b::/96`, `64:ff9b:1::/48`), 6to4 or Teredo.
///
/// # Bounds
///
/// Each table keeps 10,000 entries by default, of some 250 bytes, those in use most. Each process
/// counts for itself.
pub struct LocalLimiter {
    /// Of each secret that is claimed, by where from; which client it is of is in the claim.
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
    /// Configures other budgets than the default ones.
    pub fn builder() -> LocalLimiterBuilder {
        LocalLimiterBuilder::new()
    }

    fn is_known(&self, pair: &Pair) -> bool {
        let last = self.successes.get(pair);
        let now = self.clock.now();
        // A clock that was ahead makes nobody known for longer.
        last.is_some_and(|last| now < last + A_DAY && last < now + A_DAY)
    }

    /// Holds a part of each budget that stands against the attempt, the narrowest first.
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

/// What a [`LocalLimiter`] keeps of an attempt that is under way.
#[derive(Default)]
pub struct Admission {
    claim: Option<Held>,
    /// Of the client from there.
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

/// What a subscriber has at least.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => match translated(address) {
            Some(v4) => v4.into(),
            None => prefix(address, 64).into(),
        },
        v4 => v4,
    }
}

/// The IPv4 address that an IPv6 address stands for: behind a translator by its well-known prefix
/// (RFC 6052 §2.1) or the one for networks of one's own (RFC 8215), with 96 bits of prefix each; of
/// 6to4 (RFC 3056); and behind Teredo (RFC 4380 §4), which writes it inverted.
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
