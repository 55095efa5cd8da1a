-- The metadata documents that requests of a tenant used.
CREATE TABLE oauth_client_documents (
    tenant_id TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    host TEXT COLLATE "C" NOT NULL,
    client_name TEXT NOT NULL,
    metadata_hash TEXT COLLATE "C" NOT NULL,
    read_at BIGINT NOT NULL,
    first_used_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    changed_at BIGINT,
    PRIMARY KEY (tenant_id, client_id)
);
CREATE INDEX oauth_client_documents_by_use
    ON oauth_client_documents (tenant_id, last_used_at, client_id);
CREATE INDEX oauth_client_documents_by_host
    ON oauth_client_documents (tenant_id, host, last_used_at, client_id);

-- A target is a URL or a domain. The ids of a block are also those of a row of oauth_clients, as
-- those of an initial access token are.
CREATE TABLE oauth_client_document_blocks (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    reason TEXT,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (tenant_id, target)
);
CREATE INDEX oauth_client_document_blocks_by_age ON oauth_client_document_blocks (tenant_id, id);

-- How many blocks and documents a tenant has. Who adds or removes one locks this row.
CREATE TABLE oauth_client_document_limits (
    tenant_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    blocks BIGINT NOT NULL,
    documents BIGINT NOT NULL
);
