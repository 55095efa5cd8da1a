use std::ops::RangeInclusive;

use super::KeyKind;
use super::jwk::{Fault, Jwk};

/// RFC 7518 §3.3 asks for the least; the most keeps a verification cheap.
const MODULUS_BITS: RangeInclusive<usize> = 2048..=8192;

/// FIPS 186-5 asks for more than 2^16.
const LEAST_EXPONENT: u64 = 65537;

/// The kind of a sound RSA key (RFC 7518 §6.3.1).
pub(super) fn kind(jwk: &Jwk<'_>) -> Result<Option<KeyKind>, Fault> {
    let modulus = jwk.integer("n")?;
    let bits = length(&modulus);
    if bits < *MODULUS_BITS.start() {
        return Err(Fault::new("n", "must be at least 2048 bits"));
    }
    if bits > *MODULUS_BITS.end() {
        return Err(Fault::new("n", "must be at most 8192 bits"));
    }
    if !is_odd(&modulus) {
        return Err(Fault::new("n", "must be odd"));
    }

    if !exponent(&jwk.integer("e")?).is_some_and(is_sound) {
        return Err(Fault::new(
            "e",
            "must be odd, at least 65537 and less than 2^33",
        ));
    }
    Ok(Some(KeyKind::Rsa { bits }))
}

/// The exponent that the octets are, if it is one that is verified with: of 33 bits at most.
pub(crate) fn exponent(octets: &[u8]) -> Option<u64> {
    let is_short = octets.len() <= size_of::<u64>();
    let number = octets
        .iter()
        .fold(0, |sum, &octet| sum << 8 | u64::from(octet));
    (is_short && number < 1 << 33).then_some(number)
}

/// Whether an exponent is not weak.
pub(crate) fn is_sound(exponent: u64) -> bool {
    exponent >= LEAST_EXPONENT && exponent % 2 == 1
}

/// The bits of a big-endian integer without leading zero octets.
fn length(integer: &[u8]) -> usize {
    let unused = integer.first().map_or(0, |octet| octet.leading_zeros());
    integer.len() * 8 - unused as usize
}

fn is_odd(integer: &[u8]) -> bool {
    integer.last().is_some_and(|octet| octet & 1 == 1)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::super::json::{self, Value};
    use super::super::samples;
    use super::*;

    fn check(n: &str, e: &str) -> Result<usize, String> {
        let text = format!(r#"{{"n":"{n}","e":"{e}"}}"#);
        match json::read(&text, 1) {
            Ok(Value::Object(key)) => match kind(&Jwk::new(&key)) {
                Ok(Some(KeyKind::Rsa { bits })) => Ok(bits),
                Ok(other) => panic!("{other:?}"),
                Err(fault) => Err(fault.to_string()),
            },
            other => panic!("{other:?}"),
        }
    }

    /// An odd number of that many bits.
    fn odd(bits: usize) -> Vec<u8> {
        let mut integer = vec![0; bits.div_ceil(8)];
        integer[0] = 1 << ((bits - 1) % 8);
        *integer.last_mut().unwrap() |= 1;
        integer
    }

    fn n(integer: &[u8]) -> Result<usize, String> {
        check(&URL_SAFE_NO_PAD.encode(integer), "AQAB")
    }

    fn e(integer: &[u8]) -> bool {
        let fault = "e: must be odd, at least 65537 and less than 2^33";
        match check(samples::RSA_N, &URL_SAFE_NO_PAD.encode(integer)) {
            Ok(2048) => true,
            Err(message) if message == fault => false,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_modulus_has_2048_to_8192_bits() {
        for bits in [2048, 2049, 3072, 4096, 8191, 8192] {
            assert_eq!(n(&odd(bits)), Ok(bits));
        }
        for bits in [1, 1024, 2040, 2047] {
            assert_eq!(n(&odd(bits)), Err("n: must be at least 2048 bits".into()));
        }
        for bits in [8193, 16384] {
            assert_eq!(n(&odd(bits)), Err("n: must be at most 8192 bits".into()));
        }
    }

    #[test]
    fn a_modulus_is_odd_and_starts_with_no_zero() {
        let mut integer = odd(2048);
        *integer.last_mut().unwrap() = 2;
        assert_eq!(n(&integer), Err("n: must be odd".into()));

        let fault = "n: must start with an octet that is not zero";
        integer.insert(0, 0);
        assert_eq!(n(&integer), Err(fault.into()));
        assert_eq!(n(&[]), Err(fault.into()));
        assert_eq!(n(&[0]), Err(fault.into()));
    }

    #[test]
    fn an_exponent_is_odd_and_neither_small_nor_huge() {
        for integer in [
            &[1, 0, 1][..],
            &[1, 0, 3],
            &[255; 4],
            &[1, 0, 0, 0, 1],
            &[1, 255, 255, 255, 255],
        ] {
            assert!(e(integer), "{integer:?}");
        }
        for integer in [
            &[1][..],
            &[3],
            &[17],
            &[255, 255],
            &[1, 0, 0],
            &[1, 0, 2],
            &[2, 0, 0, 0, 1],
            &[1, 0, 0, 0, 0, 0, 0, 0, 1],
            &[255; 300],
        ] {
            assert!(!e(integer), "{integer:?}");
        }
        let fault = "e: must start with an octet that is not zero";
        for e in ["", "AA", "AAEAAQ"] {
            assert_eq!(check(samples::RSA_N, e), Err(fault.into()));
        }
    }

    #[test]
    fn base64url_is_canonical_and_unpadded() {
        let fault = "e: must be canonical base64url without padding";
        for e in [
            "AQAB=", "AQAB====", "AQ==", "AR", "AQB", "A", "AQ AB", " AQAB", "AQAB\\n", "AQ+B",
            "AQ/B", "ÄQAB",
        ] {
            assert_eq!(check(samples::RSA_N, e), Err(fault.into()), "{e}");
        }
    }
}
