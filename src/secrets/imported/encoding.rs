//! Numbers and binary values in stored hashes.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Accepts non-zero trailing bits, which some programs did not clear.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);

const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const BCRYPT: GeneralPurpose = GeneralPurpose::new(&alphabet::BCRYPT, LENIENT);

/// Passlib's alphabet has `.` instead of `+`.
pub(super) fn base64(text: &str, max: usize) -> Option<Vec<u8>> {
    decode(&STANDARD, &text.replace('.', "+"), max)
}

pub(super) fn bcrypt_base64(text: &str, max: usize) -> Option<Vec<u8>> {
    decode(&BCRYPT, text, max)
}

fn decode(engine: &GeneralPurpose, text: &str, max: usize) -> Option<Vec<u8>> {
    let fits = text.len() <= max.div_ceil(3) * 4;
    let octets = fits.then(|| engine.decode(text).ok())??;
    (octets.len() <= max).then_some(octets)
}

/// A decimal number in canonical form: only digits and no leading zeros.
pub(super) fn number(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = digits && (text == "0" || !text.starts_with('0'));
    canonical.then(|| text.parse().ok())?
}

/// The values of these `name=value` pairs, in this order, with none missing and no others.
pub(super) fn numbers<const N: usize>(text: &str, names: [&str; N]) -> Option<[u32; N]> {
    let mut values = [0; N];
    let mut pairs = text.split(',');
    for (value, name) in values.iter_mut().zip(names) {
        let (found, text) = pairs.next()?.split_once('=')?;
        *value = (found == name).then(|| number(text))??;
    }
    pairs.next().is_none().then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_one_way() {
        for (text, value) in [("0", 0), ("7", 7), ("10", 10), ("4294967295", u32::MAX)] {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for text in [
            "",
            "00",
            "01",
            "+1",
            "-1",
            " 1",
            "1 ",
            "1e3",
            "4294967296",
            "\u{663}",
        ] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
