//! Every operation on a client that is named by its `id`.

use http::{Method, StatusCode};
use serde_json::json;

use super::shape::assert_error;
use support::{App, CLIENTS, admin, base, request};

#[tokio::test]
async fn a_client_is_addressed_by_its_id() {
    for app in App::each().await {
        let client = app.create(&base()).await;
        let (id, client_id) = (client["id"].as_str().unwrap(), &client["client_id"]);
        let path = format!("{CLIENTS}/by-id/{id}");
        let named = format!("{CLIENTS}/{}", client_id.as_str().unwrap());

        let read = app.call(Method::GET, &path, None).await;
        let same = app.call(Method::GET, &named, None).await;
        assert_eq!(read.json()["data"], same.json()["data"]);
        assert_eq!(read.header("etag"), same.header("etag"));
        let body = json!({"name": "renamed"});
        let updated = app.call(Method::PUT, &path, Some(&body)).await;
        assert_eq!(updated.json()["data"]["name"], "renamed");
        assert_eq!(updated.json()["data"]["client_id"], *client_id);

        let added = app
            .call(Method::POST, &format!("{path}/secrets"), None)
            .await;
        assert_eq!(added.status, StatusCode::CREATED, "{:?}", added.body);
        let secrets = app
            .call(Method::GET, &format!("{path}/secrets"), None)
            .await;
        let items = secrets.json()["data"]["secrets"].clone();
        let secret = items[0]["secret_id"]
            .as_str()
            .unwrap_or_else(|| panic!("{items}"));
        let one = format!("{path}/secrets/{secret}");
        let ended = app
            .call(Method::PUT, &format!("{one}/deactivate"), None)
            .await;
        assert_eq!(ended.status, StatusCode::OK);
        let gone = app.call(Method::DELETE, &one, None).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        let rotated = app
            .call(Method::POST, &format!("{path}/rotate-secret"), None)
            .await;
        assert_eq!(rotated.status, StatusCode::OK);
        let cloned = app.call(Method::POST, &format!("{path}/clone"), None).await;
        assert_eq!(cloned.status, StatusCode::CREATED);
        // A link leads on in the same way.
        let logs = app
            .call(
                Method::GET,
                &format!("{path}/audit-logs?after=&page_size=1"),
                None,
            )
            .await;
        let link = logs.header("link").unwrap();
        assert!(link.contains(&format!("/by-id/{id}/audit-logs?")), "{link}");

        let other = app.call(Method::POST, &path, None).await;
        assert_eq!(other.status, StatusCode::METHOD_NOT_ALLOWED);
        let foreign = request(&admin("tenant_b"), Method::GET, &path, None);
        assert_error(&app.send(foreign).await, 404);
        let anybody = request("", Method::GET, &path, None);
        assert_error(&app.send(anybody).await, 401);
        for path in [
            format!("{CLIENTS}/by-id/01ARZ3NDEKTSV4RRFFQ69G5FAV"),
            format!("{CLIENTS}/by-id/{}", id.to_lowercase()),
            format!("{CLIENTS}/by-id/{id}/other"),
            format!("{CLIENTS}/by-id/"),
            format!("{CLIENTS}/by-id"),
        ] {
            assert_error(&app.call(Method::GET, &path, None).await, 404);
        }

        let deleted = app.call(Method::DELETE, &path, None).await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT);
        assert_error(&app.call(Method::GET, &path, None).await, 404);
        assert_error(&app.call(Method::GET, &named, None).await, 404);
    }
}
