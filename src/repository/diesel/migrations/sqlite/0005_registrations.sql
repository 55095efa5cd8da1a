-- Since when a client that registered itself is unused, while it may be removed for that: not
-- while it is suspended. NULL for all others, so that the index finds exactly those.
ALTER TABLE oauth_clients ADD COLUMN unused_since BIGINT;
CREATE INDEX oauth_clients_unused ON oauth_clients (unused_since, client_id)
    WHERE unused_since IS NOT NULL;

-- What belongs to a client that registered itself, until the client is deleted. Most are approved:
-- the second index is for the few that are not.
CREATE TABLE oauth_client_registrations (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    state TEXT NOT NULL,
    token_hash TEXT,
    initial_access_token_id TEXT,
    bounds TEXT NOT NULL,
    ip TEXT,
    application_type TEXT,
    software_id TEXT,
    software_version TEXT,
    software_statement TEXT,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
CREATE INDEX oauth_client_registrations_by_state
    ON oauth_client_registrations (tenant_id, state, id) WHERE state <> 'approved';

-- The ids of a token are also those of a row of oauth_clients that looks like a purged client: its
-- audit entries refer to it, and no client gets them.
CREATE TABLE oauth_initial_access_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    hash TEXT NOT NULL,
    description TEXT,
    uses_left BIGINT,
    bounds TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
) WITHOUT ROWID;
CREATE INDEX oauth_initial_access_tokens_by_age ON oauth_initial_access_tokens (tenant_id, id);
