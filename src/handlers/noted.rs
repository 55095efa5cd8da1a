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
    pub(super) prefers_full: bool,
}

impl Noted {
    /// Names the parameters that were ignored, as a list of strings (RFC 9651 §3.1), and the
    /// preference that was applied (RFC 7240 §3).
    pub(super) fn tell(self, reply: Reply) -> Reply {
        let applied = match (self.is_strict, self.prefers_full) {
            (true, true) => Some("handling=strict, return=representation; view=full"),
            (true, false) => Some("handling=strict"),
            (false, true) => Some("return=representation; view=full"),
            (false, false) => None,
        };
        let reply = match applied {
            Some(applied) => {
                reply.with_header(PREFERENCE_APPLIED, HeaderValue::from_static(applied))
            }
            None => reply,
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
/// §4.4).
pub(super) fn prefers_strict(headers: &HeaderMap) -> bool {
    preference(headers, "handling").is_some_and(|(value, _)| value.eq_ignore_ascii_case("strict"))
}

/// Whether the request prefers whole clients (`return=representation; view=full`, RFC 7240 §4.2
/// with a parameter of our own).
pub(super) fn prefers_full(headers: &HeaderMap) -> bool {
    preference(headers, "return").is_some_and(|(value, parameters)| {
        let is_full = |parameter| {
            pair(parameter).is_some_and(|(name, value)| {
                name.eq_ignore_ascii_case("view") && value.eq_ignore_ascii_case("full")
            })
        };
        value.eq_ignore_ascii_case("representation") && parameters.split(';').any(is_full)
    })
}

/// The value of a preference, and its parameters. Of a repeated one the first counts (RFC 7240 §2).
fn preference<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<(&'a str, &'a str)> {
    let fields = headers.get_all(PREFER).iter();
    let mut elements = fields
        .filter_map(|field| field.to_str().ok())
        .flat_map(elements);
    elements.find_map(|element| {
        let (preference, parameters) = element.split_once(';').unwrap_or((element, ""));
        let (name, value) = pair(preference)?;
        name.eq_ignore_ascii_case(wanted)
            .then_some((value, parameters))
    })
}

fn pair(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text.split_once('=')?;
    Some((name.trim(), value.trim().trim_matches('"')))
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
            &["a=\\\"b, handling=strict, c\""],
            &["handling=lenient, handling=strict"],
        ] {
            assert!(!strict(fields), "{fields:?}");
        }
    }

    #[test]
    fn the_full_view_is_a_parameter_of_its_preference() {
        for (field, expected) in [
            ("return=representation; view=full", true),
            (
                "handling=strict, return=\"representation\";a=b; View = FULL",
                true,
            ),
            ("return=representation", false),
            ("return=representation, view=full", false),
            ("return=minimal; view=full", false),
            ("return=representation; view=all", false),
            ("return=minimal, return=representation; view=full", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.append(PREFER, HeaderValue::from_static(field));
            assert_eq!(prefers_full(&headers), expected, "{field}");
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
