use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Serialize;

/// The length of most bodies, in bytes: that of one client.
const USUAL_BODY: usize = 1024;

/// A response under construction. The status defaults to 200; the headers common to all responses
/// are added at the end.
pub(crate) struct Reply {
    /// That of the operation's success, unless it is set.
    status: Option<StatusCode>,
    headers: HeaderMap,
    body: Option<Bytes>,
    media_type: &'static str,
    extensions: http::Extensions,
}

impl Reply {
    /// A response with a JSON body.
    pub(crate) fn json<T: Serialize>(body: &T) -> Result<Self, serde_json::Error> {
        let mut json = Vec::with_capacity(USUAL_BODY);
        serde_json::to_writer(&mut json, body)?;
        Ok(Self::raw(json.into()))
    }

    /// A response with already serialized JSON.
    pub(crate) fn raw(json: Bytes) -> Self {
        Self {
            body: Some(json),
            ..Self::empty()
        }
    }

    /// A response without a body.
    pub(crate) fn empty() -> Self {
        Self {
            status: None,
            headers: HeaderMap::with_capacity(8),
            body: None,
            media_type: "application/json",
            extensions: http::Extensions::new(),
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status.unwrap_or_default()
    }

    /// A response with lines of JSON, already serialized.
    pub(crate) fn lines(media_type: &'static str, lines: Vec<u8>) -> Self {
        Self {
            media_type,
            ..Self::raw(lines.into())
        }
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    /// Sets the status, unless it is set already.
    pub(crate) fn or_status(mut self, status: StatusCode) -> Self {
        self.status.get_or_insert(status);
        self
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    pub(crate) fn with_extension<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.extensions.insert(value);
        self
    }

    pub(crate) fn into_response<B: Default + From<Bytes>>(self, head_only: bool) -> Response<B> {
        let status = self.status();
        let mut headers = self.headers;
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        let mut body = B::default();
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
