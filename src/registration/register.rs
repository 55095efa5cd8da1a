use std::net::IpAddr;

use bytes::Bytes;
use http::HeaderMap;
use http::request::Parts;

use super::answer::{Answer, Issued};
use super::asked::{Asked, Rules};
use super::members::Members;
use super::policy::{Decision, RegistrationRequest};
use super::token::verifies;
use super::{Error, ErrorKind, Registrar, RegistrationMode, StatementRefusal};
use crate::authorization::{self, bearer_token};
use crate::domain::{
    Action, AuditEntry, ClientStatus, Id, InitialAccessToken, Input, RegisteredClient,
    Registration, RegistrationState, TenantId,
};
use crate::exchange::{self, BoxError, PeerIp, Reply};
use crate::repository::{self, NewClient, NewRegistration, Write};
use crate::secrets::{Plaintext, SecretFormat};

/// The maximum length of a request body, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// The maximum length of a software statement, in bytes.
const MAX_STATEMENT: usize = 8 * 1024;

/// A verified software statement.
pub(super) struct Statement {
    pub(super) text: String,
    pub(super) claims: String,
}

impl Registrar {
    /// Registers a client (RFC 7591 §3.1).
    pub(super) async fn register<B>(
        &self,
        tenant: &TenantId,
        head: &Parts,
        body: B,
    ) -> Result<Reply, Error>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<BoxError>,
    {
        let permit = self.0.limits.caller(peer(head))?;
        let outcome = self.try_register(tenant, head, body).await;
        if let Err(error) = &outcome
            && error.kind() == ErrorKind::Unavailable
        {
            permit.release();
        }
        outcome
    }

    async fn try_register<B>(
        &self,
        tenant: &TenantId,
        head: &Parts,
        body: B,
    ) -> Result<Reply, Error>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<BoxError>,
    {
        let presented = token_of(&head.headers)?;
        if presented.is_none() && self.0.settings.mode == RegistrationMode::Protected {
            let message = "an initial access token is required";
            return Err(Error::because(ErrorKind::MissingToken, message));
        }
        let members = read(head, body).await?;
        let ip = peer(head);
        let (permit, token) = match presented {
            // Before the first query.
            None => (self.0.limits.tenant(tenant, ip)?, None),
            Some(presented) => {
                let token = self.initial_access_token(tenant, &presented).await?;
                (self.0.limits.bearer(token.id)?, Some(token))
            }
        };
        let outcome = self.store(tenant, token, members, ip).await;
        if outcome.is_err() {
            permit.release();
        }
        outcome
    }

    async fn store(
        &self,
        tenant: &TenantId,
        token: Option<InitialAccessToken>,
        members: Members,
        ip: Option<IpAddr>,
    ) -> Result<Reply, Error> {
        let (members, statement) = self.with_claims(members).await?;
        let mut registration = Registration::new(RegistrationState::Approved);
        registration.ip = ip;
        registration.initial_access_token_id = token.as_ref().map(|token| token.id);
        registration.bounds = token.map(|token| token.bounds).unwrap_or_default();
        let rules = Rules {
            settings: &self.0.settings,
            ceiling: &self.0.ceiling.within(&registration.bounds, &self.0.rules),
            policy: &self.0.rules,
        };
        let asked = Asked::read(members, rules, None)?;
        let fields = asked.fields.clone();
        note(&mut registration, asked, statement.as_ref());
        let (metadata, _) = fields.validate(&self.0.rules)?;
        // Who was invited is not locked out by strangers.
        if registration.initial_access_token_id.is_none() {
            self.check_room(tenant).await?;
        }
        let request = RegistrationRequest {
            tenant,
            current: None,
            metadata: &metadata,
            application_type: registration.application_type.as_deref(),
            software_id: registration.software_id.as_deref(),
            software_version: registration.software_version.as_deref(),
            statement: statement.as_ref().map(|statement| &*statement.claims),
            initial_access_token_id: registration.initial_access_token_id,
            bounds: &registration.bounds,
            ip,
        };
        if self.decide(&request).await? == Approval::Needed {
            registration.state = RegistrationState::Pending;
        }
        let manager = &self.0.manager;
        let (record, secret) = manager.first_secret(&metadata).await?.unzip();
        let mut client = manager.new_registrant(tenant, metadata, record.as_ref());
        if registration.state == RegistrationState::Pending {
            client.status = ClientStatus::Inactive;
        }
        let mut token = None;
        if self.0.settings.management {
            let issued = self.0.formats.registration(client.id).map_err(failed)?;
            (token, registration.token_hash) = (Some(issued.0), Some(issued.1));
        }
        let message = match registration.initial_access_token_id {
            Some(id) => format!("registered with initial access token {id}"),
            None => "registered".to_owned(),
        };
        let whose = (tenant.clone(), client.client_id.clone());
        let action = Action::ClientRegister;
        let audit = AuditEntry::by_client(whose, ip, action, message, client.created_at);
        let expires_at = record.as_ref().and_then(|record| record.expires_at);
        let new = NewClient::new(client).with_secret(record);
        let new = NewRegistration::new(new, registration);
        let write = Write::new(audit);
        self.0.repository.register(tenant, &new, &write).await?;
        self.0.limits.note_one(tenant);
        let registered = RegisteredClient::new(new.new.client, new.registration);
        let issued = Issued {
            secret: secret.as_ref(),
            expires_at,
            token: token.as_ref(),
        };
        let answer = Answer::new(&registered, issued, &self.0.endpoint);
        Ok(Reply::json(&answer)?.with_status(http::StatusCode::CREATED))
    }

    /// Finds the token, if it registers a client now. The repository decides on the last use.
    async fn initial_access_token(
        &self,
        tenant: &TenantId,
        presented: &Plaintext,
    ) -> Result<InitialAccessToken, Error> {
        let id = lookup_id(presented)?;
        let found = match self.0.repository.initial_access_token(tenant, id).await {
            Err(error) if error.kind() == repository::ErrorKind::NotFound => None,
            found => Some(found?),
        };
        let is_valid = verifies(presented, found.as_ref().map(|token| &token.hash));
        let now = self.now();
        let found = found.filter(|token| is_valid && token.registers_at(now));
        found.ok_or_else(|| ErrorKind::InvalidToken.into())
    }

    /// Verifies the software statement, if there is one, and lets its claims take precedence.
    pub(super) async fn with_claims(
        &self,
        mut members: Members,
    ) -> Result<(Members, Option<Statement>), Error> {
        let text = match std::mem::take(&mut members.software_statement) {
            Input::Absent => return Ok((members, None)),
            Input::Value(text) => text,
            Input::Null | Input::Mistyped => {
                return Err(Error::metadata("software_statement: must be a string"));
            }
        };
        let Some(verifier) = &self.0.verifier else {
            return match self.0.settings.ignores_statements {
                true => Ok((members, None)),
                false => Err(Error::because(
                    ErrorKind::InvalidSoftwareStatement,
                    "software_statement: none is trusted here",
                )),
            };
        };
        if text.len() > MAX_STATEMENT {
            return Err(ErrorKind::InvalidSoftwareStatement.into());
        }
        let claims = verifier.verify(&text).await.map_err(|why| match why {
            StatementRefusal::Invalid => ErrorKind::InvalidSoftwareStatement,
            StatementRefusal::Unapproved => ErrorKind::UnapprovedSoftwareStatement,
            StatementRefusal::Unavailable => ErrorKind::Unavailable,
        })?;
        let members = members.overruled_by(Members::of_statement(&claims)?);
        Ok((members, Some(Statement { text, claims })))
    }

    /// Whether the tenant has room for one more client.
    async fn check_room(&self, tenant: &TenantId) -> Result<(), Error> {
        let (limits, most) = (&self.0.limits, self.0.limits.max_clients());
        let clients = match limits.counted(tenant) {
            Some(clients) => clients,
            None => {
                let counted = self.0.repository.count_registrations(tenant, most).await?;
                limits.note(tenant, counted);
                counted
            }
        };
        match clients < most {
            true => Ok(()),
            false => Err(Error::too_many(AN_HOUR)),
        }
    }

    /// Asks the policy, and whether an administrator has to approve.
    pub(super) async fn decide(
        &self,
        request: &RegistrationRequest<'_>,
    ) -> Result<Approval, Error> {
        let is_asked = match self.0.policy.decide(request).await {
            Decision::Allow => self.0.settings.mode == RegistrationMode::Approval,
            Decision::Pend => true,
            Decision::Deny { description } => return Err(Error::metadata(description)),
            Decision::Unavailable => return Err(ErrorKind::Unavailable.into()),
        };
        match is_asked && !request.bounds.is_approved {
            true => Ok(Approval::Needed),
            false => Ok(Approval::Given),
        }
    }
}

/// Whether an administrator has to approve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Approval {
    Given,
    Needed,
}

/// The wait for a place, which nobody knows.
const AN_HOUR: std::time::Duration = std::time::Duration::from_secs(60 * 60);

/// Keeps what belongs to the registration rather than to the client.
pub(super) fn note(registration: &mut Registration, asked: Asked, statement: Option<&Statement>) {
    registration.application_type = asked.application_type;
    registration.software_id = asked.software_id;
    registration.software_version = asked.software_version;
    registration.software_statement = statement.map(|statement| statement.text.clone());
}

pub(super) async fn read<B>(head: &Parts, body: B) -> Result<Members, Error>
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<BoxError>,
{
    let types = ["application/json"];
    let body = exchange::read_json(&head.headers, body, &types, MAX_BODY).await?;
    Members::read(&body)
}

/// The caller's address.
pub(super) fn peer(head: &Parts) -> Option<IpAddr> {
    head.extensions.get().map(|PeerIp(ip)| *ip)
}

/// The Bearer token of a request, if there is one.
pub(super) fn token_of(headers: &HeaderMap) -> Result<Option<Plaintext>, Error> {
    match bearer_token(headers) {
        Ok(token) => Ok(Some(Plaintext::new(token))),
        Err(error) if error.kind() == authorization::ErrorKind::MissingCredentials => Ok(None),
        Err(error) => Err(Error::new(ErrorKind::InvalidToken).with_source(error)),
    }
}

/// The id in a token. What is malformed says nothing about what is stored.
pub(super) fn lookup_id(presented: &Plaintext) -> Result<Id, Error> {
    SecretFormat::lookup_id(presented).ok_or_else(|| ErrorKind::InvalidToken.into())
}

/// The system could not generate a token.
pub(super) fn failed(error: crate::secrets::Error) -> Error {
    Error::new(ErrorKind::Unavailable).with_source(error)
}
