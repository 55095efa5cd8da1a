//! What every write on a client that registered itself maintains, whether or not this host knows
//! registrations: others on the same database may.

use diesel::dsl::{case_when, exists};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::Statement;
use crate::domain::ClientStatus;
use crate::repository::diesel::prepared::prepared;
use crate::repository::diesel::rows::Key;
use crate::repository::diesel::schema::oauth_clients::{self, dsl};
use crate::repository::diesel::schema::{
    has_registered, live, oauth_client_registrations as registrations, registration,
};

/// The states of a registration that this version knows. Others are a reason to keep the client.
const KNOWN: [&str; 3] = ["approved", "pending", "denied"];

/// Derives since when a client is unused, after a change of its status or its registration.
pub(super) fn derive_unused<'a>(key: &'a Key, status: &ClientStatus) -> impl Statement + use<'a> {
    let [approved, pending, denied] = KNOWN.map(|word| registrations::state.eq(word));
    let known = approved.or(pending).or(denied);
    let is_open = matches!(status, ClientStatus::Active | ClientStatus::Inactive);
    let used_at = case_when(dsl::last_used_at.is_not_null(), dsl::last_used_at)
        .otherwise(dsl::created_at.nullable());
    let since = case_when(
        is_open.into_sql::<Bool>().and(exists(
            registrations::table.filter(has_registered()).filter(known),
        )),
        used_at,
    );
    prepared!(diesel::update(live(key)).set(oauth_clients::unused_since.eq(since)))
}

/// Deletes the registration of a client, if it has one.
pub(super) fn delete_registration(key: &Key) -> impl Statement + use<'_> {
    prepared!(diesel::delete(registration(key)))
}
