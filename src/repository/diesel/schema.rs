use diesel::dsl::auto_type;
use diesel::prelude::*;

use super::rows::Key;

diesel::table! {
    oauth_clients (client_id) {
        client_id -> Text,
        tenant_id -> Text,
        id -> Text,
        name -> Text,
        name_folded -> Text,
        redirect_uris -> Text,
        scopes -> Text,
        grant_types -> Text,
        client_auth_methods -> Text,
        fapi_profile -> Nullable<Text>,
        is_confidential -> BigInt,
        jwks -> Nullable<Text>,
        jwks_uri -> Nullable<Text>,
        logo_url -> Nullable<Text>,
        privacy_policy -> Nullable<Text>,
        terms_url -> Nullable<Text>,
        website -> Nullable<Text>,
        description -> Nullable<Text>,
        contacts -> Text,
        post_logout_redirect_uris -> Text,
        allowed_cors_origins -> Text,
        metadata -> Text,
        status -> Text,
        origin -> Text,
        secret_last_four -> Nullable<Text>,
        version -> BigInt,
        clones -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
        unused_since -> Nullable<BigInt>,
    }
}

diesel::table! {
    oauth_client_secrets (tenant_id, client_id, id) {
        tenant_id -> Text,
        client_id -> Text,
        id -> Text,
        hash -> Text,
        last_four -> Text,
        status -> Text,
        description -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    oauth_client_audit_logs (tenant_id, client_id, id) {
        tenant_id -> Text,
        client_id -> Text,
        id -> Text,
        secret_id -> Nullable<Text>,
        action -> Text,
        operator_id -> Text,
        operator_type -> Text,
        message -> Text,
        ip -> Nullable<Text>,
        at -> BigInt,
        changes -> Nullable<Text>,
    }
}

diesel::table! {
    oauth_client_origins (origin, client_id) {
        origin -> Text,
        client_id -> Text,
    }
}

diesel::table! {
    oauth_client_assertions (client_id, digest) {
        client_id -> Text,
        digest -> Text,
        kept_until -> BigInt,
    }
}

diesel::table! {
    oauth_client_registrations (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        state -> Text,
        token_hash -> Nullable<Text>,
        initial_access_token_id -> Nullable<Text>,
        bounds -> Text,
        ip -> Nullable<Text>,
        application_type -> Nullable<Text>,
        software_id -> Nullable<Text>,
        software_version -> Nullable<Text>,
        software_statement -> Nullable<Text>,
    }
}

diesel::table! {
    oauth_initial_access_tokens (id) {
        id -> Text,
        tenant_id -> Text,
        hash -> Text,
        description -> Nullable<Text>,
        uses_left -> Nullable<BigInt>,
        bounds -> Text,
        created_by -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    oauth_client_documents (tenant_id, client_id) {
        tenant_id -> Text,
        client_id -> Text,
        host -> Text,
        client_name -> Text,
        metadata_hash -> Text,
        read_at -> BigInt,
        first_used_at -> BigInt,
        last_used_at -> BigInt,
        changed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    oauth_client_document_blocks (id) {
        id -> Text,
        tenant_id -> Text,
        target -> Text,
        reason -> Nullable<Text>,
        created_by -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    oauth_client_document_limits (tenant_id) {
        tenant_id -> Text,
        blocks -> BigInt,
        documents -> BigInt,
    }
}

diesel::table! {
    oauth_client_migrations (name) {
        name -> Text,
        applied_at -> BigInt,
    }
}

// In SQLite, if there is an index of names.
diesel::table! {
    oauth_client_names (number) {
        number -> BigInt,
        client_id -> Text,
    }
}

// In MySQL, if there is an index of names.
diesel::table! {
    oauth_client_name_parts (tenant_id, part, client_id, position) {
        tenant_id -> Text,
        part -> Binary,
        client_id -> Text,
        position -> Integer,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    oauth_clients,
    oauth_client_name_parts,
    oauth_client_names,
    oauth_client_origins,
    oauth_client_registrations,
    oauth_client_secrets,
);

// Aliases for the counting subqueries.
diesel::alias! {
    pub(super) const COUNTED_CLIENTS: Alias<CountedClients> = oauth_clients as counted_clients;
}
diesel::alias! {
    pub(super) const COUNTED_LOGS: Alias<CountedLogs> = oauth_client_audit_logs as counted_logs;
}
#[cfg(feature = "registration")]
diesel::alias! {
    pub(super) const COUNTED_REGISTRATIONS: Alias<CountedRegistrations> =
        oauth_client_registrations as counted_registrations;
}
#[cfg(feature = "registration")]
diesel::alias! {
    pub(super) const COUNTED_TOKENS: Alias<CountedTokens> =
        oauth_initial_access_tokens as counted_tokens;
}

#[cfg(feature = "cimd")]
diesel::alias! {
    pub(super) const COUNTED_DOCUMENTS: Alias<CountedDocuments> =
        oauth_client_documents as counted_documents;
}
#[cfg(feature = "cimd")]
diesel::alias! {
    pub(super) const COUNTED_BLOCKS: Alias<CountedBlocks> =
        oauth_client_document_blocks as counted_blocks;
}

/// The client, deleted or purged or not.
#[auto_type]
pub(super) fn client<'a>(key: &'a Key) -> _ {
    let tenant: &'a str = &key.tenant;
    let client: &'a str = &key.client;
    oauth_clients::table
        .filter(oauth_clients::tenant_id.eq(tenant))
        .filter(oauth_clients::client_id.eq(client))
}

// `IS NULL` in a form that no index matches.
diesel::postfix_operator!(Empty, " + 0 IS NULL");

/// The client, unless it is deleted.
///
/// Without statistics, PostgreSQL assumes that NULLs are rare: it would walk the index for the
/// tenant's lists, which excludes deleted clients, instead of looking up the key.
#[auto_type]
pub(super) fn live<'a>(key: &'a Key) -> _ {
    let client: client<'a> = client(key);
    let live: Empty<oauth_clients::deleted_at> = Empty::new(oauth_clients::deleted_at);
    client.filter(live)
}

// `IS NULL` in a form that no index matches, and of which PostgreSQL expects that it holds: it
// would sort all of a list of which it expects a few rows.
#[cfg(feature = "registration")]
diesel::postfix_operator!(NotDeleted, " >= 0 IS NOT TRUE");

// What the index of the registrations with other states asks for.
#[cfg(feature = "registration")]
diesel::postfix_operator!(NotApproved, " <> 'approved'");

// A column in a form that no index matches, for SQLite.
diesel::prefix_operator!(Unindexed, "+", diesel::sql_types::Text);

/// The time of deletion of a client that was purged: no clock has it, and no purge reaches it.
/// Only the ids of the row mean anything, which stay taken.
pub(super) const PURGED: i64 = i64::MAX;

// A client that is deleted, but not purged. These are literals, so that the partial index applies
// to lists. A client that is looked up by its key has a form that the index does not match, as in
// `live`.
diesel::postfix_operator!(Deleted, " < 9223372036854775807");
diesel::postfix_operator!(FoundDeleted, " + 0 < 9223372036854775807");

/// The client, if it is deleted and not purged.
#[auto_type]
pub(super) fn deleted<'a>(key: &'a Key) -> _ {
    let client: client<'a> = client(key);
    let deleted: FoundDeleted<oauth_clients::deleted_at> =
        FoundDeleted::new(oauth_clients::deleted_at);
    client.filter(deleted)
}

/// The secrets of the client.
#[auto_type]
pub(super) fn secrets<'a>(key: &'a Key) -> _ {
    let tenant: &'a str = &key.tenant;
    let client: &'a str = &key.client;
    oauth_client_secrets::table
        .filter(oauth_client_secrets::tenant_id.eq(tenant))
        .filter(oauth_client_secrets::client_id.eq(client))
}

/// The client, unless it is deleted, with its secrets, or with NULLs if it has none.
#[auto_type]
pub(super) fn with_secrets<'a>(key: &'a Key) -> _ {
    let live: live<'a> = live(key);
    live.left_join(
        oauth_client_secrets::table.on(oauth_client_secrets::tenant_id
            .eq(oauth_clients::tenant_id)
            .and(oauth_client_secrets::client_id.eq(oauth_clients::client_id))),
    )
}

/// The client of any tenant, unless it is deleted, with its secrets that are not inactive, or with
/// NULLs if it has none.
#[auto_type]
pub(super) fn credentials<'a>(client_id: &'a str, ended: &'a str) -> _ {
    oauth_clients::table
        .filter(oauth_clients::client_id.eq(client_id))
        .filter(oauth_clients::deleted_at.is_null())
        .left_join(
            oauth_client_secrets::table.on(oauth_client_secrets::tenant_id
                .eq(oauth_clients::tenant_id)
                .and(oauth_client_secrets::client_id.eq(oauth_clients::client_id))
                .and(oauth_client_secrets::status.ne(ended))),
        )
}

/// The registration of the client, if it registered itself.
#[auto_type]
pub(super) fn registration<'a>(key: &'a Key) -> _ {
    let tenant: &'a str = &key.tenant;
    let client: client<'a> = client(key);
    // A value, and not a set: MySQL would look for it in each row.
    let id = client.select(oauth_clients::id).single_value();
    oauth_client_registrations::table
        .filter(oauth_client_registrations::tenant_id.eq(tenant))
        .filter(oauth_client_registrations::id.nullable().eq(id))
}

/// Joins a client and its registration.
#[auto_type]
pub(super) fn has_registered() -> _ {
    oauth_client_registrations::tenant_id
        .eq(oauth_clients::tenant_id)
        .and(oauth_client_registrations::id.eq(oauth_clients::id))
}
