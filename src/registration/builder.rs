use std::fmt;
use std::sync::Arc;

use http::request::Parts;

use super::endpoint::Endpoint;
use super::limits::Limits;
use super::policy::{Everything, RegistrationPolicy, SharedPolicy};
use super::settings::{Ceiling, Settings};
use super::statement::{SharedVerifier, StatementVerifier};
use super::token::Formats;
use super::{
    Inner, RegisteredScope, Registrar, RegistrationLimits, RegistrationMode, TenantOf,
    UnacceptableRedirects, UnofferedMethod,
};
use crate::domain::{AuthMethod, GrantType, TenantId};
use crate::error::BuildError;
use crate::manager::ClientManager;
use crate::repository::RegistrationSource;

/// Builder of a [`Registrar`]. Every setting has a safe default, but the tenant has none.
#[must_use]
pub struct RegistrarBuilder {
    manager: ClientManager,
    repository: RegistrationSource,
    endpoint: String,
    tenant_of: Option<Box<TenantOf>>,
    settings: Settings,
    ceiling: Ceiling,
    private_use_uris: Vec<String>,
    policy: SharedPolicy,
    verifier: Option<SharedVerifier>,
    limits: RegistrationLimits,
}

impl RegistrarBuilder {
    pub(super) fn new(
        manager: ClientManager,
        repository: RegistrationSource,
        endpoint: String,
    ) -> Self {
        Self {
            manager,
            repository,
            endpoint,
            tenant_of: None,
            settings: Settings::default(),
            ceiling: Ceiling::default(),
            private_use_uris: Vec::new(),
            policy: Arc::new(Everything),
            verifier: None,
            limits: RegistrationLimits::new(),
        }
    }

    /// Registers all clients in this tenant.
    pub fn with_tenant(self, tenant: TenantId) -> Self {
        self.with_tenant_of(move |_| Some(tenant.clone()))
    }

    /// Asks the host for the tenant of each request, such as by its path; `None` gets 404. Don't
    /// take it from a header that a caller can send.
    pub fn with_tenant_of(
        mut self,
        tenant_of: impl Fn(&Parts) -> Option<TenantId> + Send + Sync + 'static,
    ) -> Self {
        self.tenant_of = Some(Box::new(tenant_of));
        self
    }

    /// Sets who may register. [`RegistrationMode::Protected`] by default.
    pub fn with_mode(mut self, mode: RegistrationMode) -> Self {
        self.settings.mode = mode;
        self
    }

    /// Sets the grants that a client may have, all of which the manager's policy allows.
    /// `authorization_code` and `refresh_token` by default: no stranger should get one that needs
    /// no user.
    pub fn with_grant_types(mut self, grant_types: impl IntoIterator<Item = GrantType>) -> Self {
        self.ceiling.grant_types = grant_types.into_iter().collect();
        self
    }

    /// Sets the authentication methods that a client may have: those that the token endpoint
    /// offers. `none`, `client_secret_basic` and `client_secret_post` by default.
    pub fn with_client_auth_methods(
        mut self,
        methods: impl IntoIterator<Item = AuthMethod>,
    ) -> Self {
        self.ceiling.methods = methods.into_iter().collect();
        self
    }

    /// Sets the scopes that a client may have, all of which the manager's policy allows. None by
    /// default.
    pub fn with_scopes<T: Into<String>>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        self.ceiling.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Sets which of these scopes a client gets. [`RegisteredScope::Ceiling`] by default.
    pub fn with_registered_scope(mut self, scope: RegisteredScope) -> Self {
        self.settings.scope = scope;
        self
    }

    /// Sets the method of a client that names none: `client_secret_basic` by default (RFC 7591 §2).
    pub fn with_default_auth_method(mut self, method: AuthMethod) -> Self {
        self.settings.default_method = method;
        self
    }

    /// Sets what happens to a method that is not one of those.
    /// [`UnofferedMethod::Refuse`] by default.
    pub fn with_unoffered_method(mut self, unoffered: UnofferedMethod) -> Self {
        self.settings.unoffered = unoffered;
        self
    }

    /// Sets what happens to redirect URIs that are not acceptable.
    /// [`UnacceptableRedirects::Refuse`] by default.
    pub fn with_unacceptable_redirects(mut self, unacceptable: UnacceptableRedirects) -> Self {
        self.settings.redirects = unacceptable;
        self
    }

    /// Accepts these redirect URIs of native apps in public clients, exactly as they are here, such
    /// as `cursor://anysphere.cursor-mcp/oauth/callback`, besides those of the manager's
    /// [policy](crate::domain::Policy::with_private_use_uris).
    pub fn with_private_use_uris<T: Into<String>>(
        mut self,
        uris: impl IntoIterator<Item = T>,
    ) -> Self {
        self.private_use_uris
            .extend(uris.into_iter().map(Into::into));
        self
    }

    /// Serves registration alone: clients get no token to manage it with, and no URL.
    pub fn without_management(mut self) -> Self {
        self.settings.management = false;
        self
    }

    /// Sets the policy, which is asked about every registration. By default everything is allowed
    /// that follows the rules.
    pub fn with_policy(mut self, policy: impl RegistrationPolicy) -> Self {
        self.policy = Arc::new(policy);
        self
    }

    /// Sets the verifier of software statements. Without one, a registration with a statement is
    /// refused.
    pub fn with_statement_verifier(mut self, verifier: impl StatementVerifier) -> Self {
        self.verifier = Some(Arc::new(verifier));
        self
    }

    /// Ignores software statements as long as there is no verifier (RFC 7591 §3.1.1).
    pub fn with_ignored_statements(mut self) -> Self {
        self.settings.ignores_statements = true;
        self
    }

    /// Sets the limits.
    pub fn with_limits(mut self, limits: RegistrationLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Builds the registrar.
    ///
    /// # Errors
    ///
    /// If there is no tenant, if the endpoint is not an https URL, if a ceiling has no grant or no
    /// method or exceeds the manager's policy, if a private-use URI is none, or if a limit is out
    /// of range.
    pub fn build(self) -> Result<Registrar, BuildError> {
        let endpoint = Endpoint::parse(&self.endpoint)?;
        let no_tenant = || BuildError::setting("registration needs a tenant");
        let tenant_of = self.tenant_of.ok_or_else(no_tenant)?;
        self.ceiling.check(self.manager.policy())?;
        if let AuthMethod::Unknown(_) = self.settings.default_method {
            return Err(BuildError::setting(
                "the default authentication method must be a known one",
            ));
        }
        let rules = self
            .manager
            .policy()
            .for_registrants(&self.private_use_uris);
        rules.check()?;
        let limits = Limits::new(&self.limits, self.manager.clock())?;
        Ok(Registrar(Arc::new(Inner {
            manager: self.manager,
            repository: self.repository,
            endpoint,
            tenant_of,
            settings: self.settings,
            ceiling: self.ceiling,
            rules,
            policy: self.policy,
            verifier: self.verifier,
            formats: Formats::new()?,
            limits,
        })))
    }
}

impl fmt::Debug for RegistrarBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegistrarBuilder")
            .field("settings", &self.settings)
            .field("ceiling", &self.ceiling)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
