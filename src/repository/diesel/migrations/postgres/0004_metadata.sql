-- More about a client. A constant default rewrites no row.
ALTER TABLE oauth_clients
    ADD COLUMN description TEXT,
    ADD COLUMN contacts TEXT NOT NULL DEFAULT '[]',
    ADD COLUMN post_logout_redirect_uris TEXT NOT NULL DEFAULT '[]',
    ADD COLUMN allowed_cors_origins TEXT NOT NULL DEFAULT '[]',
    ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}',
    ADD COLUMN origin TEXT COLLATE "C" NOT NULL DEFAULT 'administrator',
    ADD COLUMN last_used_at BIGINT;

-- A client was last used when one of its secrets was.
UPDATE oauth_clients SET last_used_at = (
    SELECT MAX(last_used_at) FROM oauth_client_secrets AS secrets
    WHERE secrets.tenant_id = oauth_clients.tenant_id
    AND secrets.client_id = oauth_clients.client_id
)
WHERE client_id IN (SELECT client_id FROM oauth_client_secrets WHERE last_used_at IS NOT NULL);

-- The old and new values of what a change has changed.
ALTER TABLE oauth_client_audit_logs ADD COLUMN changes TEXT;

-- The lists of deleted clients, without purged ones, and the trail of a whole tenant.
CREATE INDEX oauth_clients_deleted_by_tenant ON oauth_clients (tenant_id, id)
    WHERE deleted_at < 9223372036854775807;
CREATE INDEX oauth_client_audit_logs_by_tenant ON oauth_client_audit_logs (tenant_id, id);

-- The origins whose pages may call the host's endpoints for a client. An empty one stands for those
-- of a client that was there before; they are derived from its redirect URIs afterwards.
CREATE TABLE oauth_client_origins (
    origin TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL REFERENCES oauth_clients (client_id) ON DELETE CASCADE,
    PRIMARY KEY (origin, client_id)
);
CREATE INDEX oauth_client_origins_by_client ON oauth_client_origins (client_id);
INSERT INTO oauth_client_origins (origin, client_id)
    SELECT '', client_id FROM oauth_clients WHERE is_confidential = 0;

-- What expires soon.
CREATE INDEX oauth_client_secrets_expiring
    ON oauth_client_secrets (tenant_id, expires_at, client_id)
    WHERE status = 'active' AND expires_at IS NOT NULL;
