use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Host, Url};

use crate::domain::{ClientId, TenantId};
use crate::error::BuildError;

/// The URL of registration, as clients see it.
#[derive(Clone, Debug)]
pub(super) struct Endpoint(String);

const TENANT: &str = "{tenant}";

/// All but the unreserved characters (RFC 3986 §2.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

impl Endpoint {
    pub(super) fn parse(text: &str) -> Result<Self, BuildError> {
        let text = text.trim_end_matches('/');
        let url = Url::parse(&text.replace(TENANT, "tenant")).ok();
        let is_sound = url.is_some_and(|url| {
            let is_loopback = match url.host() {
                Some(Host::Domain(name)) => name == "localhost",
                Some(Host::Ipv4(address)) => address.is_loopback(),
                Some(Host::Ipv6(address)) => address.is_loopback(),
                None => false,
            };
            let is_protected = url.scheme() == "https" || (url.scheme() == "http" && is_loopback);
            is_protected && url.query().is_none() && url.fragment().is_none()
        });
        if !is_sound {
            return Err(BuildError::setting(
                "the endpoint of registration must be an https URL, or http on a loopback \
                 address, without a query and a fragment",
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// Where a client manages its registration (RFC 7592 §3).
    pub(super) fn of_client(&self, tenant: &TenantId, client_id: &ClientId) -> String {
        let tenant = utf8_percent_encode(tenant.as_str(), SEGMENT).to_string();
        let client_id = utf8_percent_encode(client_id.as_str(), SEGMENT);
        format!("{}/{client_id}", self.0.replace(TENANT, &tenant))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_has_a_url_of_its_own() {
        let tenant = TenantId::parse("a b").unwrap();
        let client_id = ClientId::parse("app-1/2").unwrap();
        let endpoint = Endpoint::parse("https://id.example.com/t/{tenant}/register/").unwrap();
        assert_eq!(
            endpoint.of_client(&tenant, &client_id),
            "https://id.example.com/t/a%20b/register/app-1%2F2"
        );
    }

    #[test]
    fn a_token_is_sent_to_a_protected_place() {
        for good in [
            "https://id.example.com/oauth/register",
            "http://127.0.0.1:3000/oauth/register",
            "http://localhost:3000/oauth/register",
            "http://[::1]:3000/oauth/register",
        ] {
            assert!(Endpoint::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "/oauth/register",
            "http://id.example.com/oauth/register",
            "https://id.example.com/oauth/register?x=1",
            "https://id.example.com/oauth/register#x",
            "ftp://id.example.com/oauth/register",
        ] {
            assert!(Endpoint::parse(bad).is_err(), "{bad}");
        }
    }
}
