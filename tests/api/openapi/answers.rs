//! Provokes every documented status of every operation and checks it against its schema and
//! headers.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use serde_json::{Value, json};
use tower_oauth_clients::authorization::{AdminRequest, Authorizer, Error, ErrorKind, Principal};
use tower_oauth_clients::domain::{Operator, Role, TenantId};
use tower_oauth_clients::handlers::Handlers;
use tower_oauth_clients::manager::ClientManagerBuilder;
use tower_oauth_clients::registration::RegistrationMode;

use super::schema::Document;
use super::tokens::OneToken;
use support::registrant::{Door, public};
use support::shelf::{Shelf, URLS};
use support::world::eventually;
use support::{Answer, App, CLIENTS, Store, admin, base, request, super_admin};

const SECRET: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

/// The operations that are not found where the host does not serve them, and only there.
const OFF: [&str; 7] = [
    "importClient",
    "createInitialAccessToken",
    "listInitialAccessTokens",
    "listRegistrations",
    "listMetadataDocuments",
    "listMetadataDocumentBlocks",
    "createMetadataDocumentBlock",
];

/// Headers that are part of this API.
const HEADERS: [&str; 8] = [
    "allow",
    "cache-control",
    "etag",
    "link",
    "location",
    "retry-after",
    "www-authenticate",
    "x-content-type-options",
];

/// An authorizer that always fails.
struct Failing(ErrorKind);

impl Authorizer for Failing {
    async fn authorize(&self, _: AdminRequest<'_>) -> Result<Principal, Error> {
        Err(self.0.into())
    }
}

/// The document, an app, and the documented responses that were seen.
struct Check {
    app: App,
    document: Document,
    seen: BTreeSet<(String, u16)>,
}

impl Check {
    /// A request as documented, with these path parameters.
    fn request(
        &self,
        id: &str,
        client_id: &str,
        secret_id: &str,
        body: &Value,
    ) -> Request<Full<Bytes>> {
        let (path, method, operation) = self.document.operation(id);
        let path = path
            .replace("{client_id}", client_id)
            .replace("{secret_id}", secret_id)
            .replace("{initial_access_token_id}", secret_id)
            .replace("{metadata_document_block_id}", secret_id);
        let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).unwrap();
        let body = (!operation["requestBody"].is_null()).then_some(body);
        request(&admin("tenant_a"), method, &path, body)
    }

    async fn send(&mut self, id: &str, request: Request<Full<Bytes>>, status: u16) -> Answer {
        let answer = self.app.send(request).await;
        assert_eq!(answer.status.as_u16(), status, "{id}: {:?}", answer.body);
        self.assert_documented(id, &answer);
        self.seen.insert((id.to_owned(), status));
        answer
    }

    async fn call(&mut self, id: &str, client_id: &str, secret_id: &str, status: u16) -> Answer {
        let request = self.request(id, client_id, secret_id, &base());
        self.send(id, request, status).await
    }

    fn assert_documented(&self, id: &str, answer: &Answer) {
        let status = answer.status.as_u16();
        let (.., operation) = self.document.operation(id);
        let response = self
            .document
            .resolve(&operation["responses"][status.to_string()]);
        assert!(response.is_object(), "{id} answers {status}");

        let content = &response["content"];
        if content.is_null() {
            assert!(answer.body.is_empty(), "{id} {status}");
        } else {
            let schema = &content["application/json"]["schema"];
            self.document
                .assert_valid(schema, &answer.json(), &format!("{id} {status}"));
            let example = &content["application/json"]["example"];
            if !example.is_null() {
                self.document.assert_valid(schema, example, "the example");
                assert_eq!(example["code"], answer.json()["code"], "{id}");
            }
        }

        let headers = response["headers"].as_object().unwrap();
        for (name, header) in headers {
            let header = self.document.resolve(header);
            let Some(text) = answer.header(name) else {
                assert_ne!(header["required"], true, "{id} {status} without {name}");
                continue;
            };
            let value = match header["schema"]["type"].as_str() {
                Some("integer") => json!(text.parse::<u64>().unwrap()),
                _ => json!(text),
            };
            self.document.assert_valid(&header["schema"], &value, name);
        }
        for name in HEADERS
            .iter()
            .filter(|name| answer.headers.contains_key(**name))
        {
            let documented = headers
                .keys()
                .any(|header| header.eq_ignore_ascii_case(name));
            assert!(documented, "{id} {status} has {name}");
        }
    }
}

#[tokio::test]
async fn every_documented_answer_is_given_as_documented() {
    for store in Store::ALL {
        let settle = |manager: ClientManagerBuilder| manager.with_token_store(OneToken);
        let mut app = App::with(store, |manager| settle(manager).with_http_import()).await;
        let document = Document::new();
        let registrar = Door::with(&app, "tenant_a", |registrar| {
            registrar.with_mode(RegistrationMode::Approval)
        })
        .registrar;
        let shelf = Shelf::open(&app);
        let resolver = shelf.resolver.clone();
        shelf.resolve(URLS[0]).await.unwrap();
        eventually("a use", async || !shelf.listed("").await.is_empty()).await;
        app.handlers = app.handlers.with_registrar(registrar);
        app.handlers = app.handlers.with_client_resolver(resolver);
        let mut check = Check {
            app,
            document,
            seen: BTreeSet::new(),
        };
        refusals(&mut check).await;
        clients(&mut check).await;
        imports(&mut check).await;
        secrets(&mut check).await;
        documents(&mut check).await;
        registrations(&mut check).await;
        faults(&mut check).await;
        assert_eq!(check.seen, check.document.statuses());
    }
}

/// Refusals that every operation shares.
async fn refusals(check: &mut Check) {
    let mut user = support::claims("tenant_a");
    user["role"] = "user".into();
    let user: http::HeaderValue = format!("Bearer {}", support::sign(&user)).parse().unwrap();
    let long = json!({"name": "n".repeat(200_000)});
    for (id, status) in check.document.statuses() {
        let mut request = check.request(&id, "app-absent", SECRET, &base());
        let headers = request.headers_mut();
        match status {
            400 => drop(headers.append("authorization", user.clone())),
            401 => drop(headers.remove("authorization")),
            403 => drop(headers.insert("authorization", user.clone())),
            404 if OFF.contains(&&*id) => continue,
            404 => {}
            413 => request = check.request(&id, "app-absent", SECRET, &long),
            415 => drop(headers.insert("content-type", "text/plain".parse().unwrap())),
            _ => continue,
        }
        check.send(&id, request, status).await;
    }
}

async fn clients(check: &mut Check) {
    let mut full = base();
    full["client_auth_methods"] = json!(["client_secret_basic", "client_secret_post"]);
    full["fapi_profile"] = "".into();
    full["website"] = "https://app.example.com".into();
    full["jwks_uri"] = "https://app.example.com/jwks".into();
    let request = check.request("createClient", "", "", &full);
    let created = check.send("createClient", request, 201).await.data();
    let client_id = created["client_id"].as_str().unwrap().to_owned();
    check.call("getClient", &client_id, "", 200).await;
    check.call("updateClient", &client_id, "", 200).await;
    check.call("patchClient", &client_id, "", 200).await;
    check.call("cloneClient", &client_id, "", 201).await;

    for id in ["getStats", "listTokens", "revokeTokens"] {
        check.call(id, &client_id, "", 200).await;
    }

    for id in ["listClients", "listAuditLogs", "listTenantAuditLogs"] {
        for query in [
            "",
            "?page=9",
            "?page_size=1",
            "?after=",
            "?after=&page_size=1",
        ] {
            let mut request = check.request(id, &client_id, "", &json!(null));
            *request.uri_mut() = format!("{}{query}", request.uri()).parse().unwrap();
            let answer = check.send(id, request, 200).await;
            let has_next = query == "?after=&page_size=1";
            assert_eq!(answer.header("link").is_some(), has_next, "{id} {query}");
        }
    }
    for id in ["updateClient", "patchClient", "deleteClient"] {
        outdated(check, id, &client_id, &base()).await;
    }
    check.call("deleteClient", &client_id, "", 204).await;
    check.call("listAuditLogs", &client_id, "", 200).await;
    let mut request = check.request("listClients", "", "", &json!(null));
    let uri = format!("{}?deleted=true&view=full", request.uri());
    *request.uri_mut() = uri.parse().unwrap();
    let listed = check.send("listClients", request, 200).await.json();
    assert_eq!(listed["items"][0]["client_id"], client_id);
    check.call("restoreClient", &client_id, "", 200).await;
}

async fn imports(check: &mut Check) {
    let id = "importClient";
    let ask = |body: &Value| {
        let path = format!("{CLIENTS}/import");
        let mut request = request(&super_admin(), Method::POST, &path, Some(body));
        let tenant = "tenant_a".parse().unwrap();
        request.headers_mut().insert("x-tenant-id", tenant);
        request
    };
    let mut body = base();
    body["client_id"] = "import".into();
    let created = check.send(id, ask(&body), 201).await.data();
    check.send(id, ask(&body), 409).await;
    // It does not hide the client with this name.
    let read = check.call("getClient", "import", "", 200).await.data();
    assert_eq!(read, created);

    let operator = Operator::new(
        "root",
        Role::SuperAdmin,
        TenantId::parse("tenant_a").unwrap(),
    );
    let page = check.app.manager.export(&operator, None).await.unwrap();
    let export = page
        .clients
        .iter()
        .find(|client| client.client_id() == "import");
    let document = serde_json::to_value(export.unwrap()).unwrap();
    check.send(id, ask(&document), 200).await;

    let allowed = check.app.handlers.clone();
    let manager = check.app.repository.manager().build().unwrap();
    let authorizer = support::authorizer(check.app.clock.clone());
    check.app.handlers = Handlers::new(manager, authorizer);
    check.send(id, ask(&body), 404).await;
    check.app.handlers = allowed;
}

async fn secrets(check: &mut Check) {
    let created = check.app.create(&base()).await;
    let client_id = created["client_id"].as_str().unwrap();
    check.call("rotateSecret", client_id, "", 200).await;
    let added = check.call("createSecret", client_id, "", 201).await.data();
    let added = added["secret_id"].as_str().unwrap();
    check.call("createSecret", client_id, "", 409).await;
    check.call("deactivateSecret", client_id, added, 200).await;
    let list = check.call("listSecrets", client_id, "", 200).await.data();
    let listed = list["secrets"].as_array().unwrap().iter();
    let statuses: BTreeSet<_> = listed
        .map(|secret| secret["status"].as_str().unwrap())
        .collect();
    assert_eq!(statuses, BTreeSet::from(["active", "inactive", "retired"]));
    check.call("deleteSecret", client_id, added, 204).await;
    check.call("deleteSecret", client_id, added, 404).await;
}

/// A request for a version that the client does not have.
async fn outdated(check: &mut Check, id: &str, client_id: &str, body: &Value) {
    let mut request = check.request(id, client_id, "", body);
    let headers = request.headers_mut();
    headers.insert("if-match", "\"77\"".parse().unwrap());
    check.send(id, request, 412).await;
}

async fn registrations(check: &mut Check) {
    let door = Door::with(&check.app, "tenant_a", |registrar| {
        registrar.with_mode(RegistrationMode::Approval)
    });
    let mut clients = Vec::new();
    for _ in 0..2 {
        clients.push(door.registered(&public()).await);
    }
    for (client, id, view) in [
        (&clients[0], "approveRegistration", ""),
        (&clients[1], "denyRegistration", "?view=full"),
    ] {
        outdated(check, id, client.id(), &json!(null)).await;
        let mut request = check.request(id, client.id(), "", &json!(null));
        *request.uri_mut() = format!("{}{view}", request.uri()).parse().unwrap();
        check.send(id, request, 200).await;
        check.call(id, client.id(), "", 409).await;
    }
    let id = "createInitialAccessToken";
    let full = json!({
        "description": "CI", "uses": 1, "expires_at": "2999-12-31T23:59:59Z",
        "grant_types": ["authorization_code"], "client_auth_methods": ["none"],
        "scopes": ["mcp:read"], "redirect_hosts": ["a.example"], "is_approved": true,
    });
    let mut issued = String::new();
    for body in [json!({}), full] {
        let request = check.request(id, "", "", &body);
        let data = check.send(id, request, 201).await.data();
        issued = data["id"].as_str().unwrap().to_owned();
    }
    let revoke = "revokeInitialAccessToken";
    check.call(revoke, "", &issued, 204).await;
    let queries = [
        "",
        "?page=9",
        "?page_size=1",
        "?after=",
        "?after=&page_size=1",
    ];
    for id in ["listInitialAccessTokens", "listRegistrations"] {
        for query in queries
            .into_iter()
            .chain(Some("?view=full").filter(|_| id.ends_with("ions")))
        {
            let mut request = check.request(id, "", "", &json!(null));
            *request.uri_mut() = format!("{}{query}", request.uri()).parse().unwrap();
            check.send(id, request, 200).await;
        }
    }

    let served = check.app.handlers.clone();
    let authorizer = support::authorizer(check.app.clock.clone());
    check.app.handlers = Handlers::new(check.app.manager.clone(), authorizer);
    for id in &OFF[1..] {
        check.call(id, "", "", 404).await;
    }
    check.app.handlers = served;
}

async fn documents(check: &mut Check) {
    let id = "createMetadataDocumentBlock";
    let mut made = String::new();
    for body in [
        json!({"url": URLS[0]}),
        json!({"domain": "a.example.net", "reason": "Phishing"}),
    ] {
        let request = check.request(id, "", "", &body);
        let data = check.send(id, request, 201).await.data();
        made = data["id"].as_str().unwrap().to_owned();
        let request = check.request(id, "", "", &body);
        check.send(id, request, 409).await;
    }
    for id in ["listMetadataDocuments", "listMetadataDocumentBlocks"] {
        for query in ["", "?page=9", "?page_size=1"] {
            let mut request = check.request(id, "", "", &json!(null));
            *request.uri_mut() = format!("{}{query}", request.uri()).parse().unwrap();
            check.send(id, request, 200).await;
        }
    }
    let mut request = check.request("listMetadataDocumentBlocks", "", "", &json!(null));
    let uri = format!("{}?after=&page_size=1", request.uri());
    *request.uri_mut() = uri.parse().unwrap();
    let answer = check.send("listMetadataDocumentBlocks", request, 200).await;
    assert!(answer.header("link").is_some());
    check
        .call("deleteMetadataDocumentBlock", "", &made, 204)
        .await;
}

/// Faults that every operation shares.
async fn faults(check: &mut Check) {
    for (kind, status) in [(ErrorKind::Internal, 500), (ErrorKind::Unavailable, 503)] {
        check.app.handlers = Handlers::new(check.app.manager.clone(), Failing(kind));
        for (id, _) in check.document.statuses() {
            check.call(&id, "app-absent", SECRET, status).await;
        }
    }
}
