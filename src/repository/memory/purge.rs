//! Removes old data, oldest first.

use super::super::StoredClient;
use super::state::State;
use crate::domain::{ClientId, Timestamp};

impl State {
    pub(super) fn purge_audit_entries(&mut self, before: Timestamp, limit: u32) -> usize {
        let entries = self.trails.values().flat_map(|trail| trail.values());
        let mut old: Vec<_> = entries
            .filter(|entry| entry.at < before)
            .map(|entry| (entry.at, entry.id, entry.client_id.clone()))
            .collect();
        old.sort_unstable_by_key(|(at, id, _)| (*at, *id));
        old.truncate(size(limit));
        for (_, id, client_id) in &old {
            self.trails.get_mut(client_id).map(|trail| trail.remove(id));
        }
        old.len()
    }

    pub(super) fn purge_deleted_clients(&mut self, before: Timestamp, limit: u32) -> usize {
        let clients = self.clients.values().map(StoredClient::client);
        let deleted =
            clients.filter_map(|client| Some((client.deleted_at?, client.client_id.clone())));
        let mut old: Vec<_> = deleted.filter(|(at, _)| *at < before).collect();
        old.sort_unstable_by_key(|(at, _)| *at);
        let mut removed = 0;
        for (_, client_id) in old {
            if removed >= size(limit) {
                break;
            }
            removed += self.purge_client(&client_id, size(limit) - removed);
        }
        removed
    }

    /// Removes the oldest entries of a client's trail, and the client with the last of them. Its
    /// ids stay taken.
    fn purge_client(&mut self, client_id: &ClientId, limit: usize) -> usize {
        let trail = self.trails.entry(client_id.clone()).or_default();
        let entries = trail.len();
        if let Some(rest) = trail.keys().nth(limit).copied() {
            *trail = trail.split_off(&rest);
            return limit;
        }
        self.trails.remove(client_id);
        let Some(stored) = self.clients.remove(client_id) else {
            return entries;
        };
        self.taken.insert(client_id.clone());
        entries + stored.secrets().len() + 1
    }

    pub(super) fn purge_inactive_secrets(&mut self, before: Timestamp, limit: u32) -> usize {
        let mut left = size(limit);
        for stored in self.clients.values_mut() {
            left -= stored.purge_inactive_secrets(before, left);
        }
        size(limit) - left
    }
}

fn size(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX).max(1)
}
