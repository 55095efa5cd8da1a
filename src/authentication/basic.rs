use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, header};
use percent_encoding::percent_decode;
use zeroize::Zeroizing;

use super::{Error, MAX_SECRET_LENGTH};
use crate::secrets::{Plaintext, SecretFormat};

/// The maximum length of the Base64 credentials: more than the longest `client_id` and secret take
/// with every character percent-encoded.
const MAX_LENGTH: usize = 8 * 1024;

/// The value of the `Authorization` header, if there is one.
///
/// # Errors
///
/// If there is more than one: a proxy might trust one and this crate another.
pub(super) fn authorization(headers: &HeaderMap) -> Result<Option<&[u8]>, Error> {
    let mut fields = headers.get_all(header::AUTHORIZATION).iter();
    let field = fields.next().map(|field| field.as_bytes());
    if fields.next().is_some() {
        return Err(Error::malformed("more than one Authorization header"));
    }
    Ok(field)
}

/// The `client_id` and the secret of a `Basic` header (RFC 7617 §2), each form-encoded before they
/// were joined (RFC 6749 §2.3.1), and the secret as it was sent, in case it was not encoded.
///
/// # Errors
///
/// `invalid_client` for another scheme and for malformed or overlong credentials: a client that
/// used the header gets a 401 (RFC 6749 §5.2).
pub(super) fn credentials(field: &[u8]) -> Result<(String, Plaintext, Option<Plaintext>), Error> {
    let end = field.iter().position(|byte| *byte == b' ');
    let (scheme, rest) = field.split_at(end.unwrap_or(field.len()));
    if !scheme.eq_ignore_ascii_case(b"basic") {
        return Err(Error::refused("another scheme than Basic"));
    }
    let encoded = rest.trim_ascii();
    if encoded.len() > MAX_LENGTH {
        return Err(Error::refused("the Basic credentials are too long"));
    }
    let malformed = || Error::refused("malformed Basic credentials");
    let decoded = STANDARD.decode(encoded).map_err(|_| malformed())?;
    let decoded = Zeroizing::new(decoded);
    let colon = decoded.iter().position(|byte| *byte == b':');
    let (client_id, rest) = decoded
        .split_at_checked(colon.ok_or_else(malformed)?)
        .ok_or_else(malformed)?;
    let secret = rest.get(1..).unwrap_or_default();
    let client_id = form_decode(client_id).ok_or_else(malformed)?;
    let decoded = Plaintext::new(form_decode(secret).ok_or_else(malformed)?);
    let as_sent = as_sent(secret, &decoded);
    Ok((client_id, decoded, as_sent))
}

/// The secret as it was sent, if that is another one and may be the right one: many clients don't
/// encode it. An issued secret reads the same in both ways, and what looks encoded was encoded.
fn as_sent(secret: &[u8], decoded: &Plaintext) -> Option<Plaintext> {
    if secret == decoded.expose().as_bytes() || secret.len() > MAX_SECRET_LENGTH {
        return None;
    }
    let is_other = !looks_encoded(secret) && SecretFormat::lookup_id(decoded).is_none();
    let text = std::str::from_utf8(secret).ok().filter(|_| is_other)?;
    Some(Plaintext::new(text))
}

/// Whether some encoder makes such a text: there are percent-encoded characters, all of which need
/// it, and no other characters that do. A `+` alone is rather a `+` than a space.
fn looks_encoded(text: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._".contains(byte);
    // Encoders differ about the last ones.
    let may_be_plain = |byte: &u8| is_plain(byte) || b"+~*!'()".contains(byte);
    let mut parts = text.split(|byte| *byte == b'%');
    let first = parts.next().unwrap_or_default();
    let mut count = 0;
    let fits = first.iter().all(may_be_plain)
        && parts.all(|part| {
            count += 1;
            let Some((digits, rest)) = part.split_at_checked(2) else {
                return false;
            };
            // A sign is read, too, but is no digit.
            let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
            let digits = std::str::from_utf8(digits).unwrap_or_default();
            let byte = u8::from_str_radix(digits, 16);
            is_hex && byte.is_ok_and(|byte| !is_plain(&byte)) && rest.iter().all(may_be_plain)
        });
    fits && count > 0
}

/// Decodes one form-encoded value (RFC 6749 appendix B).
fn form_decode(text: &[u8]) -> Option<String> {
    let spaced = |byte: &u8| if *byte == b'+' { b' ' } else { *byte };
    let spaced = Zeroizing::new(text.iter().map(spaced).collect::<Vec<_>>());
    String::from_utf8(percent_decode(&spaced).collect()).ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::super::ErrorKind;
    use super::*;

    fn read(field: &str) -> Option<(String, String)> {
        match credentials(field.as_bytes()) {
            Ok((client_id, secret, _)) => Some((client_id, secret.expose().to_owned())),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::InvalidClient);
                None
            }
        }
    }

    fn basic(text: &str) -> Option<(String, String)> {
        read(&format!("Basic {}", STANDARD.encode(text)))
    }

    fn pair(client_id: &str, secret: &str) -> Option<(String, String)> {
        Some((client_id.to_owned(), secret.to_owned()))
    }

    /// The first case is from RFC 6749 §2.3.1.
    #[test]
    fn both_halves_are_form_decoded() {
        let example = "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3";
        let expected = pair("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw");
        assert_eq!(read(example), expected);
        assert_eq!(basic("a%3Ab:c%3Ad%2B+%25"), pair("a:b", "c:d+ %"));
        assert_eq!(basic("a:b:c=d&e"), pair("a", "b:c=d&e"));
        assert_eq!(basic("a:caf%C3%A9"), pair("a", "café"));
        assert_eq!(basic(":"), pair("", ""));
        assert_eq!(basic("a:"), pair("a", ""));
    }

    #[test]
    fn a_secret_may_have_been_sent_without_encoding() {
        let as_sent = |secret: &str| {
            let field = format!("Basic {}", STANDARD.encode(format!("a:{secret}")));
            let (_, _, as_sent) = credentials(field.as_bytes()).unwrap();
            as_sent.map(|secret| secret.expose().to_owned())
        };
        let long = format!("{}+", "x".repeat(MAX_SECRET_LENGTH - 1));
        for other in [
            "a+b", "a+b/c==", "p%41ss", "a%3Db=", "é+", "%20 ", "a%+f", &long,
        ] {
            assert_eq!(as_sent(other).as_deref(), Some(other));
        }
        let longer = format!("{long}+");
        for same in [
            "", "abc", "a/b=", "100%", "a%zz", "a%2", "é", "a b", &longer,
        ] {
            assert_eq!(as_sent(same), None, "{same}");
        }
        for encoded in [
            "a%2Bb",
            "a%2bb",
            "a%3Ab%2Bc+d",
            "caf%C3%A9",
            "%7E~",
            "a%2Fb%3D%3D!*'()",
            "%25",
        ] {
            assert_eq!(as_sent(encoded), None, "{encoded}");
        }
    }

    #[test]
    fn an_issued_secret_was_sent_as_it_is_however_it_is_encoded() {
        use crate::domain::{Id, Timestamp};

        let id = Id::generate(Timestamp::from_micros(1_776_249_000_000_000));
        let secret = SecretFormat::default().generate(id).unwrap();
        let text = secret.expose();
        let encoded = format!("%{:02x}{}", text.as_bytes()[0], &text[1..]);
        for sent in [text, &encoded] {
            let field = format!("Basic {}", STANDARD.encode(format!("a:{sent}")));
            let (_, decoded, as_sent) = credentials(field.as_bytes()).unwrap();
            assert_eq!(decoded.expose(), text);
            assert!(as_sent.is_none());
        }
    }

    #[test]
    fn the_scheme_is_read_in_any_case() {
        for scheme in ["basic", "BASIC", "bAsIc ", "Basic  "] {
            assert_eq!(read(&format!("{scheme} YTpi")), pair("a", "b"), "{scheme}");
        }
    }

    #[test]
    fn what_is_malformed_is_refused() {
        let long = STANDARD.encode(format!("a:{}", "a".repeat(MAX_LENGTH)));
        let long = format!("Basic {long}");
        for field in [
            "",
            "Basic",
            "Basic ",
            "Basic\tYTpi",
            "Bearer YTpi",
            "YTpi",
            "Basic YTpi, Basic YTpi",
            "Basic Y Tpi",
            "Basic YTpi=",
            "Basic YWI=",
            "Basic %%%",
            &long,
        ] {
            assert_eq!(read(field), None, "{field}");
        }
        assert_eq!(read(&format!("Basic {}", STANDARD.encode(b"a:\xff"))), None);
        assert_eq!(basic("a:%ff"), None);
    }

    #[test]
    fn there_is_one_header() {
        let mut headers = HeaderMap::new();
        assert_eq!(authorization(&headers).unwrap(), None);
        headers.append("authorization", HeaderValue::from_static("Basic YTpi"));
        assert_eq!(authorization(&headers).unwrap(), Some(&b"Basic YTpi"[..]));
        headers.append("authorization", HeaderValue::from_static("Basic YTpi"));
        let error = authorization(&headers).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    }
}
