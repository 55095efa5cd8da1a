-- More about a client. A constant default rewrites no row.
ALTER TABLE oauth_clients
    ADD COLUMN description TEXT,
    ADD COLUMN contacts TEXT NOT NULL DEFAULT '[]',
    ADD COLUMN post_logout_redirect_uris TEXT NOT NULL DEFAULT '[]',
    ADD COLUMN allowed_cors_origins TEXT NOT NULL DEFAULT '[]',
    ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}',
    ADD COLUMN origin TEXT COLLATE "C" NOT NULL DEFAULT 'administrator',
    ADD COLUMN last_used_at BIGINT;

-- The old and new values of what a change has changed.
ALTER TABLE oauth_client_audit_logs ADD COLUMN changes TEXT;

-- The lists of deleted clients, without purged ones, and the trail of a whole tenant.
CREATE INDEX oauth_clients_deleted_by_tenant ON oauth_clients (tenant_id, id)
    WHERE deleted_at < 9223372036854775807;
CREATE INDEX oauth_client_audit_logs_by_tenant ON oauth_client_audit_logs (tenant_id, id);
