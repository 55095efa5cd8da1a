-- A client_id may be the URL of a metadata document. A column that a foreign key names can't be
-- changed, so these are dropped and made again. Their names are the server's.
SET @step = COALESCE((
    SELECT CONCAT('ALTER TABLE oauth_client_secrets DROP FOREIGN KEY `', constraint_name, '`')
    FROM information_schema.referential_constraints
    WHERE constraint_schema = DATABASE() AND table_name = 'oauth_client_secrets'
    AND referenced_table_name = 'oauth_clients' LIMIT 1
), 'DO 0');
PREPARE step FROM @step;
EXECUTE step;
DEALLOCATE PREPARE step;
SET @step = COALESCE((
    SELECT CONCAT('ALTER TABLE oauth_client_audit_logs DROP FOREIGN KEY `', constraint_name, '`')
    FROM information_schema.referential_constraints
    WHERE constraint_schema = DATABASE() AND table_name = 'oauth_client_audit_logs'
    AND referenced_table_name = 'oauth_clients' LIMIT 1
), 'DO 0');
PREPARE step FROM @step;
EXECUTE step;
DEALLOCATE PREPARE step;
SET @step = COALESCE((
    SELECT CONCAT('ALTER TABLE oauth_client_origins DROP FOREIGN KEY `', constraint_name, '`')
    FROM information_schema.referential_constraints
    WHERE constraint_schema = DATABASE() AND table_name = 'oauth_client_origins'
    AND referenced_table_name = 'oauth_clients' LIMIT 1
), 'DO 0');
PREPARE step FROM @step;
EXECUTE step;
DEALLOCATE PREPARE step;
ALTER TABLE oauth_clients
    MODIFY client_id VARCHAR(256) CHARACTER SET ascii COLLATE ascii_bin NOT NULL;
ALTER TABLE oauth_client_secrets
    MODIFY client_id VARCHAR(256) CHARACTER SET ascii COLLATE ascii_bin NOT NULL;
ALTER TABLE oauth_client_audit_logs
    MODIFY client_id VARCHAR(256) CHARACTER SET ascii COLLATE ascii_bin NOT NULL;
ALTER TABLE oauth_client_origins
    MODIFY client_id VARCHAR(256) CHARACTER SET ascii COLLATE ascii_bin NOT NULL;
ALTER TABLE oauth_client_assertions
    MODIFY client_id VARCHAR(256) CHARACTER SET ascii COLLATE ascii_bin NOT NULL;
ALTER TABLE oauth_client_secrets
    ADD FOREIGN KEY (client_id) REFERENCES oauth_clients (client_id);
ALTER TABLE oauth_client_audit_logs
    ADD FOREIGN KEY (client_id) REFERENCES oauth_clients (client_id);
ALTER TABLE oauth_client_origins
    ADD FOREIGN KEY (client_id) REFERENCES oauth_clients (client_id)
    ON DELETE CASCADE
