use std::net::IpAddr;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Uri, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use percent_encoding::percent_decode_str;

use super::noted::Noted;
use super::query::Query;
use super::route::Parameters;
use super::{BoxError, Error, ErrorKind};
use crate::domain::{ClientId, Id, Operator};
use crate::wire::{View, is_coded};

/// The maximum length of a request body, in bytes.
const MAX_BODY: usize = 128 * 1024;

/// The caller's address, as an extension of the request.
///
/// Insert it if the host knows better than the connection, such as behind a trusted proxy.
/// Otherwise the axum adapter uses the connection's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerIp(pub IpAddr);

/// An authorized request whose body has been read.
pub(super) struct Call<'a> {
    pub(super) operator: Operator,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: Bytes,
    /// The client that the path names by its `id`.
    client: Option<ClientId>,
    uri: &'a Uri,
    segments: [&'a str; 2],
}

impl<'a> Call<'a> {
    pub(super) fn new(
        operator: Operator,
        client: Option<ClientId>,
        parameters: Parameters<'a>,
        head: &'a Parts,
        body: Bytes,
    ) -> Self {
        let ip = head.extensions.get().map(|PeerIp(ip)| *ip);
        Self {
            operator: operator.with_ip(ip),
            client,
            headers: &head.headers,
            body,
            uri: &head.uri,
            segments: parameters.segments,
        }
    }

    /// The client in the path. An impossible `client_id` is not found.
    pub(super) fn client_id(&self) -> Result<ClientId, Error> {
        match &self.client {
            Some(client_id) => Ok(client_id.clone()),
            None => self.parameter(0, ClientId::parse),
        }
    }

    /// The secret in the path.
    pub(super) fn secret_id(&self) -> Result<Id, Error> {
        self.parameter(1, Id::parse)
    }

    fn parameter<T>(
        &self,
        index: usize,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Error> {
        let segment = self.segments.get(index).copied().unwrap_or_default();
        let text = percent_decode_str(segment).decode_utf8();
        let text = text.map_err(|_| Error::bad_request("the path must be UTF-8"))?;
        parse(&text).ok_or_else(|| ErrorKind::NotFound.into())
    }

    /// The URI of this request's next page, relative to the host's mount point.
    pub(super) fn uri_after(&self, last: Id) -> String {
        let pairs = self.uri.query().unwrap_or_default().split('&');
        let kept = pairs.filter(|pair| {
            let name = pair.split('=').next().unwrap_or_default();
            !pair.is_empty() && !percent_decode_str(name).eq(*b"after")
        });
        let query = kept.map(|pair| format!("{pair}&")).collect::<String>();
        format!("{}?{query}after={last}", self.uri.path())
    }

    pub(super) fn query(&self) -> Result<Query<'a>, Error> {
        Query::parse(self.uri.query())
    }

    /// How much of a client the response shows, for operations without other parameters: what their
    /// query holds besides is ignored, even if it is no text.
    pub(super) fn view(&self) -> Result<(View, Noted), Error> {
        let query = self.query().or_else(|_| Query::parse(None))?;
        query.finish_with_view(self.headers)
    }
}

/// Reads a JSON body, within the limit.
pub(super) async fn read_json<B>(
    headers: &HeaderMap,
    body: B,
    types: &'static [&'static str],
) -> Result<Bytes, Error>
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<BoxError>,
{
    check_media_type(headers, types)?;
    read(body).await
}

/// Reads a JSON body, within the limit, if there is one; returns nothing if not.
///
/// For operations that used to take no body. Existing clients may send something nevertheless,
/// which sets nothing and is ignored: `null`, an empty string, list or object, and whatever is not
/// declared as JSON and too long or no object with members.
pub(super) async fn read_json_or_nothing<B>(
    headers: &HeaderMap,
    body: B,
    types: &'static [&'static str],
) -> Result<Bytes, Error>
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<BoxError>,
{
    let declared = check_media_type(headers, types);
    let body = match read(body).await {
        Err(_) if declared.is_err() => return Ok(Bytes::new()),
        body => body?,
    };
    if says_nothing(&body) {
        return Ok(Bytes::new());
    }
    if is_coded(headers) {
        return Err(Error::coded());
    }
    if declared.is_err() && !body.trim_ascii().starts_with(b"{") {
        return Ok(Bytes::new());
    }
    declared.map(|()| body)
}

fn says_nothing(body: &[u8]) -> bool {
    let mut said = body.iter().filter(|byte| !byte.is_ascii_whitespace());
    let said: Vec<_> = said.by_ref().take(5).copied().collect();
    matches!(&said[..], b"" | b"null" | b"\"\"" | b"[]" | b"{}")
}

async fn read<B>(body: B) -> Result<Bytes, Error>
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<BoxError>,
{
    if body.size_hint().lower() > MAX_BODY as u64 {
        return Err(ErrorKind::PayloadTooLarge.into());
    }
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(ErrorKind::PayloadTooLarge.into()),
        Err(error) => Err(Error::bad_request("body: could not be read").with_source(error)),
    }
}

/// Accepts only these types of JSON (RFC 8259 §11), in UTF-8 and uncompressed.
fn check_media_type(headers: &HeaderMap, types: &'static [&'static str]) -> Result<(), Error> {
    let mut fields = headers.get_all(header::CONTENT_TYPE).iter();
    let first = fields
        .next()
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if fields.next().is_some() {
        return Err(Error::bad_request("Content-Type: must be there once"));
    }
    let mut parts = first.split(';').map(str::trim);
    let is_json = parts
        .next()
        .is_some_and(|name| types.iter().any(|known| name.eq_ignore_ascii_case(known)));
    let other_charset =
        parts
            .filter_map(|parameter| parameter.split_once('='))
            .any(|(key, value)| {
                key.eq_ignore_ascii_case("charset")
                    && !value.trim_matches('"').eq_ignore_ascii_case("utf-8")
            });
    if is_coded(headers) {
        return Err(Error::coded());
    }
    if !is_json || other_charset {
        return Err(Error::media_type(types));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn refusal(types: &[&'static str]) -> Option<ErrorKind> {
        let mut headers = HeaderMap::new();
        for value in types {
            headers.append(header::CONTENT_TYPE, HeaderValue::from_static(value));
        }
        let refused = check_media_type(&headers, &["application/json"]);
        refused.err().map(|error| error.kind())
    }

    #[test]
    fn only_json_is_read() {
        for good in [
            "application/json",
            "Application/JSON",
            "application/json; charset=UTF-8",
        ] {
            assert_eq!(refusal(&[good]), None, "{good}");
        }
        for bad in [
            "",
            "text/json",
            "application/jsonx",
            "application/json;charset=utf-16",
        ] {
            assert_eq!(
                refusal(&[bad]),
                Some(ErrorKind::UnsupportedMediaType),
                "{bad}"
            );
        }
        assert_eq!(refusal(&[]), Some(ErrorKind::UnsupportedMediaType));
        let two = ["application/json", "application/json"];
        assert_eq!(refusal(&two), Some(ErrorKind::BadRequest));
    }

    #[tokio::test]
    async fn a_body_may_be_missing_but_not_in_another_form() {
        let read = async |media_type: &'static str, body: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
            let body = http_body_util::Full::new(Bytes::from_static(body.as_bytes()));
            let read = read_json_or_nothing(&headers, body, &["application/json"]).await;
            read.map_err(|error| error.kind())
        };
        let (json, form) = ("application/json", "application/x-www-form-urlencoded");
        for media_type in ["", json, form, "text/plain"] {
            for nothing in ["", " \n", "null", "\"\"", "[ ]", " { }\n"] {
                assert_eq!(read(media_type, nothing).await, Ok(Bytes::new()));
            }
        }
        for other in ["a=b", "no JSON", "[1]"] {
            assert_eq!(read(form, other).await, Ok(Bytes::new()), "{other}");
            assert_eq!(
                read(json, other).await,
                Ok(Bytes::from_static(other.as_bytes()))
            );
        }
        let object = r#" {"grace_period":0}"#;
        assert_eq!(
            read(json, object).await,
            Ok(Bytes::from_static(object.as_bytes()))
        );
        let refused = Err(ErrorKind::UnsupportedMediaType);
        assert_eq!(read(form, object).await, refused);
        assert_eq!(read("", "{").await, refused);
    }

    #[test]
    fn a_compressed_body_is_not_read() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        let error = check_media_type(&headers, &["application/json"]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnsupportedMediaType);
        headers.insert(
            header::CONTENT_ENCODING,
            HeaderValue::from_static("identity"),
        );
        assert!(check_media_type(&headers, &["application/json"]).is_ok());
    }
}
