use std::fmt;

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
        let is_origin = Url::parse(origin).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == origin
        });
        match is_origin {
            true => Ok(Self(origin.to_owned())),
            false => Err(format!(
                "ISSUER must look like https://id.example.com, without a path: {text:?} does not."
            )),
        }
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
}
