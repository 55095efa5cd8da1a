//! Replaces `curves` in a build without the feature `jwt`. It has no arithmetic of curves and
//! verifies no signature; a build with it checks every key again before it verifies with it.

use super::members::Fault;

pub(super) fn check_p256(_: &[u8]) -> Result<(), Fault> {
    Ok(())
}

pub(super) fn check_p384(_: &[u8]) -> Result<(), Fault> {
    Ok(())
}

pub(super) fn check_ed25519(_: &[u8; 32]) -> Result<(), Fault> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{JwkSet, Limits, samples};

    fn is_accepted(key: &str) -> bool {
        JwkSet::parse(&samples::set(&[key]), Limits::default()).is_ok()
    }

    #[test]
    fn only_the_encoding_and_the_length_of_a_point_are_checked() {
        let off_curve = samples::P384.replace(r#""y":"g"#, r#""y":"h"#);
        assert!(is_accepted(&off_curve));
        assert!(!is_accepted(&off_curve.replace("P-384", "P-256")));
        let ed25519 = |x: &str| format!(r#""kty":"OKP","crv":"Ed25519","x":"{x}""#);
        assert!(is_accepted(&ed25519(&"A".repeat(43))));
        assert!(!is_accepted(&ed25519(&"A".repeat(42))));
    }
}
