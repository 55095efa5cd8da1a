use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use ipnet::IpNet;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use super::budget::Budget;
use super::http1::{exchange, within};
use super::resolve::{SharedResolve, choose};
use super::{Error, Fetch, FetchRequest, FetcherBuilder};
use crate::domain::RemoteUrl;
use crate::telemetry::fetched;

/// The longest URL, in bytes.
const MAX_URL: usize = 2_048;

const LOOKUP: Duration = Duration::from_secs(1);
const DIAL: Duration = Duration::from_secs(2);

/// Fetches what strangers name, guarded as the [module](super) says. Cheap to clone; all clones
/// share their budgets.
#[derive(Clone)]
pub struct Fetcher(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) resolver: SharedResolve,
    pub(super) tls: Arc<ClientConfig>,
    pub(super) ports: Vec<u16>,
    pub(super) denied: Vec<IpNet>,
    pub(super) total: Duration,
    pub(super) budget: Budget,
    /// Where connections of tests lead.
    #[cfg(test)]
    pub(super) route: Option<super::testing::Route>,
}

impl Fetcher {
    /// Creates a builder with default settings.
    pub fn builder() -> FetcherBuilder {
        FetcherBuilder::new()
    }

    async fn fetch(
        &self,
        url: &RemoteUrl,
        request: &FetchRequest<'_>,
    ) -> Result<Response<Bytes>, Error> {
        let lookup = async {
            let found = self.0.resolver.lookup(url.host()).await;
            found.map_err(Error::unavailable)
        };
        let addresses = within(LOOKUP, "the lookup took too long", lookup).await?;
        let addresses = choose(&addresses, &self.0.denied)?;
        let stream = self.dial(&addresses, url.port()).await?;
        let stream = self.encrypt(stream, url.host()).await?;
        exchange(stream, &url.authority(), url.path_and_query(), request).await
    }

    /// Connects to the first of these addresses that accepts. They were checked, and nothing is
    /// looked up again.
    async fn dial(&self, addresses: &[IpAddr], port: u16) -> Result<TcpStream, Error> {
        let mut last = Error::unavailable("there is nothing to connect to");
        for address in addresses {
            let address = SocketAddr::new(*address, port);
            let dialled = async { self.connect(address).await.map_err(Error::unavailable) };
            match within(DIAL, "the connection took too long", dialled).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    #[cfg(not(test))]
    async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream> {
        TcpStream::connect(address).await
    }

    #[cfg(test)]
    async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream> {
        let to = self.0.route.as_ref().map(|route| route.of(address));
        TcpStream::connect(to.ok_or(io::ErrorKind::NetworkUnreachable)?).await
    }

    async fn encrypt(&self, stream: TcpStream, host: &str) -> Result<TlsStream<TcpStream>, Error> {
        let name = ServerName::try_from(host.to_owned()).map_err(Error::refused)?;
        let connector = TlsConnector::from(Arc::clone(&self.0.tls));
        let encrypted = connector.connect(name, stream).await;
        encrypted.map_err(Error::unavailable)
    }
}

impl Fetch for Fetcher {
    async fn get(&self, request: &FetchRequest<'_>) -> Result<Response<Bytes>, Error> {
        let outcome = self.try_get(request).await;
        fetched(match &outcome {
            Ok(_) => "success",
            Err(error) => error.kind().as_str(),
        });
        outcome
    }
}

impl Fetcher {
    async fn try_get(&self, request: &FetchRequest<'_>) -> Result<Response<Bytes>, Error> {
        let url = RemoteUrl::parse(request.url, MAX_URL).map_err(Error::refused)?;
        if !self.0.ports.contains(&url.port()) {
            return Err(Error::refused("must use a port that is allowed here"));
        }
        let _permit = self.0.budget.admit(url.host(), request.is_known)?;
        let fetched = self.fetch(&url, request);
        let outcome = within(self.0.total, "the server took too long", fetched).await;
        report(&url, &outcome);
        outcome
    }
}

#[cfg(feature = "tracing")]
fn report(url: &RemoteUrl, outcome: &Result<Response<Bytes>, Error>) {
    let host = url.host();
    match outcome {
        Ok(response) => tracing::debug!(host, status = response.status().as_u16(), "fetched"),
        Err(error) => {
            let source = std::error::Error::source(error);
            tracing::warn!(host, error = source, "not fetched: {error}");
        }
    }
}

#[cfg(not(feature = "tracing"))]
fn report(_: &RemoteUrl, _: &Result<Response<Bytes>, Error>) {}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher")
            .field("ports", &self.0.ports)
            .field("denied", &self.0.denied)
            .finish_non_exhaustive()
    }
}
