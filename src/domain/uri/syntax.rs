use fluent_uri::Uri;

/// Why a text is not a URI (RFC 3986 §4.3), in words that help to fix it.
pub(super) fn fault(text: &str) -> &'static str {
    if text.contains(|c: char| c.is_ascii_control()) {
        return "must not contain control characters";
    }
    if text.trim() != text {
        return "must not have blanks around it";
    }
    if !text.is_ascii() {
        return "must hold ASCII characters only: write the host in Punycode and percent-encode the rest";
    }
    if Uri::parse(with_stand_ins(text).as_str()).is_ok() {
        return "must percent-encode the characters that RFC 3986 does not allow";
    }
    "must be an absolute URI (RFC 3986 section 4.3)"
}

/// The text with a letter in place of each character that is not allowed.
fn with_stand_ins(text: &str) -> String {
    let host_end = text
        .split_once("://")
        .and_then(|(scheme, rest)| Some(scheme.len() + 3 + rest.find(['/', '?', '#'])?));
    let mut rest = text;
    let mut out = String::with_capacity(text.len());
    while let Some(c) = rest.chars().next() {
        let at = text.len() - rest.len();
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        let is_allowed = match c {
            '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}' | ' ' => false,
            // They are allowed around an IPv6 address.
            '[' | ']' => host_end.is_none_or(|end| at < end),
            '%' => {
                let digits = rest.bytes().take(2);
                digits.filter(u8::is_ascii_hexdigit).count() == 2
            }
            _ => true,
        };
        out.push(if is_allowed { c } else { 'x' });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_character_that_matters_is_named() {
        let ascii = "must hold ASCII characters only: write the host in Punycode and \
                     percent-encode the rest";
        let encode = "must percent-encode the characters that RFC 3986 does not allow";
        let absolute = "must be an absolute URI (RFC 3986 section 4.3)";
        for (text, message) in [
            ("https://masełkowski.pl/cb", ascii),
            ("https://app.example.com/zażółć", ascii),
            ("https://app.example.com/{123}/", encode),
            ("https://app.example.com/?a[b]=c", encode),
            ("https://app.example.com/a|b", encode),
            ("https://app.example.com/a b", encode),
            ("https://app.example.com/100%", encode),
            ("https://app.example.com/%zz", encode),
            ("https://{tenant}.example.com/cb", encode),
            ("https://[::1]/[x]", encode),
            ("com.example.app:/{x}", encode),
            (
                "https://app.example.com/\n",
                "must not contain control characters",
            ),
            (
                "https://app.example.com/ ",
                "must not have blanks around it",
            ),
            ("//app.example.com/{x}", absolute),
            ("/cb", absolute),
            ("cb", absolute),
            ("https://[::1/cb", absolute),
            ("https://a:b:c/{x}", absolute),
        ] {
            assert_eq!(fault(text), message, "{text}");
        }
    }
}
