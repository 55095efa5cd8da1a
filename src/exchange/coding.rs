use http::{HeaderMap, header};

/// The error message for a body that [`is_coded`].
pub(crate) const CODED: &str = "the body must not be compressed";

/// The value of `Accept-Encoding` in a 415 (RFC 9110 §15.5.16, RFC 7694 §3).
pub(crate) const ACCEPTED: &str = "identity";

/// Whether a body is compressed or otherwise encoded. `identity` means it is not (RFC 9110 §8.4.1).
pub(crate) fn is_coded(headers: &HeaderMap) -> bool {
    let fields = headers.get_all(header::CONTENT_ENCODING).iter();
    let mut codings = fields.flat_map(|field| field.as_bytes().split(|byte| *byte == b','));
    codings.any(|coding| {
        let coding = coding.trim_ascii();
        !coding.is_empty() && !coding.eq_ignore_ascii_case(ACCEPTED.as_bytes())
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn identity_is_no_coding() {
        let coded = |fields: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for field in fields {
                headers.append(header::CONTENT_ENCODING, HeaderValue::from_static(field));
            }
            is_coded(&headers)
        };
        for plain in [
            &[][..],
            &["identity"],
            &["Identity"],
            &[""],
            &["identity, ,identity"],
        ] {
            assert!(!coded(plain), "{plain:?}");
        }
        for other in [
            &["gzip"][..],
            &["x-unknown"],
            &["identity, br"],
            &["identity", "deflate"],
            &["identity;q=1"],
        ] {
            assert!(coded(other), "{other:?}");
        }
    }
}
