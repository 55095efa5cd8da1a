mod syntax;

use std::borrow::Cow;

use fluent_uri::Uri;
use percent_encoding::percent_decode;
use url::form_urlencoded::parse;
use url::{Host, Url};

use super::violation::Fault;

/// A proxy, a framework and a servlet container: each may decode once.
const DECODINGS: usize = 3;

/// A URI that RFC 3986 and the WHATWG parser of browsers read alike.
///
/// The WHATWG parser repairs its input (`https:evil`, `0x7f.1`, tabs, default ports), so a text
/// that is checked by one parser and followed by the other may lead elsewhere. Only a text that
/// needs no repair is accepted.
pub(super) struct StrictUri<'a> {
    uri: Uri<&'a str>,
    url: Url,
}

impl<'a> StrictUri<'a> {
    /// Parses an absolute URI of at most `max_length` bytes without user information.
    pub(super) fn parse(text: &'a str, max_length: usize) -> Result<Self, Fault> {
        if text.is_empty() {
            return Err("must not be empty".into());
        }
        if text.len() > max_length {
            return Err(format!("must be at most {max_length} bytes long").into());
        }
        let uri = Uri::parse(text).map_err(|_| syntax::fault(text))?;
        if uri
            .authority()
            .is_some_and(|authority| authority.has_userinfo())
        {
            return Err("must not contain user information".into());
        }
        // Before the comparison below, whose message would only be that the text is not canonical.
        if uri
            .authority()
            .is_some_and(|authority| authority.host().contains('*'))
        {
            return Err("must not contain a wildcard".into());
        }
        if has_dot_segment(uri.path().as_str()) {
            return Err("must not contain dot segments".into());
        }
        if uri.has_authority() && uri.path().is_empty() {
            // The WHATWG parser adds one, so the text would differ.
            if uri.has_query() {
                return Err("must have a path before the query".into());
            }
            if uri.has_fragment() {
                return Err("must have a path before the fragment".into());
            }
        }
        let url = Url::parse(text).map_err(|_| "must be a valid URL")?;
        let without_path = uri.path().is_empty();
        let read_as = url.as_str();
        if read_as != text && !(without_path && read_as.strip_suffix('/') == Some(text)) {
            return Err(
                "must be in canonical form: lower-case scheme and host, no default port, \
                        nothing for a parser to repair"
                    .into(),
            );
        }
        let this = Self { uri, url };
        this.check_authority()?;
        if this.decodes_to_control_characters() {
            return Err("must not contain encoded control characters".into());
        }
        Ok(this)
    }

    fn check_authority(&self) -> Result<(), Fault> {
        if let Some(Host::Domain(name)) = self.url.host()
            && !is_dns_name(name)
        {
            return Err("must name a host by its DNS name or IP address".into());
        }
        if self.url.port() == Some(0) {
            return Err("must not name port 0".into());
        }
        Ok(())
    }

    fn decodes_to_control_characters(&self) -> bool {
        let query = self.uri.query().map_or("", |query| query.as_str());
        [self.uri.path().as_str(), query]
            .into_iter()
            .any(|part| decode_fully(part).iter().any(u8::is_ascii_control))
    }

    pub(super) fn scheme(&self) -> &str {
        self.url.scheme()
    }

    pub(super) fn host(&self) -> Option<Host<&str>> {
        self.url.host()
    }

    /// The port, if it is not the default one of the scheme.
    #[cfg(feature = "cimd")]
    pub(super) fn port(&self) -> Option<u16> {
        self.url.port()
    }

    pub(super) fn has_authority(&self) -> bool {
        self.uri.has_authority()
    }

    pub(super) fn has_fragment(&self) -> bool {
        self.uri.has_fragment()
    }

    pub(super) fn path(&self) -> &str {
        self.uri.path().as_str()
    }

    /// The names in the query, for parsers that split it at `&`, at `;` or at both.
    pub(super) fn query_names(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let query = self.url.query().unwrap_or_default();
        let parts = query.split(['&', ';']);
        parts.flat_map(|part| parse(part.as_bytes()).map(|(name, _)| name))
    }
}

/// Whether a decoder or servlet container on the way could see a `.` or `..` segment: encoded once
/// or more, after a backslash, or with a path parameter (`..;`).
fn has_dot_segment(path: &str) -> bool {
    decode_fully(path)
        .split(|byte| matches!(byte, b'/' | b'\\'))
        .any(|segment| {
            let name = segment
                .split(|byte| *byte == b';')
                .next()
                .unwrap_or_default();
            matches!(name, b"." | b"..")
        })
}

/// Percent-decodes as often as software on the way might.
fn decode_fully(text: &str) -> Vec<u8> {
    (0..DECODINGS).fold(text.as_bytes().to_vec(), |bytes, _| {
        percent_decode(&bytes).collect()
    })
}

fn is_dns_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
    };
    name.len() <= 253 && name.split('.').all(is_label)
}
