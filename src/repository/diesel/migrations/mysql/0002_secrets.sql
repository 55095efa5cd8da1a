-- InnoDB keeps a table in the order of its primary key: a client's secrets lie together.
CREATE TABLE IF NOT EXISTS oauth_client_secrets (
    tenant_id VARCHAR(128) NOT NULL,
    client_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    hash TEXT NOT NULL,
    last_four TEXT NOT NULL,
    status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    description TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_used_at BIGINT,
    expires_at BIGINT,
    PRIMARY KEY (tenant_id, client_id, id),
    FOREIGN KEY (client_id) REFERENCES oauth_clients (client_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin
