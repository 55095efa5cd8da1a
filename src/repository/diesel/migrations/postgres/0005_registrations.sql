-- Since when a client that registered itself is unused, while it may be removed for that: not
-- while it is suspended. NULL for all others, so that the index finds exactly those.
ALTER TABLE oauth_clients ADD COLUMN unused_since BIGINT;
CREATE INDEX oauth_clients_unused ON oauth_clients (unused_since, client_id)
    WHERE unused_since IS NOT NULL;

-- What belongs to a client that registered itself, until the client is deleted. The reference also
-- tells the planner that each has one client.
CREATE TABLE oauth_client_registrations (
    tenant_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    token_hash TEXT COLLATE "C",
    initial_access_token_id TEXT COLLATE "C",
    bounds TEXT NOT NULL,
    ip TEXT,
    application_type TEXT,
    software_id TEXT,
    software_version TEXT,
    software_statement TEXT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (id, tenant_id) REFERENCES oauth_clients (id, tenant_id)
);
CREATE INDEX oauth_client_registrations_by_state
    ON oauth_client_registrations (tenant_id, state, id);

-- The ids of a token are also those of a row of oauth_clients that looks like a purged client: its
-- audit entries refer to it, and no client gets them.
CREATE TABLE oauth_initial_access_tokens (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    description TEXT,
    uses_left BIGINT,
    bounds TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX oauth_initial_access_tokens_by_age ON oauth_initial_access_tokens (tenant_id, id);
