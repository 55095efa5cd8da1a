-- More about a client. MySQL has no `ADD COLUMN IF NOT EXISTS`.
SET @step = IF(
    EXISTS (
        SELECT 1 FROM information_schema.columns
        WHERE table_schema = DATABASE() AND table_name = 'oauth_clients'
        AND column_name = 'last_used_at'
    ),
    'DO 0',
    'ALTER TABLE oauth_clients
        ADD COLUMN description TEXT,
        ADD COLUMN contacts TEXT NOT NULL DEFAULT (''[]''),
        ADD COLUMN post_logout_redirect_uris MEDIUMTEXT NOT NULL DEFAULT (''[]''),
        ADD COLUMN allowed_cors_origins MEDIUMTEXT NOT NULL DEFAULT (''[]''),
        ADD COLUMN metadata MEDIUMTEXT NOT NULL DEFAULT (''{}''),
        ADD COLUMN origin VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL
            DEFAULT ''administrator'',
        ADD COLUMN last_used_at BIGINT'
);
PREPARE step FROM @step;
EXECUTE step;
DEALLOCATE PREPARE step;
-- A client was last used when one of its secrets was.
UPDATE oauth_clients JOIN (
    SELECT tenant_id, client_id, MAX(last_used_at) AS last FROM oauth_client_secrets
    WHERE last_used_at IS NOT NULL GROUP BY tenant_id, client_id
) AS used USING (tenant_id, client_id)
SET oauth_clients.last_used_at = used.last WHERE oauth_clients.last_used_at IS NULL;
-- The old and new values of what a change has changed.
SET @step = IF(
    EXISTS (
        SELECT 1 FROM information_schema.columns
        WHERE table_schema = DATABASE() AND table_name = 'oauth_client_audit_logs'
        AND column_name = 'changes'
    ),
    'DO 0',
    'ALTER TABLE oauth_client_audit_logs ADD COLUMN changes MEDIUMTEXT'
);
PREPARE step FROM @step;
EXECUTE step;
DEALLOCATE PREPARE step;
-- The trail of a whole tenant.
SET @step = IF(
    EXISTS (
        SELECT 1 FROM information_schema.statistics
        WHERE table_schema = DATABASE() AND table_name = 'oauth_client_audit_logs'
        AND index_name = 'oauth_client_audit_logs_by_tenant'
    ),
    'DO 0',
    'CREATE INDEX oauth_client_audit_logs_by_tenant ON oauth_client_audit_logs (tenant_id, id)'
);
PREPARE step FROM @step;
EXECUTE step;
DEALLOCATE PREPARE step;
-- The origins whose pages may call the host's endpoints for a client. An empty one stands for those
-- of a client that was there before; they are derived from its redirect URIs afterwards.
CREATE TABLE IF NOT EXISTS oauth_client_origins (
    origin VARCHAR(512) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    client_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (origin, client_id),
    INDEX oauth_client_origins_by_client (client_id),
    FOREIGN KEY (client_id) REFERENCES oauth_clients (client_id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;
INSERT IGNORE INTO oauth_client_origins (origin, client_id)
    SELECT '', client_id FROM oauth_clients WHERE is_confidential = 0;
-- What expires soon.
SET @step = IF(
    EXISTS (
        SELECT 1 FROM information_schema.statistics
        WHERE table_schema = DATABASE() AND table_name = 'oauth_client_secrets'
        AND index_name = 'oauth_client_secrets_expiring'
    ),
    'DO 0',
    'CREATE INDEX oauth_client_secrets_expiring
        ON oauth_client_secrets (tenant_id, expires_at, client_id)'
);
PREPARE step FROM @step;
EXECUTE step;
DEALLOCATE PREPARE step
