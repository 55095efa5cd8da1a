use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use tokio_rustls::rustls::ClientConfig;

use super::budget::{Budget, Limits};
use super::fetcher::Inner;
use super::resolve::{Resolve, SharedResolve, SystemResolver};
use super::{Fetcher, tls};
use crate::domain::{Clock, SystemClock};
use crate::error::BuildError;

const TIMEOUT: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(30);

/// Builder of a [`Fetcher`]. Every setting has a safe default.
#[must_use]
pub struct FetcherBuilder {
    resolver: SharedResolve,
    tls: Option<Arc<ClientConfig>>,
    ports: Vec<u16>,
    denied: Vec<String>,
    timeout: Duration,
    limits: Limits,
    clock: Arc<dyn Clock>,
    #[cfg(test)]
    route: Option<super::testing::Route>,
}

impl FetcherBuilder {
    pub(super) fn new() -> Self {
        Self {
            resolver: Arc::new(SystemResolver::new()),
            tls: None,
            ports: vec![443],
            denied: Vec::new(),
            timeout: Duration::from_secs(5),
            limits: Limits::default(),
            clock: Arc::new(SystemClock),
            #[cfg(test)]
            route: None,
        }
    }

    /// Sets what looks up names. A [`SystemResolver`] by default.
    pub fn with_resolver(mut self, resolver: impl Resolve) -> Self {
        self.resolver = Arc::new(resolver);
        self
    }

    /// Sets the TLS configuration: which certificates are trusted, and by what crypto. ALPN, early
    /// data and resumption are set anew. With the feature `aws-lc-rs`, the default trusts Mozilla's
    /// certificates; without it, there is no default.
    pub fn with_tls(mut self, config: impl Into<Arc<ClientConfig>>) -> Self {
        self.tls = Some(config.into());
        self
    }

    /// Sets the ports that may be connected to. 443 alone by default.
    pub fn with_ports(mut self, ports: impl IntoIterator<Item = u16>) -> Self {
        self.ports = ports.into_iter().collect();
        self
    }

    /// Refuses these networks, too, such as `198.51.100.0/24`: public addresses of the host's own
    /// servers, which may trust each other.
    pub fn with_denied_networks<T: Into<String>>(
        mut self,
        networks: impl IntoIterator<Item = T>,
    ) -> Self {
        self.denied.extend(networks.into_iter().map(Into::into));
        self
    }

    /// Sets how long a fetch may take altogether: 5 seconds by default, 100 milliseconds to 30
    /// seconds. A lookup has 1 second of it, and each of at most two connections has 2.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how many fetches may run at once: altogether, 16 by default, and from one host, 4 by
    /// default.
    pub fn with_max_concurrent(mut self, fetches: usize, per_host: usize) -> Self {
        self.limits.at_once = fetches;
        self.limits.at_once_per_host = per_host;
        self
    }

    /// Sets how many fetches may start each minute: altogether, 120 by default, and from one host,
    /// 30 by default. A quarter of both is kept for URLs of which there is a copy, and for the keys
    /// of stored clients.
    pub fn with_max_per_minute(mut self, fetches: u32, per_host: u32) -> Self {
        self.limits.per_minute = fetches;
        self.limits.per_minute_and_host = per_host;
        self
    }

    /// Sets the clock of the limits.
    pub fn with_clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Leads all connections elsewhere.
    #[cfg(test)]
    pub(crate) fn with_route(mut self, route: super::testing::Route) -> Self {
        self.route = Some(route);
        self
    }

    /// Builds the fetcher.
    ///
    /// # Errors
    ///
    /// [`BuildErrorKind::Setting`](crate::BuildErrorKind::Setting) if there is no port, a network
    /// can't be read, the timeout or a limit is out of range, or there is no TLS configuration.
    pub fn build(self) -> Result<Fetcher, BuildError> {
        if self.ports.is_empty() || self.ports.contains(&0) {
            return Err(BuildError::setting("a fetcher needs a port, but not 0"));
        }
        if !TIMEOUT.contains(&self.timeout) {
            let message = "the timeout of a fetcher is not from 100 milliseconds to 30 seconds";
            return Err(BuildError::setting(message));
        }
        let denied: Result<Vec<IpNet>, _> = self.denied.iter().map(|net| net.parse()).collect();
        let denied = denied.map_err(|error| {
            BuildError::setting("a denied network is not one in CIDR notation").with_source(error)
        })?;
        Ok(Fetcher(Arc::new(Inner {
            resolver: self.resolver,
            tls: tls::config(self.tls)?,
            ports: self.ports,
            denied,
            total: self.timeout,
            budget: Budget::new(self.limits, self.clock)?,
            #[cfg(test)]
            route: self.route,
        })))
    }
}

impl fmt::Debug for FetcherBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetcherBuilder")
            .field("ports", &self.ports)
            .field("denied", &self.denied)
            .field("timeout", &self.timeout)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
