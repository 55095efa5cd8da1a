//! Which documents are used, for administrators.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use super::document::Document;
use crate::authentication::{Background, MINUTE, Memo};
use crate::domain::{
    Client, ClientEvent, ClientEventKind, ClientEvents, SeenDocument, Timestamp, tell,
};
use crate::repository::{DocumentSource, Error};

/// The time between two notes of a document in a tenant, in microseconds.
const INTERVAL: u64 = 10 * MINUTE;

/// The same after one that failed: the next use may be noted, and storage that is away is not asked
/// at each.
const PAUSE: u64 = MINUTE;

/// How many documents of a tenant are kept.
const KEPT: u32 = 10_000;

/// How many notes are written at once.
const TASKS: usize = 16;

pub(super) struct Notes {
    source: DocumentSource,
    listener: Option<Arc<dyn ClientEvents>>,
    background: Background,
    last: Arc<Memo<u64>>,
    /// Nobody can tell which documents have the same key.
    keys: RandomState,
}

impl Notes {
    pub(super) fn new(source: DocumentSource, listener: Option<Arc<dyn ClientEvents>>) -> Self {
        Self {
            source,
            listener,
            background: Background::new(TASKS),
            last: Arc::new(Memo::every(INTERVAL)),
            keys: RandomState::new(),
        }
    }

    /// Notes that a document is used, which was read at that time, in the background: once in ten
    /// minutes, and at once if it is another one than before; or with a later use, if too many
    /// tasks are running or the storage fails. Tells the listener if it has changed.
    pub(super) fn note(
        &self,
        client: &Client,
        document: &Document,
        read_at: Timestamp,
        now: Timestamp,
    ) {
        let key = (client.tenant_id.as_str(), document.id, document.hash);
        let key = self.keys.hash_one(key);
        if !self.last.is_due_at(key, now) {
            return;
        }
        let (tenant, client_id) = (client.tenant_id.clone(), client.client_id.clone());
        let mut seen = SeenDocument::new(tenant, client_id, document.hash, now);
        seen.host = document.host.as_ref().to_owned();
        seen.client_name.clone_from(&client.metadata.name);
        seen.read_at = read_at;
        let (source, listener) = (self.source.clone(), self.listener.clone());
        let (id, last) = (client.id, Arc::clone(&self.last));
        let is_running = self.background.run(async move {
            match source.note_document(&seen.tenant_id, &seen, KEPT).await {
                Ok(Some(from)) => {
                    let to = seen.metadata_hash;
                    let kind = ClientEventKind::MetadataChanged { from, to };
                    let event = ClientEvent::of_document(&seen, id, kind);
                    changed(&event);
                    if let Some(listener) = listener {
                        tell(&*listener, &event);
                    }
                }
                Ok(None) => {}
                Err(error) => {
                    last.retry_in(&key, now, PAUSE);
                    report(&error);
                }
            }
        });
        if !is_running {
            self.last.retry_in(&key, now, 0);
        }
    }
}

#[cfg(feature = "tracing")]
fn changed(event: &ClientEvent) {
    tracing::info!(client_id = %event.client_id, "a metadata document has changed");
}

#[cfg(not(feature = "tracing"))]
fn changed(_: &ClientEvent) {}

#[cfg(feature = "tracing")]
fn report(error: &Error) {
    let source = std::error::Error::source(error);
    tracing::warn!(
        error = source,
        "the use of a document was not noted: {error}"
    );
}

#[cfg(not(feature = "tracing"))]
fn report(_: &Error) {}
