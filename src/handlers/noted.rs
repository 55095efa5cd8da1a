use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::reply::Reply;

const UNKNOWN_PARAMETERS: HeaderName = HeaderName::from_static("unknown-parameters");
const PREFER: HeaderName = HeaderName::from_static("prefer");
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// How many unknown parameters are named, and how much of each, in bytes.
const NAMED: usize = 16;
const SHOWN: usize = 64;

/// What a response says about the query parameters of its request.
pub(super) struct Noted {
    pub(super) unknown: Vec<Cow<'static, str>>,
    pub(super) is_strict: bool,
}

impl Noted {
    /// Names the parameters that were ignored, as a list of strings (RFC 9651 §3.1), and the
    /// preference that was applied (RFC 7240 §3).
    pub(super) fn tell(self, reply: Reply) -> Reply {
        let reply = if self.is_strict {
            reply.with_header(
                PREFERENCE_APPLIED,
                HeaderValue::from_static("handling=strict"),
            )
        } else {
            reply
        };
        if self.unknown.is_empty() {
            return reply;
        }
        let names = self.unknown.iter().take(NAMED);
        let names: Vec<_> = names.map(|name| format!("\"{name}\"")).collect();
        match HeaderValue::try_from(names.join(", ")) {
            Ok(value) => reply.with_header(UNKNOWN_PARAMETERS, value),
            Err(_) => reply,
        }
    }
}

/// All that can't stand in a string of a header as it is, or would make a message ambiguous.
const UNSAFE: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'%').add(b'\\').add(b':');

/// The beginning of a parameter's name, percent-encoded.
pub(super) fn shown(name: &str) -> Cow<'static, str> {
    let start = (0..=name.len().min(SHOWN))
        .rev()
        .find_map(|end| name.get(..end));
    let name = start.unwrap_or_default();
    utf8_percent_encode(name, UNSAFE).to_string().into()
}

/// Whether the request prefers that unknown parameters are refused (`handling=strict`, RFC 7240
/// §4.4). Of a repeated preference the first one counts.
pub(super) fn prefers_strict(headers: &HeaderMap) -> bool {
    let fields = headers.get_all(PREFER).iter();
    let preferences = fields
        .filter_map(|field| field.to_str().ok())
        .flat_map(elements);
    let mut handling = preferences.filter_map(|preference| {
        let preference = preference.split(';').next().unwrap_or_default();
        let (name, value) = preference.split_once('=')?;
        let value = value.trim().trim_matches('"');
        name.trim()
            .eq_ignore_ascii_case("handling")
            .then_some(value)
    });
    handling
        .next()
        .is_some_and(|value| value.eq_ignore_ascii_case("strict"))
}

/// The elements of a list; a comma within quotes separates nothing.
fn elements(list: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    list.split(move |c| {
        let is_escaped = std::mem::take(&mut escaped);
        match c {
            '\\' if quoted => escaped = !is_escaped,
            '"' if !is_escaped => quoted = !quoted,
            ',' => return !quoted,
            _ => {}
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strict(fields: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(PREFER, HeaderValue::from_static(field));
        }
        prefers_strict(&headers)
    }

    #[test]
    fn the_preference_is_read_as_a_list() {
        for fields in [
            &["handling=strict"][..],
            &["Handling = \"strict\""],
            &["wait=10, handling=strict;x=1, respond-async"],
            &["respond-async", "handling=strict"],
            &["a=\"b\\\"\", handling=strict"],
            &["handling=strict, handling=lenient"],
        ] {
            assert!(strict(fields), "{fields:?}");
        }
        for fields in [
            &[][..],
            &[""],
            &["handling"],
            &["handling=lenient"],
            &["strict"],
            &["a=\"b, handling=strict, c\""],
            &["handling=lenient, handling=strict"],
        ] {
            assert!(!strict(fields), "{fields:?}");
        }
    }

    #[test]
    fn a_name_is_shown_in_part_and_encoded() {
        assert_eq!(shown("clientId"), "clientId");
        assert_eq!(shown("a\"b\\c\n:é"), "a%22b%5Cc%0A%3A%C3%A9");
        assert_eq!(shown(&"x".repeat(100)).len(), SHOWN);
        assert_eq!(shown(&"é".repeat(33)).len(), 6 * 32);
    }
}
