use std::fmt;
use std::net::SocketAddr;

use url::Url;

/// The issuer identifier (RFC 8414 §2), which is an origin here, and the URLs below it.
#[derive(Clone, Debug)]
pub struct Issuer(String);

impl Issuer {
    /// Reads `https://id.example.com`, or `http://` with a loopback address.
    ///
    /// # Errors
    ///
    /// If it has a path, or is no URL of that kind.
    pub fn parse(text: &str) -> Result<Self, String> {
        let origin = text.trim_end_matches('/');
        if is_origin(origin) {
            return Ok(Self(origin.to_owned()));
        }
        // The text is not shown, as it may contain a password.
        let cause = match Url::parse(origin) {
            Err(error) => error.to_string(),
            Ok(url) if !matches!(url.scheme(), "http" | "https") => "it has another scheme".into(),
            Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                "it has a user or a password".into()
            }
            Ok(url) if url.path() != "/" => "it has a path".into(),
            Ok(url) if url.query().is_some() || url.fragment().is_some() => {
                "it has a query or a fragment".into()
            }
            Ok(url) => format!("write it as {}", url.origin().ascii_serialization()),
        };
        Err(format!(
            "ISSUER must look like https://id.example.com, without a path: {cause}."
        ))
    }

    /// That of a server which is reached by its address.
    pub(crate) fn of_address(address: SocketAddr) -> Self {
        let url = format!("http://{address}");
        // Without the port, if that is the one of http.
        let origin = Url::parse(&url).map(|url| url.origin().ascii_serialization());
        Self(origin.unwrap_or(url))
    }

    /// The identifier, which has no slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A path below it.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// The identifier of the MCP server (RFC 8707 §2): its URL.
    pub(crate) fn resource(&self) -> String {
        self.at("/mcp")
    }

    /// The host, as in a `Host` header without its port.
    pub(crate) fn host(&self) -> String {
        let url = Url::parse(&self.0).ok();
        let host = url.as_ref().and_then(Url::host_str);
        host.unwrap_or_default().to_owned()
    }
}

/// Whether a text is an origin of the web as browsers write it (RFC 6454 §6.2).
pub(crate) fn is_origin(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == text
    })
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_an_origin() {
        for good in ["http://127.0.0.1:3000", "https://id.example.com/"] {
            let issuer = Issuer::parse(good).map(|issuer| issuer.to_string());
            assert_eq!(issuer.as_deref(), Ok(good.trim_end_matches('/')));
        }
        for bad in [
            "",
            "x",
            "ftp://a.example",
            "https://a.example/b",
            "https://A.example",
            "https://a.example:443",
        ] {
            assert!(Issuer::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_without_the_password() {
        for (bad, cause) in [
            ("x", "relative URL without a base"),
            ("ftp://a.example", "another scheme"),
            ("https://bob:pass-word@a.example", "a user or a password"),
            ("https://a.example/pass-word", "a path"),
            ("https://a.example?pass-word", "a query"),
            ("https://A.example:443", "write it as https://a.example."),
        ] {
            let told = Issuer::parse(bad)
                .map(|issuer| issuer.to_string())
                .unwrap_err();
            assert!(told.contains("ISSUER") && told.contains(cause), "{told}");
            assert!(!told.contains("pass-word"), "{told}");
        }
    }

    #[test]
    fn an_address_is_written_as_an_origin() {
        for (address, expected) in [
            ("127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("127.0.0.1:80", "http://127.0.0.1"),
            ("[::1]:80", "http://[::1]"),
        ] {
            let issuer = Issuer::of_address(address.parse().unwrap());
            assert_eq!(issuer.as_str(), expected);
        }
    }
}
