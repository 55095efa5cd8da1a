//! Every served operation is documented, and every documented operation is served.

use http::{Method, StatusCode};

use super::schema::Document;
use support::{App, CLIENTS, Store, request};

const METHODS: [Method; 9] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
    Method::TRACE,
    Method::CONNECT,
];

/// The status without a token: 401 if there is an operation, 405 or 404 if there is none.
async fn status(app: &App, method: Method, path: &str) -> StatusCode {
    app.send(request("", method, path, None)).await.status
}

fn is_documented(document: &Document, method: &Method, template: &str) -> bool {
    // Every GET operation supports HEAD.
    let method = if method == Method::HEAD {
        &Method::GET
    } else {
        method
    };
    // A path may fit another template, too: `import` may be the name of a client.
    let fits = |path: &str| {
        let (path, own) = (path.split('/'), template.split('/'));
        path.clone().count() == own.clone().count()
            && path.zip(own).all(|(t, own)| t == own || t.starts_with('{'))
    };
    let mut operations = document.operations();
    operations.any(|(path, name, _)| fits(path) && name.eq_ignore_ascii_case(method.as_str()))
}

#[tokio::test]
async fn each_documented_path_serves_the_documented_methods_and_no_others() {
    let (app, document) = (App::new(Store::Memory).await, Document::new());
    for template in document.0["paths"].as_object().unwrap().keys() {
        let path = template
            .replace("{client_id}", "app-1")
            .replace("{secret_id}", "x")
            .replace("{initial_access_token_id}", "x")
            .replace("{metadata_document_block_id}", "x");
        for method in METHODS {
            let expected = if is_documented(&document, &method, template) {
                StatusCode::UNAUTHORIZED
            } else {
                StatusCode::METHOD_NOT_ALLOWED
            };
            assert_eq!(
                status(&app, method.clone(), &path).await,
                expected,
                "{method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn no_other_path_is_served() {
    const SEGMENTS: [&str; 17] = [
        "admin",
        "oauth",
        "clients",
        "app-1",
        "clone",
        "rotate-secret",
        "secrets",
        "deactivate",
        "audit-logs",
        "stats",
        "tokens",
        "events",
        "initial-access-tokens",
        "registrations",
        "metadata-documents",
        "metadata-document-blocks",
        "openapi.json",
    ];
    let (app, document) = (App::new(Store::Memory).await, Document::new());
    let documented = |path: &str| {
        let mut templates = document.0["paths"].as_object().unwrap().keys();
        templates.any(|template| {
            let (template, path) = (template.split('/'), path.split('/'));
            template.clone().count() == path.clone().count()
                && template
                    .zip(path)
                    .all(|(t, p)| t.starts_with('{') || t == p)
        })
    };
    let roots = [
        "",
        "/admin",
        "/admin/oauth",
        "/api/admin/oauth/clients",
        CLIENTS,
    ];
    let mut paths: Vec<String> = roots.map(str::to_owned).into();
    let mut deepest = vec![CLIENTS.to_owned()];
    for root in &roots[..4] {
        paths.extend(SEGMENTS.map(|segment| format!("{root}/{segment}")));
    }
    for _ in 0..3 {
        deepest = deepest
            .iter()
            .flat_map(|path| SEGMENTS.map(|segment| format!("{path}/{segment}")))
            .collect();
        paths.extend_from_slice(&deepest);
    }
    paths.extend(deepest.iter().map(|path| format!("{path}/x")));
    for path in paths.iter().filter(|path| !path.is_empty()) {
        let served = status(&app, Method::GET, path).await != StatusCode::NOT_FOUND;
        assert_eq!(served, documented(path), "{path}");
    }
}
