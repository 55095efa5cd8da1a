use std::time::Duration;

use ipnet::IpNet;

use crate::error::BuildError;

/// How many at once, and the period over which as many come back.
pub(super) type Budget = (u32, Duration);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The limits of registration. What is over a budget gets 429 with `Retry-After`, and costs no
/// query.
///
/// | Budget | Default |
/// |---|---|
/// | an address: IPv4, or the /64 of IPv6 | 10 at once, 20 an hour |
/// | a site: the /48 of IPv6 | four times that of an address |
/// | a network that many users share, all of it together | 500 at once, 1,000 an hour |
/// | a tenant | 200 a day |
/// | an IPv4 address or a site, of a tenant | a quarter of it |
/// | a shared network, of a tenant | half of it |
/// | an initial access token, in place of the tenant | as much as a tenant |
/// | updates of one client | 30 an hour |
/// | wrong registration access tokens from an address | 60 a minute for a client, 600 for all |
/// | living clients of a tenant that registered themselves, or more with a token | 10,000 |
///
/// A request that fails because of the storage costs nothing. Each process counts for itself, and
/// keeps at most 10,000 keys of each table. If the host does not say where a caller is (see
/// [`PeerIp`](crate::handlers::PeerIp)), only the limits of the tenant apply.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tower_oauth_clients::registration::RegistrationLimits;
///
/// let limits = RegistrationLimits::new()
///     .with_tenant_budget(1_000, Duration::from_secs(24 * 60 * 60))
///     .with_shared_networks(["160.79.104.0/21"]); // hosted clients of Claude
/// # let _ = limits;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct RegistrationLimits {
    pub(super) address: Budget,
    pub(super) shared: Budget,
    pub(super) tenant: Budget,
    shared_networks: Vec<String>,
    pub(super) max_clients: u32,
}

impl RegistrationLimits {
    pub(super) const MAX_PERIOD: Duration = DAY;

    /// Creates the default limits.
    pub fn new() -> Self {
        Self {
            address: (10, DAY / 48),
            shared: (500, DAY / 48),
            tenant: (200, DAY),
            shared_networks: Vec::new(),
            max_clients: 10_000,
        }
    }

    /// Sets the budget of an address: this many registrations at once, and as many come back over
    /// each period, of at most a day.
    pub fn with_address_budget(mut self, registrations: u32, period: Duration) -> Self {
        self.address = (registrations, period);
        self
    }

    /// Adds networks from which many users register, such as those of hosted clients, in the form
    /// `160.79.104.0/21`. Each has one budget for all of its addresses.
    pub fn with_shared_networks<T: Into<String>>(
        mut self,
        networks: impl IntoIterator<Item = T>,
    ) -> Self {
        let networks = networks.into_iter().map(Into::into);
        self.shared_networks.extend(networks);
        self
    }

    /// Sets the budget of a shared network.
    pub fn with_shared_budget(mut self, registrations: u32, period: Duration) -> Self {
        self.shared = (registrations, period);
        self
    }

    /// Sets the budget of a tenant, and of each initial access token.
    pub fn with_tenant_budget(mut self, registrations: u32, period: Duration) -> Self {
        self.tenant = (registrations, period);
        self
    }

    /// Sets how many clients of a tenant may live that registered themselves. They are counted
    /// about once a minute.
    pub fn with_max_clients(mut self, clients: u32) -> Self {
        self.max_clients = clients;
        self
    }

    pub(super) fn networks(&self) -> Result<Vec<IpNet>, BuildError> {
        let parsed = self.shared_networks.iter().map(|text| text.parse());
        let networks: Result<Vec<IpNet>, _> = parsed.collect();
        networks.map_err(|_| {
            BuildError::setting("a shared network must have the form 192.0.2.0/24 or 2001:db8::/32")
        })
    }
}

impl Default for RegistrationLimits {
    fn default() -> Self {
        Self::new()
    }
}
