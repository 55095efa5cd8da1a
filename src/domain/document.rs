//! What administrators see of metadata documents, and which of them they block.

use super::{ClientId, Id, MetadataHash, RemoteUrl, TenantId, Timestamp};

/// A metadata document that requests of a tenant used.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenDocument {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The URL of the document.
    pub client_id: ClientId,
    /// The host of that URL.
    pub host: String,
    /// The name that the document claims, or the host if it claims none.
    pub client_name: String,
    /// The hash of its name, its redirect URIs and its keys.
    pub metadata_hash: MetadataHash,
    /// When that was read from the publisher, by the host that noted it.
    pub read_at: Timestamp,
    /// When it was first used, since it is in the list.
    pub first_used_at: Timestamp,
    /// When it was last used, to about ten minutes.
    pub last_used_at: Timestamp,
    /// When it was first used with another hash than before, if ever.
    pub changed_at: Option<Timestamp>,
}

impl SeenDocument {
    /// Creates a document that is used at `at`, for the first time as far as this says, as it was
    /// read then. Until they are set, its name is the URL, and its host is empty.
    pub fn new(
        tenant_id: TenantId,
        client_id: ClientId,
        metadata_hash: MetadataHash,
        at: Timestamp,
    ) -> Self {
        Self {
            tenant_id,
            host: String::new(),
            client_name: client_id.as_str().to_owned(),
            client_id,
            metadata_hash,
            read_at: at,
            first_used_at: at,
            last_used_at: at,
            changed_at: None,
        }
    }
}

/// What a [`DocumentBlock`] blocks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum BlockTarget {
    /// The document at this URL, byte for byte.
    Url(ClientId),
    /// All documents on this host and on all below it, by whole labels.
    Domain(String),
}

impl BlockTarget {
    /// Reads the text of either: a URL has a scheme, and a domain has none.
    #[cfg(any(feature = "conformance", feature = "diesel", test))]
    pub(crate) fn stored(text: &str) -> Option<Self> {
        match text.contains("://") {
            true => ClientId::parse(text).map(Self::Url),
            false => Some(Self::Domain(text.to_owned())),
        }
    }

    /// The URL or the domain.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Url(url) => url.as_str(),
            Self::Domain(domain) => domain,
        }
    }

    /// Whether it blocks the document at `url`, which is on `host`.
    pub fn blocks(&self, url: &str, host: &str) -> bool {
        match self {
            Self::Url(blocked) => blocked.as_str() == url,
            Self::Domain(domain) => host == domain || is_below(host, domain),
        }
    }
}

/// A block of metadata documents in a tenant: none of their clients is accepted.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentBlock {
    /// The id of the block.
    pub id: Id,
    /// The tenant.
    pub tenant_id: TenantId,
    /// What it blocks.
    pub target: BlockTarget,
    /// Why, for administrators.
    pub reason: Option<String>,
    /// The operator who made it.
    pub created_by: String,
    /// When that was.
    pub created_at: Timestamp,
}

impl DocumentBlock {
    /// The maximum number of blocks of a tenant.
    pub const MAX_PER_TENANT: u32 = 1_000;

    /// Creates a block without a reason.
    pub fn new(
        id: Id,
        tenant_id: TenantId,
        target: BlockTarget,
        created_by: impl Into<String>,
        created_at: Timestamp,
    ) -> Self {
        Self {
            id,
            tenant_id,
            target,
            reason: None,
            created_by: created_by.into(),
            created_at,
        }
    }
}

/// Whether a host is below a domain, by whole labels.
pub(crate) fn is_below(host: &str, domain: &str) -> bool {
    let rest = host.strip_suffix(domain);
    rest.and_then(|rest| rest.strip_suffix('.'))
        .is_some_and(|label| !label.is_empty())
}

/// Whether it is a name that the host of a URL can have, in lower case.
pub(crate) fn is_host_name(name: &str) -> bool {
    let url = RemoteUrl::parse_anywhere(&format!("https://{name}/"), 300);
    url.is_ok_and(|url| url.host() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_of_whole_labels_or_of_one_url() {
        let url = "https://a.example.net/m.json";
        for (target, host, expected) in [
            ("example.net", "example.net", true),
            ("example.net", "a.example.net", true),
            ("example.net", "b.a.example.net", true),
            ("example.net", "evil-example.net", false),
            ("example.net", "example.net.evil.test", false),
            ("a.example.net", "example.net", false),
            ("net", "example.net", true),
            (url, "a.example.net", true),
            ("https://a.example.net/m.jso", "a.example.net", false),
            ("https://a.example.net/M.json", "a.example.net", false),
        ] {
            let target = BlockTarget::stored(target).unwrap();
            assert_eq!(target.blocks(url, host), expected, "{target:?} {host}");
        }
    }
}
