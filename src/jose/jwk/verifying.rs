use super::SignatureKey;
use super::key::{self, Role};
use super::members::{self, Jwk};
use crate::error::BuildErrorKind;
use crate::jose::json::{self, Value};

/// The maximum length of a document, in bytes.
const MAX_LENGTH: usize = 128 * 1024;

/// The keys of a JWK Set (RFC 7517 §5) that can verify a signature; all others are skipped, whether
/// unsupported, for another use or invalid.
pub(in crate::jose) fn read(document: &str) -> Result<Vec<SignatureKey>, BuildErrorKind> {
    if document.len() > MAX_LENGTH {
        return Err(BuildErrorKind::OversizedKeys);
    }
    let Ok(Value::Object(set)) = json::read(document, usize::MAX) else {
        return Err(BuildErrorKind::MalformedKeys);
    };
    let Some(Value::List(keys)) = set.get("keys") else {
        return Err(BuildErrorKind::MalformedKeys);
    };
    let keys = || {
        keys.iter().filter_map(|key| match key {
            Value::Object(key) => Some(key),
            _ => None,
        })
    };
    // Anyone who can read the document could sign with such a key.
    if keys().any(|key| members::is_private(key) || Jwk::new(key).is_symmetric()) {
        return Err(BuildErrorKind::NotPublic);
    }
    let checked = keys().filter_map(|key| key::check(&Jwk::new(key)).ok());
    let found = checked.filter_map(|role| match role {
        Role::Signature(key) if key.key.kind().is_verifiable() => Some(key),
        _ => None,
    });
    Ok(found.collect())
}

#[cfg(test)]
mod tests {
    use super::super::{JwkSet, Limits, samples};
    use super::*;

    const X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    const Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

    /// The P-256 key of RFC 7515 appendix A.3 with additional members.
    fn ec(more: &str) -> String {
        format!(r#"{{"kty":"EC","crv":"P-256","x":"{X}","y":"{Y}"{more}}}"#)
    }

    fn count(keys: &[String]) -> usize {
        let document = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
        read(&document).unwrap().len()
    }

    #[test]
    fn only_keys_for_signatures_are_taken() {
        let taken = [
            "",
            r#","use":"sig""#,
            r#","alg":"ES256""#,
            r#","key_ops":["verify"]"#,
            r#","kid":"a","x5c":["AAAA"],"unknown":{}"#,
        ];
        for more in taken {
            assert_eq!(count(&[ec(more)]), 1, "{more}");
        }
        let passed_over = [
            r#","use":"enc""#,
            r#","use":null"#,
            r#","alg":"ES384""#,
            r#","alg":"HS256""#,
            r#","alg":"ECDH-ES""#,
            r#","alg":1"#,
            r#","key_ops":["encrypt"]"#,
            r#","key_ops":"verify""#,
            r#","kid":5"#,
        ];
        for more in passed_over {
            assert_eq!(count(&[ec(more), ec("")]), 1, "{more}");
        }
        let changed = [
            ("P-256", "P-384"),
            ("P-256", "P-521"),
            ("EC", "RSA"),
            (X, "AAAA"),
            (Y, "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
        ];
        for (from, to) in changed {
            let key = ec("").replace(from, to);
            assert_eq!(count(&[key, ec("")]), 1, "{to}");
        }
    }

    #[test]
    fn what_is_taken_could_have_been_registered() {
        let n = samples::RSA_N;
        let zero_first = format!(r#""kty":"RSA","n":"AA{n}","e":"AQAB""#);
        let above_the_prime = "8P_______________________________________38";
        let twice = format!(r#"{},"key_ops":["verify","verify"]"#, samples::P256);
        let keys = [
            samples::RSA,
            samples::P256,
            samples::P384,
            samples::P521,
            samples::ED25519,
            &zero_first,
            &twice,
            &format!(r#""kty":"OKP","crv":"Ed25519","x":"{above_the_prime}""#),
        ];
        let judged = keys.map(|key| {
            let document = samples::set(&[key]);
            let registered = JwkSet::parse(&document, Limits::default()).is_ok();
            (registered, read(&document).unwrap().len())
        });
        let (usable, unverifiable, refused) = ((true, 1), (true, 0), (false, 0));
        let expected = [
            usable,
            usable,
            usable,
            unverifiable,
            usable,
            refused,
            refused,
            refused,
        ];
        assert_eq!(judged, expected);
    }

    #[test]
    fn what_is_not_public_is_refused() {
        let secret = r#"{"kty":"oct","k":"AAAA"}"#;
        let keys = [
            secret,
            r#"{"kty":"oct"}"#,
            &ec(r#","d":"AAAA""#),
            &ec(r#","k":"AAAA""#),
            &ec(r#","priv":"AAAA""#),
        ];
        for key in keys {
            let document = format!(r#"{{"keys":[{},{key}]}}"#, ec(""));
            let refused = read(&document).err().unwrap();
            assert_eq!(refused, BuildErrorKind::NotPublic);
        }
    }

    #[test]
    fn a_document_is_a_jwk_set_of_a_bounded_size() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"keys":{}}"#,
            r#"{"keys":[]} x"#,
            r#"{"keys":[],"keys":[]}"#,
            r#"{"keys":[{"kid":"a","kid":"b"}]}"#,
            "\u{feff}{}",
        ] {
            let refused = read(text).err().unwrap();
            assert_eq!(refused, BuildErrorKind::MalformedKeys, "{text}");
        }
        let refused = read(&" ".repeat(MAX_LENGTH + 1)).err().unwrap();
        assert_eq!(refused, BuildErrorKind::OversizedKeys);
    }
}
