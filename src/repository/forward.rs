/// Writes all methods of a trait; each asks another repository.
macro_rules! forward {
    (ClientRepository: |$this:ident| $other:expr) => {
        forward! {
            |$this| $other;
            fn create(
                tenant: &TenantId,
                client: &Client,
                secret: Option<&SecretRecord>,
                origin: &Origin,
                audit: &AuditEntry
            ) -> ();
            fn get(tenant: &TenantId, client_id: &ClientId) -> Client;
            fn get_deleted(tenant: &TenantId, client_id: &ClientId) -> Client;
            fn list(tenant: &TenantId, filter: &ClientFilter, page: Page) -> Slice<Client>;
            fn update(
                tenant: &TenantId,
                client: &Client,
                secrets: Secrets,
                audit: &AuditEntry
            ) -> Client;
            fn delete(
                tenant: &TenantId,
                client_id: &ClientId,
                expected: Option<Version>,
                audit: &AuditEntry
            ) -> ();
            fn secrets(tenant: &TenantId, client_id: &ClientId) -> Vec<SecretRecord>;
            fn add_secret(
                tenant: &TenantId,
                client_id: &ClientId,
                expected: Version,
                secret: &SecretRecord,
                audit: &AuditEntry
            ) -> ();
            fn rotate_secret(
                tenant: &TenantId,
                client_id: &ClientId,
                expected: Version,
                secret: &SecretRecord,
                grace_ends: Timestamp,
                audit: &AuditEntry
            ) -> ();
            fn deactivate_secret(
                tenant: &TenantId,
                client_id: &ClientId,
                secret_id: Id,
                audit: &AuditEntry
            ) -> SecretRecord;
            fn delete_secret(
                tenant: &TenantId,
                client_id: &ClientId,
                secret_id: Id,
                audit: &AuditEntry
            ) -> ();
            fn touch_secret(
                tenant: &TenantId,
                client_id: &ClientId,
                secret_id: Id,
                at: Timestamp
            ) -> ();
            fn audit_entries(
                tenant: &TenantId,
                client_id: &ClientId,
                page: Page
            ) -> Slice<AuditEntry>;
        }
    };
    (CredentialRepository: |$this:ident| $other:expr) => {
        forward! {
            |$this| $other;
            fn credentials(client_id: &ClientId) -> Credentials;
            fn rehash_secret(
                tenant: &TenantId,
                client_id: &ClientId,
                secret_id: Id,
                from: &SecretHash,
                to: &SecretHash
            ) -> ();
        }
    };
    (PurgeRepository: |$this:ident| $other:expr) => {
        forward! {
            |$this| $other;
            fn purge_audit_entries(before: Timestamp, limit: u32) -> usize;
            fn purge_deleted_clients(before: Timestamp, limit: u32) -> usize;
            fn purge_inactive_secrets(before: Timestamp, limit: u32) -> usize;
        }
    };
    (
        |$this:ident| $other:expr;
        $(fn $method:ident($($argument:ident: $type:ty),+) -> $output:ty;)+
    ) => {
        $(async fn $method(&self, $($argument: $type),+) -> Result<$output> {
            let $this = self;
            ($other).$method($($argument),+).await
        })+
    };
}
