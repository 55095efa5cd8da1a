-- What was presented by whom, for as long as it could be presented again.
CREATE TABLE IF NOT EXISTS oauth_client_assertions (
    client_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    digest CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    kept_until BIGINT NOT NULL,
    PRIMARY KEY (client_id, digest),
    INDEX oauth_client_assertions_by_end (kept_until)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin
