use super::violation::Fault;
use super::{Client, ClientMetadata, Policy, redirect_uri};

/// No host's name is longer than 253 bytes, so a longer origin is none of a page.
pub(crate) const MAX_LENGTH: usize = 512;

impl Client {
    /// Whether a page of this origin, as a browser sends it in `Origin`, may call the host's
    /// endpoints for this client (Fetch, section 3.3): whether it is one of the
    /// [`allowed_cors_origins`](ClientMetadata::allowed_cors_origins), or, for a public client, of
    /// the [`cors_origins`](ClientMetadata::cors_origins). No page has a confidential client's
    /// credentials, so its redirect URIs allow nothing.
    ///
    /// The status of the client is not checked.
    pub fn allows_cors_origin(&self, origin: &str) -> bool {
        self.metadata.page_origins().contains(&origin)
    }
}

impl ClientMetadata {
    /// The distinct origins of the http(s) redirect URIs, in order.
    pub fn cors_origins(&self) -> Vec<&str> {
        distinct(self.redirect_uris.iter().filter_map(|uri| of(uri)))
    }

    /// The distinct origins whose pages may call the host's endpoints.
    pub(crate) fn page_origins(&self) -> Vec<&str> {
        let derived = self.redirect_uris.iter().filter_map(|uri| of(uri));
        let derived = derived.filter(|_| !self.is_confidential);
        let allowed = self.allowed_cors_origins.iter().map(String::as_str);
        // A repository may hold what was never validated.
        let is_sound = |origin: &&str| {
            let length = 1..=MAX_LENGTH;
            length.contains(&origin.len()) && origin.bytes().all(|byte| byte.is_ascii_graphic())
        };
        distinct(allowed.chain(derived).filter(is_sound))
    }
}

fn distinct<'a>(origins: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut distinct = Vec::with_capacity(origins.size_hint().0);
    for origin in origins {
        if !distinct.contains(&origin) {
            distinct.push(origin);
        }
    }
    distinct
}

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
    fn what_could_be_no_origin_is_not_shown_even_if_it_is_stored() {
        let mut metadata = ClientMetadata::new("App", ["https://app.example.com/cb"]);
        let long = format!("https://{}", "a".repeat(MAX_LENGTH));
        let stored = ["", "https://a b", "https://a\n", &long, "https://b.example"];
        metadata.allowed_cors_origins = stored.map(str::to_owned).to_vec();
        metadata.is_confidential = true;
        assert_eq!(metadata.page_origins(), ["https://b.example"]);
        metadata.is_confidential = false;
        let both = ["https://b.example", "https://app.example.com"];
        assert_eq!(metadata.page_origins(), both);
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
