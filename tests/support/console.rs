//! Administrative operations beyond creating, reading and changing a client.

use http::{Method, StatusCode};
use serde_json::Value;

use super::{Answer, App, CLIENTS, base};

/// The path of a client, or of something below it.
pub fn path(client_id: &str, below: &str) -> String {
    format!("{CLIENTS}/{client_id}{below}")
}

impl App {
    /// Creates a client with required fields only. Returns its `client_id` and its secret.
    pub async fn client(&self) -> (String, String) {
        let data = self.create(&base()).await;
        (
            text(&data["client_id"]).to_owned(),
            text(&data["client_secret"]).to_owned(),
        )
    }

    pub async fn list(&self, query: &str) -> Answer {
        self.call(Method::GET, &format!("{CLIENTS}?{query}"), None)
            .await
    }

    pub async fn audit_logs(&self, client_id: &str, query: &str) -> Answer {
        let path = path(client_id, &format!("/audit-logs?{query}"));
        self.call(Method::GET, &path, None).await
    }

    pub async fn delete(&self, client_id: &str) -> Answer {
        self.call(Method::DELETE, &path(client_id, ""), None).await
    }

    pub async fn rotate(&self, client_id: &str) -> Answer {
        let path = path(client_id, "/rotate-secret");
        self.call(Method::POST, &path, None).await
    }

    pub async fn add_secret(&self, client_id: &str) -> Answer {
        self.call(Method::POST, &path(client_id, "/secrets"), None)
            .await
    }

    /// The secrets as listed, newest first.
    pub async fn secrets(&self, client_id: &str) -> Vec<Value> {
        let answer = self
            .call(Method::GET, &path(client_id, "/secrets"), None)
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
        answer.data()["secrets"].as_array().unwrap().clone()
    }

    pub async fn secret_ids(&self, client_id: &str) -> Vec<String> {
        let secrets = self.secrets(client_id).await;
        let ids = secrets.iter().map(|secret| text(&secret["secret_id"]));
        ids.map(str::to_owned).collect()
    }

    pub async fn deactivate(&self, client_id: &str, secret_id: &str) -> Answer {
        let path = path(client_id, &format!("/secrets/{secret_id}/deactivate"));
        self.call(Method::PUT, &path, None).await
    }

    pub async fn delete_secret(&self, client_id: &str, secret_id: &str) -> Answer {
        let path = path(client_id, &format!("/secrets/{secret_id}"));
        self.call(Method::DELETE, &path, None).await
    }
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
