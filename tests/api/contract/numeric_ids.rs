//! Administrators' tokens whose operator and tenant are numbers.

use std::error::Error as _;
use std::sync::Arc;

use http::Method;
use http_body_util::Full;
use serde_json::{Value, json};
use tower::ServiceExt;
use tower_oauth_clients::handlers::{Error, Handlers};

use super::shape::assert_error;
use support::{App, CLIENTS, authorizer_builder, base, claims, request, sign};

fn numbered(tenant: Value) -> Value {
    let mut claims = claims("tenant_a");
    claims["tenant_id"] = tenant;
    let members = claims.as_object_mut().unwrap();
    members.remove("sub");
    members.insert("user_id".to_owned(), json!(42));
    claims
}

/// The same host, whose administrators have numbers.
fn accept_numbers(app: &mut App) {
    let authorizer = authorizer_builder(app.clock.clone()).with_numeric_ids();
    app.handlers = Handlers::new(app.manager.clone(), authorizer.build().unwrap());
}

/// The status, and what the host's log says about it.
async fn refusal(app: &App, claims: &Value) -> (u16, String) {
    let request = request(&sign(claims), Method::GET, CLIENTS, None);
    let request = request.map(|_| Full::default());
    let response = app.service().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let error = response.extensions().get::<Arc<Error>>().unwrap();
    let mut cause = error.source().unwrap();
    while let Some(next) = cause.source() {
        cause = next;
    }
    (status, cause.to_string())
}

#[tokio::test]
async fn they_are_refused_by_default_and_the_log_says_why() {
    for app in App::each().await {
        let told = refusal(&app, &numbered(json!(7))).await;
        assert_eq!(told, (401, "user_id: must be a string".to_owned()));
        let mut named = numbered(json!(7));
        named["sub"] = "alice".into();
        let told = refusal(&app, &named).await;
        assert_eq!(told, (403, "tenant_id: must be a string".to_owned()));
        named.as_object_mut().unwrap().remove("tenant_id");
        let told = refusal(&app, &named).await;
        assert_eq!(told, (403, "tenant_id: is required".to_owned()));
        named["role"] = "user".into();
        let told = refusal(&app, &named).await;
        let reason = "role, roles: none is an administrator's";
        assert_eq!(told, (403, reason.to_owned()));

        let token = sign(&numbered(json!(7)));
        let answer = app.call_as(&token, Method::GET, CLIENTS, None).await;
        assert_error(&answer, 401);
        assert!(!answer.message().contains("user_id"));
    }
}

#[tokio::test]
async fn a_number_is_read_in_decimal_where_the_host_says_so() {
    for mut app in App::each().await {
        accept_numbers(&mut app);
        let token = sign(&numbered(json!(7)));
        let body = base();
        let created = app
            .call_as(&token, Method::POST, CLIENTS, Some(&body))
            .await;
        assert_eq!(created.status, 201, "{:?}", created.body);
        let client_id = created.data()["client_id"].as_str().unwrap().to_owned();
        let place = format!("{CLIENTS}/{client_id}");
        let read = app.call_as(&token, Method::GET, &place, None).await;
        assert_eq!(read.data()["tenant_id"], "7");
        let trail = format!("{place}/audit-logs");
        let trail = app.call_as(&token, Method::GET, &trail, None).await.json();
        assert_eq!(trail["items"][0]["operator_id"], "42");

        // The text of the same number is the same tenant; another number is another one.
        let text = sign(&numbered(json!("7")));
        let same = app.call_as(&text, Method::GET, &place, None).await;
        assert_eq!(same.status, 200);
        let other = sign(&numbered(json!(8)));
        let other = app.call_as(&other, Method::GET, &place, None).await;
        assert_error(&other, 404);

        for (tenant, status) in [
            (json!(7.0), 403),
            (json!(7.5), 403),
            (json!(9_007_199_254_740_992_u64), 403),
            (json!([7]), 403),
            (json!(null), 403),
        ] {
            let token = sign(&numbered(tenant));
            let refused = app.call_as(&token, Method::GET, &place, None).await;
            assert_error(&refused, status);
        }
        let mut fraction = numbered(json!(7));
        fraction["user_id"] = json!(4.5);
        let reason = "user_id: must be a string, or a whole number below 2^53";
        let told = refusal(&app, &fraction).await;
        assert_eq!(told, (401, reason.to_owned()));
    }
}
