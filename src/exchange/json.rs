use bytes::Bytes;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::{BoxError, is_coded};

/// Why a body was not read.
#[derive(Debug)]
pub(crate) enum Unread {
    /// There are several media types.
    RepeatedType,
    /// It is compressed.
    Coded,
    /// It is of another type.
    OtherType,
    /// It is longer than the limit.
    TooLong,
    /// The connection failed.
    Broken(BoxError),
}

/// Reads a body of one of these types of JSON, within the limit.
pub(crate) async fn read_json<B>(
    headers: &HeaderMap,
    body: B,
    types: &[&str],
    limit: usize,
) -> Result<Bytes, Unread>
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<BoxError>,
{
    check_media_type(headers, types)?;
    read(body, limit).await
}

/// Reads a body of any type, within the limit.
pub(crate) async fn read<B>(body: B, limit: usize) -> Result<Bytes, Unread>
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<BoxError>,
{
    if body.size_hint().lower() > limit as u64 {
        return Err(Unread::TooLong);
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Unread::TooLong),
        Err(error) => Err(Unread::Broken(error)),
    }
}

/// Accepts only these types of JSON (RFC 8259 §11), in UTF-8 and uncompressed.
pub(crate) fn check_media_type(headers: &HeaderMap, types: &[&str]) -> Result<(), Unread> {
    let mut fields = headers.get_all(header::CONTENT_TYPE).iter();
    let first = fields
        .next()
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if fields.next().is_some() {
        return Err(Unread::RepeatedType);
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
        return Err(Unread::Coded);
    }
    if !is_json || other_charset {
        return Err(Unread::OtherType);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn refusal(types: &[&'static str]) -> Option<Unread> {
        let mut headers = HeaderMap::new();
        for value in types {
            headers.append(header::CONTENT_TYPE, HeaderValue::from_static(value));
        }
        check_media_type(&headers, &["application/json"]).err()
    }

    #[test]
    fn only_json_is_read() {
        for good in [
            "application/json",
            "Application/JSON",
            "application/json; charset=UTF-8",
        ] {
            assert!(refusal(&[good]).is_none(), "{good}");
        }
        for bad in [
            "",
            "text/json",
            "application/jsonx",
            "application/json;charset=utf-16",
        ] {
            let refusal = refusal(&[bad]);
            assert!(matches!(refusal, Some(Unread::OtherType)), "{bad}");
        }
        assert!(matches!(refusal(&[]), Some(Unread::OtherType)));
        let two = ["application/json", "application/json"];
        assert!(matches!(refusal(&two), Some(Unread::RepeatedType)));
    }

    #[test]
    fn a_compressed_body_is_not_read() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        let coded = HeaderValue::from_static("gzip");
        headers.insert(header::CONTENT_ENCODING, coded);
        let refused = check_media_type(&headers, &["application/json"]);
        assert!(matches!(refused, Err(Unread::Coded)));
        headers.insert(
            header::CONTENT_ENCODING,
            HeaderValue::from_static("identity"),
        );
        assert!(check_media_type(&headers, &["application/json"]).is_ok());
    }
}
