//! What a host gets that calls the manager itself.

use support::{App, Store};
use tower_oauth_clients::domain::{ClientId, Draft, Operator, Patch, Role, TenantId};
use tower_oauth_clients::manager::{ErrorKind, Expected};

fn operator() -> Operator {
    Operator::new("alice", Role::Admin, TenantId::parse("acme").unwrap())
}

#[tokio::test]
async fn a_refusal_names_each_violation() {
    let manager = App::new(Store::Memory).await.manager;
    let draft = Draft::new("", ["https://app.example.com/cb", "ftp://app.example.com/"]);
    let refused = manager.create(&operator(), draft).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Invalid);
    let violations = refused.violations().unwrap();
    let paths: Vec<_> = violations
        .iter()
        .map(|violation| violation.path())
        .collect();
    assert_eq!(paths, ["name", "redirect_uris[1]"]);
    assert_eq!(violations.to_string(), refused.to_string());

    let client_id = ClientId::parse("nobody").unwrap();
    let unknown = manager.get(&operator(), &client_id).await.unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::NotFound);
    assert!(unknown.violations().is_none());
}

#[tokio::test]
async fn a_patch_replaces_the_redirect_uris_and_keeps_what_it_held_before() {
    let manager = App::new(Store::Memory).await.manager;
    let draft = Draft::new("App", ["https://app.example.com/cb"]);
    let client = manager.create(&operator(), draft).await.unwrap().client;
    let patch = Patch::new().with_name("Renamed");
    let patch = patch.with_redirect_uris(["https://new.example.com/cb"]);
    let (operator, any) = (operator(), Expected::Any);
    let changed = manager.update(&operator, &client.client_id, patch, &any);
    let metadata = changed.await.unwrap().metadata;
    assert_eq!(metadata.name, "Renamed");
    assert_eq!(metadata.redirect_uris, ["https://new.example.com/cb"]);
}
