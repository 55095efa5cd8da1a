use ed25519_dalek::VerifyingKey;

use super::KeyKind;
use super::jwk::{Fault, Jwk};

/// The kind of a sound octet key pair (RFC 8037 §2); `None` when it is not on Ed25519.
pub(super) fn kind(jwk: &Jwk<'_>) -> Result<Option<KeyKind>, Fault> {
    if jwk.required_text("crv")? != "Ed25519" {
        return Ok(None);
    }
    let mut octets = Vec::with_capacity(32);
    jwk.octets("x", &mut octets)?;
    let octets: [u8; 32] = octets
        .try_into()
        .map_err(|_| Fault::new("x", "must be 32 octets"))?;
    match VerifyingKey::from_bytes(&octets) {
        // Decoding lets coordinates pass that are not below the prime; RFC 8032 §5.1.3 does not.
        Ok(key) if key.to_edwards().compress().to_bytes() == octets && !key.is_weak() => {
            Ok(Some(KeyKind::Ed25519))
        }
        _ => Err(Fault::new(
            "x",
            "must be a point on the curve and not of small order",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::json::{self, Value};
    use super::super::samples;
    use super::*;

    fn check(key: &str) -> Result<Option<KeyKind>, String> {
        match json::read(&format!("{{{key}}}"), 1) {
            Ok(Value::Object(key)) => kind(&Jwk::new(&key)).map_err(|fault| fault.to_string()),
            other => panic!("{other:?}"),
        }
    }

    fn ed25519(x: &str) -> Result<Option<KeyKind>, String> {
        check(&format!(r#""crv":"Ed25519","x":"{x}""#))
    }

    #[test]
    fn an_ed25519_key_is_accepted_and_other_curves_are_not_known() {
        assert_eq!(check(samples::ED25519), Ok(Some(KeyKind::Ed25519)));
        assert_eq!(check(samples::X25519), Ok(None));
        assert_eq!(check(r#""crv":"Ed448""#), Ok(None));
        assert_eq!(check(""), Err("crv: must be present".into()));
        assert_eq!(
            check(r#""crv":"Ed25519""#),
            Err("x: must be present".into())
        );
    }

    #[test]
    fn a_key_is_a_canonical_point_of_large_order() {
        assert_eq!(
            ed25519("AwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            Ok(Some(KeyKind::Ed25519))
        );
        let fault = "x: must be a point on the curve and not of small order";
        for (x, why) in [
            (
                "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "not on the curve",
            ),
            ("8P_______________________________________38", "y = 3 + p"),
            (
                "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "the neutral element",
            ),
            (
                "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIA",
                "its other sign",
            ),
            ("7P_______________________________________38", "of order 2"),
            ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "of order 4"),
            ("JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU", "of order 8"),
        ] {
            assert_eq!(ed25519(x), Err(fault.into()), "{why}");
        }
        for x in ["", "AA", "AwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(ed25519(x), Err("x: must be 32 octets".into()));
        }
    }
}
