-- What may be removed, by the time from which it may be. MySQL has no `CREATE INDEX IF NOT EXISTS`.
SET @step = IF(
    EXISTS (
        SELECT 1 FROM information_schema.statistics
        WHERE table_schema = DATABASE() AND table_name = 'oauth_client_audit_logs'
        AND index_name = 'oauth_client_audit_logs_by_time'
    ),
    'DO 0',
    'CREATE INDEX oauth_client_audit_logs_by_time ON oauth_client_audit_logs (at)'
);
PREPARE step FROM @step;
EXECUTE step;
DEALLOCATE PREPARE step;
SET @step = IF(
    EXISTS (
        SELECT 1 FROM information_schema.statistics
        WHERE table_schema = DATABASE() AND table_name = 'oauth_clients'
        AND index_name = 'oauth_clients_deleted'
    ),
    'DO 0',
    'CREATE INDEX oauth_clients_deleted ON oauth_clients (deleted_at)'
);
PREPARE step FROM @step;
EXECUTE step;
DEALLOCATE PREPARE step;
SET @step = IF(
    EXISTS (
        SELECT 1 FROM information_schema.statistics
        WHERE table_schema = DATABASE() AND table_name = 'oauth_client_secrets'
        AND index_name = 'oauth_client_secrets_by_end'
    ),
    'DO 0',
    'CREATE INDEX oauth_client_secrets_by_end ON oauth_client_secrets (status, updated_at)'
);
PREPARE step FROM @step;
EXECUTE step;
DEALLOCATE PREPARE step
