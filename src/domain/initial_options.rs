use url::Url;

use super::input::{Input, Items, items};
use super::secret_options::{check_description, check_expiry, told};
use super::validate::{MAX_WORDS, Reader, one_of};
use super::violation::{Fault, Violation, Violations};
use super::{AuthMethod, GrantType, Policy, RegistrationBounds, Timestamp, scope};

/// The maximum number of hosts in the bounds of a token.
pub(crate) const MAX_HOSTS: usize = 32;

/// The maximum length of a host, in bytes.
pub(crate) const MAX_HOST_LENGTH: usize = 255;

/// An initial access token to issue (RFC 7591 §3). It is only validated by the
/// [`Registrar`](crate::registration::Registrar).
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct InitialAccessTokenOptions {
    pub(crate) description: Input<String>,
    /// `None` is a number that is not a whole one in range.
    pub(crate) uses: Input<Option<u32>>,
    /// `None` is a text that is not a time.
    pub(crate) expires_at: Input<Option<Timestamp>>,
    pub(crate) grant_types: Input<Items>,
    pub(crate) client_auth_methods: Input<Items>,
    pub(crate) scopes: Input<Items>,
    pub(crate) redirect_hosts: Input<Items>,
    pub(crate) is_approved: Input<bool>,
    /// The members that are none of these.
    pub(crate) unknown: Vec<Violation>,
}

/// Valid options.
#[derive(Debug)]
pub(crate) struct CheckedOptions {
    pub(crate) description: Option<String>,
    pub(crate) uses: Option<u32>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) bounds: RegistrationBounds,
}

impl InitialAccessTokenOptions {
    /// A token for any number of clients within the ceilings of the registrar, that does not
    /// expire.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a description, for administrators: one line of up to 1024 characters.
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Input::Value(description.into());
        self
    }

    /// Sets how many clients it may register: at least one.
    pub fn with_uses(mut self, uses: u32) -> Self {
        self.uses = Input::Value(Some(uses));
        self
    }

    /// Sets when it expires: a time in the future.
    pub fn with_expires_at(mut self, time: Timestamp) -> Self {
        self.expires_at = Input::Value(Some(time));
        self
    }

    /// Sets what may be registered with it, in place of the ceilings of the registrar. They hold
    /// for every update of these clients, too. Grants and scopes must be among those of the
    /// manager's policy.
    pub fn with_bounds(mut self, bounds: RegistrationBounds) -> Self {
        fn list<T>(bound: Option<Vec<T>>, text: impl Fn(&T) -> &str) -> Input<Items> {
            bound.map_or(Input::Absent, |bound| {
                Input::Value(items(bound.iter().map(text)))
            })
        }
        self.grant_types = list(bounds.grant_types, GrantType::as_str);
        self.client_auth_methods = list(bounds.client_auth_methods, AuthMethod::as_str);
        self.scopes = list(bounds.scopes, String::as_str);
        self.redirect_hosts = list(bounds.redirect_hosts, String::as_str);
        self.is_approved = Input::Value(bounds.is_approved);
        self
    }

    /// Validates the options of a token that is issued at `now`, and reports all violations.
    pub(crate) fn check(
        self,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<CheckedOptions, Violations> {
        let mut faults = Violations::default();
        let description = check_description(self.description);
        let description = told(description, "description", &mut faults);
        let uses = told(check_uses(&self.uses), "uses", &mut faults);
        let expires_at = check_expiry(self.expires_at, None, now);
        let expires_at = told(expires_at, "expires_at", &mut faults);
        let mut read = Reader {
            policy,
            faults: &mut faults,
        };
        let words = 1..=MAX_WORDS;
        let allowed = &policy.allowed_grant_types;
        let grants = self.grant_types;
        let grant_types = bound(&mut read, "grant_types", grants, words.clone(), |word| {
            let grant = GrantType::parse(word).filter(|grant| allowed.contains(grant));
            grant.ok_or_else(|| one_of(allowed, GrantType::word))
        });
        let methods = self.client_auth_methods;
        let client_auth_methods = bound(&mut read, "client_auth_methods", methods, words, |word| {
            AuthMethod::parse(word).ok_or_else(|| one_of(AuthMethod::ALL, AuthMethod::word))
        });
        let most = 0..=policy.scopes;
        let scopes = bound(&mut read, "scopes", self.scopes, most, |text| {
            scope::check(text, policy).map(|()| text.to_owned())
        });
        let (hosts, most) = (self.redirect_hosts, 0..=MAX_HOSTS);
        let redirect_hosts = bound(&mut read, "redirect_hosts", hosts, most, check_host);
        let is_approved = read.flag("is_approved", self.is_approved, false);
        for violation in self.unknown {
            faults.push(violation);
        }
        faults.into_result()?;
        Ok(CheckedOptions {
            description,
            uses,
            expires_at,
            bounds: RegistrationBounds {
                grant_types,
                client_auth_methods,
                scopes,
                redirect_hosts,
                is_approved: is_approved.unwrap_or_default(),
            },
        })
    }
}

/// A bound: without a list, or with `null`, there is none.
fn bound<T: PartialEq>(
    read: &mut Reader<'_>,
    path: &'static str,
    input: Input<Items>,
    length: std::ops::RangeInclusive<usize>,
    parse: impl Fn(&str) -> Result<T, Fault>,
) -> Option<Vec<T>> {
    match input {
        Input::Absent | Input::Null => None,
        input => read.list(path, input, Vec::new(), length, parse),
    }
}

fn check_uses(input: &Input<Option<u32>>) -> Result<Option<u32>, Fault> {
    match input {
        Input::Absent | Input::Null => Ok(None),
        Input::Value(Some(uses)) if *uses > 0 => Ok(Some(*uses)),
        Input::Value(_) | Input::Mistyped => {
            let most = u32::MAX;
            Err(format!("must be a whole number from 1 to {most}").into())
        }
    }
}

/// A host as a URL has it, which it is compared with.
fn check_host(text: &str) -> Result<String, Fault> {
    if text.len() > MAX_HOST_LENGTH {
        return Err(format!("must be at most {MAX_HOST_LENGTH} characters long").into());
    }
    let url = Url::parse(&format!("https://{text}/")).ok();
    // A wildcard would never match.
    let is_host = !text.contains('*') && url.is_some_and(|url| url.host_str() == Some(text));
    if !is_host {
        return Err("must be a host in lower case, without a scheme and a port".into());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_micros(1_776_249_000_000_000)
    }

    fn told(options: InitialAccessTokenOptions) -> String {
        let checked = options.check(&Policy::default(), now());
        checked
            .err()
            .map_or_else(String::new, |faults| faults.to_string())
    }

    #[test]
    fn all_faults_are_told_at_once_and_no_value() {
        let options = InitialAccessTokenOptions::new()
            .with_description("a\nb")
            .with_uses(0)
            .with_expires_at(now())
            .with_bounds(RegistrationBounds {
                grant_types: Some(Vec::new()),
                scopes: Some(vec!["a b".into()]),
                redirect_hosts: Some(vec!["b.example".into(), "A.example".into()]),
                ..RegistrationBounds::default()
            });
        assert_eq!(
            told(options),
            "description: must not contain control characters; uses: must be a whole number from \
             1 to 4294967295; expires_at: must be in the future; grant_types: must hold 1 to 8 \
             items, not 0; scopes[0]: must hold visible ASCII characters other than \" and \\ \
             only; redirect_hosts[1]: must be a host in lower case, without a scheme and a port"
        );
    }

    #[test]
    fn what_is_not_set_bounds_nothing() {
        let later = now() + Duration::from_micros(1);
        let options = InitialAccessTokenOptions::new()
            .with_uses(1)
            .with_expires_at(later);
        let checked = options.check(&Policy::default(), now()).unwrap();
        assert_eq!((checked.uses, checked.expires_at), (Some(1), Some(later)));
        assert_eq!(checked.bounds, RegistrationBounds::default());
    }

    #[test]
    fn a_host_is_written_as_in_a_url() {
        for good in [
            "app.example.com",
            "localhost",
            "127.0.0.1",
            "[::1]",
            "xn--bcher-kva.example",
        ] {
            assert_eq!(check_host(good).unwrap(), good);
        }
        for bad in [
            "",
            "A.example",
            "a.example:443",
            "https://a.example",
            "a.example/x",
            "u@a.example",
            "a.example?x",
            "a.example#x",
            "b\u{fc}cher.example",
            "a b",
            "a\tb",
            "*.example.com",
            "::1",
            "127.1",
            "a.example\\x",
        ] {
            assert!(check_host(bad).is_err(), "{bad:?}");
        }
        let long = ["a"; MAX_HOST_LENGTH.div_ceil(2)].join(".");
        assert_eq!(long.len(), MAX_HOST_LENGTH);
        assert!(check_host(&long).is_ok());
        assert!(check_host(&format!("{long}a")).is_err());
    }
}
