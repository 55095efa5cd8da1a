//! What administrators decide on clients that registered themselves.

use super::Registrar;
use crate::domain::{
    Action, AuditEntry, ClientEventKind, ClientId, ClientStatus, Operator, Page, RegisteredClient,
    RegistrationState, Slice,
};
use crate::manager::{ErrorKind, Expected, Result};
use crate::repository::{RegistrationUpdate, Write};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Approve,
    Deny,
}

impl Registrar {
    /// Reads a page of the clients in the operator's tenant that registered themselves, newest
    /// first; in one state, or in any.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`] or [`ErrorKind::Internal`] if the storage fails.
    pub async fn registrations(
        &self,
        operator: &Operator,
        state: Option<RegistrationState>,
        page: Page,
    ) -> Result<Slice<RegisteredClient>> {
        let found = self
            .0
            .repository
            .registrations(&operator.tenant, state, page);
        Ok(found.await?)
    }

    /// Approves a client that is pending or was denied: it becomes active.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::NotFound`] if no such client of the operator's tenant registered itself.
    /// - [`ErrorKind::Decided`] if it is approved already, or suspended: whoever suspended it
    ///   decides when it is active again.
    /// - [`ErrorKind::Stale`] if its version is not an expected one.
    pub async fn approve(
        &self,
        operator: &Operator,
        client_id: &ClientId,
        expected: &Expected,
    ) -> Result<RegisteredClient> {
        let verdict = Verdict::Approve;
        self.judge(operator, client_id, verdict, expected).await
    }

    /// Denies a client that is pending: it stays inactive, or suspended.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::NotFound`] if no such client of the operator's tenant registered itself.
    /// - [`ErrorKind::Decided`] if it is not pending.
    /// - [`ErrorKind::Stale`] if its version is not an expected one.
    pub async fn deny(
        &self,
        operator: &Operator,
        client_id: &ClientId,
        expected: &Expected,
    ) -> Result<RegisteredClient> {
        let verdict = Verdict::Deny;
        self.judge(operator, client_id, verdict, expected).await
    }

    async fn judge(
        &self,
        operator: &Operator,
        client_id: &ClientId,
        verdict: Verdict,
        expected: &Expected,
    ) -> Result<RegisteredClient> {
        let mut attempts = self.0.manager.attempts(client_id);
        loop {
            attempts.begin().await?;
            let current = self.0.repository.registration(&operator.tenant, client_id);
            let current = current.await?;
            expected.check(current.client.version)?;
            match self.write_verdict(operator, current, verdict).await {
                Err(error) if error.kind() == ErrorKind::Stale && *expected == Expected::Any => {}
                outcome => return outcome,
            }
        }
    }

    async fn write_verdict(
        &self,
        operator: &Operator,
        current: RegisteredClient,
        verdict: Verdict,
    ) -> Result<RegisteredClient> {
        let RegisteredClient {
            client,
            mut registration,
        } = current;
        let status = verdict.status(&registration.state, &client.status);
        let status = status.ok_or(ErrorKind::Decided)?;
        let (state, action, event, message) = verdict.outcome();
        registration.state = state;
        let manager = &self.0.manager;
        let metadata = client.metadata.clone();
        let change = manager.change(client, metadata, status);
        let client = &change.update.client;
        let client_id = client.client_id.clone();
        let audit = AuditEntry::new(operator, client_id, action, message, self.now())
            .with_changes(change.values);
        let kinds = change.kinds.into_iter().chain([event]);
        let events = manager.events(operator, client, kinds, audit.at);
        let update = RegistrationUpdate::new(change.update, registration.clone());
        let (repository, write) = (self.0.repository.clone(), Write::new(audit));
        let client = manager.commit(events, async move {
            let tenant = &write.audit.tenant_id;
            repository
                .update_registration(tenant, &update, &write)
                .await
        });
        Ok(RegisteredClient::new(client.await?, registration))
    }
}

impl Verdict {
    /// The status of the client afterwards, if this can be decided at all. Suspended clients stay
    /// so, and what a newer version has stored stays as it is.
    fn status(self, state: &RegistrationState, status: &ClientStatus) -> Option<ClientStatus> {
        use RegistrationState::{Denied, Pending};

        match (self, state, status) {
            (Self::Approve, Pending | Denied, ClientStatus::Active | ClientStatus::Inactive) => {
                Some(ClientStatus::Active)
            }
            (Self::Deny, Pending, ClientStatus::Active | ClientStatus::Inactive) => {
                Some(ClientStatus::Inactive)
            }
            (Self::Deny, Pending, stopped) => Some(stopped.clone()),
            _ => None,
        }
    }

    fn outcome(self) -> (RegistrationState, Action, ClientEventKind, &'static str) {
        match self {
            Self::Approve => (
                RegistrationState::Approved,
                Action::ClientApprove,
                ClientEventKind::Approved,
                "approved",
            ),
            Self::Deny => (
                RegistrationState::Denied,
                Action::ClientDeny,
                ClientEventKind::Denied,
                "denied",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_given_once_and_a_suspended_client_stays_so() {
        use ClientStatus::{Active, Inactive, Suspended};
        use RegistrationState::{Approved, Denied, Pending};

        for (verdict, state, status, after) in [
            (Verdict::Approve, Pending, Inactive, Some(Active)),
            (Verdict::Approve, Pending, Active, Some(Active)),
            (Verdict::Approve, Denied, Inactive, Some(Active)),
            (Verdict::Approve, Pending, Suspended, None),
            (Verdict::Approve, Denied, Suspended, None),
            (Verdict::Approve, Approved, Active, None),
            (Verdict::Approve, Approved, Inactive, None),
            (Verdict::Deny, Pending, Inactive, Some(Inactive)),
            (Verdict::Deny, Pending, Active, Some(Inactive)),
            (Verdict::Deny, Pending, Suspended, Some(Suspended)),
            (Verdict::Deny, Denied, Inactive, None),
            (Verdict::Deny, Approved, Active, None),
        ] {
            assert_eq!(
                verdict.status(&state, &status),
                after,
                "{verdict:?} {state:?}"
            );
        }
    }
}
