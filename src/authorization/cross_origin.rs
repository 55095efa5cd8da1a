use http::request::Parts;
use http::{HeaderName, Method, header};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a request that may change something was made by a page of another origin, so that the
/// cookies in it are not the user's will.
///
/// Browsers say so in `Sec-Fetch-Site`. They leave it out for `http` URLs other than localhost;
/// there `Origin` must name the host that was asked. A request without both is no browser's. What
/// is in `Authorization` proves nothing: a proxy may have put it there in exchange for a cookie.
pub(crate) fn is_cross_origin(head: &Parts, is_trusted: impl Fn(&[u8]) -> bool) -> bool {
    let headers = &head.headers;
    if matches!(head.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return false;
    }
    let origin = headers.get(header::ORIGIN).map(|origin| origin.as_bytes());
    if origin.is_some_and(is_trusted) {
        return false;
    }
    match (headers.get(SEC_FETCH_SITE), origin) {
        (Some(site), _) => site != "same-origin" && site != "none",
        (None, Some(origin)) => !names(origin, head),
        (None, None) => false,
    }
}

/// Whether the host and port of an origin are those that the request is for. In HTTP/2 they are
/// in its URI.
fn names(origin: &[u8], head: &Parts) -> bool {
    let host = head.headers.get(header::HOST);
    let host = host.map(|host| host.as_bytes());
    let host = host.or_else(|| head.uri.authority().map(|host| host.as_str().as_bytes()));
    let named = ["https://", "http://"]
        .iter()
        .find_map(|scheme| origin.strip_prefix(scheme.as_bytes()));
    named
        .zip(host)
        .is_some_and(|(named, host)| named.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn refused(method: &str, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().method(method).uri("/rotate-secret");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        is_cross_origin(&head, |origin| origin == b"https://trusted.example")
    }

    #[test]
    fn a_browser_tells_where_a_request_comes_from() {
        for (site, expected) in [
            ("same-origin", false),
            ("none", false),
            // Another port of the same host, or a sibling domain: the cookie is sent.
            ("same-site", true),
            ("cross-site", true),
            ("Same-Origin", true),
            ("", true),
        ] {
            assert_eq!(
                refused("POST", &[("sec-fetch-site", site)]),
                expected,
                "{site}"
            );
            for method in ["PUT", "PATCH", "DELETE", "UNHEARD-OF"] {
                assert_eq!(
                    refused(method, &[("sec-fetch-site", site)]),
                    expected,
                    "{site}"
                );
            }
            for method in ["GET", "HEAD", "OPTIONS"] {
                assert!(!refused(method, &[("sec-fetch-site", site)]), "{method}");
            }
        }
    }

    #[test]
    fn without_that_the_origin_must_be_the_host() {
        let host = ("host", "admin.example:8080");
        for (origin, expected) in [
            ("http://admin.example:8080", false),
            ("https://ADMIN.example:8080", false),
            ("http://admin.example", true),
            ("http://admin.example:80801", true),
            ("http://evil.example:8080", true),
            ("https://trusted.example", false),
            ("https://trusted.example:8443", true),
            ("null", true),
            ("", true),
            ("admin.example:8080", true),
        ] {
            assert_eq!(
                refused("POST", &[host, ("origin", origin)]),
                expected,
                "{origin}"
            );
        }
        assert!(refused("POST", &[("origin", "http://admin.example")]));
    }

    #[test]
    fn programs_pass() {
        assert!(!refused("POST", &[("host", "admin.example")]));
        let token = ("authorization", "Bearer abc");
        assert!(!refused("POST", &[("host", "admin.example"), token]));
    }

    /// A browser adds the one by itself, and a proxy the other in exchange for a cookie.
    #[test]
    fn no_credentials_make_up_for_the_origin() {
        for elsewhere in [
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ] {
            for credentials in ["Bearer abc", "Basic abc"] {
                let headers = [elsewhere, ("authorization", credentials)];
                assert!(refused("POST", &headers), "{headers:?}");
            }
        }
        let trusted = ("origin", "https://trusted.example");
        assert!(!refused(
            "POST",
            &[trusted, ("authorization", "Bearer abc")]
        ));
    }

    #[test]
    fn in_http_2_the_host_is_in_the_uri() {
        let request =
            Request::post("https://admin.example/x").header("origin", "https://admin.example");
        let (head, ()) = request.body(()).unwrap().into_parts();
        assert!(!is_cross_origin(&head, |_| false));
    }
}
