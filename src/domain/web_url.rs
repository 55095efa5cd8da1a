use super::Policy;
use super::uri::StrictUri;
use super::violation::Fault;

/// Checks a URL that is shown to users: `logo_url`, `website`, `terms_url`, `privacy_policy`.
///
/// It comes from the registrant (RFC 7591 §5), so it must be a web page and not a script. It is
/// never fetched.
pub(super) fn check(text: &str, policy: &Policy) -> Result<(), Fault> {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme);
    if scheme != Some("https") {
        return Err("must be an absolute https URL".into());
    }
    StrictUri::parse(text, policy.url_length).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_on_the_web() {
        let policy = Policy::default();
        for good in [
            "https://app.example.com",
            "https://app.example.com/l.png?s=2#top",
        ] {
            assert!(check(good, &policy).is_ok(), "{good}");
        }
        for bad in [
            "",
            "just some text",
            "//evil.example/tos",
            "/tos",
            "http://app.example.com",
            "javascript:alert(1)",
            "JAVASCRIPT:alert(1)",
            "data:image/svg+xml,<svg onload=alert(1)>",
            "ftp://app.example.com",
            "https://user:pw@app.example.com",
            "https:app.example.com",
        ] {
            assert!(check(bad, &policy).is_err(), "{bad:?}");
        }
    }
}
