use std::borrow::Cow;
use std::time::Duration;

use super::Timestamp;
use super::input::Input;
use super::name::is_control;
use super::violation::{Fault, Violation, Violations};

/// What an operator may set of a secret to be issued. It is only validated by the manager.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tower_oauth_clients::domain::{Clock, SecretOptions, SystemClock};
///
/// let in_a_quarter = SystemClock.now() + Duration::from_secs(90 * 24 * 60 * 60);
/// let options = SecretOptions::new()
///     .with_description("The nightly build")
///     .with_expires_at(in_a_quarter);
/// # let _ = options;
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct SecretOptions {
    pub(crate) description: Input<String>,
    /// `None` is a text that is not a time.
    pub(crate) expires_at: Input<Option<Timestamp>>,
}

impl SecretOptions {
    /// The member of a creation that holds the options of the first secret.
    pub(crate) const AT_CREATION: &str = "client_secret_options";

    /// The maximum length of a description, in characters.
    pub(crate) const MAX_DESCRIPTION_LENGTH: usize = 1024;

    /// Creates options that set nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the description: what the secret is for, or who has it.
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Input::Value(description.into());
        self
    }

    /// Sets when the secret expires. Without it, it does so after the host's [longest
    /// lifetime](crate::manager::ClientManagerBuilder::with_max_secret_lifetime), or never.
    pub fn with_expires_at(mut self, expires_at: Timestamp) -> Self {
        self.expires_at = Input::Value(Some(expires_at));
        self
    }

    /// Whether nothing is set.
    pub(crate) fn is_empty(&self) -> bool {
        let is_unset = |input: &Input<String>| match input {
            Input::Absent | Input::Null => true,
            Input::Value(text) => text.is_empty(),
            Input::Mistyped => false,
        };
        is_unset(&self.description) && matches!(self.expires_at, Input::Absent | Input::Null)
    }

    /// Validates the options of a secret that is issued at `now`. Invalid ones are reported at
    /// their names after `prefix`, and read as not set.
    pub(crate) fn check(
        self,
        prefix: &str,
        rules: &SecretRules,
        now: Timestamp,
        faults: &mut Violations,
    ) -> SecretLabel {
        let description = check_description(self.description);
        let expires_at = check_expiry(self.expires_at, rules.lifetime, now);
        let path = |name: &str| format!("{prefix}{name}");
        SecretLabel {
            description: told(description, path("description"), faults),
            expires_at: told(expires_at, path("expires_at"), faults),
        }
    }
}

pub(super) fn check_description(input: Input<String>) -> Result<Option<String>, Fault> {
    let most = SecretOptions::MAX_DESCRIPTION_LENGTH;
    match input {
        Input::Absent | Input::Null => Ok(None),
        Input::Mistyped => Err("must be a string".into()),
        Input::Value(text) if text.is_empty() => Ok(None),
        Input::Value(text) if text.chars().count() > most => {
            Err(format!("must be at most {most} characters long").into())
        }
        Input::Value(text) if text.contains(is_control) => {
            Err("must not contain control characters".into())
        }
        Input::Value(text) => Ok(Some(text)),
    }
}

/// Checks when a credential expires, at most so long after `now`.
pub(super) fn check_expiry(
    input: Input<Option<Timestamp>>,
    longest: Option<Duration>,
    now: Timestamp,
) -> Result<Option<Timestamp>, Fault> {
    let end = match input {
        Input::Absent | Input::Null => return Ok(None),
        Input::Mistyped => return Err("must be a string".into()),
        Input::Value(None) => return Err("must be a time as in RFC 3339".into()),
        Input::Value(Some(end)) => end,
    };
    if end <= now {
        return Err("must be in the future".into());
    }
    match longest {
        Some(longest) if end > now + longest => {
            let seconds = longest.as_secs();
            Err(format!("must be at most {seconds} seconds from now").into())
        }
        _ => Ok(Some(end)),
    }
}

/// The value, if it is valid; otherwise its fault is reported.
pub(super) fn told<T>(
    read: Result<Option<T>, Fault>,
    path: impl Into<Cow<'static, str>>,
    faults: &mut Violations,
) -> Option<T> {
    read.unwrap_or_else(|fault| {
        faults.push(Violation::new(path, fault));
        None
    })
}

/// What an operator may set of a rotation. It is only validated by the manager.
///
/// # Examples
///
/// After a leak, the old secrets end at once:
///
/// ```
/// use std::time::Duration;
/// use tower_oauth_clients::domain::RotationOptions;
///
/// let options = RotationOptions::new().with_grace(Duration::ZERO);
/// # let _ = options;
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct RotationOptions {
    pub(crate) secret: SecretOptions,
    /// `None` is a number that is not a whole number of seconds.
    pub(crate) grace: Input<Option<Duration>>,
}

impl RotationOptions {
    /// Creates options that set nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the options of the new secret.
    pub fn with_secret(mut self, secret: SecretOptions) -> Self {
        self.secret = secret;
        self
    }

    /// Sets how long the replaced secrets still verify, instead of the [host's
    /// setting](crate::manager::ClientManagerBuilder::with_rotation_grace). Zero ends them at once,
    /// including those that an earlier rotation replaced.
    pub fn with_grace(mut self, grace: Duration) -> Self {
        self.grace = Input::Value(Some(grace));
        self
    }

    /// Validates the options, and returns the grace period if it is set.
    pub(crate) fn check(
        self,
        rules: &SecretRules,
        now: Timestamp,
        faults: &mut Violations,
    ) -> (SecretLabel, Option<Duration>) {
        let label = self.secret.check("", rules, now, faults);
        let grace = match self.grace {
            Input::Absent | Input::Null => None,
            Input::Value(Some(grace)) if grace <= rules.max_grace => Some(grace),
            Input::Value(_) | Input::Mistyped => {
                let most = rules.max_grace.as_secs();
                let message = format!("must be a whole number of seconds, at most {most}");
                faults.push(Violation::new("grace_period", message));
                None
            }
        };
        (label, grace)
    }
}

/// The host's rules for secrets.
#[derive(Clone, Debug)]
pub(crate) struct SecretRules {
    /// The longest lifetime of a secret, if it is limited.
    pub(crate) lifetime: Option<Duration>,
    /// How long a secret verifies after a rotation that sets no grace period.
    pub(crate) grace: Duration,
    /// The longest grace period that a rotation may set.
    pub(crate) max_grace: Duration,
}

impl Default for SecretRules {
    fn default() -> Self {
        Self {
            lifetime: None,
            grace: Duration::from_secs(4 * 60 * 60),
            max_grace: Duration::from_secs(30 * 24 * 60 * 60),
        }
    }
}

/// Valid options of a secret.
#[derive(Clone, Debug, Default)]
pub(crate) struct SecretLabel {
    pub(crate) description: Option<String>,
    pub(crate) expires_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(options: RotationOptions, rules: &SecretRules) -> String {
        let mut faults = Violations::default();
        options.check(rules, now(), &mut faults);
        faults.to_string()
    }

    fn now() -> Timestamp {
        Timestamp::from_micros(1_776_249_000_000_000)
    }

    #[test]
    fn all_faults_are_told_at_once_and_no_value() {
        let secret = SecretOptions::new()
            .with_description("line\none")
            .with_expires_at(now());
        let rules = SecretRules::default();
        let grace = rules.max_grace + Duration::from_secs(1);
        let options = RotationOptions::new().with_secret(secret).with_grace(grace);
        assert_eq!(
            faults(options, &rules),
            "description: must not contain control characters; expires_at: must be in the \
             future; grace_period: must be a whole number of seconds, at most 2592000"
        );
    }

    #[test]
    fn a_description_is_one_line_of_limited_length() {
        let told = |text: &str| {
            let secret = SecretOptions::new().with_description(text);
            let options = RotationOptions::new().with_secret(secret);
            !faults(options, &SecretRules::default()).is_empty()
        };
        for good in ["", "CI", "日本語", &"é".repeat(1024)] {
            assert!(!told(good), "{good}");
        }
        for bad in ["a\tb", "a\0", "a\u{2028}b", "\u{202e}a", &"é".repeat(1025)] {
            assert!(told(bad), "{bad:?}");
        }
    }

    #[test]
    fn the_longest_lifetime_is_a_limit() {
        let hour = Duration::from_secs(3600);
        let rules = SecretRules {
            lifetime: Some(hour),
            ..SecretRules::default()
        };
        let until = |end| {
            let secret = SecretOptions::new().with_expires_at(end);
            faults(RotationOptions::new().with_secret(secret), &rules)
        };
        assert_eq!(until(now() + hour), "");
        let message = "expires_at: must be at most 3600 seconds from now";
        assert_eq!(until(now() + hour + Duration::from_micros(1)), message);
        assert_eq!(faults(RotationOptions::new(), &rules), "");
    }
}
