//! All write operations.

use http::Method;
use serde_json::{Value, json};

use support::hosts::Host;
use support::{Answer, CLIENTS, base};

pub const WRITES: [&str; 10] = [
    "create",
    "update",
    "update that ends the secrets",
    "clone",
    "rotate",
    "add a secret",
    "deactivate",
    "delete a secret",
    "delete",
    "create a public client",
];

/// A client with two active secrets, or with one before a secret is added.
pub async fn client_before(host: &Host, write: &str) -> (String, String) {
    let client_id = host.client().await;
    let rotate = format!("{CLIENTS}/{client_id}/rotate-secret");
    let answer = host.call(Method::POST, &rotate, None).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    if write == "add a secret" {
        return (client_id, String::new());
    }
    let secrets = format!("{CLIENTS}/{client_id}/secrets");
    let added = host.call(Method::POST, &secrets, None).await;
    assert_eq!(added.status, 201, "{added:?}");
    let secret_id = added.data()["secret_id"].as_str().unwrap().to_owned();
    (client_id, secret_id)
}

pub async fn write(host: &Host, write: &str, client_id: &str, secret_id: &str) -> Answer {
    let client = format!("{CLIENTS}/{client_id}");
    let secret = format!("{client}/secrets/{secret_id}");
    let (method, path, body): (_, _, Option<Value>) = match write {
        "create" => (Method::POST, CLIENTS.into(), Some(base())),
        "create a public client" => {
            let mut public = base();
            public["is_confidential"] = false.into();
            (Method::POST, CLIENTS.into(), Some(public))
        }
        "update" => (Method::PUT, client, Some(json!({"name": "Renamed"}))),
        "update that ends the secrets" => {
            let public = json!({"is_confidential": false});
            (Method::PUT, client, Some(public))
        }
        "clone" => (Method::POST, format!("{client}/clone"), None),
        "rotate" => (Method::POST, format!("{client}/rotate-secret"), None),
        "add a secret" => (Method::POST, format!("{client}/secrets"), None),
        "deactivate" => (Method::PUT, format!("{secret}/deactivate"), None),
        "delete a secret" => (Method::DELETE, secret, None),
        "delete" => (Method::DELETE, client, None),
        other => panic!("no such write: {other}"),
    };
    host.call(method, &path, body.as_ref()).await
}
