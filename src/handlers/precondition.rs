use http::{HeaderMap, HeaderValue, header};

use super::Error;
use crate::domain::Version;
use crate::manager::Expected;

/// The entity tag of a version (RFC 9110 §8.8.3).
pub(super) fn etag(version: Version) -> HeaderValue {
    // Digits and quotes are always a header value.
    HeaderValue::try_from(format!("\"{}\"", version.as_i64()))
        .unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// What `If-Match` asks for (RFC 9110 §13.1.1). A weak or foreign tag matches no version.
pub(super) fn if_match(headers: &HeaderMap) -> Result<Expected, Error> {
    if !headers.contains_key(header::IF_MATCH) {
        return Ok(Expected::Any);
    }
    let mut versions = Vec::new();
    let malformed = || Error::bad_request("If-Match: must be * or a list of entity tags");
    for field in headers.get_all(header::IF_MATCH) {
        for tag in field
            .to_str()
            .map_err(|_| malformed())?
            .split(',')
            .map(str::trim)
        {
            if tag == "*" {
                return Ok(Expected::Any);
            }
            let opaque = tag.strip_prefix("W/").unwrap_or(tag);
            let inner = opaque
                .strip_prefix('"')
                .and_then(|rest| rest.strip_suffix('"'));
            let inner = inner
                .filter(|inner| !inner.contains('"'))
                .ok_or_else(malformed)?;
            let is_strong = opaque.len() == tag.len();
            // One spelling a version: "01" is not "1".
            let version = inner.parse().map(Version::from_i64).ok();
            versions.extend(version.filter(|version| is_strong && etag(*version) == tag));
        }
    }
    Ok(Expected::OneOf(versions))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[&'static str]) -> Option<Expected> {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(header::IF_MATCH, HeaderValue::from_static(field));
        }
        if_match(&headers).ok()
    }

    fn one_of(versions: &[i64]) -> Option<Expected> {
        Some(Expected::OneOf(
            versions.iter().copied().map(Version::from_i64).collect(),
        ))
    }

    #[test]
    fn strong_tags_name_versions() {
        assert_eq!(read(&[]), Some(Expected::Any));
        assert_eq!(read(&["*"]), Some(Expected::Any));
        assert_eq!(read(&["\"3\""]), one_of(&[3]));
        assert_eq!(read(&["\"3\", \"4\"", "\"5\""]), one_of(&[3, 4, 5]));
        assert_eq!(read(&["W/\"3\""]), one_of(&[]));
        assert_eq!(read(&["\"03\", \"abc\", \"\""]), one_of(&[]));
    }

    #[test]
    fn what_is_no_tag_is_refused() {
        for bad in ["", "3", "\"3", "\"3\"\"4\"", "\"3\";"] {
            assert_eq!(read(&[bad]), None, "{bad}");
        }
    }
}
