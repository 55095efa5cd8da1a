use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::algorithm::Algorithm;
use super::key::Key;
use super::{ConfigError, ConfigErrorKind};

/// The longest document, in bytes.
const MAX_LENGTH: usize = 128 * 1024;

/// The keys of a JWK Set (RFC 7517 §5) that can verify a signature; the others are passed over.
pub(crate) fn read(document: &str) -> Result<Vec<Key>, ConfigError> {
    if document.len() > MAX_LENGTH {
        return Err(ConfigErrorKind::TooLarge.into());
    }
    let document: Value = serde_json::from_str(document).map_err(|_| ConfigErrorKind::Malformed)?;
    let keys = document.as_object().and_then(|set| set.get("keys"));
    let keys = keys.and_then(Value::as_array);
    let keys = keys.ok_or(ConfigErrorKind::Malformed)?;
    let keys = || keys.iter().filter_map(Value::as_object);
    if keys().any(is_not_public) {
        return Err(ConfigErrorKind::NotPublic.into());
    }
    Ok(keys().filter_map(key).collect())
}

/// Whoever reads the document could sign with what such a key holds.
fn is_not_public(jwk: &Map<String, Value>) -> bool {
    jwk.contains_key("d") || jwk.contains_key("k") || jwk.get("kty").is_some_and(|kty| kty == "oct")
}

fn key(jwk: &Map<String, Value>) -> Option<Key> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
    // A member that is there must be understood: none of these may fall back to its default.
    let absent = |name: &str| !jwk.contains_key(name);

    let for_signatures = absent("use") || text("use") == Some("sig");
    let operations = jwk.get("key_ops").and_then(Value::as_array);
    let verifies = operations.is_some_and(|all| all.iter().any(|one| one == "verify"));
    if !for_signatures || !(absent("key_ops") || verifies) {
        return None;
    }
    let key = match (text("kty")?, text("crv")) {
        ("RSA", _) => Key::rsa(&bytes("n")?, &bytes("e")?),
        ("EC", Some("P-256")) => Key::ec(&point(&bytes("x")?, &bytes("y")?, 32)?),
        ("EC", Some("P-384")) => Key::ec(&point(&bytes("x")?, &bytes("y")?, 48)?),
        ("OKP", Some("Ed25519")) => Key::ed25519(&bytes("x")?),
        _ => return None,
    };
    let mut key = key.ok()?;
    if !absent("alg") {
        key = key.only(Algorithm::parse(text("alg")?)?)?;
    }
    if !absent("kid") {
        key = key.named(text("kid")?);
    }
    Some(key)
}

/// An uncompressed point (SEC 1 §2.3.3); both coordinates have the full length (RFC 7518 §6.2.1).
fn point(x: &[u8], y: &[u8], length: usize) -> Option<Vec<u8>> {
    let full = x.len() == length && y.len() == length;
    full.then(|| [&[4], x, y].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    const X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    const Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

    /// The P-256 key of RFC 7515 appendix A.3 with more members.
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
            r#","crv":"P-384""#,
            r#","crv":"P-521""#,
            r#","kty":"RSA""#,
            r#","x":"AAAA""#,
            r#","y":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU""#,
        ];
        for more in passed_over {
            assert_eq!(count(&[ec(more), ec("")]), 1, "{more}");
        }
    }

    #[test]
    fn what_is_not_public_is_refused() {
        let secret = r#"{"kty":"oct","k":"AAAA"}"#;
        let keys = [
            secret,
            r#"{"kty":"oct"}"#,
            &ec(r#","d":"AAAA""#),
            &ec(r#","k":"AAAA""#),
        ];
        for key in keys {
            let document = format!(r#"{{"keys":[{},{key}]}}"#, ec(""));
            let refused = read(&document).err().unwrap();
            assert_eq!(refused.kind(), ConfigErrorKind::NotPublic);
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
            "\u{feff}{}",
        ] {
            let refused = read(text).err().unwrap();
            assert_eq!(refused.kind(), ConfigErrorKind::Malformed, "{text}");
        }
        let refused = read(&" ".repeat(MAX_LENGTH + 1)).err().unwrap();
        assert_eq!(refused.kind(), ConfigErrorKind::TooLarge);
    }
}
