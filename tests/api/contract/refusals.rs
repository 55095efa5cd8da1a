//! Requests that every operation on a client refuses, whoever sends them.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, Method, Request};
use http_body::Frame;
use http_body_util::Full;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::shape::assert_error;
use support::console::path;
use support::{Answer, App, CLIENTS, Store, admin, base, claims, request, sign, super_admin};

/// A body that does not declare its length. Its parts are in reverse order.
struct Unannounced(Vec<Result<&'static [u8], std::io::Error>>);

impl http_body::Body for Unannounced {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<std::io::Result<Frame<Bytes>>>> {
        let part = self.0.pop();
        let frame = part.map(|part| part.map(|bytes| Frame::data(Bytes::from_static(bytes))));
        Poll::Ready(frame)
    }
}

#[tokio::test]
async fn a_body_is_read_to_the_limit_only_and_has_to_come_to_its_end() {
    const BLANKS: &[u8] = &[b' '; 32 * 1024];
    for app in App::each().await {
        let body: &[u8] = base().to_string().leak().as_bytes();
        let broken = || Err(std::io::Error::other("reset"));
        // The parts are in reverse order.
        for (parts, status) in [
            (vec![Ok(body), Ok(BLANKS)], 201),
            ((0..64).map(|_| Ok(BLANKS)).collect(), 413),
            (vec![broken(), Ok(body)], 400),
        ] {
            let request = request(&admin("tenant_a"), Method::POST, CLIENTS, Some(&base()));
            let request = request.map(|_| Unannounced(parts));
            let answer = Answer::read(app.service().oneshot(request).await.unwrap()).await;
            assert_eq!(answer.status, status, "{:?}", answer.body);
        }
    }
}

/// Every operation on one client: the method, the path below the client, the body.
fn operations(secret_id: &str) -> Vec<(Method, String, Option<Value>)> {
    [
        (Method::GET, "".to_owned(), None),
        (Method::PUT, "".to_owned(), Some(json!({}))),
        (Method::PATCH, "".to_owned(), Some(json!({}))),
        (Method::DELETE, "".to_owned(), None),
        (Method::POST, "/clone".to_owned(), None),
        (Method::POST, "/rotate-secret".to_owned(), None),
        (Method::GET, "/secrets".to_owned(), None),
        (Method::POST, "/secrets".to_owned(), None),
        (
            Method::PUT,
            format!("/secrets/{secret_id}/deactivate"),
            None,
        ),
        (Method::DELETE, format!("/secrets/{secret_id}"), None),
        (Method::GET, "/audit-logs".to_owned(), None),
    ]
    .into()
}

fn with(
    mut request: Request<Full<Bytes>>,
    name: &'static str,
    value: &'static str,
) -> Request<Full<Bytes>> {
    request
        .headers_mut()
        .append(name, HeaderValue::from_static(value));
    request
}

#[tokio::test]
async fn who_may_not_pass() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        let secret_id = app.secret_ids(&client_id).await.remove(0);
        let mut user = claims("tenant_a");
        user["role"] = "user".into();
        let mut homeless = claims("tenant_a");
        homeless.as_object_mut().unwrap().remove("tenant_id");
        let mut expired = claims("tenant_a");
        expired["exp"] = 1.into();
        let token = admin("tenant_a");

        let mut paths: Vec<_> = operations(&secret_id)
            .into_iter()
            .map(|(method, below, body)| (method, path(&client_id, &below), body))
            .collect();
        paths.push((Method::GET, CLIENTS.to_owned(), None));
        paths.push((Method::GET, format!("{CLIENTS}?page=0"), None));
        for (method, path, body) in paths {
            let ask = |token: &str| request(token, method.clone(), &path, body.as_ref());
            for (status, request) in [
                (401, ask("")),
                (401, ask("a.b.c")),
                (401, ask(&sign(&expired))),
                (403, ask(&sign(&user))),
                (403, ask(&sign(&homeless))),
                (403, ask(&super_admin())),
                (403, with(ask(&token), "x-tenant-id", "tenant_b")),
                (400, with(ask(&token), "authorization", "Bearer x")),
                (
                    400,
                    with(
                        with(ask(&token), "x-tenant-id", "tenant_a"),
                        "x-tenant-id",
                        "tenant_a",
                    ),
                ),
            ] {
                assert_error(&app.send(request).await, status);
            }
        }
        assert_eq!(app.get(&client_id).await.header("etag"), Some("\"1\""));
        assert_eq!(app.repository.audit(&client_id).await.len(), 1);
    }
}

#[tokio::test]
async fn what_is_not_there_and_what_is_somebody_elses_are_the_same() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        let secret_id = app.secret_ids(&client_id).await.remove(0);
        let theirs = admin("tenant_b");
        for (method, below, body) in operations(&secret_id) {
            let foreign = path(&client_id, &below);
            let foreign = app
                .call_as(&theirs, method.clone(), &foreign, body.as_ref())
                .await;
            assert_error(&foreign, 404);
            for absent in [
                "app-01arz3ndektsv4rrffq69g5fav",
                "x",
                "%25",
                "..%2f",
                &"a".repeat(256),
            ] {
                let absent = path(absent, &below);
                let absent = app
                    .call_as(&theirs, method.clone(), &absent, body.as_ref())
                    .await;
                assert_eq!(absent.message(), foreign.message());
                assert_eq!(
                    (absent.status, absent.headers),
                    (foreign.status, foreign.headers.clone())
                );
            }
            for no_client_id in [
                "%20",
                "%00",
                "%E2%80%AE",
                &"a".repeat(257),
                &client_id.to_uppercase(),
            ] {
                let answer = app
                    .call(method.clone(), &path(no_client_id, &below), body.as_ref())
                    .await;
                assert_error(&answer, 404);
            }
            let answer = app.call(method, &path("%FF", &below), body.as_ref()).await;
            assert_error(&answer, 400);
        }
        assert_eq!(app.get(&client_id).await.header("etag"), Some("\"1\""));
        assert_eq!(app.repository.audit(&client_id).await.len(), 1);
    }
}

#[tokio::test]
async fn a_secret_belongs_to_its_client() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        let (other, _) = app.client().await;
        app.add_secret(&client_id).await;
        let others = app.secret_ids(&other).await.remove(0);
        let own = app.secret_ids(&client_id).await.remove(0);
        for secret_id in [
            others.as_str(),
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            &own.to_lowercase(),
            "x",
            "%00",
            &client_id,
        ] {
            assert_error(&app.deactivate(&client_id, secret_id).await, 404);
            assert_error(&app.delete_secret(&client_id, secret_id).await, 404);
        }
        assert_error(&app.deactivate(&client_id, "%FF").await, 400);
        assert_eq!(app.get(&client_id).await.header("etag"), Some("\"2\""));
        assert_eq!(app.secrets(&other).await[0]["status"], "active");
    }
}

#[tokio::test]
async fn a_path_has_its_own_methods() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        for (below, allowed) in [
            ("/rotate-secret", "POST"),
            ("/secrets", "GET, POST, HEAD"),
            ("/secrets/x", "DELETE"),
            ("/secrets/x/deactivate", "PUT"),
            ("/audit-logs", "GET, HEAD"),
        ] {
            let answer = app
                .call(Method::PATCH, &path(&client_id, below), None)
                .await;
            assert_error(&answer, 405);
            assert_eq!(answer.header("allow"), Some(allowed), "{below}");
        }
        let answer = app.call(Method::POST, &path(&client_id, ""), None).await;
        assert_error(&answer, 405);
        let allowed = "GET, PUT, PATCH, DELETE, HEAD";
        assert_eq!(answer.header("allow"), Some(allowed));
        let answer = app.call(Method::DELETE, CLIENTS, None).await;
        assert_eq!(answer.header("allow"), Some("POST, GET, HEAD"));
    }
}

#[tokio::test]
async fn a_body_where_none_is_asked_for_is_not_read() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        let token = admin("tenant_a");
        for (method, below) in [
            (Method::POST, "/secrets"),
            (Method::POST, "/rotate-secret"),
            (Method::GET, "/secrets"),
            (Method::GET, "/audit-logs"),
            (Method::DELETE, ""),
        ] {
            let mut request = request(&token, method, &path(&client_id, below), None);
            *request.body_mut() = Full::from("{".repeat(200_000));
            let answer = app.send(request).await;
            assert!(answer.status.is_success(), "{below}: {:?}", answer.body);
        }
    }
}

#[tokio::test]
async fn whoever_may_not_act_is_told_why() {
    let app = App::new(Store::Memory).await;
    let mut user = claims("tenant_a");
    user["role"] = "user".into();
    let admin = admin("tenant_a");
    let role = "an administrator's role is required";
    let tenant = "no access to this tenant";
    let twice = "more than one X-Tenant-ID header";
    for (token, tenants, status, message) in [
        (&sign(&user), &[][..], 403, role),
        (&admin, &["tenant_b"], 403, tenant),
        (&super_admin(), &[], 403, tenant),
        (&admin, &["tenant_a", "tenant_a"], 400, twice),
        (&admin, &["ten\u{e4}nt"], 400, "X-Tenant-ID must be ASCII"),
    ] {
        let mut request = request(token, Method::GET, CLIENTS, None);
        for tenant in tenants {
            let value = HeaderValue::from_bytes(tenant.as_bytes()).unwrap();
            request.headers_mut().append("x-tenant-id", value);
        }
        let refused = app.send(request).await;
        assert_error(&refused, status);
        assert_eq!(refused.message(), message);
    }
}
