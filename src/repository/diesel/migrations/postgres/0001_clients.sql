-- Texts that are compared or sorted go by their bytes, whatever the database's collation.
CREATE TABLE oauth_clients (
    client_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT COLLATE "C" NOT NULL,
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
    status TEXT COLLATE "C" NOT NULL,
    secret_last_four TEXT,
    version BIGINT NOT NULL,
    clones BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    -- Not the other way round: without statistics, one client would be looked for among its tenant's.
    UNIQUE (id, tenant_id)
);

-- The lists: live clients by age. Each page starts where the last one ended, whatever was deleted.
CREATE INDEX oauth_clients_live ON oauth_clients (tenant_id, id)
    WHERE deleted_at IS NULL;
CREATE INDEX oauth_clients_live_by_status ON oauth_clients (tenant_id, status, id)
    WHERE deleted_at IS NULL;

CREATE TABLE oauth_client_secrets (
    tenant_id TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL REFERENCES oauth_clients (client_id),
    id TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    last_four TEXT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    description TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_used_at BIGINT,
    expires_at BIGINT,
    PRIMARY KEY (tenant_id, client_id, id)
);

CREATE TABLE oauth_client_audit_logs (
    tenant_id TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL REFERENCES oauth_clients (client_id),
    id TEXT COLLATE "C" NOT NULL,
    secret_id TEXT,
    action TEXT NOT NULL,
    operator_id TEXT NOT NULL,
    operator_type TEXT NOT NULL,
    message TEXT NOT NULL,
    ip TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, client_id, id)
);
