use super::violation::Fault;
use super::{Policy, redirect_uri};

/// The origin (RFC 6454 §6.2) of an http(s) URI in canonical form: how it begins.
pub(super) fn of(uri: &str) -> Option<&str> {
    let (scheme, rest) = uri.split_once("://")?;
    let host = rest.find(['/', '?']).unwrap_or(rest.len());
    matches!(scheme, "http" | "https").then(|| uri.get(..scheme.len() + 3 + host))?
}

/// Checks an origin whose pages may call the host's endpoints, as a browser sends it in `Origin`.
/// Its host follows the rules of redirect URIs: a page there could get a code, too.
pub(super) fn check(text: &str, policy: &Policy) -> Result<(), Fault> {
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    if !is_web || of(text) != Some(text) {
        return Err("must be an origin, like https://app.example.com, without a path".into());
    }
    redirect_uri::check(text, policy).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_how_a_web_uri_begins() {
        for (uri, expected) in [
            ("https://app.example.com", Some("https://app.example.com")),
            (
                "https://app.example.com:8443/cb?x=/",
                Some("https://app.example.com:8443"),
            ),
            ("http://[::1]:9?x", Some("http://[::1]:9")),
            ("com.example.app:/cb", None),
        ] {
            assert_eq!(of(uri), expected);
        }
    }

    #[test]
    fn only_what_a_browser_sends_is_an_origin() {
        let policy = Policy::default();
        for good in [
            "https://app.example.com",
            "https://app.example.com:8443",
            "http://localhost:5173",
            "http://127.0.0.1",
            "http://[::1]:3000",
        ] {
            assert!(check(good, &policy).is_ok(), "{good}");
        }
        for bad in [
            "",
            "*",
            "null",
            "https://*.example.com",
            "https://app.example.com/",
            "https://app.example.com:443",
            "https://App.example.com",
            "https://app.example.com?x",
            "https://app.example.com#x",
            "https://user@app.example.com",
            "http://app.example.com",
            "app.example.com",
            "chrome-extension://abc",
        ] {
            assert!(check(bad, &policy).is_err(), "{bad}");
        }
    }
}
