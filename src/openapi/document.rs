//! Requests about metadata documents.

use schemars::SchemaGenerator;
use serde_json::{Value, json};

use super::with;
use crate::domain::{ClientId, Id, MAX_HOST_LENGTH, SecretOptions};

/// The parameters of these operations, besides the others.
pub(super) fn parameters(others: Value, generator: &mut SchemaGenerator) -> Value {
    let block = json!({
        "name": "metadata_document_block_id", "in": "path", "required": true,
        "schema": generator.subschema_for::<Id>(),
    });
    let host = json!({
        "name": "host", "in": "query", "schema": host(),
        "description": "Only documents on this host, in lower case.",
    });
    let all = with(others, "MetadataDocumentBlockId", Some(block));
    with(all, "WithHost", Some(host))
}

fn host() -> Value {
    json!({
        "type": "string", "minLength": 1, "maxLength": MAX_HOST_LENGTH,
        "pattern": r"^[a-z0-9._\[\]:-]+$",
    })
}

/// The body of a request for a block.
pub(super) fn request() -> (String, Value) {
    let url = json!({
        "type": ["string", "null"], "maxLength": ClientId::MAX_LENGTH,
        "pattern": "^https?://[!-~]+$",
        "description": "The URL of one document, which is compared byte for byte.",
    });
    let domain = json!({
        "type": ["string", "null"], "minLength": 1, "maxLength": MAX_HOST_LENGTH,
        "pattern": r"^[a-z0-9_][a-z0-9._-]*$",
        "description": "A host in lower case. All below it are blocked, too.",
    });
    let reason = json!({
        "type": ["string", "null"], "maxLength": SecretOptions::MAX_DESCRIPTION_LENGTH,
        "description": "For administrators, without control characters.",
    });
    let has = |name: &str| json!({"required": [name], "properties": {name: {"type": "string"}}});
    let request = json!({
        "description": "What to block: a URL or a domain.",
        "type": "object",
        "properties": {"url": url, "domain": domain, "reason": reason},
        "additionalProperties": false,
        "oneOf": [has("url"), has("domain")],
    });
    ("CreateMetadataDocumentBlockRequest".into(), request)
}
