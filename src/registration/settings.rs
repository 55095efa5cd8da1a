use crate::domain::{AuthMethod, GrantType, Policy, RegistrationBounds};
use crate::error::BuildError;

/// Who may register a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegistrationMode {
    /// Anyone, within the limits (RFC 7591 §3: open registration).
    Open,
    /// Who has an initial access token.
    #[default]
    Protected,
    /// Anyone, but the client is inactive until an administrator approves it, unless its initial
    /// access token approves it in advance. What was approved stays: such a client can't change
    /// its metadata, nor what it says of its software.
    Approval,
    /// Nobody: every path gets 404.
    Off,
}

/// The scopes that a client gets when it registers. An update adds no scope and no grant: an
/// administrator may have taken it away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegisteredScope {
    /// All that such clients may have, whatever they ask for: a client of MCP names the scopes of
    /// its first request here, and later asks for others with the same `client_id`.
    #[default]
    Ceiling,
    /// Those of them that the client asks for; all, if it asks for none.
    Requested,
}

/// What happens to a redirect URI that is not acceptable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnacceptableRedirects {
    /// The registration is refused.
    #[default]
    Refuse,
    /// It is left out, and the response shows what was kept. With none left, the registration is
    /// refused.
    Drop,
}

/// What happens if a client asks for an authentication method that such clients can't have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnofferedMethod {
    /// The registration is refused.
    #[default]
    Refuse,
    /// It gets another one, and the response shows which (RFC 7591 §3.2.1).
    Substitute,
}

/// How requests are read.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) mode: RegistrationMode,
    pub(crate) scope: RegisteredScope,
    pub(crate) redirects: UnacceptableRedirects,
    pub(crate) unoffered: UnofferedMethod,
    pub(crate) default_method: AuthMethod,
    pub(crate) management: bool,
    pub(crate) ignores_statements: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: RegistrationMode::default(),
            scope: RegisteredScope::default(),
            redirects: UnacceptableRedirects::default(),
            unoffered: UnofferedMethod::default(),
            default_method: AuthMethod::ClientSecretBasic,
            management: true,
            ignores_statements: false,
        }
    }
}

/// The most that a client may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ceiling {
    pub(crate) grant_types: Vec<GrantType>,
    pub(crate) methods: Vec<AuthMethod>,
    pub(crate) scopes: Vec<String>,
    pub(crate) redirect_hosts: Option<Vec<String>>,
}

impl Default for Ceiling {
    fn default() -> Self {
        Self {
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            methods: vec![
                AuthMethod::None,
                AuthMethod::ClientSecretBasic,
                AuthMethod::ClientSecretPost,
            ],
            scopes: Vec::new(),
            redirect_hosts: None,
        }
    }
}

impl From<&Ceiling> for RegistrationBounds {
    fn from(ceiling: &Ceiling) -> Self {
        Self {
            grant_types: Some(ceiling.grant_types.clone()),
            client_auth_methods: Some(ceiling.methods.clone()),
            scopes: Some(ceiling.scopes.clone()),
            redirect_hosts: ceiling.redirect_hosts.clone(),
            is_approved: false,
        }
    }
}

impl Ceiling {
    /// Whether it offers something, and nothing that the host does not support at all.
    pub(crate) fn check(&self, policy: &Policy) -> Result<(), BuildError> {
        let fault = if self.grant_types.is_empty() || self.methods.is_empty() {
            "registration must offer a grant and an authentication method"
        } else if self
            .methods
            .iter()
            .any(|method| !AuthMethod::ALL.contains(method))
        {
            "registration must offer known authentication methods only"
        } else if *self != self.within(&RegistrationBounds::from(self), policy) {
            "registration must not offer grants and scopes that the policy does not allow"
        } else {
            return Ok(());
        };
        Err(BuildError::setting(fault))
    }

    /// The ceiling for the bearer of an initial access token: a bound replaces that of strangers,
    /// but never exceeds what the host supports at all.
    pub(crate) fn within(&self, bounds: &RegistrationBounds, policy: &Policy) -> Self {
        let mut ceiling = self.clone();
        if let Some(grant_types) = &bounds.grant_types {
            let supported = |grant: &&GrantType| policy.allowed_grant_types.contains(grant);
            ceiling.grant_types = grant_types.iter().filter(supported).cloned().collect();
        }
        if let Some(methods) = &bounds.client_auth_methods {
            let known = |method: &&AuthMethod| AuthMethod::ALL.contains(method);
            ceiling.methods = methods.iter().filter(known).cloned().collect();
        }
        if let Some(scopes) = &bounds.scopes {
            let known = policy.allowed_scopes.as_ref();
            let supported = |scope: &&String| known.is_none_or(|known| known.contains(*scope));
            ceiling.scopes = scopes.iter().filter(supported).cloned().collect();
        }
        ceiling.redirect_hosts.clone_from(&bounds.redirect_hosts);
        ceiling
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_gives_what_it_says_and_the_host_supports() {
        let policy = Policy::default()
            .with_allowed_grant_types([GrantType::AuthorizationCode, GrantType::ClientCredentials])
            .with_allowed_scopes(["read"]);
        let ceiling = Ceiling {
            scopes: vec!["read".into()],
            ..Ceiling::default()
        };
        let none = RegistrationBounds::default();
        assert_eq!(ceiling.within(&none, &policy), ceiling);
        let bounds = RegistrationBounds {
            grant_types: Some(vec![GrantType::ClientCredentials, GrantType::Ciba]),
            scopes: Some(vec!["read".into(), "admin".into()]),
            redirect_hosts: Some(vec!["app.example.com".into()]),
            ..none
        };
        let bound = ceiling.within(&bounds, &policy);
        assert_eq!(bound.grant_types, [GrantType::ClientCredentials]);
        assert_eq!(bound.scopes, ["read"]);
        assert_eq!(bound.methods, ceiling.methods);
        assert_eq!(bound.redirect_hosts, bounds.redirect_hosts);
    }
}
