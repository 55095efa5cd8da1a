-- The metadata documents that requests of a tenant used.
CREATE TABLE IF NOT EXISTS oauth_client_documents (
    tenant_id VARCHAR(128) NOT NULL,
    client_id VARCHAR(256) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    host VARCHAR(256) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    client_name TEXT NOT NULL,
    metadata_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    read_at BIGINT NOT NULL,
    first_used_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    changed_at BIGINT,
    PRIMARY KEY (tenant_id, client_id),
    INDEX oauth_client_documents_by_use (tenant_id, last_used_at, client_id),
    INDEX oauth_client_documents_by_host (tenant_id, host, last_used_at, client_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;
-- A target is a URL or a domain. The ids of a block are also those of a row of oauth_clients, as
-- those of an initial access token are.
CREATE TABLE IF NOT EXISTS oauth_client_document_blocks (
    id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    tenant_id VARCHAR(128) NOT NULL,
    target VARCHAR(256) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    reason TEXT,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (tenant_id, target),
    INDEX oauth_client_document_blocks_by_age (tenant_id, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;
-- How many blocks and documents a tenant has. Who adds or removes one locks this row.
CREATE TABLE IF NOT EXISTS oauth_client_document_limits (
    tenant_id VARCHAR(128) NOT NULL PRIMARY KEY,
    blocks BIGINT NOT NULL,
    documents BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin
