-- Since when a client that registered itself is unused, while it may be removed for that: not
-- while it is suspended. NULL for all others. MySQL has no `ADD COLUMN IF NOT EXISTS`.
SET @step = IF(
    EXISTS (
        SELECT 1 FROM information_schema.columns
        WHERE table_schema = DATABASE() AND table_name = 'oauth_clients'
        AND column_name = 'unused_since'
    ),
    'DO 0',
    'ALTER TABLE oauth_clients ADD COLUMN unused_since BIGINT'
);
PREPARE step FROM @step;
EXECUTE step;
DEALLOCATE PREPARE step;
SET @step = IF(
    EXISTS (
        SELECT 1 FROM information_schema.statistics
        WHERE table_schema = DATABASE() AND table_name = 'oauth_clients'
        AND index_name = 'oauth_clients_unused'
    ),
    'DO 0',
    'CREATE INDEX oauth_clients_unused ON oauth_clients (unused_since, client_id)'
);
PREPARE step FROM @step;
EXECUTE step;
DEALLOCATE PREPARE step;
-- What belongs to a client that registered itself, until the client is deleted.
CREATE TABLE IF NOT EXISTS oauth_client_registrations (
    tenant_id VARCHAR(128) NOT NULL,
    id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    state VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    token_hash TEXT,
    initial_access_token_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin,
    bounds MEDIUMTEXT NOT NULL,
    ip TEXT,
    application_type TEXT,
    software_id TEXT,
    software_version TEXT,
    software_statement MEDIUMTEXT,
    PRIMARY KEY (tenant_id, id),
    INDEX oauth_client_registrations_by_state (tenant_id, state, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;
-- The ids of a token are also those of a row of oauth_clients that looks like a purged client: its
-- audit entries refer to it, and no client gets them.
CREATE TABLE IF NOT EXISTS oauth_initial_access_tokens (
    id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    tenant_id VARCHAR(128) NOT NULL,
    hash TEXT NOT NULL,
    description TEXT,
    uses_left BIGINT,
    bounds MEDIUMTEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    INDEX oauth_initial_access_tokens_by_age (tenant_id, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin
