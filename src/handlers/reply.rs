use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use super::request::Call;
use super::{Body, Error, ErrorKind};
use crate::domain::{Client, Id, Page, Slice, Timestamp};
use crate::operation::admin_path;
use crate::wire::{List, Success};

/// The length of most bodies, in bytes: that of one client.
const USUAL_BODY: usize = 1024;

/// A response under construction. The status defaults to 200; the headers common to all responses
/// are added at the end.
pub(super) struct Reply {
    /// That of the operation's success, unless it is set.
    status: Option<StatusCode>,
    headers: HeaderMap,
    body: Option<Bytes>,
    media_type: &'static str,
    extensions: http::Extensions,
}

impl Reply {
    /// A response with a JSON body.
    pub(super) fn json<T: Serialize>(body: &T) -> Result<Self, Error> {
        let mut json = Vec::with_capacity(USUAL_BODY);
        serde_json::to_writer(&mut json, body)
            .map_err(|error| Error::from(ErrorKind::Internal).with_source(error))?;
        Ok(Self::raw(json.into()))
    }

    /// A response with already serialized JSON.
    pub(super) fn raw(json: Bytes) -> Self {
        Self {
            body: Some(json),
            ..Self::empty()
        }
    }

    /// A response without a body.
    pub(super) fn empty() -> Self {
        Self {
            status: None,
            headers: HeaderMap::with_capacity(8),
            body: None,
            media_type: "application/json",
            extensions: http::Extensions::new(),
        }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status.unwrap_or_default()
    }

    /// A success in the standard envelope.
    pub(super) fn success<T: Serialize>(data: T, now: Timestamp) -> Result<Self, Error> {
        Self::json(&Success::new(data, now))
    }

    /// A page of a list, with a `Link` to the next one if the caller pages by position.
    pub(super) fn list<'a, T, I: Serialize>(
        call: &Call<'_>,
        page: Page,
        slice: &'a Slice<T>,
        id: impl Fn(&T) -> Id,
        item: impl Fn(&'a T) -> I,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let items = slice.items.iter().map(item).collect();
        let reply = Self::json(&List::new(items, page, slice.total, now))?;
        let last = slice.items.last().filter(|_| slice.has_more).map(id);
        Ok(match (page, last) {
            (Page::After { .. }, Some(last)) => reply.with_next(call, last),
            _ => reply,
        })
    }

    /// A response with lines of JSON, already serialized.
    pub(super) fn lines(media_type: &'static str, lines: Vec<u8>) -> Self {
        Self {
            media_type,
            ..Self::raw(lines.into())
        }
    }

    /// Sets `Link` to the page after this item.
    pub(super) fn with_next(self, call: &Call<'_>, last: Id) -> Self {
        let link = format!("<{}>; rel=\"next\"", call.uri_after(last));
        match HeaderValue::try_from(link) {
            Ok(value) => self.with_header(header::LINK, value),
            Err(_) => self,
        }
    }

    pub(super) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    /// Sets the status, unless it is set already.
    pub(super) fn or_status(mut self, status: StatusCode) -> Self {
        self.status.get_or_insert(status);
        self
    }

    pub(super) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    pub(super) fn with_extension<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.extensions.insert(value);
        self
    }

    /// Sets `Location` to the path of a new client, relative to the host's mount point; the adapter
    /// prepends that.
    pub(super) fn with_location(self, client: &Client) -> Self {
        let path = format!("{}{}", admin_path!("/clients/"), encoded(client));
        match HeaderValue::try_from(path) {
            Ok(value) => self.with_header(header::LOCATION, value),
            Err(_) => self,
        }
    }

    pub(super) fn into_response(self, head_only: bool) -> Response<Body> {
        let status = self.status();
        let mut headers = self.headers;
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        let mut body = Body::default();
        if let Some(bytes) = self.body {
            headers.insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static(self.media_type),
            );
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
            if !head_only {
                body = bytes.into();
            }
        }
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        *response.extensions_mut() = self.extensions;
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
