//! The layer as a tower service.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::routing::post;
use bytes::Bytes;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, Full};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_oauth_clients::adapters::axum::AuthenticatedClient;
use tower_oauth_clients::adapters::tower::{
    ClientAuthenticationLayer, ClientAuthenticationService,
};
use tower_oauth_clients::authentication::{Error, ErrorKind};
use tower_oauth_clients::handlers::Body;

use super::endpoint::{Endpoint, Plan};
use support::Answer;
use support::presented::{FORM, basic};

/// Panics if it is called before `poll_ready`. A clone is not ready.
#[derive(Debug, Default)]
struct Probe {
    ready: bool,
}

impl Clone for Probe {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Service<Request<Body>> for Probe {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        assert!(self.ready, "it was not asked");
        self.ready = false;
        ready(Ok(Response::default()))
    }
}

fn known(endpoint: &Endpoint) -> Request<Full<Bytes>> {
    let header = basic(&endpoint.client_id, &endpoint.secret);
    let request = Request::post("/token").header("authorization", header);
    request.header(FORM.0, FORM.1).body("a=b".into()).unwrap()
}

#[test]
fn it_fits_where_a_framework_wants_it() {
    fn fits<S>()
    where
        S: Service<Request<Full<Bytes>>, Error = Infallible, Future: Send>
            + Clone
            + Send
            + Sync
            + 'static,
    {
    }
    fits::<ClientAuthenticationService<Probe>>();
    fn is_shared<T: Clone + Send + Sync + 'static>() {}
    is_shared::<ClientAuthenticationLayer>();
}

#[tokio::test]
async fn the_inner_service_is_called_when_it_is_ready() {
    let endpoint = Endpoint::new(Plan::default()).await;
    let mut service = endpoint.layer.layer(Probe::default());
    for _ in 0..2 {
        let ready = ServiceExt::<Request<Full<Bytes>>>::ready(&mut service);
        let response = ready.await.unwrap().call(known(&endpoint)).await;
        assert_eq!(response.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn an_error_of_the_inner_service_stays_its_own() {
    let endpoint = Endpoint::new(Plan::default()).await;
    let inner =
        service_fn(async |_: Request<Body>| Err::<Response<Full<Bytes>>, _>("the inner's own"));
    let service = endpoint.layer.layer(inner);
    let error = service.clone().oneshot(known(&endpoint)).await.unwrap_err();
    assert_eq!(error, "the inner's own");
    let refused = service.oneshot(Request::new(Full::<Bytes>::default()));
    assert_eq!(refused.await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_host_finds_the_reason_among_the_extensions() {
    let endpoint = Endpoint::new(Plan::default()).await;
    let service = endpoint.layer.layer(Probe::default());
    let nobody = Request::new(Full::<Bytes>::default());
    let response = service.oneshot(nobody).await.unwrap();
    let error = response.extensions().get::<Arc<Error>>().unwrap();
    assert_eq!(error.kind(), ErrorKind::InvalidClient);
    assert!(std::error::Error::source(&**error).is_some());
}

#[tokio::test]
async fn a_body_that_breaks_off_is_malformed() {
    let endpoint = Endpoint::new(Plan::default()).await;
    let service = endpoint.layer.layer(Probe::default());
    let request = known(&endpoint).map(|body| {
        let reset = async { Some(Err(std::io::Error::other("reset"))) };
        body.map_err(|never| match never {}).with_trailers(reset)
    });
    let answer = Answer::read(service.oneshot(request).await.unwrap()).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json()["error"], "invalid_request");
}

/// A body of this many bytes, in chunks of a kibibyte, without a declared length.
struct Unannounced(usize);

impl http_body::Body for Unannounced {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let length = self.0.min(1024);
        self.0 -= length;
        let frame = Frame::data(Bytes::from(vec![b'a'; length]));
        Poll::Ready((length > 0).then_some(Ok(frame)))
    }
}

#[tokio::test]
async fn a_body_that_does_not_say_how_long_it_is_is_read_to_the_limit_only() {
    let endpoint = Endpoint::new(Plan::default()).await;
    let service = endpoint.layer.layer(Probe::default());
    let limit = 64 * 1024;
    for (length, status) in [(limit, 200), (limit + 1, 413), (usize::MAX, 413)] {
        let request = known(&endpoint).map(|_| Unannounced(length));
        let response = service.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{length}");
    }
}

#[tokio::test]
async fn a_route_without_the_layer_says_what_is_missing() {
    let handler = async |_: AuthenticatedClient| -> &'static str { panic!("it runs") };
    let app: Router = Router::new().route("/token", post(handler));
    let request = Request::post("/token").body(axum::body::Body::empty());
    let answer = Answer::read(app.oneshot(request.unwrap()).await.unwrap()).await;
    assert_eq!(answer.status, 500);
    assert_eq!(answer.json()["error"], "server_error");
    let told = &answer.json()["error_description"];
    assert_eq!(told, "this route has no ClientAuthenticationLayer");
}
