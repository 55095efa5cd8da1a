//! What whoever registers itself may not do, although an administrator may.

use super::redirect_uri::{self, Kind, is_forbidden_scheme};
use super::{Policy, web_url};

/// The maximum number of redirect URIs of a client that registers itself.
const MAX_REDIRECT_URIS: usize = 32;

/// A URL that is shown to users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShownUrl {
    Sound,
    /// It breaks a rule.
    Unusable,
    /// Its scheme runs script, or opens another app.
    Hostile,
}

impl Policy {
    /// The same policy for strangers: without what a host trusts administrators with, and with
    /// further private-use URIs. None of these is for a whole scheme.
    pub(crate) fn for_registrants(&self, private_use_uris: &[String]) -> Self {
        let mut policy = self.clone();
        policy.listed.schemes.clear();
        policy.listed.hosts.clear();
        policy.listed.uris.extend(private_use_uris.iter().cloned());
        policy.dotless_schemes = false;
        policy.private_jwks_hosts = false;
        policy.redirect_uris = policy.redirect_uris.min(MAX_REDIRECT_URIS);
        // A rule between fields asks for one where a grant redirects.
        policy.optional_redirect_uris = true;
        policy
    }

    /// Whether a client of that kind may register this redirect URI.
    pub(crate) fn accepts_redirect_uri(&self, uri: &str, is_confidential: bool) -> bool {
        let kind = redirect_uri::check(uri, self);
        kind.is_ok_and(|kind| kind != Kind::PrivateUse || !is_confidential)
    }

    /// Whether the host lists exactly this private-use URI.
    pub(crate) fn lists_redirect_uri(&self, uri: &str) -> bool {
        self.listed.uris.contains(uri)
    }

    /// What to think of a URL that would be shown to users.
    pub(crate) fn judge_shown_url(&self, text: &str) -> ShownUrl {
        if web_url::check(text, self).is_ok() {
            return ShownUrl::Sound;
        }
        // What a browser ignores in front of a scheme and within it.
        let plain: String = text.chars().filter(|c| !c.is_ascii_control()).collect();
        let scheme = plain.trim_start().split(':').next().unwrap_or_default();
        match plain.contains(':') && is_forbidden_scheme(&scheme.to_ascii_lowercase()) {
            true => ShownUrl::Hostile,
            false => ShownUrl::Unusable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_get_none_of_what_administrators_are_trusted_with() {
        let host = Policy::default()
            .with_insecure_dotless_schemes()
            .with_private_use_schemes(["tauri"])
            .with_insecure_http_hosts(["dev.example.com"])
            .with_private_use_uris(["vscode://vscode.mcp/callback"]);
        let cursor = "cursor://anysphere.cursor-mcp/oauth/callback";
        let policy = host.for_registrants(&[cursor.to_owned()]);
        policy.check().unwrap();
        for (uri, administrators, strangers) in [
            ("https://app.example.com/cb", true, true),
            ("com.example.app:/cb", true, true),
            ("vscode://vscode.mcp/callback", true, true),
            (cursor, false, true),
            ("myapp:/cb", true, false),
            ("tauri://localhost", true, false),
            ("http://dev.example.com/cb", true, false),
            ("javascript:alert(1)", false, false),
        ] {
            assert_eq!(host.accepts_redirect_uri(uri, false), administrators);
            assert_eq!(policy.accepts_redirect_uri(uri, false), strangers, "{uri}");
        }
        assert!(!policy.accepts_redirect_uri(cursor, true));
        assert!(policy.lists_redirect_uri(cursor));
        assert!(!policy.lists_redirect_uri("com.example.app:/cb"));
    }

    #[test]
    fn a_script_is_worse_than_a_mistake() {
        let policy = Policy::default();
        for (text, expected) in [
            ("https://app.example.com/", ShownUrl::Sound),
            ("http://localhost:5173", ShownUrl::Unusable),
            ("app.example.com", ShownUrl::Unusable),
            ("javascript", ShownUrl::Unusable),
            ("javascript:alert(1)", ShownUrl::Hostile),
            (" java\tscript:alert(1)", ShownUrl::Hostile),
            ("\u{1}JavaScript:alert(1)", ShownUrl::Hostile),
            ("data:text/html,x", ShownUrl::Hostile),
        ] {
            assert_eq!(policy.judge_shown_url(text), expected, "{text:?}");
        }
    }
}
