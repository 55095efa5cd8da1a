use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use tokio::net::TcpStream;
use url::{Host, Url};

use super::http1::{exchange, within};
use super::{Error, Fetch, FetchRequest};

const TOTAL: Duration = Duration::from_secs(5);

/// Fetches `http` URLs on this device, and nothing else. For development only.
pub(crate) struct LoopbackFetcher;

impl LoopbackFetcher {
    /// Where a URL on loopback leads. A name is not looked up.
    pub(crate) fn address(url: &Url) -> Option<SocketAddr> {
        let ip = match url.host()? {
            Host::Domain("localhost") => IpAddr::V4(Ipv4Addr::LOCALHOST),
            Host::Ipv4(Ipv4Addr::LOCALHOST) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            Host::Ipv6(Ipv6Addr::LOCALHOST) => IpAddr::V6(Ipv6Addr::LOCALHOST),
            _ => return None,
        };
        let port = url.port_or_known_default().filter(|port| *port != 0)?;
        (url.scheme() == "http").then(|| SocketAddr::new(ip, port))
    }
}

impl Fetch for LoopbackFetcher {
    async fn get(&self, request: &FetchRequest<'_>) -> Result<Response<Bytes>, Error> {
        let url = Url::parse(request.url).map_err(Error::refused)?;
        let address = Self::address(&url).ok_or_else(|| Error::refused("not on loopback"))?;
        let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
        let fetched = async {
            let stream = TcpStream::connect(address).await;
            let stream = stream.map_err(Error::unavailable)?;
            exchange(stream, authority, target, request).await
        };
        within(TOTAL, "the server took too long", fetched).await
    }
}
