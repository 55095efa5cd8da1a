use url::Host;

use super::public_host::is_public;
use super::uri::StrictUri;
use super::violation::Fault;

/// The port of https.
const HTTPS: u16 = 443;

/// An https URL on a public host, by name, that both a browser and a strict parser read alike. It
/// is the only thing that is ever fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RemoteUrl {
    host: String,
    port: u16,
    path_and_query: String,
    path_length: usize,
}

impl RemoteUrl {
    /// Parses a URL of at most `max_length` bytes.
    ///
    /// # Errors
    ///
    /// The violated rule, without any part of the text.
    pub(crate) fn parse(text: &str, max_length: usize) -> Result<Self, Fault> {
        let this = Self::parse_anywhere(text, max_length)?;
        if !is_public(&Host::Domain(&*this.host), false) {
            return Err("must name a host on the public internet".into());
        }
        Ok(this)
    }

    /// The same for a URL that is not fetched: its host need not be public.
    pub(crate) fn parse_anywhere(text: &str, max_length: usize) -> Result<Self, Fault> {
        let uri = StrictUri::parse(text, max_length)?;
        if uri.scheme() != "https" {
            return Err("must use https".into());
        }
        if uri.has_fragment() {
            return Err("must not contain a fragment".into());
        }
        let Some(Host::Domain(host)) = uri.host() else {
            return Err("must name its host, not an IP address".into());
        };
        let (host, path_length) = (host.to_owned(), uri.path().len());
        let path_and_query = match text.split_once("://").map(|(_, rest)| rest) {
            Some(rest) => rest.find('/').and_then(|start| rest.get(start..)),
            None => None,
        };
        Ok(Self {
            host,
            port: uri.port().unwrap_or(HTTPS),
            path_and_query: path_and_query.unwrap_or("/").to_owned(),
            path_length,
        })
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// What a request for it asks for.
    pub(crate) fn path_and_query(&self) -> &str {
        &self.path_and_query
    }

    /// The `Host` of a request for it.
    pub(crate) fn authority(&self) -> String {
        match self.port {
            HTTPS => self.host.clone(),
            port => format!("{}:{port}", self.host),
        }
    }

    /// Checks that it can identify a client (§3 of the draft on metadata documents).
    pub(crate) fn check_identifies_client(&self, query: bool) -> Result<(), Fault> {
        if self.path_length < 2 {
            return Err("must have a path".into());
        }
        if !query && self.path_and_query.len() > self.path_length {
            return Err("must not contain a query".into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_the_parts_of_a_request() {
        let read = |text| RemoteUrl::parse(text, 256).unwrap();
        let url = read("https://app.example.com/a/b?c=/d");
        assert_eq!(url.host(), "app.example.com");
        assert_eq!((url.port(), url.path_and_query()), (443, "/a/b?c=/d"));
        assert_eq!(url.authority(), "app.example.com");
        assert!(url.check_identifies_client(true).is_ok());
        assert!(url.check_identifies_client(false).is_err());
        let url = read("https://app.example.com:8443/a");
        assert_eq!(
            (url.port(), &*url.authority()),
            (8443, "app.example.com:8443")
        );
        assert!(url.check_identifies_client(false).is_ok());
        for bare in ["https://app.example.com", "https://app.example.com/"] {
            assert_eq!(read(bare).path_and_query(), "/", "{bare}");
            assert!(read(bare).check_identifies_client(true).is_err(), "{bare}");
        }
    }

    #[test]
    fn only_names_on_the_public_internet() {
        for bad in [
            "http://app.example.com/m.json",
            "HTTPS://app.example.com/m.json",
            "https://APP.example.com/m.json",
            "https://app.example.com:443/m.json",
            "https://app.example.com./m.json",
            "https://intranet/m.json",
            "https://localhost/m.json",
            "https://printer.local/m.json",
            "https://8.8.8.8/m.json",
            "https://[2606:4700::1111]/m.json",
            "https://2130706433/m.json",
            "https://0x7f.1/m.json",
            "https://user@app.example.com/m.json",
            "https://app.example.com/m.json#x",
            "https://app.example.com/a/../m.json",
            "https://app.example.com/a/%2E%2e/m.json",
            "https://app.example.com/\tm.json",
            "https://app.example.com/m.json ",
            "https://app.example.com\\m.json",
        ] {
            assert!(RemoteUrl::parse(bad, 256).is_err(), "{bad}");
        }
        let long = format!("https://app.example.com/{}", "a".repeat(256));
        assert!(RemoteUrl::parse(&long, 256).is_err());
        assert!(RemoteUrl::parse_anywhere("https://app.corp/m.json", 256).is_ok());
    }
}
