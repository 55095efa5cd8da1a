use http::{HeaderMap, HeaderValue, header};

use super::Error;
use crate::domain::Version;
use crate::manager::{self, Expected};

/// The entity tag of a version (RFC 9110 §8.8.3).
pub(super) fn etag(version: Version) -> HeaderValue {
    // Digits and quotes always form a valid header value.
    HeaderValue::try_from(format!("\"{}\"", version.as_i64()))
        .unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// The precondition of `If-Match` (RFC 9110 §13.1.1).
#[derive(Debug, Default)]
pub(super) struct Precondition {
    pub(super) expected: Expected,
    /// Why no version can match, if none can.
    hopeless: Option<&'static str>,
}

const WEAK: &str = "If-Match: a weak tag never matches; a proxy that compresses makes tags weak, \
    turn it off for this path";

const FOREIGN: &str = "If-Match: no tag of a client is like this; send the ETag back as it came, and \
    turn off what changes it on its way, such as compression";

impl Precondition {
    /// The error for a change that was refused as stale. If no tag could match, the cause is not
    /// that someone else changed the client.
    pub(super) fn explain(&self, error: manager::Error) -> Error {
        let stale = error.kind() == manager::ErrorKind::Stale;
        match self.hopeless.filter(|_| stale) {
            Some(why) => Error::from(error).with_message(why),
            None => error.into(),
        }
    }
}

/// Parses `If-Match`: a single `*`, or a list of tags. Weak and foreign tags match no version.
pub(super) fn if_match(headers: &HeaderMap) -> Result<Precondition, Error> {
    if !headers.contains_key(header::IF_MATCH) {
        return Ok(Precondition::default());
    }
    let malformed = || Error::bad_request("If-Match: must be * or a list of entity tags");
    let mut all = Vec::new();
    for field in headers.get_all(header::IF_MATCH) {
        all.extend(tags(field.as_bytes()).ok_or_else(malformed)?);
    }
    if all == [b"*"] {
        return Ok(Precondition::default());
    }
    if all.is_empty() || all.contains(&&b"*"[..]) {
        return Err(malformed());
    }
    let versions: Vec<_> = all.iter().filter_map(|tag| version(tag)).collect();
    let hopeless =
        versions
            .is_empty()
            .then(|| match all.iter().any(|tag| tag.starts_with(b"W/")) {
                true => WEAK,
                false => FOREIGN,
            });
    Ok(Precondition {
        expected: Expected::OneOf(versions),
        hopeless,
    })
}

/// The elements of a list, skipping empty ones (RFC 9110 §5.6.1.2).
fn tags(mut list: &[u8]) -> Option<Vec<&[u8]>> {
    let mut tags = Vec::new();
    loop {
        list = list.trim_ascii_start();
        if let Some(rest) = list.strip_prefix(b",") {
            list = rest;
            continue;
        }
        if list.is_empty() {
            return Some(tags);
        }
        let (tag, rest) = list.split_at_checked(length(list)?)?;
        tags.push(tag);
        list = rest.trim_ascii_start();
        if !list.is_empty() && !list.starts_with(b",") {
            return None;
        }
    }
}

/// The length of the `*` or the tag at the start of a list. A comma between the quotes belongs to
/// the tag (RFC 9110 §8.8.3).
fn length(list: &[u8]) -> Option<usize> {
    if list.starts_with(b"*") {
        return Some(1);
    }
    let strong = list.strip_prefix(b"W/").unwrap_or(list);
    let inner = strong.strip_prefix(b"\"")?;
    let end = inner.iter().position(|byte| *byte == b'"')?;
    Some(list.len() - inner.len() + end + 1)
}

/// The version with this tag, which must be canonical: "01" is not "1".
fn version(tag: &[u8]) -> Option<Version> {
    let inner = tag.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let version = std::str::from_utf8(inner).ok()?.parse().ok();
    let version = version.map(Version::from_i64)?;
    (etag(version) == tag).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[&'static str]) -> Option<Expected> {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(header::IF_MATCH, HeaderValue::from_static(field));
        }
        if_match(&headers).ok().map(|read| read.expected)
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

    /// RFC 9110 §8.8.3: a tag is anything between quotes.
    #[test]
    fn a_comma_may_be_part_of_a_tag() {
        assert_eq!(read(&["\"a,b\""]), one_of(&[]));
        assert_eq!(read(&["\"3,4\",\"5\""]), one_of(&[5]));
        assert_eq!(read(&["W/\",\", \"6\""]), one_of(&[6]));
        assert_eq!(read(&["\"*\""]), one_of(&[]));
        let mut headers = HeaderMap::new();
        let beyond_ascii = HeaderValue::from_bytes(b"\"\xe9\", \"7\"").unwrap();
        headers.insert(header::IF_MATCH, beyond_ascii);
        let read = if_match(&headers).unwrap();
        assert_eq!(Some(read.expected), one_of(&[7]));
    }

    /// RFC 9110 §5.6.1.2.
    #[test]
    fn what_is_empty_in_a_list_is_ignored() {
        for list in ["\"1\",", ",\"1\"", ", ,\t\"1\" ,,", "\"1\" ,"] {
            assert_eq!(read(&[list]), one_of(&[1]), "{list}");
        }
        assert_eq!(read(&["\"1\"", ""]), one_of(&[1]));
        assert_eq!(read(&["*,"]), Some(Expected::Any));
    }

    #[test]
    fn a_star_stands_alone() {
        for (fields, is_sound) in [
            (&["*"][..], true),
            (&["*", ""], true),
            (&["\"3\", *"], false),
            (&["*, \"3\""], false),
            (&["*", "\"3\""], false),
            (&["\"3\"", "*"], false),
            (&["*, *"], false),
            (&["*", "*"], false),
            (&["W/\"3\", *"], false),
        ] {
            assert_eq!(
                read(fields),
                is_sound.then_some(Expected::Any),
                "{fields:?}"
            );
        }
    }

    #[test]
    fn what_is_no_tag_is_refused() {
        for bad in [
            "",
            ",",
            "3",
            "\"3",
            "\"3\"\"4\"",
            "\"3\";",
            "\"3\" \"4\"",
            "w/\"3\"",
            "W/ \"3\"",
            "\"3\"*",
            "**",
            "\"a,3",
            "W/",
            "\"3\", x",
        ] {
            assert_eq!(read(&[bad]), None, "{bad}");
        }
    }
}
