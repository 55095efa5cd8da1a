//! A client manages its registration (RFC 7592).

use http::request::Parts;
use percent_encoding::percent_decode_str;

use super::answer::{Answer, Issued};
use super::register::{lookup_id, peer, token_of};
use super::token::verifies;
use super::{Error, ErrorKind, Registrar};
use crate::domain::{
    Action, AuditEntry, ClientEventKind, ClientId, ClientStatus, RegisteredClient,
    RegistrationState, TenantId,
};
use crate::exchange::Reply;
use crate::manager;
use crate::repository::{self, Write};
use crate::secrets::Plaintext;

/// The registration that a request is about.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) tenant: &'a TenantId,
    /// The `client_id` in the path, percent-encoded.
    pub(super) segment: &'a str,
    pub(super) head: &'a Parts,
}

impl Registrar {
    /// Shows a registration (RFC 7592 §2.1).
    pub(super) async fn read(&self, target: Target<'_>) -> Result<Reply, Error> {
        let (registered, token) = self.authenticate(target).await?;
        self.show(&registered, Issued::default(), &token)
    }

    /// Deletes a client (RFC 7592 §2.3).
    pub(super) async fn delete(&self, target: Target<'_>) -> Result<Reply, Error> {
        let manager = &self.0.manager;
        let mut attempts = None;
        loop {
            let (
                RegisteredClient {
                    client,
                    registration,
                },
                _,
            ) = self.authenticate(target).await?;
            check_may_change(&client.status, &registration.state)?;
            let attempts = attempts.get_or_insert_with(|| manager.attempts(&client.client_id));
            let whose = (client.tenant_id.clone(), client.client_id.clone());
            let (action, ip, now) = (Action::ClientDelete, peer(target.head), self.now());
            let audit = AuditEntry::by_client(whose, ip, action, "deleted", now);
            let events = manager.own_events(&client, [ClientEventKind::Deleted], now);
            let (repository, write) = (self.0.repository.clone(), Write::new(audit));
            let expected = Some(client.version);
            let deleted = manager.commit(events, async move {
                let (tenant, client_id) = (&write.audit.tenant_id, &write.audit.client_id);
                repository.delete(tenant, client_id, expected, &write).await
            });
            match deleted.await {
                Err(error) if error.kind() == manager::ErrorKind::Stale => attempts.begin().await?,
                deleted => {
                    deleted?;
                    return Ok(Reply::empty().with_status(http::StatusCode::NO_CONTENT));
                }
            }
        }
    }

    /// Finds the client in the path, if the request has its registration access token.
    ///
    /// An unknown client, a deleted one, one that an administrator created and a wrong token get
    /// the same answer, after the same work.
    pub(super) async fn authenticate(
        &self,
        target: Target<'_>,
    ) -> Result<(RegisteredClient, Plaintext), Error> {
        let presented = token_of(&target.head.headers)?;
        let presented = presented.ok_or_else(|| {
            let message = "a registration access token is required";
            Error::because(ErrorKind::MissingToken, message)
        })?;
        let id = lookup_id(&presented)?;
        let client_id = percent_decode_str(target.segment).decode_utf8().ok();
        let client_id = client_id.and_then(|text| ClientId::parse(&text));
        let client_id = client_id.ok_or(ErrorKind::InvalidToken)?;
        let permit = self.0.limits.guess(peer(target.head), &client_id)?;
        let found = self
            .0
            .repository
            .registration(target.tenant, &client_id)
            .await;
        let found = match found {
            Err(error) if error.kind() == repository::ErrorKind::NotFound => None,
            Err(error) => {
                permit.release();
                return Err(error.into());
            }
            Ok(found) => Some(found),
        };
        let hash = found
            .as_ref()
            .and_then(|found| found.registration.token_hash.as_ref());
        let is_valid = verifies(&presented, hash);
        match found.filter(|found| is_valid && found.client.id == id) {
            Some(found) => {
                permit.release();
                Ok((found, presented))
            }
            None => Err(ErrorKind::InvalidToken.into()),
        }
    }

    /// A response with the token as it was presented, since only its hash is stored.
    pub(super) fn show(
        &self,
        registered: &RegisteredClient,
        issued: Issued<'_>,
        presented: &Plaintext,
    ) -> Result<Reply, Error> {
        let issued = Issued {
            token: Some(presented),
            ..issued
        };
        Ok(Reply::json(&Answer::new(
            registered,
            issued,
            &self.0.endpoint,
        ))?)
    }
}

/// An administrator who stopped a client decides on it, whatever tokens it has.
pub(super) fn check_may_change(
    status: &ClientStatus,
    state: &RegistrationState,
) -> Result<(), Error> {
    let is_pending = *state == RegistrationState::Pending;
    match status {
        ClientStatus::Active => Ok(()),
        ClientStatus::Inactive if is_pending => Ok(()),
        _ => Err(ErrorKind::Forbidden.into()),
    }
}
