use bytes::Bytes;

use super::answer::Issued;
use super::asked::{Asked, Rules};
use super::manage::{Target, check_may_change};
use super::members::Members;
use super::policy::RegistrationRequest;
use super::register::{Approval, Statement, note, peer, read};
use super::{Error, ErrorKind, Registrar};
use crate::domain::{
    Action, AuditEntry, Client, Input, Patch, RegisteredClient, Registration, SecretRecord,
};
use crate::exchange::{BoxError, Reply};
use crate::manager;
use crate::repository::{RegistrationUpdate, Secrets, Write};
use crate::secrets::Plaintext;

/// A replacement as it was received. It is decided anew at each attempt.
struct Wanted {
    members: Members,
    statement: Option<Statement>,
}

/// A secret that was generated for a client that had none.
type Generated = Option<(SecretRecord, Plaintext)>;

impl Registrar {
    /// Replaces a registration (RFC 7592 §2.2): what is not in the body is cleared.
    pub(super) async fn replace<B>(&self, target: Target<'_>, body: B) -> Result<Reply, Error>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<BoxError>,
    {
        let (found, token) = self.authenticate(target).await?;
        check_may_change(&found.client.status, &found.registration.state)?;
        let members = read(target.head, body).await?;
        let permit = self.0.limits.update(found.client.id)?;
        let outcome = self.replace_with(target, members, found, &token).await;
        // A refusal counts, too, since it may have cost a hash.
        if let Err(error) = &outcome
            && error.kind() == ErrorKind::Unavailable
        {
            permit.release();
        }
        outcome
    }

    async fn replace_with(
        &self,
        target: Target<'_>,
        mut members: Members,
        mut found: RegisteredClient,
        token: &Plaintext,
    ) -> Result<Reply, Error> {
        self.check_credentials(&mut members, &found.client).await?;
        let (members, statement) = self.with_claims(members).await?;
        let wanted = Wanted { members, statement };
        let mut generated = None;
        let mut attempts = self.0.manager.attempts(&found.client.client_id);
        loop {
            let replaced = self.try_replace(target, found, &wanted, &mut generated);
            if let Some((replaced, has_new_secret)) = replaced.await? {
                let secret = generated.as_ref().filter(|_| has_new_secret);
                let issued = Issued {
                    secret: secret.map(|(_, plaintext)| plaintext),
                    expires_at: secret.and_then(|(record, _)| record.expires_at),
                    token: None,
                };
                return self.show(&replaced, issued, token);
            }
            attempts.begin().await?;
            (found, _) = self.authenticate(target).await?;
            check_may_change(&found.client.status, &found.registration.state)?;
        }
    }

    /// RFC 7592 §2.2: the body names the client, may repeat its secret, and has no member that only
    /// responses have.
    async fn check_credentials(&self, members: &mut Members, client: &Client) -> Result<(), Error> {
        if let Some(name) = members.of_response {
            return Err(Error::metadata(format!("{name}: must not be in a request")));
        }
        let named = std::mem::take(&mut members.client_id);
        if !matches!(named, Input::Value(id) if id == client.client_id.as_str()) {
            return Err(Error::metadata("client_id: must be that of the client"));
        }
        let is_current = match std::mem::take(&mut members.client_secret) {
            Input::Absent => true,
            Input::Value(secret) => {
                let secret = Plaintext::new(secret);
                self.0.manager.has_secret(client, secret).await?
            }
            Input::Null | Input::Mistyped => false,
        };
        match is_current {
            true => Ok(()),
            false => Err(Error::metadata("client_secret: must be the current one")),
        }
    }

    /// Returns the new registration, and whether it has the generated secret; nothing if somebody
    /// else changed the client meanwhile.
    async fn try_replace(
        &self,
        target: Target<'_>,
        found: RegisteredClient,
        wanted: &Wanted,
        generated: &mut Generated,
    ) -> Result<Option<(RegisteredClient, bool)>, Error> {
        let RegisteredClient {
            client: current,
            mut registration,
        } = found;
        let ip = peer(target.head);
        let rules = Rules {
            settings: &self.0.settings,
            ceiling: &self.0.ceiling.within(&registration.bounds, &self.0.rules),
            policy: &self.0.rules,
        };
        let statement = wanted.statement.as_ref();
        let asked = Asked::read(wanted.members.clone(), rules, Some(&current))?;
        let patch = Patch(asked.fields.clone());
        let before = registration.clone();
        note(&mut registration, asked, statement);
        let (metadata, _) = patch.validate(&current, &self.0.rules)?;
        let request = RegistrationRequest {
            tenant: target.tenant,
            current: Some(&current),
            metadata: &metadata,
            application_type: registration.application_type.as_deref(),
            software_id: registration.software_id.as_deref(),
            software_version: registration.software_version.as_deref(),
            statement: statement.map(|statement| &*statement.claims),
            initial_access_token_id: registration.initial_access_token_id,
            bounds: &registration.bounds,
            ip,
        };
        // What an administrator approves, or is about to, stays as it is.
        let is_same = metadata == current.metadata && says_the_same(&before, &registration);
        if self.decide(&request).await? == Approval::Needed && !is_same {
            return Err(ErrorKind::Forbidden.into());
        }
        let manager = &self.0.manager;
        let has_new_secret = metadata.uses_secret() && !current.metadata.uses_secret();
        if has_new_secret && generated.is_none() {
            *generated = manager.first_secret(&metadata).await?;
        }
        let record = generated.as_ref().filter(|_| has_new_secret);
        let record = record.map(|(record, _)| record.clone());
        let status = current.status.clone();
        let mut change = manager.change(current, metadata, status);
        if has_new_secret {
            // None that it had before may come back.
            change.update.secrets = Secrets::End;
        }
        let client = &change.update.client;
        let whose = (client.tenant_id.clone(), client.client_id.clone());
        let (action, now) = (Action::ClientUpdate, self.now());
        let audit = AuditEntry::by_client(whose, ip, action, change.message, now)
            .with_changes(change.values);
        let events = manager.own_events(client, change.kinds, now);
        let update = RegistrationUpdate::new(change.update, registration).with_secret(record);
        let (repository, write) = (self.0.repository.clone(), Write::new(audit));
        let registration = update.registration.clone();
        let written = manager.commit(events, async move {
            let tenant = &write.audit.tenant_id;
            repository
                .update_registration(tenant, &update, &write)
                .await
        });
        match written.await {
            Err(error) if error.kind() == manager::ErrorKind::Stale => Ok(None),
            client => {
                let registered = RegisteredClient::new(client?, registration);
                Ok(Some((registered, has_new_secret)))
            }
        }
    }
}

/// Whether a client says the same of itself, beside its metadata.
fn says_the_same(before: &Registration, after: &Registration) -> bool {
    before.application_type == after.application_type
        && before.software_id == after.software_id
        && before.software_version == after.software_version
        && before.software_statement == after.software_statement
}
