//! What a host allows beyond the rules: redirect URIs, schemes and hosts that it lists.

use std::collections::BTreeSet;

use url::Host;

use super::{Kind, check, scheme};
use crate::domain::Policy;
use crate::domain::uri::StrictUri;
use crate::error::BuildError;

/// The one wildcard: the names below `localhost`, which resolve to the device (RFC 6761 §6.3).
const BELOW_LOCALHOST: &str = "*.localhost";

/// The lists of a policy.
#[derive(Clone, Debug, Default)]
pub(in crate::domain) struct Listed {
    pub(in crate::domain) uris: BTreeSet<String>,
    pub(in crate::domain) schemes: BTreeSet<String>,
    pub(in crate::domain) hosts: BTreeSet<String>,
}

impl Listed {
    pub(super) fn has(&self, uri: &str, scheme: &str) -> bool {
        self.schemes.contains(scheme) || self.uris.contains(uri)
    }

    pub(super) fn has_host(&self, host: Option<Host<&str>>) -> bool {
        let Some(Host::Domain(name)) = host else {
            return false;
        };
        let below = || name.ends_with(".localhost") && self.hosts.contains(BELOW_LOCALHOST);
        self.hosts.contains(name) || below()
    }
}

/// Checks what the host listed, by the rules for what clients send.
pub(in crate::domain) fn check_lists(policy: &Policy) -> Result<(), BuildError> {
    let refuse = |what, why: &str| Err(BuildError::setting(format!("{what} {why}")));
    for uri in &policy.listed.uris {
        match check(uri, policy) {
            Ok(Kind::PrivateUse) => {}
            Ok(_) => {
                return refuse(
                    "a private-use redirect URI",
                    "must have a private-use scheme",
                );
            }
            Err(fault) => return refuse("a private-use redirect URI", &fault),
        }
    }
    for scheme in &policy.listed.schemes {
        if let Some(why) = refusal(scheme) {
            return refuse("a private-use scheme", why);
        }
    }
    for host in &policy.listed.hosts {
        if host != BELOW_LOCALHOST && !is_name(host) {
            let why = "must be a name in lower case, or *.localhost";
            return refuse("a host for http redirect URIs", why);
        }
    }
    Ok(())
}

/// Why a scheme can't be listed, if it can't.
fn refusal(scheme: &str) -> Option<&'static str> {
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.'));
    if !is_scheme {
        Some("must be a scheme in lower case (RFC 3986 section 3.1), without the colon")
    } else if matches!(scheme, "http" | "https" | "urn") || scheme::is_forbidden(scheme) {
        Some("must not be one that the web, a script or another app uses")
    } else {
        None
    }
}

/// Whether a redirect URI can name this host, as a name.
fn is_name(host: &str) -> bool {
    let text = format!("http://{host}/");
    let read = StrictUri::parse(&text, text.len());
    read.is_ok_and(|read| read.host() == Some(Host::Domain(host)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(policy: &Policy, text: &str) -> Option<Kind> {
        check(text, policy).ok()
    }

    #[test]
    fn a_listed_uri_is_accepted_to_the_letter() {
        let listed = [
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "tauri://localhost",
            "com.example.app://callback",
            "msauth.com.example.app://auth/",
        ];
        let policy = Policy::default().with_private_use_uris(listed);
        policy.check().unwrap();
        for good in listed {
            assert_eq!(kind(&policy, good), Some(Kind::PrivateUse), "{good}");
            assert_eq!(kind(&Policy::default(), good), None, "{good}");
        }
        for bad in [
            "cursor://anysphere.cursor-mcp/oauth/callback/",
            "cursor://anysphere.cursor-mcp/oauth/callback?x=1",
            "cursor://anysphere.cursor-mcp/oauth/callback#",
            "cursor://anysphere.cursor-mcp/oauth/Callback",
            "cursor://evil/oauth/callback",
            "cursor:/oauth/callback",
            "tauri://localhost/",
            "tauri://localhost:1",
            "TAURI://localhost",
            "com.example.app://callback2",
        ] {
            assert_eq!(kind(&policy, bad), None, "{bad}");
        }
        // Those without an authority need no list.
        let other = "com.example.app:/callback";
        assert_eq!(kind(&policy, other), Some(Kind::PrivateUse));
    }

    #[test]
    fn a_listed_scheme_is_accepted_with_any_place() {
        let policy = Policy::default().with_private_use_schemes(["com.example.app", "tauri"]);
        policy.check().unwrap();
        for good in [
            "com.example.app://callback",
            "com.example.app://callback/x?tenant=a",
            "com.example.app:/callback",
            "tauri://localhost",
            "tauri://localhost:1430/cb",
            "tauri:/cb",
        ] {
            assert_eq!(kind(&policy, good), Some(Kind::PrivateUse), "{good}");
        }
        for bad in [
            "com.example.app:callback",
            "com.example.app:",
            "com.example.app://user@callback",
            "com.example.app://callback#x",
            "com.example.app://callback/*",
            "com.example.app://*/",
            "com.example.app://callback/../x",
            "com.example.app://callback?code=1",
            "com.example.app://call%00back",
            "com.example.app.evil://callback",
            "com.example://callback",
            "taurix://localhost",
            "tauri+x://localhost",
            "javascript://localhost/%0aalert(1)",
        ] {
            assert_eq!(kind(&policy, bad), None, "{bad}");
        }
    }

    #[test]
    fn http_is_accepted_on_listed_hosts_only() {
        let hosts = ["dev.example.com", "web", "*.localhost"];
        let policy = Policy::default().with_insecure_http_hosts(hosts);
        policy.check().unwrap();
        for good in [
            "http://dev.example.com/cb",
            "http://dev.example.com:3000/cb",
            "http://web:8080/cb",
            "http://app.localhost/cb",
            "http://a.b.localhost:3000/cb",
        ] {
            assert_eq!(kind(&policy, good), Some(Kind::Development), "{good}");
            assert_eq!(kind(&Policy::default(), good), None, "{good}");
        }
        for bad in [
            "http://example.com/cb",
            "http://x.dev.example.com/cb",
            "http://dev.example.com.evil.test/cb",
            "http://xdev.example.com/cb",
            "http://dev.example.com./cb",
            "http://DEV.example.com/cb",
            "http://dev.example.com@evil.test/cb",
            "http://.localhost/cb",
            "http://*.localhost/cb",
            "http://app.localhost.evil.test/cb",
            "http://evillocalhost/cb",
            "http://10.0.0.1/cb",
            "http://dev.example.com/cb?code=1",
        ] {
            assert_eq!(kind(&policy, bad), None, "{bad}");
        }
        assert_eq!(kind(&policy, "https://web/cb"), Some(Kind::Https));
        let strict = policy.without_localhost();
        assert_eq!(kind(&strict, "http://localhost/cb"), None);
    }

    #[test]
    fn what_can_not_be_listed_is_refused_before_anything_is_built() {
        for scheme in [
            "javascript",
            "data",
            "file",
            "blob",
            "about",
            "vbscript",
            "view-source",
            "http",
            "https",
            "ws",
            "wss",
            "ftp",
            "urn",
            "mailto",
            "intent",
            "chrome-extension",
            "ms-appx-web",
            "JavaScript",
            "Com.Example",
            "",
            "tauri:",
            "tauri://",
            "1app",
            "*",
            "a b",
            "\u{e9}",
        ] {
            let policy = Policy::default().with_private_use_schemes(["com.example.app", scheme]);
            let error = policy.check().unwrap_err();
            assert!(
                error.to_string().starts_with("a private-use scheme must"),
                "{scheme}"
            );
        }
        for uri in [
            "javascript:alert(1)",
            "javascript://localhost/",
            "data:text/html,x",
            "file:///etc/passwd",
            "blob:https://a.b/c",
            "about:blank",
            "view-source://x/",
            "https://app.example.com/cb",
            "http://127.0.0.1/cb",
            "tauri://localhost#x",
            "tauri://user@localhost",
            "Tauri://localhost",
            "tauri://*",
            "tauri:localhost",
            "",
        ] {
            let policy = Policy::default().with_private_use_uris([uri]);
            let error = policy.check().unwrap_err();
            assert!(
                error
                    .to_string()
                    .starts_with("a private-use redirect URI must"),
                "{uri}"
            );
        }
        for host in [
            "",
            "*",
            "*.example.com",
            "*.*.localhost",
            "a.*.localhost",
            ".localhost",
            "Dev.example.com",
            "dev.example.com:3000",
            "http://dev.example.com",
            "dev.example.com/",
            "dev.example.com.",
            "user@dev",
            "10.0.0.1",
            "[::1]",
            "127.1",
            "a b",
        ] {
            let policy = Policy::default().with_insecure_http_hosts([host]);
            let error = policy.check().unwrap_err();
            assert!(
                error
                    .to_string()
                    .starts_with("a host for http redirect URIs must"),
                "{host}"
            );
        }
    }
}
