/// Passes the methods of a trait to another macro, after that macro's other arguments. Signatures
/// are written only in the trait and here.
macro_rules! methods {
    ($macro:ident! { $($before:tt)* } ClientRepository) => {
        methods! {
            @ $macro { $($before)* }
            fn create(
                tenant: [&] TenantId,
                new: [&] NewClient,
                write: [&] Write
            ) -> Result<()>;
            fn get(tenant: [&] TenantId, client_id: [&] ClientId) -> Result<Client>;
            fn get_deleted(tenant: [&] TenantId, client_id: [&] ClientId) -> Result<Client>;
            fn list(
                tenant: [&] TenantId,
                filter: [&] ClientFilter,
                page: [] Page
            ) -> Result<Slice<Client>>;
            fn update(
                tenant: [&] TenantId,
                update: [&] ClientUpdate,
                write: [&] Write
            ) -> Result<Client>;
            fn delete(
                tenant: [&] TenantId,
                client_id: [&] ClientId,
                expected: [] Option<Version>,
                write: [&] Write
            ) -> Result<()>;
            fn restore(
                tenant: [&] TenantId,
                client_id: [&] ClientId,
                expected: [] Version,
                write: [&] Write
            ) -> Result<()>;
            fn secrets(
                tenant: [&] TenantId,
                client_id: [&] ClientId
            ) -> Result<Vec<SecretRecord>>;
            fn add_secret(
                tenant: [&] TenantId,
                client_id: [&] ClientId,
                new: [&] NewSecret,
                write: [&] Write
            ) -> Result<()>;
            fn rotate_secret(
                tenant: [&] TenantId,
                client_id: [&] ClientId,
                rotation: [&] SecretRotation,
                write: [&] Write
            ) -> Result<()>;
            fn deactivate_secret(
                tenant: [&] TenantId,
                client_id: [&] ClientId,
                secret_id: [] Id,
                write: [&] Write
            ) -> Result<SecretRecord>;
            fn delete_secret(
                tenant: [&] TenantId,
                client_id: [&] ClientId,
                secret_id: [] Id,
                write: [&] Write
            ) -> Result<()>;
            fn touch_secret(
                tenant: [&] TenantId,
                client_id: [&] ClientId,
                secret_id: [] Id,
                at: [] Timestamp
            ) -> Result<()>;
            fn audit_entries(
                tenant: [&] TenantId,
                client_id: [&] ClientId,
                page: [] Page
            ) -> Result<Slice<AuditEntry>>;
            fn tenant_audit_entries(
                tenant: [&] TenantId,
                filter: [&] AuditFilter,
                page: [] Page
            ) -> Result<Slice<AuditEntry>>;
        }
    };
    ($macro:ident! { $($before:tt)* } CredentialRepository) => {
        methods! {
            @ $macro { $($before)* }
            fn credentials(client_id: [&] ClientId) -> Result<Credentials>;
            fn touch_client(
                tenant: [&] TenantId,
                client_id: [&] ClientId,
                at: [] Timestamp
            ) -> Result<()>;
            fn rehash_secret(
                tenant: [&] TenantId,
                client_id: [&] ClientId,
                secret_id: [] Id,
                from: [&] SecretHash,
                to: [&] SecretHash
            ) -> Result<()>;
        }
    };
    ($macro:ident! { $($before:tt)* } OriginRepository) => {
        methods! {
            @ $macro { $($before)* }
            fn is_cors_origin(origin: [&] str) -> Result<bool>;
        }
    };
    ($macro:ident! { $($before:tt)* } PurgeRepository) => {
        methods! {
            @ $macro { $($before)* }
            fn purge_audit_entries(before: [] Timestamp, limit: [] u32) -> Result<usize>;
            fn purge_deleted_clients(before: [] Timestamp, limit: [] u32) -> Result<usize>;
            fn purge_inactive_secrets(before: [] Timestamp, limit: [] u32) -> Result<usize>;
        }
    };
    ($macro:ident! { $($before:tt)* } RegistrationRepository) => {
        methods! {
            @ $macro { $($before)* }
            fn register(
                tenant: [&] TenantId,
                new: [&] NewRegistration,
                write: [&] Write
            ) -> Result<()>;
            fn registration(
                tenant: [&] TenantId,
                client_id: [&] ClientId
            ) -> Result<RegisteredClient>;
            fn registrations(
                tenant: [&] TenantId,
                state: [] Option<RegistrationState>,
                page: [] Page
            ) -> Result<Slice<RegisteredClient>>;
            fn update_registration(
                tenant: [&] TenantId,
                update: [&] RegistrationUpdate,
                write: [&] Write
            ) -> Result<Client>;
            fn count_registrations(tenant: [&] TenantId, limit: [] u32) -> Result<u32>;
            fn unused_registrations(
                unused_since: [] Timestamp,
                after: [] Option<&'a RegisteredClient>,
                limit: [] u32
            ) -> Result<Vec<RegisteredClient>>;
            fn delete_unused(
                tenant: [&] TenantId,
                client_id: [&] ClientId,
                expected: [] Version,
                last_used_at: [] Option<Timestamp>,
                write: [&] Write
            ) -> Result<()>;
            fn create_initial_access_token(
                tenant: [&] TenantId,
                token: [&] InitialAccessToken,
                write: [&] Write
            ) -> Result<()>;
            fn initial_access_token(
                tenant: [&] TenantId,
                id: [] Id
            ) -> Result<InitialAccessToken>;
            fn initial_access_tokens(
                tenant: [&] TenantId,
                page: [] Page
            ) -> Result<Slice<InitialAccessToken>>;
            fn revoke_initial_access_token(
                tenant: [&] TenantId,
                id: [] Id,
                write: [&] Write
            ) -> Result<()>;
        }
    };
    ($macro:ident! { $($before:tt)* } DocumentRepository) => {
        methods! {
            @ $macro { $($before)* }
            fn note_document(
                tenant: [&] TenantId,
                seen: [&] SeenDocument,
                limit: [] u32
            ) -> Result<Option<MetadataHash>>;
            fn documents(
                tenant: [&] TenantId,
                host: [] Option<&'a str>,
                number: [] u64,
                size: [] u32
            ) -> Result<Slice<SeenDocument>>;
            fn block_documents(
                tenant: [&] TenantId,
                block: [&] DocumentBlock,
                limit: [] u32,
                write: [&] Write
            ) -> Result<()>;
            fn unblock_documents(
                tenant: [&] TenantId,
                id: [] Id,
                write: [&] Write
            ) -> Result<()>;
            fn document_block(tenant: [&] TenantId, id: [] Id) -> Result<DocumentBlock>;
            fn document_blocks(
                tenant: [&] TenantId,
                page: [] Page
            ) -> Result<Slice<DocumentBlock>>;
            fn blocked_documents(tenant: [&] TenantId) -> Result<Vec<BlockTarget>>;
        }
    };
    (@ erased { $($before:tt)* } $($methods:tt)+) => {
        erased! { $($before)* { $($methods)+ } }
    };
    (@ forward { $($before:tt)* } $($methods:tt)+) => {
        forward! { $($before)* $($methods)+ }
    };
}
