/// The path of an operation, relative to the host's mount point.
macro_rules! admin_path {
    ($path:literal) => {
        concat!("/admin/oauth", $path)
    };
}

/// The operations, one row each. A row holds everything about an operation but its handler:
///
/// ```text
/// Name (reads|writes "word": METHOD "path" BodySchema => SUCCESS, "summary") handler { document }
/// ```
///
/// - The word is its name in metrics, spans and logs. Hosts depend on it.
/// - Path parameters are in braces. Without a body schema, the body is not read; with
///   `BodySchema or nothing`, it may be missing.
/// - A row that needs a feature has its `#[cfg(...)]` in front.
/// - The document block is for OpenAPI: members of `openapi`'s `Outline`, in plain Rust. Without
///   the feature `openapi` it is not compiled.
///
/// `operations!(render)` calls `render!` with all rows. Each module uses the columns that it needs:
/// this one the request, `handlers` the handler, `openapi` the document.
macro_rules! operations {
    ($render:ident) => { $render! {
        CreateClient (
            writes "create_client": POST "/clients" CreateClientRequest => CREATED,
            "Create a client"
        ) clients::create {
            tag: CLIENTS,
            description: "A client that can use a secret gets one, shown this once. \
                `client_secret_options` sets its description and its expiry.",
            answer: json::<Created<CreateClientResponse<'_>>>(),
            headers: &["Location"],
        }

        ImportClient (
            writes "import_client": POST "/clients/import" ImportClientRequest => CREATED,
            "Import a client"
        ) imports::import {
            tag: CLIENTS,
            description: "With a chosen `client_id`, and a secret in clear or as a hash; or from a \
                transfer document, which is answered 200 if the client is there already. Only \
                for a `super_admin`. Answered 404 where the host does not allow it.",
            parameters: &["View", "Prefer"],
            answer: json::<Success<ClientItem<'_>>>(),
            headers: &["Location", "ETag", "Unknown-Parameters", "Preference-Applied"],
            failures: &[NotFound, Conflict],
            also: Some(StatusCode::OK),
        }

        ListClients (
            reads "list_clients": GET "/clients" => OK,
            "List clients"
        ) clients::list {
            tag: CLIENTS,
            description: "Newest first.",
            parameters: &[
                "Page", "PageSize", "After", "Name", "Status", "WithClientId", "WithRedirectUri",
                "WithGrant", "WithScope", "WithMethod", "IsConfidential", "WithRedirectHost",
                "WithOrigin", "UnusedFor", "ExpiringWithin", "Deleted", "View", "Prefer",
            ],
            answer: json::<List<ClientItem<'_>>>(),
            headers: &["Link", "Unknown-Parameters", "Preference-Applied"],
        }

        GetClient (
            reads "get_client": GET "/clients/{client_id}" => OK,
            "Read a client"
        ) clients::get {
            tag: CLIENTS,
            parameters: &["View", "Prefer"],
            answer: json::<Success<ClientItem<'_>>>(),
            headers: &["ETag", "Unknown-Parameters", "Preference-Applied"],
        }

        UpdateClient (
            writes "update_client": PUT "/clients/{client_id}" UpdateClientRequest => OK,
            "Change a client"
        ) clients::update {
            tag: CLIENTS,
            description: "A member that is absent stays as it is.",
            parameters: &["IfMatch", "View", "Prefer"],
            answer: json::<Success<ClientItem<'_>>>(),
            headers: &["ETag", "Unknown-Parameters", "Preference-Applied"],
            failures: &[PreconditionFailed],
        }

        PatchClient (
            writes "patch_client": PATCH "/clients/{client_id}" UpdateClientRequest => OK,
            "Patch a client"
        ) clients::patch {
            tag: CLIENTS,
            description: "A JSON Merge Patch (RFC 7396), with the same rules as a change by PUT: \
                `null` clears an optional member, and is refused for the others. Of `metadata`, \
                it changes single pairs.",
            parameters: &["IfMatch", "View", "Prefer"],
            answer: json::<Success<ClientItem<'_>>>(),
            headers: &["ETag", "Unknown-Parameters", "Preference-Applied"],
            failures: &[PreconditionFailed],
        }

        DeleteClient (
            writes "delete_client": DELETE "/clients/{client_id}" => NO_CONTENT,
            "Delete a client"
        ) clients::delete {
            tag: CLIENTS,
            description: "Its secrets stop working at once. Its audit trail remains.",
            parameters: &["IfMatch"],
            failures: &[PreconditionFailed],
        }

        RestoreClient (
            writes "restore_client": POST "/clients/{client_id}/restore" => OK,
            "Restore a deleted client"
        ) clients::restore {
            tag: CLIENTS,
            description: "For a while after its deletion. Its secrets have ended, so it needs a \
                new one.",
            parameters: &["View", "Prefer"],
            answer: json::<Success<ClientItem<'_>>>(),
            headers: &["ETag", "Unknown-Parameters", "Preference-Applied"],
        }

        CloneClient (
            writes "clone_client": POST "/clients/{client_id}/clone" => CREATED,
            "Clone a client"
        ) clients::clone {
            tag: CLIENTS,
            description: "The clone has its own identity and secret, and starts active.",
            answer: json::<Success<CloneClientResponse<'_>>>(),
            headers: &["Location"],
        }

        RotateSecret (
            writes "rotate_secret": POST "/clients/{client_id}/rotate-secret"
                RotateSecretRequest or nothing => OK,
            "Rotate the secret"
        ) secrets::rotate {
            tag: SECRETS,
            description: "Issues one new secret. Every earlier active one is retired: accepted for \
                a grace period and no longer.",
            answer: json::<Success<RotateSecretResponse<'_>>>(),
        }

        ListSecrets (
            reads "list_secrets": GET "/clients/{client_id}/secrets" => OK,
            "List the secrets of a client"
        ) secrets::list {
            tag: SECRETS,
            answer: json::<Success<SecretList<'_>>>(),
        }

        CreateSecret (
            writes "create_secret": POST "/clients/{client_id}/secrets"
                CreateSecretRequest or nothing => CREATED,
            "Add a secret"
        ) secrets::create {
            tag: SECRETS,
            description: "At most two are active at a time.",
            answer: json::<Success<CreateSecretResponse<'_>>>(),
            failures: &[Conflict],
        }

        DeactivateSecret (
            writes "deactivate_secret":
                PUT "/clients/{client_id}/secrets/{secret_id}/deactivate" => OK,
            "Deactivate a secret"
        ) secrets::deactivate {
            tag: SECRETS,
            description: "It stays in the list and is never accepted again.",
            answer: json::<Success<SecretItem<'_>>>(),
        }

        DeleteSecret (
            writes "delete_secret": DELETE "/clients/{client_id}/secrets/{secret_id}" => NO_CONTENT,
            "Delete a secret"
        ) secrets::delete {
            tag: SECRETS,
            description: "Neither the last secret nor the last active one can be deleted.",
        }

        ListAuditLogs (
            reads "list_audit_logs": GET "/clients/{client_id}/audit-logs" => OK,
            "List the audit trail"
        ) audit_logs::list {
            tag: AUDIT,
            description: "What was done to one client, newest first; also after its deletion.",
            parameters: &["Page", "PageSize", "After", "View", "Prefer"],
            answer: json::<List<AuditLogItem<'_>>>(),
            headers: &["Link", "Unknown-Parameters", "Preference-Applied"],
        }

        ListTenantAuditLogs (
            reads "list_tenant_audit_logs": GET "/audit-logs" => OK,
            "List the audit trail of all clients"
        ) audit_logs::list_of_tenant {
            tag: AUDIT,
            description: "What was done to the clients of the tenant, newest first; deleted ones \
                included. With `Accept: application/x-ndjson` or `application/jsonl`, the answer \
                has one item per line instead: always by position, of at most 1000 lines \
                (`page_size`, which is also the default) and about 4 MiB, with a `Link` to those \
                that follow.",
            parameters: &[
                "Page", "PageSize", "After", "WithAction", "WithOperatorId", "WithTargetId",
                "From", "To", "View", "Prefer",
            ],
            answer: json::<List<AuditLogItem<'_>>>(),
            lines: true,
            headers: &["Link", "Unknown-Parameters", "Preference-Applied"],
        }

        GetStats (
            reads "get_stats": GET "/clients/{client_id}/stats" => OK,
            "Read how a client is used"
        ) tokens::stats {
            tag: TOKENS,
            answer: json::<Success<ClientStats<'_>>>(),
        }

        ListTokens (
            reads "list_tokens": GET "/clients/{client_id}/tokens" => OK,
            "List the tokens of a client"
        ) tokens::list {
            tag: TOKENS,
            description: "Never a token itself.",
            parameters: &["Page", "PageSize", "Prefer"],
            answer: json::<List<TokenItem<'_>>>(),
            headers: &["Unknown-Parameters", "Preference-Applied"],
        }

        RevokeTokens (
            writes "revoke_tokens": DELETE "/clients/{client_id}/tokens" => OK,
            "Revoke the tokens of a client"
        ) tokens::revoke {
            tag: TOKENS,
            parameters: &["GracePeriod", "Prefer"],
            answer: json::<Success<RevokeTokensResponse>>(),
            headers: &["Unknown-Parameters", "Preference-Applied"],
        }

        #[cfg(feature = "registration")]
        CreateInitialAccessToken (
            writes "create_initial_access_token":
                POST "/initial-access-tokens" CreateInitialAccessTokenRequest => CREATED,
            "Issue an initial access token"
        ) initial_tokens::create {
            tag: REGISTRATION,
            description: "The token is shown this once. Without bounds, it registers what the host \
                lets everyone register.",
            answer: json::<Success<CreateInitialAccessTokenResponse<'_>>>(),
            failures: &[NotFound],
        }

        #[cfg(feature = "registration")]
        ListInitialAccessTokens (
            reads "list_initial_access_tokens": GET "/initial-access-tokens" => OK,
            "List the initial access tokens"
        ) initial_tokens::list {
            tag: REGISTRATION,
            description: "Newest first, with those that are spent, expired or revoked. Never a \
                token itself.",
            parameters: &["Page", "PageSize", "After", "Prefer"],
            answer: json::<List<InitialAccessTokenItem<'_>>>(),
            headers: &["Link", "Unknown-Parameters", "Preference-Applied"],
            failures: &[NotFound],
        }

        #[cfg(feature = "registration")]
        RevokeInitialAccessToken (
            writes "revoke_initial_access_token":
                DELETE "/initial-access-tokens/{initial_access_token_id}" => NO_CONTENT,
            "Revoke an initial access token"
        ) initial_tokens::revoke {
            tag: REGISTRATION,
            description: "The clients that were registered with it stay.",
        }

        #[cfg(feature = "registration")]
        ListRegistrations (
            reads "list_registrations": GET "/registrations" => OK,
            "List the clients that registered themselves"
        ) registrations::list {
            tag: REGISTRATION,
            description: "Newest first.",
            parameters: &["Page", "PageSize", "After", "WithState", "View", "Prefer"],
            answer: json::<List<RegistrationItem<'_>>>(),
            headers: &["Link", "Unknown-Parameters", "Preference-Applied"],
            failures: &[NotFound],
        }

        #[cfg(feature = "registration")]
        ApproveRegistration (
            writes "approve_registration": POST "/registrations/{client_id}/approve" => OK,
            "Approve a client that registered itself"
        ) registrations::approve {
            tag: REGISTRATION,
            description: "It becomes active. Only a pending or a denied one, unless it is \
                suspended.",
            parameters: &["IfMatch", "View", "Prefer"],
            answer: json::<Success<RegistrationItem<'_>>>(),
            headers: &["ETag", "Unknown-Parameters", "Preference-Applied"],
            failures: &[Conflict, PreconditionFailed],
        }

        #[cfg(feature = "registration")]
        DenyRegistration (
            writes "deny_registration": POST "/registrations/{client_id}/deny" => OK,
            "Deny a client that registered itself"
        ) registrations::deny {
            tag: REGISTRATION,
            description: "It stays inactive. Only a pending one.",
            parameters: &["IfMatch", "View", "Prefer"],
            answer: json::<Success<RegistrationItem<'_>>>(),
            headers: &["ETag", "Unknown-Parameters", "Preference-Applied"],
            failures: &[Conflict, PreconditionFailed],
        }

        #[cfg(feature = "cimd")]
        ListMetadataDocuments (
            reads "list_metadata_documents": GET "/metadata-documents" => OK,
            "List the metadata documents that were used"
        ) documents::list {
            tag: DOCUMENTS,
            description: "The most recently used ones first: the 10,000 last ones. Uses are noted \
                to about ten minutes.",
            parameters: &["Page", "PageSize", "WithHost", "Prefer"],
            answer: json::<List<MetadataDocumentItem<'_>>>(),
            headers: &["Unknown-Parameters", "Preference-Applied"],
            failures: &[NotFound],
        }

        #[cfg(feature = "cimd")]
        ListMetadataDocumentBlocks (
            reads "list_metadata_document_blocks": GET "/metadata-document-blocks" => OK,
            "List the blocks of metadata documents"
        ) documents::list_blocks {
            tag: DOCUMENTS,
            description: "Newest first.",
            parameters: &["Page", "PageSize", "After", "Prefer"],
            answer: json::<List<MetadataDocumentBlockItem<'_>>>(),
            headers: &["Link", "Unknown-Parameters", "Preference-Applied"],
            failures: &[NotFound],
        }

        #[cfg(feature = "cimd")]
        CreateMetadataDocumentBlock (
            writes "create_metadata_document_block":
                POST "/metadata-document-blocks" CreateMetadataDocumentBlockRequest => CREATED,
            "Block metadata documents"
        ) documents::block {
            tag: DOCUMENTS,
            description: "The clients of these documents are refused, whatever else accepts them: \
                at once by the host that answers, and by all others after 5 seconds.",
            answer: json::<Success<MetadataDocumentBlockItem<'_>>>(),
            failures: &[NotFound, Conflict],
        }

        #[cfg(feature = "cimd")]
        DeleteMetadataDocumentBlock (
            writes "delete_metadata_document_block":
                DELETE "/metadata-document-blocks/{metadata_document_block_id}" => NO_CONTENT,
            "Remove a block of metadata documents"
        ) documents::unblock {
            tag: DOCUMENTS,
            description: "What it covered is accepted again, if nothing else is against it.",
        }
    } };
}

pub(crate) use {admin_path, operations};
