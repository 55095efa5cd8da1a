mod listed;
mod scheme;

use url::Host;

use super::Policy;
use super::uri::StrictUri;
use super::violation::Fault;

pub(super) use self::listed::{Listed, check_lists};
#[cfg(feature = "registration")]
pub(super) use self::scheme::is_forbidden as is_forbidden_scheme;

/// The kind of a redirect URI; rules between fields depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `https`, on any host.
    Https,
    /// `http` on the user's device (RFC 8252 §7.3).
    Loopback,
    /// `http` on a host that the policy lists.
    Development,
    /// A private-use scheme of a native app (RFC 8252 §7.1).
    PrivateUse,
}

/// Parameters of an authorization response: RFC 6749 §4.1.2, RFC 9207 §2, and OpenID Connect's
/// hybrid and session responses.
const RESPONSE_PARAMETERS: [&str; 10] = [
    "access_token",
    "code",
    "error",
    "error_description",
    "error_uri",
    "id_token",
    "iss",
    "response",
    "session_state",
    "state",
];

/// Checks one redirect URI (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1 and §2.6).
///
/// It is compared as a string later (RFC 9700 §4.1.3), so it is stored byte for byte, and refused
/// if a browser would change it before following it.
pub(super) fn check(text: &str, policy: &Policy) -> Result<Kind, Fault> {
    let uri = StrictUri::parse(text, policy.redirect_uri_length)?;
    if uri.has_fragment() {
        return Err("must not contain a fragment".into());
    }
    let kind = match uri.scheme() {
        "https" => Kind::Https,
        "http" if is_loopback(uri.host(), policy) => Kind::Loopback,
        "http" if policy.listed.has_host(uri.host()) => Kind::Development,
        "http" => return Err("must use https unless its host is a loopback address".into()),
        scheme => private_use(text, scheme, &uri, policy)?,
    };
    if uri.path().contains('*') {
        return Err("must not contain a wildcard".into());
    }
    if uri
        .query_names()
        .any(|name| RESPONSE_PARAMETERS.contains(&&*name))
    {
        return Err("must not hold a parameter of the authorization response".into());
    }
    Ok(kind)
}

/// The two literals that RFC 8252 §7.3 names, and `localhost` unless the host is strict.
fn is_loopback(host: Option<Host<&str>>, policy: &Policy) -> bool {
    match host {
        Some(Host::Ipv4(address)) => address == std::net::Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(address)) => address == std::net::Ipv6Addr::LOCALHOST,
        Some(Host::Domain(name)) => policy.localhost && name == "localhost",
        None => false,
    }
}

fn private_use(
    text: &str,
    scheme: &str,
    uri: &StrictUri<'_>,
    policy: &Policy,
) -> Result<Kind, Fault> {
    if scheme == "urn" {
        return Err("must not be a URN: it is no place to redirect to".into());
    }
    if scheme::is_forbidden(scheme) {
        return Err("must not use a scheme that runs script or hands over to another app".into());
    }
    if policy.listed.has(text, scheme) {
        if uri.has_authority() || uri.path().starts_with('/') {
            return Ok(Kind::PrivateUse);
        }
        return Err("must have the form scheme:/path or scheme://host/path".into());
    }
    let labels = scheme.split('.');
    let dotted = labels.clone().count() > 1 && labels.into_iter().all(|label| !label.is_empty());
    if !dotted && (scheme.contains('.') || !policy.dotless_schemes) {
        return Err(
            "must use https, or a private-use scheme with a dot, like com.example.app".into(),
        );
    }
    if uri.has_authority() || !uri.path().starts_with('/') {
        return Err("must have the form scheme:/path with a private-use scheme".into());
    }
    Ok(Kind::PrivateUse)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<Kind> {
        check(text, &Policy::default()).ok()
    }

    #[test]
    fn endpoints_of_the_three_kinds() {
        for good in [
            "https://app.example.com",
            "https://app.example.com/",
            "https://app.example.com/cb?tenant=a&x=%20",
            "https://app.example.com:8443/cb",
            "https://xn--pple-43d.example/cb",
            "https://192.0.2.1/cb",
            "https://[2001:db8::1]/cb",
        ] {
            assert_eq!(kind(good), Some(Kind::Https), "{good}");
        }
        for good in [
            "http://127.0.0.1/cb",
            "http://127.0.0.1:8080",
            "http://[::1]:61023/cb",
            "http://localhost/cb",
        ] {
            assert_eq!(kind(good), Some(Kind::Loopback), "{good}");
        }
        assert_eq!(
            kind("com.example.app:/oauth2redirect"),
            Some(Kind::PrivateUse)
        );
    }

    #[test]
    fn what_a_parser_would_repair_is_refused() {
        for bad in [
            "https:evil.example/cb",
            "https:///cb",
            "https:/evil.example",
            "https:\\\\evil.example",
            "HTTPS://app.example.com/cb",
            "https://App.example.com/cb",
            "https://app.example.com:443/cb",
            "https://app.example.com:/cb",
            "https://a%2eb.example/cb",
            "https://app.example.com:099/cb",
            "http://0x7f.1/cb",
            "http://127.1/cb",
            "http://2130706433/cb",
            "http://0177.0.0.1/cb",
            "http://[0:0:0:0:0:0:0:1]/cb",
            "\u{1}javascript:alert(1)",
            "java\tscript:alert(1)",
            " https://app.example.com/cb",
            "https://app.example.com/cb ",
            "https://app.example.com/\u{0}",
            "https://app.exa\nmple.com/cb",
            "https://ａpp.example.com/cb",
            "https://a\u{ad}pp.example.com/cb",
            "https://example.com%00.evil.test/cb",
            "https://app.example.com?x=1",
        ] {
            assert_eq!(kind(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn what_is_legal_text_and_still_dangerous_is_refused() {
        for bad in [
            "",
            "https://",
            "//evil.example/cb",
            "cb",
            "https://app.example.com/cb#",
            "https://a@b.example/",
            "https://@app.example.com/cb",
            "https://*.example.com/cb",
            "https://app.example.com/*",
            "https://app.example.com/a/../cb",
            "https://app.example.com/%2e%2E/cb",
            "https://app.example.com/%252e%252e/cb",
            "https://app.example.com/..;/cb",
            "https://app.example.com/a%2f..%2fcb",
            "https://app.example.com/..%5ccb",
            "https://app.example.com/cb%0d%0aSet-Cookie:x=1",
            "https://app.example.com/cb?x=%2500",
            "https://app.example.com/%zz",
            "https://app.example.com:0/cb",
            "https://a..b/cb",
            "https://app.example.com,evil.test/cb",
            "https://app.example.com/cb?code=x",
            "https://app.example.com/cb?st%61te=x",
            "https://app.example.com/cb?x;code=1",
            "https://app.example.com/cb?x=1;c%6fde=1",
            "https://app.example.com/cb?x=1;y&a;state",
            "https://app.example.com/cb?iss;x=1",
            "https://app.example.com./cb",
        ] {
            assert_eq!(kind(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_message_says_what_is_wrong() {
        let fault = |text| check(text, &Policy::default()).unwrap_err();
        for (text, message) in [
            (
                "https://app.example.com?x=1",
                "must have a path before the query",
            ),
            (
                "https://app.example.com#x",
                "must have a path before the fragment",
            ),
            (
                "urn:ietf:wg:oauth:2.0:oob",
                "must not be a URN: it is no place to redirect to",
            ),
            (
                "https://masełkowski.pl/cb",
                "must hold ASCII characters only: write the host in Punycode and percent-encode the rest",
            ),
            (
                "https://app.example.com/cb?a[b]=c",
                "must percent-encode the characters that RFC 3986 does not allow",
            ),
        ] {
            assert_eq!(fault(text), message, "{text}");
        }
        // These are separate names for a parser that splits at `;`.
        for good in ["?x;codes=1", "?x=code", "?a=1;b=2"] {
            assert_eq!(
                kind(&format!("https://app.example.com/cb{good}")),
                Some(Kind::Https)
            );
        }
    }

    #[test]
    fn http_is_for_the_loopback_literals() {
        for bad in [
            "http://app.example.com/cb",
            "http://127.0.0.1.evil.test/cb",
            "http://localhost.evil.test/cb",
            "http://localhost./cb",
            "http://127.0.0.2/cb",
            "http://0.0.0.0/cb",
            "http://[::]/cb",
            "http://[::ffff:127.0.0.1]/cb",
            "http://[::ffff:7f00:1]/cb",
            "http://[fe80::1%25eth0]/cb",
            "http://sub.localhost/cb",
        ] {
            assert_eq!(kind(bad), None, "{bad:?}");
        }
        let strict = Policy::default().without_localhost();
        assert!(check("http://localhost/cb", &strict).is_err());
        assert!(check("http://127.0.0.1/cb", &strict).is_ok());
    }

    #[test]
    fn other_schemes_must_belong_to_an_app() {
        let open = Policy::default().with_insecure_dotless_schemes();
        for bad in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "about:blank",
            "mailto:a@example.com",
            "urn:ietf:wg:oauth:2.0:oob",
            "blob:https://a.b/c",
            "com.example.app:opaque",
            "com.example.app://host/cb",
            "com.example.app:",
            "com..app:/cb",
            "app.:/cb",
            "vbscript:/x",
            "chrome-extension:/x",
            "ms-msdt:/id",
            "ms-appx-web:/x",
            "search-ms:/x",
            "market:/details",
        ] {
            assert_eq!(kind(bad), None, "{bad:?}");
            assert!(check(bad, &open).is_err(), "{bad:?}");
        }
        assert_eq!(kind("myapp:/cb"), None);
        assert_eq!(check("myapp:/cb", &open).ok(), Some(Kind::PrivateUse));
    }
}
