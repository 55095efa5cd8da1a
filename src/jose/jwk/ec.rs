use super::members::{Fault, Jwk};
use super::{PublicKey, curves};

/// The first octet of an uncompressed point (SEC 1 §2.3.3).
const UNCOMPRESSED: u8 = 4;

/// Parses and validates an elliptic curve key (RFC 7518 §6.2.1); `None` if the curve is not
/// supported.
pub(super) fn read(jwk: &Jwk<'_>) -> Result<Option<PublicKey>, Fault> {
    let (length, key): (_, fn(Vec<u8>) -> _) = match jwk.required_text("crv")? {
        "P-256" => (32, p256),
        "P-384" => (48, p384),
        // Never used for verification, so only the length of the coordinates is checked.
        "P-521" => (66, |_| Ok(PublicKey::P521)),
        _ => return Ok(None),
    };
    let mut point = Vec::with_capacity(1 + 2 * length);
    point.push(UNCOMPRESSED);
    for (member, end) in [("x", 1 + length), ("y", 1 + 2 * length)] {
        jwk.append(member, &mut point)?;
        if point.len() != end {
            return Err(Fault::new(member, "must be as long as the curve's field"));
        }
    }
    key(point).map(Some)
}

/// The key of an uncompressed point (SEC 1 §2.3.3) on P-256 or P-384.
pub(in crate::jose) fn key(point: &[u8]) -> Result<PublicKey, Fault> {
    match point.len() {
        65 => p256(point.to_vec()),
        97 => p384(point.to_vec()),
        _ => Err(Fault::new("x", "must be, with y, as long as a point")),
    }
}

fn p256(point: Vec<u8>) -> Result<PublicKey, Fault> {
    curves::check_p256(&point)?;
    Ok(PublicKey::P256(point))
}

fn p384(point: Vec<u8>) -> Result<PublicKey, Fault> {
    curves::check_p384(&point)?;
    Ok(PublicKey::P384(point))
}

#[cfg(test)]
mod tests {
    use super::super::{KeyKind, samples};
    use super::*;

    fn check(key: &str) -> Result<Option<KeyKind>, String> {
        let read = samples::read(&format!("{{{key}}}"), read)?;
        Ok(read.map(|key| key.kind()))
    }

    fn p256(x: &str, y: &str) -> Result<Option<KeyKind>, String> {
        check(&format!(r#""crv":"P-256","x":"{x}","y":"{y}""#))
    }

    const X: &str = "od8DXpVzecZ9P5JjRu1H062NxetYLA830-CmEeaWIZE";
    const Y: &str = "5jGGC3D10SZiUdtbewUZr9Zlj0Gfa6A01Kub_FWc9BE";

    #[test]
    fn points_on_the_three_curves_are_accepted() {
        assert_eq!(check(samples::P256), Ok(Some(KeyKind::P256)));
        assert_eq!(check(samples::P384), Ok(Some(KeyKind::P384)));
        assert_eq!(check(samples::P521), Ok(Some(KeyKind::P521)));
        assert_eq!(check(samples::SECP256K1), Ok(None));
    }

    #[cfg(feature = "jwt")]
    #[test]
    fn a_point_of_another_curve_is_refused() {
        let fault = "x: must be, with y, a point on the curve";
        let key = samples::SECP256K1.replace("secp256k1", "P-256");
        assert_eq!(check(&key), Err(fault.into()));
        assert_eq!(p256(Y, X), Err(fault.into()));
        let key = samples::P384.replace(r#""y":"g"#, r#""y":"h"#);
        assert_eq!(check(&key), Err(fault.into()));
        let zero = "A".repeat(43);
        assert_eq!(p256(&zero, &zero), Err(fault.into()));
    }

    #[cfg(feature = "jwt")]
    #[test]
    fn a_coordinate_is_less_than_the_prime() {
        let (x, y) = (
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAU",
            "RZJDuapYGAb-kTvOmYF63hHKUDxk2aPFM0FcCDJI-8w",
        );
        let x_plus_prime = "_____wAAAAEAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAQ";
        assert_eq!(p256(x, y), Ok(Some(KeyKind::P256)));
        let fault = "x: must be, with y, a point on the curve";
        assert_eq!(p256(x_plus_prime, y), Err(fault.into()));
    }

    #[test]
    fn coordinates_have_full_length() {
        let short = "must be as long as the curve's field";
        let zeros = [0, 2, 42, 44].map(|length| "A".repeat(length));
        for other in zeros.into_iter().chain([format!("AAAA{X}")]) {
            assert_eq!(p256(&other, Y), Err(format!("x: {short}")), "{other}");
            assert_eq!(p256(X, &other), Err(format!("y: {short}")), "{other}");
        }
        let key = samples::P384.replace("P-384", "P-521");
        assert_eq!(check(&key), Err(format!("x: {short}")));
    }

    #[test]
    fn a_p521_key_only_has_its_length() {
        let key = samples::P521.replace(r#""y":"APAq"#, r#""y":"APAr"#);
        assert_eq!(check(&key), Ok(Some(KeyKind::P521)));
        assert!(!KeyKind::P521.is_verifiable());
        let key = samples::P521.replace(r#""y":"APAq"#, r#""y":""#);
        let fault = "y: must be as long as the curve's field";
        assert_eq!(check(&key), Err(fault.into()));
    }

    #[test]
    fn every_member_is_needed() {
        for (key, fault) in [
            (r#""x":"","y":"""#, "crv: must be present"),
            (r#""crv":"P-256","y":"""#, "x: must be present"),
            (&format!(r#""crv":"P-256","x":"{X}""#), "y: must be present"),
            (
                &format!(r#""crv":"P-256","x":"{X}","y":1"#),
                "y: must be a string",
            ),
            (
                &format!(r#""crv":"P-256","x":"{X}=""#),
                "x: must be canonical base64url without padding",
            ),
        ] {
            assert_eq!(check(key), Err(fault.into()), "{key}");
        }
    }
}
