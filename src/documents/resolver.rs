use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::blocks::Blocks;
use super::document::Document;
use super::notes::Notes;
use super::pinned::{Pin, Pinned};
use super::trust::SharedTrust;
use super::{ClientResolverBuilder, DocumentClients, Error, ErrorKind, Trust, TrustPolicy};
use crate::domain::{
    Client, ClientId, ClientOrigin, ClientStatus, Clock, RemoteUrl, TenantId, Timestamp, Version,
};
use crate::outbound::{Copies, Fetch, Found, Target, Trouble, TroubleKind};
use crate::repository::{self, DocumentRepository, DocumentSource};
use crate::telemetry::document_resolved;

/// Finds the client of an authorization request. Cheap to clone; all clones share their copies.
///
/// See the [module](super) for an example.
#[derive(Clone)]
pub struct ClientResolver(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) repository: DocumentSource,
    pub(super) blocks: Blocks,
    pub(super) notes: Notes,
    pub(super) copies: Copies<Document>,
    /// The documents on this device, in development.
    pub(super) loopback: Option<Copies<Document>>,
    pub(super) trust: SharedTrust,
    pub(super) pinned: Pinned,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) built_at: Timestamp,
    pub(super) rules: UrlRules,
    pub(super) times: Times,
}

/// What a URL may have.
#[derive(Clone, Copy, Debug)]
pub(super) struct UrlRules {
    pub(super) max_length: usize,
    pub(super) query: bool,
}

/// How long an older copy will do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    pub(super) stale_if_error: Duration,
    pub(super) ceiling: Duration,
}

/// What a client is resolved for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// To ask the user.
    Consent,
    /// For a grant that there is already.
    Token,
}

/// A client that was found.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The client. It is active.
    pub client: Client,
    /// Where it is from.
    pub from: ResolvedFrom,
}

/// Where a client is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResolvedFrom {
    /// The storage.
    Storage,
    /// Its document.
    Document,
    /// An older copy of its document, which can't be fetched now.
    OlderCopy,
    /// A pinned document.
    Pinned,
}

impl ClientResolver {
    /// Creates a builder for the clients in `repository` and those whose documents `fetch` fetches
    /// and `trust` accepts. The repository also keeps which documents are used and blocked.
    pub fn builder(
        repository: impl DocumentRepository,
        fetch: impl Fetch,
        trust: impl TrustPolicy,
    ) -> ClientResolverBuilder {
        let repository = DocumentSource::new(repository);
        ClientResolverBuilder::new(repository, Arc::new(fetch), Arc::new(trust))
    }

    /// Finds the client with this `client_id` in a tenant: the stored one, also if there is a
    /// document, and else that of the document.
    ///
    /// A client that was stored and deleted doesn't come back by its document, until the host
    /// [purges](crate::repository::PurgeRepository::purge_deleted_clients) it: what a purge leaves
    /// is not asked for. To refuse a URL for ever, [block](Self::block_documents) it.
    ///
    /// Whether the redirect URI, the grant and the scopes of the request are the client's is left
    /// to check. Limit how often one address may ask, and ask only for a request that is otherwise
    /// valid: an unknown URL makes this process connect to its host.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`].
    pub async fn resolve(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
    ) -> Result<Resolved, Error> {
        match self.0.repository.get(tenant, client_id).await {
            Ok(client) if client.status == ClientStatus::Active => Ok(Resolved {
                client,
                from: ResolvedFrom::Storage,
            }),
            Ok(_) => Err(ErrorKind::Inactive.into()),
            Err(error) if error.kind() == repository::ErrorKind::NotFound => {
                self.of_document(tenant, client_id, Use::Consent).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The clients with a document that a tenant accepts, for the token endpoint.
    #[must_use]
    pub fn in_tenant(&self, tenant: TenantId) -> DocumentClients {
        DocumentClients {
            resolver: self.clone(),
            tenant,
        }
    }

    /// The client of a document, unless a stored one had the same `client_id` and was deleted, but
    /// not purged.
    pub(super) async fn of_document(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        wanted: Use,
    ) -> Result<Resolved, Error> {
        let url = client_id.as_str();
        if !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(ErrorKind::Unknown.into());
        }
        match self.0.repository.get_deleted(tenant, client_id).await {
            Ok(_) => return Err(ErrorKind::Inactive.into()),
            Err(error) if error.kind() == repository::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        let inner = &*self.0;
        let copied = if url.starts_with("http://") {
            self.on_loopback(tenant, url).await?
        } else if let Some(found) = inner.copies.fresh(url) {
            // Its URL was checked before it was fetched.
            self.check_trust(tenant, &found.value().host, url).await?;
            Copied::of(&found, ResolvedFrom::Document)
        } else {
            self.look_up(tenant, url, wanted).await?
        };
        let client = Client {
            id: copied.document.id,
            tenant_id: tenant.clone(),
            client_id: client_id.clone(),
            metadata: copied.document.metadata.clone(),
            status: ClientStatus::Active,
            origin: ClientOrigin::MetadataDocument,
            secret_last_four: None,
            version: Version::FIRST,
            created_at: copied.first_at,
            updated_at: copied.changed_at,
            last_used_at: None,
            deleted_at: None,
        };
        let Copied { document, from, .. } = copied;
        inner
            .notes
            .note(&client, &document, copied.read_at, inner.clock.now());
        document_resolved(from.as_str());
        Ok(Resolved { client, from })
    }

    /// A document of which there is no fresh copy.
    async fn look_up(&self, tenant: &TenantId, url: &str, wanted: Use) -> Result<Copied, Error> {
        let inner = &*self.0;
        let invalid = |fault| Error::new(ErrorKind::InvalidUrl).with_source(fault);
        let rules = inner.rules;
        let parsed = RemoteUrl::parse_anywhere(url, rules.max_length).map_err(invalid)?;
        parsed
            .check_identifies_client(rules.query)
            .map_err(invalid)?;
        let host = parsed.host();
        let trust = self.check_trust(tenant, host, url).await?;
        if let Some(pinned) = inner.pinned.get(url, Pin::Always) {
            return Ok(self.of_pinned(pinned));
        }
        RemoteUrl::parse(url, rules.max_length).map_err(invalid)?;
        let copied = match inner.copies.get(Target::new(url, host)).await {
            Ok(found) => Copied::of(&found, ResolvedFrom::Document),
            Err(trouble) => self.instead(url, trust, wanted, trouble)?,
        };
        // It may have been blocked meanwhile.
        self.check_blocks(tenant, host, url).await?;
        Ok(copied)
    }

    /// What is used in place of a document that can't be fetched.
    fn instead(
        &self,
        url: &str,
        trust: Trust,
        wanted: Use,
        trouble: Trouble<Document>,
    ) -> Result<Copied, Error> {
        let inner = &*self.0;
        if trouble.kind != TroubleKind::Unavailable || trouble.is_withdrawn {
            return Err(failed(trouble));
        }
        let (times, now) = (inner.times, inner.clock.now());
        let will_do = |copy: &&Found<Document>| {
            let is_listed = trust == Trust::Listed;
            (wanted == Use::Token && copy.is_younger(times.ceiling, now))
                || (is_listed && copy.was_fresh_within(times.stale_if_error, now))
        };
        if let Some(older) = trouble.stale.as_ref().filter(will_do) {
            return Ok(Copied::of(older, ResolvedFrom::OlderCopy));
        }
        match inner.pinned.get(url, Pin::Fallback) {
            Some(pinned) => Ok(self.of_pinned(pinned)),
            None => Err(failed(trouble)),
        }
    }

    /// A document on this device, if these are accepted.
    async fn on_loopback(&self, tenant: &TenantId, url: &str) -> Result<Copied, Error> {
        let invalid = || Error::from(ErrorKind::InvalidUrl);
        let copies = self.0.loopback.as_ref().ok_or_else(invalid)?;
        let parsed = Url::parse(url).map_err(|_| invalid())?;
        // One that needs no repair, and has nothing but a host and a path.
        let is_plain = parsed.as_str() == url && parsed.path().len() > 1;
        let has_more = parsed.query().is_some() || parsed.fragment().is_some();
        if !is_plain || has_more || !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(invalid());
        }
        let host = parsed.host_str().unwrap_or_default();
        self.check_trust(tenant, host, url).await?;
        match copies.get(Target::new(url, host)).await {
            Ok(found) => {
                self.check_blocks(tenant, host, url).await?;
                Ok(Copied::of(&found, ResolvedFrom::Document))
            }
            Err(trouble) => Err(failed(trouble)),
        }
    }

    fn of_pinned(&self, document: &Arc<Document>) -> Copied {
        let at = self.0.built_at;
        Copied {
            document: Arc::clone(document),
            first_at: at,
            changed_at: at,
            read_at: at,
            from: ResolvedFrom::Pinned,
        }
    }

    /// A block wins over everything that speaks for a document.
    async fn check_blocks(&self, tenant: &TenantId, host: &str, url: &str) -> Result<(), Error> {
        match self.0.blocks.cover(tenant, host, url).await? {
            true => Err(ErrorKind::Untrusted.into()),
            false => Ok(()),
        }
    }

    async fn check_trust(&self, tenant: &TenantId, host: &str, url: &str) -> Result<Trust, Error> {
        self.check_blocks(tenant, host, url).await?;
        match self.0.trust.trust(tenant, host, url).await {
            Trust::Refused => Err(ErrorKind::Untrusted.into()),
            Trust::Unavailable => Err(ErrorKind::Unavailable.into()),
            trust => Ok(trust),
        }
    }
}

/// A document, when it was first seen, when it changed, when it was last read, and where it is
/// from.
struct Copied {
    document: Arc<Document>,
    first_at: Timestamp,
    changed_at: Timestamp,
    read_at: Timestamp,
    from: ResolvedFrom,
}

impl Copied {
    fn of(found: &Found<Document>, from: ResolvedFrom) -> Self {
        Self {
            document: Arc::clone(found.value()),
            first_at: found.first_at(),
            changed_at: found.changed_at(),
            read_at: found.fetched_at(),
            from,
        }
    }
}

impl ResolvedFrom {
    /// The word in metrics.
    fn as_str(self) -> &'static str {
        match self {
            Self::Storage => "storage",
            Self::Document => "document",
            Self::OlderCopy => "older_copy",
            Self::Pinned => "pinned",
        }
    }
}

fn failed(trouble: Trouble<Document>) -> Error {
    let kind = match trouble.kind {
        TroubleKind::Refused => ErrorKind::InvalidUrl,
        TroubleKind::Invalid => ErrorKind::InvalidDocument,
        TroubleKind::Unavailable => ErrorKind::Unavailable,
    };
    let wait = trouble.retry_after;
    Error::new(kind).with_source(trouble.source).waiting(wait)
}

impl fmt::Debug for ClientResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientResolver")
            .field("rules", &self.0.rules)
            .field("times", &self.0.times)
            .finish_non_exhaustive()
    }
}
