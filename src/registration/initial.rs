use super::Registrar;
use crate::domain::{
    Action, AuditEntry, ClientId, Id, InitialAccessToken, Operator, RegistrationBounds, Timestamp,
};
use crate::manager::{ErrorKind, Result};
use crate::repository::Write;
use crate::secrets::Plaintext;

/// An initial access token to issue (RFC 7591 §3).
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct InitialAccessTokenOptions {
    description: Option<String>,
    uses: Option<u32>,
    expires_at: Option<Timestamp>,
    bounds: RegistrationBounds,
}

/// A new initial access token with its plaintext, which is not available again.
#[derive(Debug)]
pub struct IssuedInitialAccessToken {
    /// The token as stored.
    pub record: InitialAccessToken,
    /// What clients have to present.
    pub plaintext: Plaintext,
}

impl InitialAccessTokenOptions {
    /// A token for any number of clients within the ceilings of the registrar, that does not
    /// expire.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a description, for administrators.
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Sets how many clients it may register.
    pub fn with_uses(mut self, uses: u32) -> Self {
        self.uses = Some(uses);
        self
    }

    /// Sets when it expires.
    pub fn with_expires_at(mut self, time: Timestamp) -> Self {
        self.expires_at = Some(time);
        self
    }

    /// Sets what may be registered with it, in place of the ceilings of the registrar. They hold
    /// for every update of these clients, too.
    pub fn with_bounds(mut self, bounds: RegistrationBounds) -> Self {
        self.bounds = bounds;
        self
    }
}

impl Registrar {
    /// Issues an initial access token in the operator's tenant.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`] or
    /// [`ErrorKind::Internal`] if the storage fails.
    pub async fn issue_initial_access_token(
        &self,
        operator: &Operator,
        options: InitialAccessTokenOptions,
    ) -> Result<IssuedInitialAccessToken> {
        let now = self.now();
        let id = Id::generate(now);
        let (plaintext, hash) = self.0.formats.initial(id)?;
        let tenant = operator.tenant.clone();
        let mut record = InitialAccessToken::new(id, tenant, hash, &operator.id, now);
        record.description = options.description;
        record.uses_left = options.uses;
        record.expires_at = options.expires_at;
        record.bounds = options.bounds;
        let target = ClientId::parse(&id.to_string()).ok_or(ErrorKind::Internal)?;
        let action = Action::InitialAccessTokenCreate;
        let audit = AuditEntry::new(operator, target, action, format!("created {id}"), now);
        let repository = &self.0.repository;
        repository
            .create_initial_access_token(&operator.tenant, &record, &Write::new(audit))
            .await?;
        Ok(IssuedInitialAccessToken { record, plaintext })
    }
}
