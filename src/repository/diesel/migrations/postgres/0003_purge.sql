-- What may be removed, by the time from which it may be.
CREATE INDEX oauth_client_audit_logs_by_time ON oauth_client_audit_logs (at);
CREATE INDEX oauth_clients_deleted ON oauth_clients (deleted_at)
    WHERE deleted_at IS NOT NULL;
CREATE INDEX oauth_client_secrets_inactive ON oauth_client_secrets (updated_at)
    WHERE status = 'inactive';
