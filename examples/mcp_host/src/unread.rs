use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderValue, Version, header};
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Frame, SizeHint};

/// Says that a connection ends if its request was answered before its body was read: the rest of
/// that would pass for the next request, so the server closes it (RFC 9112 §9.6). A client that is
/// not told would send its next request there.
pub(crate) async fn close(request: Request, next: Next) -> Response {
    let is_http_1 = request.version() <= Version::HTTP_11;
    let is_read = Arc::new(AtomicBool::new(request.body().is_end_stream()));
    let watched = Arc::clone(&is_read);
    let request = request.map(|body| {
        Body::new(Watched {
            body,
            is_read: watched,
        })
    });
    let mut response = next.run(request).await;
    if is_http_1 && !is_read.load(Ordering::Relaxed) {
        let headers = response.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

struct Watched {
    body: Body,
    is_read: Arc<AtomicBool>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if matches!(polled, Poll::Ready(None)) || self.body.is_end_stream() {
            self.is_read.store(true, Ordering::Relaxed);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
