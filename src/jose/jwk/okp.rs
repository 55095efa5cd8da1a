use super::members::{Fault, Jwk};
use super::{PublicKey, curves};

/// Parses and validates an octet key pair (RFC 8037 §2); `None` unless it is on Ed25519.
pub(super) fn read(jwk: &Jwk<'_>) -> Result<Option<PublicKey>, Fault> {
    if jwk.required_text("crv")? != "Ed25519" {
        return Ok(None);
    }
    key(&jwk.octets("x")?).map(Some)
}

/// An Ed25519 key.
pub(in crate::jose) fn key(octets: &[u8]) -> Result<PublicKey, Fault> {
    let octets: [u8; 32] = octets
        .try_into()
        .map_err(|_| Fault::new("x", "must be 32 octets"))?;
    curves::check_ed25519(&octets)?;
    Ok(PublicKey::Ed25519(octets))
}

#[cfg(test)]
mod tests {
    use super::super::{KeyKind, samples};
    use super::*;

    fn check(key: &str) -> Result<Option<KeyKind>, String> {
        let read = samples::read(&format!("{{{key}}}"), read)?;
        Ok(read.map(|key| key.kind()))
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

    #[cfg(feature = "jwt")]
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
