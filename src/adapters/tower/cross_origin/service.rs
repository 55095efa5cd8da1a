use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use tower::Service;

use super::{CrossOriginGuardFuture, CrossOriginGuardLayer};
use crate::exchange::{announces_body, say_close};
use crate::handlers::cross_origin_refusal;

/// A service wrapped in a [`CrossOriginGuardLayer`]. Its errors are the inner service's.
#[derive(Clone, Debug)]
pub struct CrossOriginGuardService<S> {
    inner: S,
    layer: CrossOriginGuardLayer,
}

impl<S> CrossOriginGuardService<S> {
    pub(super) fn new(inner: S, layer: CrossOriginGuardLayer) -> Self {
        Self { inner, layer }
    }
}

impl<S, B, R> Service<Request<B>> for CrossOriginGuardService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Default + From<Bytes>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = CrossOriginGuardFuture<S::Future, R>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        match self.layer.refuses(request) {
            (true, request) => {
                let mut response = cross_origin_refusal();
                if announces_body(request.headers()) {
                    say_close(request.version(), response.headers_mut());
                }
                CrossOriginGuardFuture::refused(response)
            }
            (false, request) => CrossOriginGuardFuture::passed(self.inner.call(request)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use http::{HeaderValue, StatusCode, header};
    use http_body_util::{BodyExt, Full};
    use tower::{Layer, ServiceExt, service_fn};

    use super::*;

    async fn ask(layer: &CrossOriginGuardLayer, site: &str) -> Response<Full<Bytes>> {
        let inner = service_fn(async |_: Request<()>| {
            Ok::<_, Infallible>(Response::new(Full::from("reached")))
        });
        let request = Request::post("/")
            .header("sec-fetch-site", site)
            .header(header::ORIGIN, "https://admin.example");
        let request = request.body(()).unwrap();
        layer.layer(inner).oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn the_refusal_looks_like_every_other() {
        let layer = CrossOriginGuardLayer::new();
        assert_eq!(ask(&layer, "same-origin").await.status(), StatusCode::OK);
        let refused = ask(&layer, "cross-site").await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
        assert_eq!(refused.headers()[header::CACHE_CONTROL], "no-store");
        assert!(!refused.headers().contains_key(header::CONNECTION));
        let body = refused.into_body().collect().await.unwrap().to_bytes();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["code"], 403_001);
        assert!(body["message"].is_string() && body["timestamp"].is_string());

        let body = Request::post("/").header("content-length", "9");
        let body = body.header("sec-fetch-site", "cross-site").body(());
        let inner = service_fn(async |_: Request<()>| {
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
        });
        let refused = layer.layer(inner).oneshot(body.unwrap()).await.unwrap();
        assert_eq!(refused.headers()[header::CONNECTION], "close");

        let trusting =
            layer.with_trusted_origins([HeaderValue::from_static("https://admin.example")]);
        assert_eq!(ask(&trusting, "cross-site").await.status(), StatusCode::OK);
    }
}
