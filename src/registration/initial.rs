use super::Registrar;
use crate::domain::{
    Action, AuditEntry, ClientId, Id, InitialAccessToken, InitialAccessTokenOptions, Operator,
    Page, Slice,
};
use crate::manager::Result;
use crate::secrets::Plaintext;

/// A new initial access token with its plaintext, which is not available again.
#[derive(Debug)]
pub struct IssuedInitialAccessToken {
    /// The token as stored.
    pub record: InitialAccessToken,
    /// What clients have to present.
    pub plaintext: Plaintext,
}

impl Registrar {
    /// Issues an initial access token in the operator's tenant.
    ///
    /// # Errors
    ///
    /// [`Invalid`](crate::manager::ErrorKind::Invalid) with all violations of the options;
    /// [`Unavailable`](crate::manager::ErrorKind::Unavailable) or
    /// [`Internal`](crate::manager::ErrorKind::Internal) if the storage fails.
    pub async fn issue_initial_access_token(
        &self,
        operator: &Operator,
        options: InitialAccessTokenOptions,
    ) -> Result<IssuedInitialAccessToken> {
        let now = self.now();
        let options = options.check(self.0.manager.policy(), now)?;
        let id = Id::generate(now);
        let (plaintext, hash) = self.0.formats.initial(id)?;
        let tenant = operator.tenant.clone();
        let mut record = InitialAccessToken::new(id, tenant, hash, &operator.id, now);
        record.description = options.description;
        record.uses_left = options.uses;
        record.expires_at = options.expires_at;
        record.bounds = options.bounds;
        let action = Action::InitialAccessTokenCreate;
        let message = format!("created {id}");
        let write = AuditEntry::new(operator, ClientId::of(id), action, message, now).into();
        let repository = &self.0.repository;
        repository
            .create_initial_access_token(&operator.tenant, &record, &write)
            .await?;
        Ok(IssuedInitialAccessToken { record, plaintext })
    }

    /// Reads a page of the initial access tokens in the operator's tenant, newest first, with those
    /// that no longer register.
    ///
    /// # Errors
    ///
    /// [`Unavailable`](crate::manager::ErrorKind::Unavailable) or
    /// [`Internal`](crate::manager::ErrorKind::Internal) if the storage fails.
    pub async fn initial_access_tokens(
        &self,
        operator: &Operator,
        page: Page,
    ) -> Result<Slice<InitialAccessToken>> {
        let tokens = self
            .0
            .repository
            .initial_access_tokens(&operator.tenant, page);
        Ok(tokens.await?)
    }

    /// Revokes an initial access token: it registers no more clients. Its clients stay.
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::manager::ErrorKind::NotFound) if the operator's tenant has no such
    /// token, or if it is revoked.
    pub async fn revoke_initial_access_token(&self, operator: &Operator, id: Id) -> Result<()> {
        let (action, now) = (Action::InitialAccessTokenRevoke, self.now());
        let message = format!("revoked {id}");
        let write = AuditEntry::new(operator, ClientId::of(id), action, message, now).into();
        let repository = &self.0.repository;
        let revoked = repository.revoke_initial_access_token(&operator.tenant, id, &write);
        Ok(revoked.await?)
    }
}
