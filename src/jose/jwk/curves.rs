//! Whether a point is on its curve. `no_curves` replaces it in a build without the feature `jwt`.

use ed25519_dalek::VerifyingKey;

use super::members::Fault;

const NOT_ON_CURVE: Fault = Fault::new("x", "must be, with y, a point on the curve");

/// Validates an uncompressed point (SEC 1 §2.3.3) on P-256.
pub(super) fn check_p256(point: &[u8]) -> Result<(), Fault> {
    let on_curve = p256::PublicKey::from_sec1_bytes(point);
    on_curve.map(|_| ()).map_err(|_| NOT_ON_CURVE)
}

/// Validates an uncompressed point (SEC 1 §2.3.3) on P-384.
pub(super) fn check_p384(point: &[u8]) -> Result<(), Fault> {
    let on_curve = p384::PublicKey::from_sec1_bytes(point);
    on_curve.map(|_| ()).map_err(|_| NOT_ON_CURVE)
}

/// Validates a point on Ed25519. Those of small order are refused, because they verify forged
/// signatures.
pub(super) fn check_ed25519(octets: &[u8; 32]) -> Result<(), Fault> {
    const MUST: &str = "must be a point on the curve and not of small order";
    let point = VerifyingKey::from_bytes(octets).map_err(|_| Fault::new("x", MUST))?;
    if point.is_weak() {
        return Err(Fault::weak("x", MUST));
    }
    // Decoding accepts coordinates that are not below the prime; RFC 8032 §5.1.3 does not.
    if point.to_edwards().compress().to_bytes() != *octets {
        return Err(Fault::new("x", MUST));
    }
    Ok(())
}
