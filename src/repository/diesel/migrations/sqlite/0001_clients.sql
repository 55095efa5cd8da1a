CREATE TABLE oauth_clients (
    client_id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    scopes TEXT NOT NULL,
    grant_types TEXT NOT NULL,
    client_auth_methods TEXT NOT NULL,
    fapi_profile TEXT,
    is_confidential BIGINT NOT NULL,
    jwks TEXT,
    jwks_uri TEXT,
    logo_url TEXT,
    privacy_policy TEXT,
    terms_url TEXT,
    website TEXT,
    status TEXT NOT NULL,
    secret_last_four TEXT,
    version BIGINT NOT NULL,
    clones BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    UNIQUE (tenant_id, id)
);

-- The lists: live clients by age. Each page starts where the last one ended, whatever was deleted.
-- With the last two columns, a search and a count don't read the table, too.
CREATE INDEX oauth_clients_live ON oauth_clients (tenant_id, id, name_folded, deleted_at)
    WHERE deleted_at IS NULL;
CREATE INDEX oauth_clients_live_by_status
    ON oauth_clients (tenant_id, status, id, name_folded, deleted_at)
    WHERE deleted_at IS NULL;

-- Clustered: a client's secrets and its trail lie together, in the order that they are read in.
CREATE TABLE oauth_client_secrets (
    tenant_id TEXT NOT NULL,
    client_id TEXT NOT NULL REFERENCES oauth_clients (client_id),
    id TEXT NOT NULL,
    hash TEXT NOT NULL,
    last_four TEXT NOT NULL,
    status TEXT NOT NULL,
    description TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_used_at BIGINT,
    expires_at BIGINT,
    PRIMARY KEY (tenant_id, client_id, id)
) WITHOUT ROWID;

CREATE TABLE oauth_client_audit_logs (
    tenant_id TEXT NOT NULL,
    client_id TEXT NOT NULL REFERENCES oauth_clients (client_id),
    id TEXT NOT NULL,
    secret_id TEXT,
    action TEXT NOT NULL,
    operator_id TEXT NOT NULL,
    operator_type TEXT NOT NULL,
    message TEXT NOT NULL,
    ip TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, client_id, id)
) WITHOUT ROWID;
