use crate::domain::{AuthMethod, Client, ClientStatus, FapiProfile, SecretRecord, Timestamp};
use crate::secrets::{Plaintext, SecretFormat};

/// The single record that `presented` may match at `now`: the one that its lookup id names. Without
/// such a record the secret can only be an imported one (if it comes from another installation of
/// this crate, its id is unknown here), and that is the client's oldest live secret.
pub(super) fn select<'a>(
    secrets: &'a [SecretRecord],
    presented: &Plaintext,
    now: Timestamp,
) -> Option<&'a SecretRecord> {
    if presented.expose().is_empty() {
        return None;
    }
    let named = SecretFormat::lookup_id(presented);
    let named = named.and_then(|id| secrets.iter().find(|secret| secret.id == id));
    let is_live = |secret: &&SecretRecord| secret.verifies_at(now);
    match named {
        Some(secret) => Some(secret).filter(is_live),
        None => secrets
            .iter()
            .filter(is_live)
            .min_by_key(|secret| secret.id),
    }
}

/// Whether `presented`, which is not in the format of issued secrets, may be the one of `record`.
/// The last characters of an imported secret may be unknown; those of an issued one are not.
pub(super) fn may_be(record: &SecretRecord, presented: &Plaintext) -> bool {
    presented.expose().ends_with(&record.last_four)
}

/// Why the client may not authenticate by this method, whatever it presents.
pub(super) fn bar(client: &Client, method: &AuthMethod) -> Option<&'static str> {
    if client.deleted_at.is_some() {
        return Some("the client is deleted");
    }
    match client.status {
        ClientStatus::Active => {}
        ClientStatus::Suspended => return Some("the client is suspended"),
        ClientStatus::Inactive => return Some("the client is inactive"),
        ClientStatus::Unknown(_) => return Some("the client has a status of a newer version"),
    }
    let metadata = &client.metadata;
    // A newer version's profile may have requirements that are unknown here.
    if let Some(FapiProfile::Unknown(_)) = metadata.fapi_profile {
        return Some("the client keeps to a profile of a newer version");
    }
    // A public client has no credentials; a confidential one must use them.
    let fits = metadata.is_confidential == (*method != AuthMethod::None);
    let registered = metadata.client_auth_methods.contains(method);
    (!fits || !registered).then_some("the client did not register this method")
}
