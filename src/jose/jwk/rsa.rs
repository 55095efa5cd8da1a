use std::ops::RangeInclusive;

use super::PublicKey;
use super::members::{Fault, Jwk};

/// RFC 7518 §3.3 requires the minimum; the maximum keeps verification cheap.
const MODULUS_BITS: RangeInclusive<usize> = 2048..=8192;

/// FIPS 186-5 requires more than 2^16.
const LEAST_EXPONENT: u64 = 65537;

/// Parses and validates an RSA key (RFC 7518 §6.3.1).
pub(super) fn read(jwk: &Jwk<'_>) -> Result<PublicKey, Fault> {
    let modulus = jwk.integer("n")?;
    let bits = check_modulus(&modulus)?;
    let exponent = jwk.integer("e")?;
    check_exponent(&exponent)?;
    Ok(PublicKey::Rsa {
        bits,
        modulus,
        exponent,
    })
}

/// The key with these big-endian integers, ignoring leading zeros.
pub(in crate::jose) fn key(modulus: &[u8], exponent: &[u8]) -> Result<PublicKey, Fault> {
    let (modulus, exponent) = (without_zeros(modulus), without_zeros(exponent));
    let bits = check_modulus(modulus)?;
    check_exponent(exponent)?;
    Ok(PublicKey::Rsa {
        bits,
        modulus: modulus.to_vec(),
        exponent: exponent.to_vec(),
    })
}

/// Validates a modulus without leading zero octets, and returns its length in bits.
fn check_modulus(modulus: &[u8]) -> Result<usize, Fault> {
    let bits = length(modulus);
    if bits < *MODULUS_BITS.start() {
        Err(Fault::weak("n", "must be at least 2048 bits"))
    } else if bits > *MODULUS_BITS.end() {
        Err(Fault::new("n", "must be at most 8192 bits"))
    } else if modulus.last().is_none_or(|octet| octet % 2 == 0) {
        Err(Fault::weak("n", "must be odd"))
    } else {
        Ok(bits)
    }
}

/// Validates an exponent without leading zero octets. No backend supports more than 33 bits.
fn check_exponent(exponent: &[u8]) -> Result<(), Fault> {
    const MUST: &str = "must be odd, at least 65537 and less than 2^33";
    let is_short = exponent.len() <= size_of::<u64>();
    let number = exponent
        .iter()
        .fold(0, |sum, &octet| sum << 8 | u64::from(octet));
    if !is_short || number >= 1 << 33 {
        Err(Fault::new("e", MUST))
    } else if number < LEAST_EXPONENT || number % 2 == 0 {
        Err(Fault::weak("e", MUST))
    } else {
        Ok(())
    }
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// The length in bits of a big-endian integer without leading zero octets.
fn length(integer: &[u8]) -> usize {
    let unused = integer.first().map_or(0, |octet| octet.leading_zeros());
    integer.len() * 8 - unused as usize
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::super::samples;
    use super::*;

    fn check(n: &str, e: &str) -> Result<usize, String> {
        let text = format!(r#"{{"n":"{n}","e":"{e}"}}"#);
        match samples::read(&text, read) {
            Ok(PublicKey::Rsa { bits, .. }) => Ok(bits),
            Ok(other) => panic!("{other:?}"),
            Err(fault) => Err(fault),
        }
    }

    /// An odd number of this many bits.
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
