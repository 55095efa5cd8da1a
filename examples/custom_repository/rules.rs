//! What the contract says of secrets and lists, without where they are kept.

use tower_oauth_clients::domain::{Id, Page, SecretRecord, SecretStatus, Slice, Timestamp};
use tower_oauth_clients::repository::{ErrorKind, MAX_ACTIVE_SECRETS, MAX_RETIRED_SECRETS, Result};

pub(crate) fn active(secrets: &[SecretRecord]) -> impl Iterator<Item = &SecretRecord> {
    let is_active = |secret: &&SecretRecord| secret.status == SecretStatus::Active;
    secrets.iter().filter(is_active)
}

pub(crate) fn find(secrets: &mut [SecretRecord], id: Id) -> Result<&mut SecretRecord> {
    let found = secrets.iter_mut().find(|secret| secret.id == id);
    found.ok_or_else(|| ErrorKind::NotFound.into())
}

pub(crate) fn add(secrets: &mut Vec<SecretRecord>, secret: SecretRecord) -> Result<()> {
    if active(secrets).count() >= MAX_ACTIVE_SECRETS {
        return Err(ErrorKind::TooManySecrets.into());
    }
    if find(secrets, secret.id).is_ok() {
        return Err(ErrorKind::Conflict.into());
    }
    secrets.push(secret);
    Ok(())
}

pub(crate) fn end(secret: &mut SecretRecord, now: Timestamp) {
    if secret.status != SecretStatus::Inactive {
        (secret.status, secret.updated_at) = (SecretStatus::Inactive, now);
    }
}

/// Takes the secrets newest first.
pub(crate) fn retire(secrets: &mut [SecretRecord], grace_ends: Timestamp, now: Timestamp) {
    let mut kept = 0;
    for secret in secrets {
        if secret.status == SecretStatus::Active {
            (secret.status, secret.updated_at) = (SecretStatus::Retired, now);
            let own_end = secret.expires_at.unwrap_or(grace_ends);
            secret.expires_at = Some(own_end.min(grace_ends));
        }
        if grace_ends > now && secret.verifies_at(now) && kept < MAX_RETIRED_SECRETS {
            kept += 1;
        } else {
            end(secret, now);
        }
    }
}

/// Puts the newest first and cuts a page out.
pub(crate) fn slice<T: Clone>(mut items: Vec<&T>, id: fn(&T) -> Id, page: Page) -> Slice<T> {
    items.sort_by_key(|item| std::cmp::Reverse(id(item)));
    let (total, size) = (items.len() as u64, page.size());
    let before = match page {
        Page::Number { number, .. } => number.saturating_sub(1).saturating_mul(size.into()),
        Page::After { id: last, .. } => {
            let comes_after = |item: &&T| last.is_none_or(|last| id(item) < last);
            items.retain(comes_after);
            0
        }
    };
    let left = (items.len() as u64).saturating_sub(before);
    let skipped = usize::try_from(before).unwrap_or(usize::MAX);
    Slice {
        items: items
            .into_iter()
            .skip(skipped)
            .take(size as usize)
            .cloned()
            .collect(),
        total: matches!(page, Page::Number { .. }).then_some(total),
        has_more: left > size.into(),
    }
}

/// The form of a name that searches compare.
pub(crate) fn fold(name: &str) -> String {
    let lower = name.chars().flat_map(char::to_lowercase);
    let upper = lower.flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase).collect()
}
