//! Metadata documents.

use serde::Serialize;

use super::request::{read_object, text};
use super::unknown;
use crate::domain::{
    BlockTarget, ClientId, DocumentBlock, DocumentBlockOptions, Id, SeenDocument, Timestamp,
    Violation,
};

/// The members of a request for a block.
const MEMBERS: [&str; 3] = ["url", "domain", "reason"];

/// Parses the body of a request for a block. Unknown members are always refused: a misspelt target
/// would block nothing.
///
/// # Errors
///
/// As in [`read_fields`](super::read_fields).
pub(crate) fn read_metadata_document_block(body: &[u8]) -> Result<DocumentBlockOptions, Violation> {
    let object = read_object(body, &|name| MEMBERS.contains(&name), &[], &[])?;
    let mut options = DocumentBlockOptions::default();
    for (name, value) in object {
        match &*name {
            "url" => options.url = text(value),
            "domain" => options.domain = text(value),
            "reason" => options.reason = text(value),
            other => {
                let violation = unknown::violation(other, MEMBERS.into_iter());
                options.unknown.push(violation);
            }
        }
    }
    Ok(options)
}

/// A metadata document that requests of the tenant used.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct MetadataDocumentItem<'a> {
    client_id: &'a ClientId,
    host: &'a str,
    /// What it calls itself.
    client_name: &'a str,
    first_used_at: Timestamp,
    last_used_at: Timestamp,
    /// When its name, its redirect URIs or its keys changed. Absent if they never did.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_at: Option<Timestamp>,
    blocked: bool,
}

impl<'a> MetadataDocumentItem<'a> {
    pub(crate) fn new(document: &'a SeenDocument, blocked: bool) -> Self {
        Self {
            client_id: &document.client_id,
            host: &document.host,
            client_name: &document.client_name,
            first_used_at: document.first_used_at,
            last_used_at: document.last_used_at,
            changed_at: document.changed_at,
            blocked,
        }
    }
}

/// A block: of a URL, or of a domain and all below it.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct MetadataDocumentBlockItem<'a> {
    id: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    /// The operator who made it.
    created_by: &'a str,
    created_at: Timestamp,
}

impl<'a> From<&'a DocumentBlock> for MetadataDocumentBlockItem<'a> {
    fn from(block: &'a DocumentBlock) -> Self {
        let (url, domain) = match &block.target {
            BlockTarget::Url(url) => (Some(url.as_str()), None),
            BlockTarget::Domain(domain) => (None, Some(&**domain)),
        };
        Self {
            id: block.id,
            url,
            domain,
            reason: block.reason.as_deref(),
            created_by: &block.created_by,
            created_at: block.created_at,
        }
    }
}
