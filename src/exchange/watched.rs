use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Version, header};
use http_body::{Body, Frame, SizeHint};

/// A request body that tells whether it was read to its end.
pub(crate) struct Watched<'a, B> {
    body: Pin<&'a mut B>,
    is_read: &'a mut bool,
}

impl<'a, B: Body> Watched<'a, B> {
    pub(crate) fn new(body: Pin<&'a mut B>, is_read: &'a mut bool) -> Self {
        *is_read = body.is_end_stream();
        Self { body, is_read }
    }
}

impl<B: Body<Data = Bytes>> Body for Watched<'_, B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let polled = self.body.as_mut().poll_frame(context);
        // A body of known length may not be polled again after its last part.
        if matches!(polled, Poll::Ready(None)) || self.body.is_end_stream() {
            *self.is_read = true;
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

/// Says in an answer to a request whose body was not read that the connection ends: the server
/// closes it, since the rest would pass for the next request (RFC 9112 §9.6), and a client that is
/// not told would send its next request there. HTTP/2 has no such field.
pub(crate) fn say_close(version: Version, headers: &mut HeaderMap) {
    if version <= Version::HTTP_11 {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
}

/// Whether a request of HTTP/1 comes with a body (RFC 9112 §6).
pub(crate) fn announces_body(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH);
    headers.contains_key(header::TRANSFER_ENCODING) || length.is_some_and(|length| length != "0")
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use http_body_util::{BodyExt, Full};

    use super::*;

    #[tokio::test]
    async fn a_body_is_read_when_its_end_was_seen() {
        let mut is_read = true;
        let mut body = pin!(Full::new(Bytes::from_static(b"text")));
        let _ = Watched::new(body.as_mut(), &mut is_read);
        assert!(!is_read);
        let watched = Watched::new(body.as_mut(), &mut is_read);
        assert_eq!(watched.collect().await.unwrap().to_bytes(), "text");
        assert!(is_read);
        let mut empty = pin!(Full::<Bytes>::default());
        let mut is_read = false;
        let _ = Watched::new(empty.as_mut(), &mut is_read);
        assert!(is_read, "there is nothing to read");
    }

    #[test]
    fn http_2_has_no_connections_to_close() {
        for (version, expected) in [
            (Version::HTTP_10, true),
            (Version::HTTP_11, true),
            (Version::HTTP_2, false),
        ] {
            let mut headers = HeaderMap::new();
            say_close(version, &mut headers);
            assert_eq!(headers.contains_key(header::CONNECTION), expected);
        }
    }
}
