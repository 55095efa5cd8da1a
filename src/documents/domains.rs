use super::Trust;
use crate::domain::{is_below, is_host_name};
use crate::error::BuildError;

/// Which domains are accepted. What is denied wins over what is allowed.
///
/// Names are in lower case. To allow `claude.ai` is to allow that host alone; `.claude.ai` allows
/// all hosts below it, but not itself. To deny either is to deny the host and all below it.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Domains {
    allowed: Vec<String>,
    denied: Vec<String>,
    is_open: bool,
}

impl Domains {
    /// None but those that are allowed.
    pub fn none() -> Self {
        Self::default()
    }

    /// All but those that are denied.
    pub fn all() -> Self {
        Self {
            is_open: true,
            ..Self::default()
        }
    }

    /// Allows these, besides others.
    pub fn with_allowed<T: Into<String>>(mut self, domains: impl IntoIterator<Item = T>) -> Self {
        self.allowed.extend(domains.into_iter().map(Into::into));
        self
    }

    /// Denies these, besides others.
    pub fn with_denied<T: Into<String>>(mut self, domains: impl IntoIterator<Item = T>) -> Self {
        self.denied.extend(domains.into_iter().map(Into::into));
        self
    }

    /// The same, if every domain is a name that a host can have.
    pub(super) fn checked(self) -> Result<Self, BuildError> {
        let is_name = |domain: &String| is_host_name(domain.strip_prefix('.').unwrap_or(domain));
        match self.allowed.iter().chain(&self.denied).all(is_name) {
            true => Ok(self),
            false => Err(BuildError::setting(
                "a domain must be a name in lower case, or one with a dot in front",
            )),
        }
    }

    pub(super) fn denies(&self, host: &str) -> bool {
        let mut denied = self.denied.iter();
        denied.any(|domain| {
            let name = domain.strip_prefix('.').unwrap_or(domain);
            host == name || is_below(host, name)
        })
    }

    pub(super) fn judge(&self, host: &str) -> Trust {
        let is_allowed = self.allowed.iter().any(|domain| {
            let parent = domain.strip_prefix('.');
            parent.map_or_else(|| host == domain, |parent| is_below(host, parent))
        });
        match (self.denies(host), is_allowed, self.is_open) {
            (true, _, _) | (false, false, false) => Trust::Refused,
            (false, true, _) => Trust::Listed,
            (false, false, true) => Trust::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_whole() {
        let domains = Domains::none().with_allowed(["example.net", ".example.org"]);
        for (host, expected) in [
            ("example.net", Trust::Listed),
            ("a.example.net", Trust::Refused),
            ("evil-example.net", Trust::Refused),
            ("example.net.evil.test", Trust::Refused),
            ("a.example.org", Trust::Listed),
            ("b.a.example.org", Trust::Listed),
            ("example.org", Trust::Refused),
            ("evilexample.org", Trust::Refused),
            (".example.org", Trust::Refused),
        ] {
            assert_eq!(domains.judge(host), expected, "{host}");
        }
    }

    #[test]
    fn what_is_denied_wins() {
        let domains = Domains::all()
            .with_allowed([".example.net"])
            .with_denied(["a.example.net", ".evil.example"]);
        for (host, expected) in [
            ("a.example.net", Trust::Refused),
            ("x.a.example.net", Trust::Refused),
            ("b.example.net", Trust::Listed),
            ("evil.example", Trust::Refused),
            ("x.evil.example", Trust::Refused),
            ("notevil.example", Trust::Open),
        ] {
            assert_eq!(domains.judge(host), expected, "{host}");
        }
    }

    #[test]
    fn a_domain_is_a_name() {
        for bad in [
            "",
            ".",
            "..a",
            "A.example",
            "*.example.net",
            "a.example/",
            "a b",
            "1.2.3.4",
        ] {
            assert!(
                Domains::none().with_allowed([bad]).checked().is_err(),
                "{bad}"
            );
            assert!(
                Domains::all().with_denied([bad]).checked().is_err(),
                "{bad}"
            );
        }
        assert!(
            Domains::all()
                .with_denied(["example", ".a.example"])
                .checked()
                .is_ok()
        );
    }
}
