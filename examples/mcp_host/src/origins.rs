use std::net::IpAddr;

use axum::http::HeaderValue;
use url::{Host, Url};

use crate::Issuer;
use crate::issuer::is_origin;

/// The pages that may call the MCP server, which has to check it: a name can lead a browser to this
/// server in place of its own (MCP 2025-11-25, Transports, "Security Warning").
#[derive(Clone, Debug)]
pub(crate) struct Origins {
    own: String,
    listed: Vec<String>,
}

impl Origins {
    pub(crate) fn new(issuer: &Issuer, listed: &[String]) -> Self {
        Self {
            own: issuer.as_str().to_owned(),
            listed: listed.to_vec(),
        }
    }

    /// Its own pages, those that the operator listed, and those of programs on the user's device:
    /// no other name leads to a loopback address and is called by it.
    pub(crate) fn allow(&self, origin: &HeaderValue) -> bool {
        let Ok(origin) = origin.to_str() else {
            return false;
        };
        origin == self.own
            || self.listed.iter().any(|listed| listed == origin)
            || is_of_device(origin)
    }
}

fn is_of_device(origin: &str) -> bool {
    let Ok(url) = Url::parse(origin) else {
        return false;
    };
    is_origin(origin)
        && match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
            Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
            None => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_pages_may_call() {
        let issuer = Issuer::parse("https://mcp.example.com").unwrap();
        let origins = Origins::new(&issuer, &["https://inspector.example".into()]);
        for (origin, expected) in [
            ("https://mcp.example.com", true),
            ("https://inspector.example", true),
            ("http://localhost:6274", true),
            ("http://127.0.0.1:6274", true),
            ("http://[::1]:6274", true),
            ("https://localhost", true),
            ("http://mcp.example.com", false),
            ("https://mcp.example.com:8443", false),
            ("https://inspector.example.evil.test", false),
            ("http://localhost.evil.test", false),
            ("http://localhost:6274/", false),
            ("http://x@localhost:6274", false),
            ("null", false),
            ("", false),
        ] {
            let header = HeaderValue::from_static(origin);
            assert_eq!(origins.allow(&header), expected, "{origin}");
        }
    }
}
