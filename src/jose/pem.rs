use jsonwebtoken::DecodingKey;

use super::{BACKEND, Key};
use crate::error::{BuildError, BuildErrorKind};

/// The maximum length of the text, in bytes.
const MAX_LENGTH: usize = 16 * 1024;

/// The only public key of a PEM: `PUBLIC KEY` (SPKI), or `RSA PUBLIC KEY` (PKCS #1).
pub(super) fn read(pem: &str) -> Result<Key, BuildError> {
    if pem.len() > MAX_LENGTH {
        return Err(BuildErrorKind::OversizedKeys.into());
    }
    if pem.contains("PRIVATE KEY") {
        return Err(BuildErrorKind::NotPublic.into());
    }
    let one = pem.matches("-----BEGIN ").count() == 1;
    let public = [
        "-----BEGIN PUBLIC KEY-----",
        "-----BEGIN RSA PUBLIC KEY-----",
    ]
    .iter()
    .any(|label| pem.contains(label));
    if !one || !public {
        return Err(BuildErrorKind::MalformedKeys.into());
    }
    let pem = pem.as_bytes();
    let malformed = |error| BuildError::from(BuildErrorKind::MalformedKeys).with_source(error);
    if let Ok(key) = DecodingKey::from_ec_pem(pem) {
        return Ok(Key::ec(key.try_get_as_bytes().map_err(malformed)?)?);
    }
    if let Ok(key) = DecodingKey::from_ed_pem(pem) {
        return Ok(Key::ed25519(key.try_get_as_bytes().map_err(malformed)?)?);
    }
    let key = DecodingKey::from_rsa_pem(pem).map_err(malformed)?;
    let der = key.try_get_as_bytes().map_err(malformed)?;
    let numbers = (BACKEND.key_utils.rsa_pub_components_from_public_key)(der);
    let (modulus, exponent) = numbers.map_err(malformed)?;
    Ok(Key::rsa(&modulus, &exponent)?)
}
