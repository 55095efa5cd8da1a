-- What was presented by whom, for as long as it could be presented again.
CREATE TABLE oauth_client_assertions (
    client_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    kept_until BIGINT NOT NULL,
    PRIMARY KEY (client_id, digest)
) WITHOUT ROWID;

CREATE INDEX oauth_client_assertions_by_end ON oauth_client_assertions (kept_until);
