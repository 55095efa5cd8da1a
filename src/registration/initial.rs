use super::Registrar;
use crate::domain::{
    Action, AuditEntry, ClientId, Id, InitialAccessToken, InitialAccessTokenOptions, Operator,
    Page, Slice, Timestamp,
};
use crate::manager::{ErrorKind, Result};
use crate::repository::Write;
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
    /// [`ErrorKind::Invalid`] with all violations of the options; [`ErrorKind::Unavailable`] or
    /// [`ErrorKind::Internal`] if the storage fails.
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
        let write = entry(operator, id, action, format!("created {id}"), now)?;
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
    /// [`ErrorKind::Unavailable`] or [`ErrorKind::Internal`] if the storage fails.
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
    /// [`ErrorKind::NotFound`] if the operator's tenant has no such token, or if it is revoked.
    pub async fn revoke_initial_access_token(&self, operator: &Operator, id: Id) -> Result<()> {
        let (action, now) = (Action::InitialAccessTokenRevoke, self.now());
        let write = entry(operator, id, action, format!("revoked {id}"), now)?;
        let repository = &self.0.repository;
        let revoked = repository.revoke_initial_access_token(&operator.tenant, id, &write);
        Ok(revoked.await?)
    }
}

/// The entry of a write to an initial access token, which it names in place of a client.
fn entry(
    operator: &Operator,
    id: Id,
    action: Action,
    message: String,
    now: Timestamp,
) -> Result<Write> {
    let target = ClientId::parse(&id.to_string()).ok_or(ErrorKind::Internal)?;
    let audit = AuditEntry::new(operator, target, action, message, now);
    Ok(Write::new(audit))
}
