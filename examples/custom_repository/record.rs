//! The record of a write: one line of the log.

use serde::{Deserialize, Serialize};
use tower_oauth_clients::domain::AuditEntry;
use tower_oauth_clients::repository::{Document, StoredClient};

#[derive(Serialize, Deserialize)]
pub(crate) struct Change {
    pub(crate) stored: StoredClient,
    pub(crate) audit: Option<Document<AuditEntry>>,
}
