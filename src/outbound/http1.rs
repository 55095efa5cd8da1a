use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, HOST, HeaderMap, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    TRANSFER_ENCODING, USER_AGENT,
};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::{Error, FetchRequest};

/// The longest head of a response, in bytes.
const MAX_HEAD: usize = 16 * 1024;

const AGENT: &str = concat!("tower-oauth-clients/", env!("CARGO_PKG_VERSION"));

/// A task that ends with its owner.
struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Runs a fetch for at most that long.
pub(super) async fn within<T>(
    bound: Duration,
    what: &'static str,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    match timeout(bound, work).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Error::unavailable(what)),
    }
}

/// Sends one request on a new connection and reads the response within its bounds.
pub(super) async fn exchange<S>(
    stream: S,
    authority: &str,
    target: &str,
    request: &FetchRequest<'_>,
) -> Result<Response<Bytes>, Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let head = head(authority, target, request).map_err(Error::refused)?;
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(MAX_HEAD)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(Error::unavailable)?;
    let _driver = Driver(tokio::spawn(async move {
        // Its errors are those of the request.
        let _ = connection.await;
    }));
    let response = sender.send_request(head).await;
    let (parts, body) = response.map_err(Error::unavailable)?.into_parts();
    let body = match parts.status {
        StatusCode::OK => {
            check_coding(&parts.headers)?;
            read(body, request.max_length).await?
        }
        _ => Bytes::new(),
    };
    Ok(Response::from_parts(parts, body))
}

fn head(
    authority: &str,
    target: &str,
    request: &FetchRequest<'_>,
) -> Result<Request<Empty<Bytes>>, http::Error> {
    let mut head = Request::get(target)
        .header(HOST, authority)
        .header(USER_AGENT, AGENT)
        .header(ACCEPT, request.accept)
        .header(ACCEPT_ENCODING, "identity");
    for (name, value) in [
        (IF_NONE_MATCH, request.etag),
        (IF_MODIFIED_SINCE, request.last_modified),
    ] {
        if let Some(value) = value {
            head = head.header(name, value);
        }
    }
    head.body(Empty::new())
}

/// Nothing is decoded, so that nothing is larger than it was on the wire.
fn check_coding(headers: &HeaderMap) -> Result<(), Error> {
    let only = |name, allowed: &[u8]| {
        let values = headers.get_all(name).iter().map(HeaderValue::as_bytes);
        let mut values = values.map(<[u8]>::trim_ascii);
        values.all(|value| value.eq_ignore_ascii_case(allowed))
    };
    match only(CONTENT_ENCODING, b"identity") && only(TRANSFER_ENCODING, b"chunked") {
        true => Ok(()),
        false => Err(Error::unusable("the response is encoded")),
    }
}

async fn read(mut body: Incoming, max_length: usize) -> Result<Bytes, Error> {
    let too_long = || Error::unusable("the response is too long");
    if body.size_hint().lower() > max_length as u64 {
        return Err(too_long());
    }
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(Error::unavailable)?.into_data() else {
            continue;
        };
        if read.len() + data.len() > max_length {
            return Err(too_long());
        }
        read.extend_from_slice(&data);
    }
    Ok(read.freeze())
}
