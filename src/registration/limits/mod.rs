//! How many clients may register, in bounded memory.

mod live;
mod settings;

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;

use self::live::Live;
use super::Error;
use crate::authentication::{Buckets, Held, network, site};
use crate::domain::{ClientId, Clock, Id, TenantId, Timestamp};
use crate::error::BuildError;

pub use settings::RegistrationLimits;

/// The keys that each table keeps: the most used ones.
const CAPACITY: usize = 10_000;

/// The failed attempts at the registration access token of one client, from one address.
const FAILURES: settings::Budget = (60, Duration::from_secs(60));

/// The failed attempts at all clients, from one address, which many users may share.
const ALL_FAILURES: settings::Budget = (600, Duration::from_secs(60));

/// The updates of one client (RFC 7592 §5): each leaves an entry in the audit trail.
const UPDATES: settings::Budget = (30, Duration::from_secs(60 * 60));

/// No subscriber takes more than this part of a tenant's budget, so that it locks nobody else out.
const SHARE: u32 = 4;

/// No shared network takes more than this part.
const SHARED_SHARE: u32 = 2;

/// The budget of a site of IPv6 addresses, in budgets of an address.
const SITE: u32 = 4;

pub(super) struct Limits {
    addresses: Buckets<IpAddr>,
    sites: Buckets<Ipv6Addr>,
    shared: Buckets<IpNet>,
    networks: Vec<IpNet>,
    tenants: Buckets<TenantId>,
    shares: Buckets<(TenantId, IpAddr)>,
    shared_shares: Buckets<(TenantId, IpNet)>,
    bearers: Buckets<Id>,
    failures: Buckets<(IpAddr, ClientId)>,
    all_failures: Buckets<IpAddr>,
    updates: Buckets<Id>,
    live: Live,
    max_clients: u32,
    clock: Arc<dyn Clock>,
}

/// Units of budgets that a request holds. They are spent on drop, also if the caller disconnects.
#[must_use]
pub(super) struct Permit {
    held: Vec<Held>,
    clock: Arc<dyn Clock>,
}

impl Permit {
    /// Returns the units.
    pub(super) fn release(mut self) {
        self.held.clear();
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        for held in self.held.drain(..) {
            held.spend(&*self.clock, 1);
        }
    }
}

impl Limits {
    pub(super) fn new(
        settings: &RegistrationLimits,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, BuildError> {
        let (most, period) = settings.tenant;
        let share = (most.div_ceil(SHARE), period);
        let shared_share = (most.div_ceil(SHARED_SHARE), period);
        let (of_address, address_period) = settings.address;
        let of_site = (of_address.saturating_mul(SITE), address_period);
        Ok(Self {
            addresses: buckets(settings.address, &clock)?,
            sites: buckets(of_site, &clock)?,
            shared: buckets(settings.shared, &clock)?,
            networks: settings.networks()?,
            tenants: buckets(settings.tenant, &clock)?,
            shares: buckets(share, &clock)?,
            shared_shares: buckets(shared_share, &clock)?,
            bearers: buckets(settings.tenant, &clock)?,
            failures: buckets(FAILURES, &clock)?,
            all_failures: buckets(ALL_FAILURES, &clock)?,
            updates: buckets(UPDATES, &clock)?,
            live: Live::new(CAPACITY),
            max_clients: settings.max_clients,
            clock,
        })
    }

    /// Lets a caller try to register.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TooManyRequests`](super::ErrorKind::TooManyRequests).
    pub(super) fn caller(&self, ip: Option<IpAddr>) -> Result<Permit, Error> {
        let Some(ip) = ip else {
            return self.permit([]);
        };
        if let Some(shared) = self.shared_network(ip) {
            return self.permit([Some(self.shared.hold_now(&shared))]);
        }
        let address = network(ip);
        let site = site(address).map(|site| self.sites.hold_now(&site));
        self.permit([site, Some(self.addresses.hold_now(&address))])
    }

    /// Lets one more client register in a tenant, without an initial access token.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TooManyRequests`](super::ErrorKind::TooManyRequests).
    pub(super) fn tenant(&self, tenant: &TenantId, ip: Option<IpAddr>) -> Result<Permit, Error> {
        let share = ip.map(|ip| match self.shared_network(ip) {
            Some(shared) => self.shared_shares.hold_now(&(tenant.clone(), shared)),
            None => self.shares.hold_now(&(tenant.clone(), subscriber(ip))),
        });
        self.permit([share, Some(self.tenants.hold_now(tenant))])
    }

    /// Lets one more client register with an initial access token, which is a valid one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TooManyRequests`](super::ErrorKind::TooManyRequests).
    pub(super) fn bearer(&self, token: Id) -> Result<Permit, Error> {
        self.permit([Some(self.bearers.hold_now(&token))])
    }

    /// Lets a caller try the registration access token of a client, whether or not there is such a
    /// client. A success is to be released.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TooManyRequests`](super::ErrorKind::TooManyRequests).
    pub(super) fn guess(&self, ip: Option<IpAddr>, client: &ClientId) -> Result<Permit, Error> {
        let address = ip.map(network);
        self.permit([
            address.map(|address| self.all_failures.hold_now(&address)),
            address.map(|address| self.failures.hold_now(&(address, client.clone()))),
        ])
    }

    /// Lets a client replace its registration.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TooManyRequests`](super::ErrorKind::TooManyRequests).
    pub(super) fn update(&self, client: Id) -> Result<Permit, Error> {
        self.permit([Some(self.updates.hold_now(&client))])
    }

    /// All of these units, or none.
    fn permit<const N: usize>(
        &self,
        units: [Option<Result<Held, Duration>>; N],
    ) -> Result<Permit, Error> {
        let held: Result<_, _> = units.into_iter().flatten().collect();
        Ok(Permit {
            held: held.map_err(Error::too_many)?,
            clock: Arc::clone(&self.clock),
        })
    }

    /// How many clients a tenant may have that registered themselves.
    pub(super) fn max_clients(&self) -> u32 {
        self.max_clients
    }

    /// How many it has, if that was counted a short time ago.
    pub(super) fn counted(&self, tenant: &TenantId) -> Option<u32> {
        self.live.get(tenant, self.max_clients, self.now())
    }

    /// Keeps what was counted.
    pub(super) fn note(&self, tenant: &TenantId, count: u32) {
        self.live.set(tenant, count, self.now());
    }

    /// Counts one that was registered since.
    pub(super) fn note_one(&self, tenant: &TenantId) {
        self.live.add(tenant);
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn shared_network(&self, ip: IpAddr) -> Option<IpNet> {
        let ip = ip.to_canonical();
        let mut networks = self.networks.iter();
        networks.find(|shared| shared.contains(&ip)).copied()
    }
}

/// The largest network that one subscriber may have: IPv4, or the /48 of IPv6.
fn subscriber(ip: IpAddr) -> IpAddr {
    let address = network(ip);
    site(address).map_or(address, IpAddr::V6)
}

fn buckets<K: Eq + std::hash::Hash + Clone>(
    (most, period): settings::Budget,
    clock: &Arc<dyn Clock>,
) -> Result<Buckets<K>, BuildError> {
    let buckets = NonZeroU32::new(most)
        .filter(|_| period <= RegistrationLimits::MAX_PERIOD)
        .and_then(|most| Buckets::new(most, period, CAPACITY, Arc::clone(clock)));
    buckets.ok_or_else(|| {
        BuildError::setting("a budget has at least one registration and a period of at most a day")
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    #[derive(Clone)]
    struct Hands(Arc<AtomicI64>);

    impl Clock for Hands {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(self.0.load(Ordering::SeqCst))
        }
    }

    fn limits(settings: &RegistrationLimits) -> (Limits, Hands) {
        let hands = Hands(Arc::new(AtomicI64::new(1_776_249_000_000_000)));
        let limits = Limits::new(settings, Arc::new(hands.clone())).unwrap();
        (limits, hands)
    }

    fn tenant() -> TenantId {
        TenantId::parse("acme").unwrap()
    }

    /// The number of registrations from these addresses that get through.
    fn admitted(limits: &Limits, addresses: impl Iterator<Item = String>) -> usize {
        let admitted = addresses.filter(|address| {
            let ip = Some(address.parse().unwrap());
            let admitted = limits.caller(ip).and_then(|caller| {
                let tenant = limits.tenant(&tenant(), ip);
                Ok((caller, tenant?))
            });
            admitted.is_ok()
        });
        admitted.count()
    }

    #[test]
    fn a_flood_from_one_network_costs_its_budget_and_locks_nobody_out() {
        let (limits, hands) = limits(&RegistrationLimits::new());
        let flood = || (0..100_000).map(|host| format!("2001:db8::{:x}", host & 0xffff));
        assert_eq!(admitted(&limits, flood()), 10);
        assert!(limits.addresses.len() <= 1 && limits.shares.len() <= 1);
        assert_eq!(admitted(&limits, ["192.0.2.1".to_owned()].into_iter()), 1);
        // For a whole day, it takes no more than its share of the tenant.
        let mut taken = 10;
        for _ in 0..24 {
            hands.0.fetch_add(3_600_000_000, Ordering::SeqCst);
            taken += admitted(&limits, flood().take(30));
        }
        assert!((50..=101).contains(&taken), "{taken}");
        assert_eq!(admitted(&limits, ["192.0.2.1".to_owned()].into_iter()), 1);
    }

    #[test]
    fn what_is_kept_of_many_networks_is_bounded() {
        let (limits, _) = limits(&RegistrationLimits::new());
        let many =
            (0..100_000).map(|n| format!("2001:{:x}:{:x}::1", 0xdb8 + (n >> 16), n & 0xffff));
        assert_eq!(admitted(&limits, many), 200);
        assert!(limits.addresses.len() <= CAPACITY && limits.sites.len() <= CAPACITY);
        assert!(limits.shares.len() <= CAPACITY);
    }

    #[test]
    fn the_networks_of_one_site_take_no_more_than_a_site_may() {
        let (limits, hands) = limits(&RegistrationLimits::new());
        let site = || (0..100_000).map(|n| format!("2001:db8:0:{:x}::1", n & 0xffff));
        assert_eq!(admitted(&limits, site()), 40);
        let other = ["2001:db8:1::1".to_owned()];
        assert_eq!(admitted(&limits, other.into_iter()), 1);
        // For a whole day, it takes no more than the share of a subscriber.
        let mut taken = 40;
        for _ in 0..24 {
            hands.0.fetch_add(3_600_000_000, Ordering::SeqCst);
            taken += admitted(&limits, site().take(100));
        }
        assert!((50..=101).contains(&taken), "{taken}");
        let other = ["2001:db8:1::1".to_owned()];
        assert_eq!(admitted(&limits, other.into_iter()), 1);
    }

    #[test]
    fn a_shared_network_has_a_budget_of_its_own() {
        let settings = RegistrationLimits::new().with_shared_networks(["160.79.104.0/21"]);
        let (limits, _) = limits(&settings);
        let shared = (0..100).map(|n| format!("160.79.{}.{n}", 104 + n % 8));
        assert_eq!(admitted(&limits, shared), 100);
        let rest = (0..200).map(|_| "160.79.104.1".to_owned());
        assert_eq!(admitted(&limits, rest), 0, "half of the tenant's budget");
        let other = (0..200).map(|n| format!("192.0.2.{n}"));
        assert_eq!(admitted(&limits, other), 100);
    }

    #[test]
    fn what_was_not_stored_costs_nothing() {
        let (limits, _) = limits(&RegistrationLimits::new());
        let ip = Some("192.0.2.1".parse().unwrap());
        for _ in 0..1_000 {
            limits.caller(ip).unwrap().release();
            limits.tenant(&tenant(), ip).unwrap().release();
        }
        assert_eq!(
            admitted(&limits, (0..20).map(|_| "192.0.2.1".to_owned())),
            10
        );
    }

    #[test]
    fn a_setting_is_sensible() {
        let clock: Arc<dyn Clock> = Arc::new(crate::domain::SystemClock);
        let day = RegistrationLimits::MAX_PERIOD;
        for bad in [
            RegistrationLimits::new().with_address_budget(0, day),
            RegistrationLimits::new().with_tenant_budget(1, day * 2),
            RegistrationLimits::new().with_shared_budget(1, Duration::ZERO),
            RegistrationLimits::new().with_shared_networks(["160.79.104.0"]),
            RegistrationLimits::new().with_shared_networks(["claude.ai"]),
        ] {
            assert!(Limits::new(&bad, Arc::clone(&clock)).is_err(), "{bad:?}");
        }
    }
}
