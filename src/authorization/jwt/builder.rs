use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::claims::Rules;
use super::{Algorithm, JwtAuthorizer, Keys};
use crate::domain::{Clock, Role, SystemClock};
use crate::error::{BuildError, BuildErrorKind};
use crate::jose::Algorithms;

/// FAPI 2.0 §5.3.2.1 forbids more.
const MAX_LEEWAY: Duration = Duration::from_secs(60);

/// Builder of a [`JwtAuthorizer`].
#[must_use = "nothing is built before `build`"]
pub struct JwtAuthorizerBuilder {
    keys: Keys,
    algorithms: Algorithms,
    rules: Rules,
    clock: Arc<dyn Clock>,
}

impl JwtAuthorizerBuilder {
    pub(super) fn new(keys: Keys) -> Self {
        Self {
            keys,
            algorithms: Algorithms::ALL,
            rules: Rules::default(),
            clock: Arc::new(SystemClock),
        }
    }

    /// Requires this `iss`. Without it, the issuer is not checked.
    pub fn with_issuer(mut self, issuer: impl Into<String>) -> Self {
        self.rules.issuer = Some(issuer.into());
        self
    }

    /// Requires an `aud` that is this value or an array containing it. Set it: otherwise a token
    /// that the same issuer made for another service is accepted here too (RFC 8725 §3.9).
    pub fn with_audience(mut self, audience: impl Into<String>) -> Self {
        self.rules.audience = Some(audience.into());
        self
    }

    /// Allows only these algorithms. By default, all that the keys support.
    pub fn with_algorithms(mut self, allowed: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = allowed.into_iter().collect();
        self
    }

    /// Sets the clock skew that is accepted in `exp` and `nbf`: 30 seconds by default, at most 60.
    pub fn with_leeway(mut self, leeway: Duration) -> Self {
        self.rules.leeway = leeway;
        self
    }

    /// Sets the clock.
    pub fn with_clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Reads the operator from this claim, instead of `sub` or, failing that, `user_id`.
    pub fn with_operator_claim(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        let name = name.into();
        self.rules.operator = [name.clone(), name];
        self
    }

    /// Reads the tenant from this claim, instead of `tenant_id`.
    pub fn with_tenant_claim(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.rules.tenant = name.into();
        self
    }

    /// Accepts whole numbers below 2<sup>53</sup> as operator and tenant, and reads them in
    /// decimal: `"user_id": 42` is the operator `42`, as is `"user_id": "42"`. By default, both
    /// must be strings.
    pub fn with_numeric_ids(mut self) -> Self {
        self.rules.numeric_ids = true;
        self
    }

    /// Reads a single role from this claim, instead of `role`.
    pub fn with_role_claim(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.rules.role = name.into();
        self
    }

    /// Reads an array of roles from this claim, instead of `roles`.
    pub fn with_roles_claim(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.rules.roles = name.into();
        self
    }

    /// Sets the name of `role` in tokens, instead of [`Role::as_str`].
    pub fn with_role_name(mut self, role: Role, name: impl Into<Cow<'static, str>>) -> Self {
        match role {
            Role::Admin => self.rules.admin = name.into(),
            Role::SuperAdmin => self.rules.super_admin = name.into(),
        }
        self
    }

    /// Builds the authorizer.
    ///
    /// # Errors
    ///
    /// [`BuildErrorKind::Setting`] if the leeway is over 60 seconds, and
    /// [`BuildErrorKind::NoUsableKey`] if no key supports an allowed algorithm.
    pub fn build(self) -> Result<JwtAuthorizer, BuildError> {
        if self.rules.leeway > MAX_LEEWAY {
            return Err(BuildErrorKind::Setting.into());
        }
        JwtAuthorizer::new(self.keys, self.algorithms, self.rules, self.clock)
    }
}

impl fmt::Debug for JwtAuthorizerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtAuthorizerBuilder")
            .field("keys", &self.keys)
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(builder: JwtAuthorizerBuilder) -> BuildErrorKind {
        builder.build().unwrap_err().kind()
    }

    #[test]
    fn settings_that_can_not_work_or_are_unsafe_are_refused() {
        let new = || JwtAuthorizerBuilder::new(Keys::from_secret([7; 32]).unwrap());
        let leeway = new().with_leeway(Duration::from_secs(61));
        assert_eq!(refusal(leeway), BuildErrorKind::Setting);
        let unfit = new().with_algorithms([Algorithm::Rs256, Algorithm::Hs512]);
        assert_eq!(refusal(unfit), BuildErrorKind::NoUsableKey);
        assert_eq!(
            refusal(new().with_algorithms([])),
            BuildErrorKind::NoUsableKey
        );
        assert!(new().with_leeway(MAX_LEEWAY).build().is_ok());
    }
}
