//! The writes in PostgreSQL's own driver with as few round trips as possible: it waits only for
//! results that the next statement needs.

use futures_util::try_join;
use tower_oauth_clients::domain::Client;
use tower_oauth_clients::repository::{ClientUpdate, MAX_RETIRED_SECRETS, SecretRotation, Write};

use super::operations::Operations;
use super::postgres::{TokioPostgres, params};
use super::sample::Sample;
use super::sql;

pub struct Pipeline(pub TokioPostgres);

impl Operations for Pipeline {
    async fn create(&mut self, (new, write): &Sample) {
        let client = &new.client;
        let insert_client = self.0.prepared(sql::INSERT_CLIENT).await;
        let insert_secret = self.0.prepared(sql::INSERT_SECRET).await;
        let insert_audit = self.0.prepared(sql::INSERT_AUDIT).await;
        let secret = sql::first_secret(new);
        let audit = sql::audit(client, &write.audit);
        let client = sql::client(client);
        let (client, secret, audit) = (params(&client), params(&secret), params(&audit));
        let conn = &self.0.conn;
        try_join!(
            conn.batch_execute("BEGIN"),
            conn.execute(&insert_client, &client),
            conn.execute(&insert_secret, &secret),
            conn.execute(&insert_audit, &audit),
            conn.batch_execute("COMMIT"),
        )
        .unwrap();
    }

    async fn get(&mut self, client: &Client) {
        self.0.get(client).await;
    }

    async fn page(&mut self) {
        self.0.page().await;
    }

    async fn update(&mut self, ClientUpdate { client, .. }: &ClientUpdate, write: &Write) {
        let update = self.0.prepared(sql::UPDATE).await;
        let insert_audit = self.0.prepared(sql::INSERT_AUDIT).await;
        let values = sql::update(client, &write.audit);
        let values = params(&values);
        let audit = sql::audit(client, &write.audit);
        let audit = params(&audit);
        let conn = &self.0.conn;
        let updating = conn.execute(&update, &values);
        let (_, changed) = try_join!(conn.batch_execute("BEGIN"), updating).unwrap();
        assert_eq!(changed, 1);
        let inserting = conn.execute(&insert_audit, &audit);
        try_join!(inserting, conn.batch_execute("COMMIT")).unwrap();
    }

    async fn rotate(&mut self, client: &Client, rotation: &SecretRotation, write: &Write) {
        let at = write.audit.at.as_micros();
        let advance = self.0.prepared(sql::ADVANCE).await;
        let retire = self.0.prepared(sql::RETIRE).await;
        let end_expired = self.0.prepared(sql::END_EXPIRED).await;
        let retired = self.0.prepared(sql::RETIRED).await;
        let end_outdated = self.0.prepared(sql::END_OUTDATED).await;
        let insert_secret = self.0.prepared(sql::INSERT_SECRET).await;
        let show_last_four = self.0.prepared(sql::SHOW_LAST_FOUR).await;
        let insert_audit = self.0.prepared(sql::INSERT_AUDIT).await;
        let conn = &self.0.conn;

        let key = sql::key(client);
        let key = params(&key);
        let values = sql::about([at], client, [client.version.as_i64().into()]);
        let values = params(&values);
        let advancing = conn.execute(&advance, &values);
        let (_, changed) = try_join!(conn.batch_execute("BEGIN"), advancing).unwrap();
        assert_eq!(changed, 1);

        let values = sql::about([at, rotation.grace_ends.as_micros()], client, []);
        let expired = sql::about([at], client, [at.into()]);
        let (values, expired) = (params(&values), params(&expired));
        let (_, _, rows) = try_join!(
            conn.execute(&retire, &values),
            conn.execute(&end_expired, &expired),
            conn.query(&retired, &key),
        )
        .unwrap();
        let outdated = rows
            .get(MAX_RETIRED_SECRETS)
            .map(|row| row.get::<_, String>(0));

        let secret = sql::secret(client, &rotation.secret);
        let [tenant, id] = sql::key(client);
        let show = sql::about([], client, [tenant, id]);
        let audit = sql::audit(client, &write.audit);
        let (secret, show, audit) = (params(&secret), params(&show), params(&audit));
        let ending = async {
            if let Some(id) = &outdated {
                let values = sql::about([at], client, [id.as_str().into()]);
                conn.execute(&end_outdated, &params(&values)).await?;
            }
            Ok(())
        };
        try_join!(
            ending,
            conn.execute(&insert_secret, &secret),
            conn.execute(&show_last_four, &show),
            conn.execute(&insert_audit, &audit),
            conn.batch_execute("COMMIT"),
        )
        .unwrap();
    }
}
