-- Every text has a binary collation: MySQL's own takes 'A' for 'a' and 'a ' for 'a'.
-- There are no indexes for a part of a table here; that deleted_at is empty stands in front of what
-- the lists are sorted by.
CREATE TABLE IF NOT EXISTS oauth_clients (
    client_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    tenant_id VARCHAR(128) NOT NULL,
    id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    redirect_uris MEDIUMTEXT NOT NULL,
    scopes MEDIUMTEXT NOT NULL,
    grant_types TEXT NOT NULL,
    client_auth_methods TEXT NOT NULL,
    fapi_profile TEXT,
    is_confidential BIGINT NOT NULL,
    jwks MEDIUMTEXT,
    jwks_uri TEXT,
    logo_url TEXT,
    privacy_policy TEXT,
    terms_url TEXT,
    website TEXT,
    status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    secret_last_four TEXT,
    version BIGINT NOT NULL,
    clones BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    UNIQUE (tenant_id, id),
    INDEX oauth_clients_live (tenant_id, deleted_at, id),
    INDEX oauth_clients_live_by_status (tenant_id, deleted_at, status, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin
