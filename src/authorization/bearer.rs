use http::{HeaderMap, header};

use super::{Error, ErrorKind};

/// The maximum length of a token, in bytes. A longer one is not decoded at all.
const MAX_TOKEN: usize = 8 * 1024;

/// The Bearer token of a request (RFC 6750 §2.1), at most 8 KiB long.
///
/// The scheme is case-insensitive and may be followed by several spaces; the rest is the token and
/// consists of `b64token` characters.
///
/// # Errors
///
/// - [`ErrorKind::BadRequest`] if there is more than one `Authorization` header: a proxy might
///   trust one and this crate another.
/// - [`ErrorKind::MissingCredentials`] if there is none, or another scheme.
/// - [`ErrorKind::InvalidToken`] if the token is empty, too long, or followed by anything else.
pub fn bearer_token(headers: &HeaderMap) -> Result<&str, Error> {
    let mut fields = headers.get_all(header::AUTHORIZATION).iter();
    let field = fields.next().ok_or(ErrorKind::MissingCredentials)?;
    if fields.next().is_some() {
        return Err(Error::because(
            ErrorKind::BadRequest,
            "more than one Authorization header",
        ));
    }
    let (scheme, token) = split_at_space(field.as_bytes());
    if !scheme.eq_ignore_ascii_case(b"bearer") {
        return Err(ErrorKind::MissingCredentials.into());
    }
    match str::from_utf8(token) {
        Ok(token) if token.len() <= MAX_TOKEN && is_b64token(token) => Ok(token),
        _ => Err(Error::new(ErrorKind::InvalidToken).with_source("malformed Bearer credentials")),
    }
}

/// Splits at the first space and skips any further ones.
fn split_at_space(field: &[u8]) -> (&[u8], &[u8]) {
    let end = field.iter().position(|byte| *byte == b' ');
    let (scheme, rest) = field.split_at(end.unwrap_or(field.len()));
    let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
    (scheme, rest.get(spaces..).unwrap_or_default())
}

fn is_b64token(token: &str) -> bool {
    let text = token.trim_end_matches('=');
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    !text.is_empty() && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// The header values, and the token in them.
    type Case<'a> = (&'a [&'a [u8]], Result<&'a str, ErrorKind>);

    fn read(fields: &[&[u8]]) -> Result<String, ErrorKind> {
        let mut headers = HeaderMap::new();
        for field in fields {
            let value = HeaderValue::from_bytes(field).unwrap();
            headers.append(header::AUTHORIZATION, value);
        }
        let token = bearer_token(&headers);
        token.map(str::to_owned).map_err(|error| error.kind())
    }

    #[test]
    fn one_field_one_scheme_one_token() {
        use ErrorKind::{BadRequest, InvalidToken, MissingCredentials};

        let cases: [Case<'_>; 16] = [
            (&[b"Bearer a.b-c_d~e+f/g=="], Ok("a.b-c_d~e+f/g==")),
            (&[b"bearer abc"], Ok("abc")),
            (&[b"BEARER   abc"], Ok("abc")),
            (&[], Err(MissingCredentials)),
            (&[b""], Err(MissingCredentials)),
            (&[b"Token abc"], Err(MissingCredentials)),
            (&[b"Basic YTpi"], Err(MissingCredentials)),
            (&[b"Bearer\tabc"], Err(MissingCredentials)),
            (&[b"Bearer"], Err(InvalidToken)),
            (&[b"Bearer "], Err(InvalidToken)),
            (&[b"Bearer =="], Err(InvalidToken)),
            (&[b"Bearer a=b"], Err(InvalidToken)),
            (&[b"Bearer abc x"], Err(InvalidToken)),
            (&[b"Bearer abc, Bearer abc"], Err(InvalidToken)),
            (&[b"Bearer not\xc3\xa9ascii"], Err(InvalidToken)),
            (&[b"Bearer abc", b"Bearer abc"], Err(BadRequest)),
        ];
        for (fields, expected) in cases {
            assert_eq!(read(fields), expected.map(str::to_owned), "{fields:?}");
        }
    }

    #[test]
    fn the_token_is_at_most_8_kib_long() {
        let field = |length| [b"Bearer ".to_vec(), vec![b'A'; length]].concat();
        assert!(read(&[&field(MAX_TOKEN)]).is_ok());
        let long = read(&[&field(MAX_TOKEN + 1)]);
        assert_eq!(long, Err(ErrorKind::InvalidToken));
    }
}
