CREATE TABLE IF NOT EXISTS oauth_client_audit_logs (
    tenant_id VARCHAR(128) NOT NULL,
    client_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    secret_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin,
    action TEXT NOT NULL,
    operator_id TEXT NOT NULL,
    operator_type TEXT NOT NULL,
    message TEXT NOT NULL,
    ip TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, client_id, id),
    FOREIGN KEY (client_id) REFERENCES oauth_clients (client_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin
