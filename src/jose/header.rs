use std::borrow::Cow;

use super::Algorithm;
use super::json::{Object, Value};

/// The header of a token. Its `jwk`, `jku`, `x5c` and `x5u` are controlled by whoever made the
/// token, and ignored.
pub(crate) struct Header<'a> {
    pub(crate) algorithm: Algorithm,
    pub(crate) kid: Option<Cow<'a, str>>,
}

impl<'a> Header<'a> {
    /// Parses a header; `None` if it is not acceptable. A `typ` that is not in `types` means that
    /// the token was made for another purpose (RFC 8725 §3.11).
    pub(crate) fn read(json: &'a [u8], types: &[&str]) -> Option<Self> {
        let header = Object::of_token(json, &["alg", "typ", "kid", "crit"])?;
        let Some(Value::Text(algorithm)) = header.get("alg") else {
            return None;
        };
        let kid = match header.get("kid") {
            None => None,
            Some(Value::Text(kid)) => Some(kid.clone()),
            Some(_) => return None,
        };
        let typed = match header.get("typ") {
            None => true,
            Some(Value::Text(typ)) => types.iter().any(|known| known.eq_ignore_ascii_case(typ)),
            Some(_) => false,
        };
        // No extension is supported, so no critical one is (RFC 7515 §4.1.11).
        if !typed || header.contains("crit") {
            return None;
        }
        let algorithm = Algorithm::parse(algorithm)?;
        Some(Self { algorithm, kid })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPES: [&str; 3] = ["JWT", "at+jwt", "application/at+jwt"];

    #[test]
    fn what_is_not_understood_is_refused() {
        let accepted = [
            r#"{"alg":"HS256"}"#,
            r#"{"alg":"HS256","typ":"jwt"}"#,
            r#"{"alg":"HS256","typ":"AT+JWT"}"#,
            r#"{"alg":"HS256","typ":"application/at+jwt"}"#,
            r#"{"alg":"RS256","kid":"","jku":"http://169.254.169.254/","jwk":{}}"#,
        ];
        for header in accepted {
            assert!(
                Header::read(header.as_bytes(), &TYPES).is_some(),
                "{header}"
            );
        }
        let refused = [
            "{}",
            r#"["HS256"]"#,
            r#"{"alg":null}"#,
            r#"{"alg":["HS256"]}"#,
            r#"{"alg":"none"}"#,
            r#"{"alg":"nOnE"}"#,
            r#"{"alg":"hs256"}"#,
            r#"{"alg":"dir","enc":"A256GCM"}"#,
            r#"{"alg":"HS256","alg":"HS256"}"#,
            r#"{"alg":"HS256","kid":123}"#,
            r#"{"alg":"HS256","kid":null}"#,
            r#"{"alg":"HS256","crit":[]}"#,
            r#"{"alg":"HS256","crit":null}"#,
            r#"{"alg":"HS256","crit":["b64"],"b64":false}"#,
            r#"{"alg":"HS256","typ":null}"#,
            r#"{"alg":"HS256","typ":"client-authentication+jwt"}"#,
            r#"{"alg":"HS256","typ":"JWT "}"#,
        ];
        for header in refused {
            assert!(
                Header::read(header.as_bytes(), &TYPES).is_none(),
                "{header}"
            );
        }
    }
}
