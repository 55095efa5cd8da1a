use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use super::{Body, Error, ErrorKind};
use crate::domain::{Client, Timestamp};
use crate::wire::Success;

/// An answer on its way: headers that every answer has are added at the end.
pub(super) struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    extensions: http::Extensions,
}

impl Reply {
    /// An answer with a JSON body.
    pub(super) fn json<T: Serialize>(status: StatusCode, body: &T) -> Result<Self, Error> {
        let body = serde_json::to_vec(body)
            .map_err(|error| Error::from(ErrorKind::Internal).with_source(error))?;
        Ok(Self {
            body: body.into(),
            ..Self::empty(status)
        })
    }

    /// An answer without a body.
    pub(super) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::with_capacity(8),
            body: Bytes::new(),
            extensions: http::Extensions::new(),
        }
    }

    /// A success in the usual envelope.
    pub(super) fn success<T: Serialize>(
        status: StatusCode,
        data: T,
        now: Timestamp,
    ) -> Result<Self, Error> {
        Self::json(status, &Success::new(data, now))
    }

    pub(super) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    pub(super) fn with_extension<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.extensions.insert(value);
        self
    }

    /// Says where a new client is, relative to the host's mount; the adapter puts the mount in
    /// front.
    pub(super) fn with_location(self, client: &Client) -> Self {
        let path = format!("{}/{}", super::operation::CLIENTS, encoded(client));
        match HeaderValue::try_from(path) {
            Ok(value) => self.with_header(header::LOCATION, value),
            Err(_) => self,
        }
    }

    pub(super) fn into_response(self, head_only: bool) -> Response<Body> {
        let length = HeaderValue::from(self.body.len());
        let mut response = Response::new(if head_only {
            Body::default()
        } else {
            self.body.into()
        });
        *response.status_mut() = self.status;
        *response.extensions_mut() = self.extensions;
        let headers = response.headers_mut();
        *headers = self.headers;
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        headers.insert(header::CONTENT_LENGTH, length);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        response
    }
}

/// A `client_id` as a path segment (RFC 3986 §3.3).
fn encoded(client: &Client) -> impl std::fmt::Display {
    percent_encoding::utf8_percent_encode(client.client_id.as_str(), SEGMENT)
}

const SEGMENT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
