//! The clients that exist in a case: its own, another one in the same tenant, one of another
//! tenant, and a deleted one.

use std::collections::BTreeMap;

use http::Method;
use serde_json::Value;

use support::case::{Names, base};
use support::{AUDIENCE, App, CLIENTS, ISSUER, admin};

/// A name with characters that are special in the searches of some databases.
pub const SIBLING: &str = r"Élan 100% a\b";

pub struct Cast {
    pub own: Value,
    pub other: Value,
    pub names: Names,
}

impl Cast {
    pub async fn new(app: &App) -> Self {
        let own = app.create(&base()).await;
        let mut sibling = base();
        sibling["name"] = SIBLING.into();
        let sibling = app.create(&sibling).await;
        let deleted = app.create(&base()).await;
        app.delete_stored("tenant_a", id(&deleted)).await.unwrap();
        let foreign = admin("tenant_b");
        let other = app
            .call_as(&foreign, Method::POST, CLIENTS, Some(&base()))
            .await
            .data();
        let secret = |owner, client| async move {
            let secrets = app.secret_records(owner, id(client)).await;
            secrets[0].id.to_string()
        };
        let names = BTreeMap::from([
            ("client_id", id(&own).to_owned()),
            ("client_id_upper", id(&own).to_uppercase()),
            ("sibling_client_id", id(&sibling).to_owned()),
            ("deleted_client_id", id(&deleted).to_owned()),
            ("other_client_id", id(&other).to_owned()),
            ("secret_id", secret("tenant_a", &own).await),
            ("other_secret_id", secret("tenant_b", &other).await),
            ("aud", AUDIENCE.to_owned()),
            ("issuer", ISSUER.to_owned()),
        ]);
        Self {
            own,
            other,
            names: Names(names),
        }
    }

    pub fn own_id(&self) -> &str {
        id(&self.own)
    }

    pub fn other_id(&self) -> &str {
        id(&self.other)
    }

    pub fn own_secret(&self) -> &str {
        self.own["client_secret"].as_str().unwrap()
    }
}

fn id(client: &Value) -> &str {
    client["client_id"].as_str().unwrap()
}
