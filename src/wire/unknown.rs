use crate::domain::Violation;

/// What a body is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Creation,
    Change,
    /// A merge patch (RFC 7396).
    Patch,
    Import,
}

/// The members that only responses have.
pub(crate) const ANSWERED: [&str; 10] = [
    "id",
    "tenant_id",
    "client_id",
    "cors_origins",
    "origin",
    "secret_last_four",
    "created_at",
    "updated_at",
    "last_used_at",
    "deleted_at",
];

/// The names of RFC 7591 §2, where ours differ.
const STANDARD: [(&str, &str); 7] = [
    ("client_name", "name"),
    ("client_uri", "website"),
    ("logo_uri", "logo_url"),
    ("policy_uri", "privacy_policy"),
    ("scope", "scopes"),
    ("token_endpoint_auth_method", "client_auth_methods"),
    ("tos_uri", "terms_url"),
];

/// The most bytes of a name that are shown: it comes from outside, and may be what is secret.
const SHOWN: usize = 64;

impl Body {
    /// Whether it sets the member. A new client is active, so its status can't be set.
    pub(super) fn knows(self, name: &str) -> bool {
        self != Self::Creation || name != "status"
    }

    /// Whether unknown members are refused, whatever the policy says.
    pub(super) fn is_strict(self) -> bool {
        self == Self::Import
    }

    /// Whether the member is harmless, though unknown: what was read can be sent back.
    pub(super) fn ignores(self, name: &str) -> bool {
        matches!(self, Self::Change | Self::Patch) && ANSWERED.contains(&name)
    }
}

/// The violation of a member that is not among the `known` names.
pub(crate) fn violation(name: &str, known: impl Iterator<Item = &'static str>) -> Violation {
    let message = match meant(name, known) {
        Some(meant) => format!("is not a known member, use {meant}"),
        None => "is not a known member".to_owned(),
    };
    Violation::new(shown(name), message)
}

/// The member that was probably meant: by the standard's name, or spelled `likeThis`.
fn meant(name: &str, mut known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let standard = STANDARD.iter().find(|(other, _)| *other == name);
    standard.map(|(_, ours)| *ours).or_else(|| {
        let letters = |text: &str| -> Vec<u8> {
            let bytes = text.bytes().filter(u8::is_ascii_alphanumeric);
            bytes.map(|byte| byte.to_ascii_lowercase()).collect()
        };
        let wanted = letters(name.get(..SHOWN).unwrap_or(name));
        known.find(|known| *known != name && letters(known) == wanted)
    })
}

/// The beginning of the name, without what could be taken for a part of the message.
fn shown(name: &str) -> String {
    if name.is_empty() {
        return "\"\"".to_owned();
    }
    let plain = |c: char| match c {
        ':' | ';' => '?',
        c if c.is_ascii_graphic() => c,
        _ => '?',
    };
    let shown: String = name.chars().take(SHOWN).map(plain).collect();
    let is_cut = name.chars().nth(SHOWN).is_some();
    if is_cut { shown + "..." } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str) -> String {
        let known = ["name", "scopes", "redirect_uris", "jwks_uri"];
        violation(name, known.into_iter()).to_string()
    }

    #[test]
    fn the_known_name_is_suggested() {
        for (name, known) in STANDARD {
            assert_eq!(
                told(name),
                format!("{name}: is not a known member, use {known}")
            );
        }
        for name in [
            "redirectUris",
            "redirect-uris",
            "REDIRECT_URIS",
            "redirecturis",
        ] {
            let expected = format!("{name}: is not a known member, use redirect_uris");
            assert_eq!(told(name), expected);
        }
        for name in ["nickname", "contact", "names", "id"] {
            assert_eq!(told(name), format!("{name}: is not a known member"));
        }
    }

    #[test]
    fn a_name_is_cut_and_can_not_forge_a_message() {
        let long = "n".repeat(100_000);
        let expected = format!("{}...: is not a known member", "n".repeat(64));
        assert_eq!(told(&long), expected);
        assert!(told(&"n".repeat(64)).starts_with(&format!("{}: ", "n".repeat(64))));
        for (name, expected) in [
            ("", "\"\""),
            ("a: b; c", "a??b??c"),
            ("a\nb\u{202e}c\0", "a?b?c?"),
            ("né", "n?"),
            ("client_name#ja", "client_name#ja"),
        ] {
            assert_eq!(told(name), format!("{expected}: is not a known member"));
        }
    }
}
