use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Uri};
use percent_encoding::percent_decode_str;

use super::noted::Noted;
use super::query::Query;
use super::route::Parameters;
use super::{BoxError, Error, ErrorKind, PeerIp};
#[cfg(feature = "cimd")]
use crate::documents::ClientResolver;
use crate::domain::{ClientId, Id, Operator};
use crate::exchange::{self, Unread, check_media_type, is_coded};
#[cfg(feature = "registration")]
use crate::registration::Registrar;
use crate::wire::View;

/// The maximum length of a request body, in bytes.
const MAX_BODY: usize = 128 * 1024;

/// An authorized request whose body has been read.
pub(super) struct Call<'a> {
    pub(super) operator: Operator,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: Bytes,
    #[cfg(feature = "registration")]
    registrar: Option<&'a Registrar>,
    #[cfg(feature = "cimd")]
    resolver: Option<&'a ClientResolver>,
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
            #[cfg(feature = "registration")]
            registrar: None,
            #[cfg(feature = "cimd")]
            resolver: None,
            uri: &head.uri,
            segments: parameters.segments,
        }
    }

    #[cfg(feature = "registration")]
    pub(super) fn with_registrar(self, registrar: Option<&'a Registrar>) -> Self {
        Self { registrar, ..self }
    }

    /// The registrar. Without one, its paths are not found.
    #[cfg(feature = "registration")]
    pub(super) fn registrar(&self) -> Result<&'a Registrar, Error> {
        self.registrar.ok_or_else(|| ErrorKind::NotFound.into())
    }

    #[cfg(feature = "cimd")]
    pub(super) fn with_resolver(self, resolver: Option<&'a ClientResolver>) -> Self {
        Self { resolver, ..self }
    }

    /// The resolver of metadata documents. Without one, its paths are not found.
    #[cfg(feature = "cimd")]
    pub(super) fn resolver(&self) -> Result<&'a ClientResolver, Error> {
        self.resolver.ok_or_else(|| ErrorKind::NotFound.into())
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

    /// The initial access token in the path.
    #[cfg(feature = "registration")]
    pub(super) fn initial_access_token_id(&self) -> Result<Id, Error> {
        self.parameter(0, Id::parse)
    }

    /// The block in the path.
    #[cfg(feature = "cimd")]
    pub(super) fn metadata_document_block_id(&self) -> Result<Id, Error> {
        self.parameter(0, Id::parse)
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
    let read = exchange::read_json(headers, body, types, MAX_BODY).await;
    read.map_err(|unread| refused(unread, types))
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
    let body = match exchange::read(body, MAX_BODY).await {
        Err(_) if declared.is_err() => return Ok(Bytes::new()),
        body => body.map_err(|unread| refused(unread, types))?,
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
    match declared {
        Ok(()) => Ok(body),
        Err(unread) => Err(refused(unread, types)),
    }
}

fn says_nothing(body: &[u8]) -> bool {
    let mut said = body.iter().filter(|byte| !byte.is_ascii_whitespace());
    let said: Vec<_> = said.by_ref().take(5).copied().collect();
    matches!(&said[..], b"" | b"null" | b"\"\"" | b"[]" | b"{}")
}

fn refused(unread: Unread, types: &'static [&'static str]) -> Error {
    match unread {
        Unread::RepeatedType => Error::bad_request("Content-Type: must be there once"),
        Unread::Coded => Error::coded(),
        Unread::OtherType => Error::media_type(types),
        Unread::TooLong => ErrorKind::PayloadTooLarge.into(),
        Unread::Broken(error) => Error::bad_request("body: could not be read").with_source(error),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header};

    use super::*;

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
}
