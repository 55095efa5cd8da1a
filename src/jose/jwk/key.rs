use super::algorithm::Named;
use super::members::{Fault, Jwk};
use super::{PublicKey, SignatureKey, ec, okp, rsa};
use crate::jose::Algorithms;

/// Distinguishes keys with the same `kid` (RFC 7517 §4.5, FAPI 2.0 §5.4.3).
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Mark<'a> {
    kid: &'a str,
    kty: &'a str,
    crv: Option<&'a str>,
    purpose: Option<&'a str>,
    algorithm: Option<&'a str>,
    verifies: Option<bool>,
}

impl<'a> Mark<'a> {
    /// The mark of a key; `None` if it has no `kid`.
    pub(super) fn read(jwk: &Jwk<'a>) -> Result<Option<Self>, Fault> {
        let Some(kid) = jwk.text("kid")? else {
            return Ok(None);
        };
        Ok(Some(Self {
            kid,
            kty: jwk.required_text("kty")?,
            crv: jwk.text("crv")?,
            purpose: jwk.text("use")?,
            algorithm: jwk.text("alg")?,
            verifies: jwk.verifies()?,
        }))
    }
}

/// What a valid key can be used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Signature(SignatureKey),
    /// Another use, such as encryption.
    Other,
    /// An unknown type or use.
    Ignored,
}

/// Checks one key, which must have no private members.
///
/// A key of a known type must be valid even if its `alg` or `use` is unknown: a weak key must not
/// be stored behind a word that other software may understand.
pub(super) fn check(jwk: &Jwk<'_>) -> Result<Role, Fault> {
    let kty = jwk.required_text("kty")?;
    let purpose = jwk.text("use")?;
    let algorithm = jwk.text("alg")?.map(Named::parse);
    jwk.text("crv")?;
    let verifies = jwk.verifies()?;
    let kid = jwk.text("kid")?;

    if algorithm == Some(Named::NotPublic) {
        return Err(Fault::new("alg", "must be for public keys"));
    }
    let key = match kty {
        "RSA" => Some(rsa::read(jwk)?),
        "EC" => ec::read(jwk)?,
        "OKP" => okp::read(jwk)?,
        _ if jwk.is_symmetric() => return Err(Fault::new("kty", "must not be symmetric")),
        _ => None,
    };
    let Some(key) = key else {
        return Ok(Role::Ignored);
    };
    if algorithm.is_some_and(|algorithm| !algorithm.fits(key.kind())) {
        return Err(Fault::new("alg", "must fit the type and curve of the key"));
    }
    role(key, kid, purpose, algorithm, verifies)
}

/// What `use`, `alg` and `key_ops` allow a valid key to do. They must not contradict each other
/// (RFC 7517 §4.3).
fn role(
    key: PublicKey,
    kid: Option<&str>,
    purpose: Option<&str>,
    algorithm: Option<Named>,
    verifies: Option<bool>,
) -> Result<Role, Fault> {
    let (algorithms, signs, encrypts) = match algorithm {
        None => (key.kind().algorithms(), false, false),
        Some(Named::Signature(only)) => (Algorithms::of([only]), true, false),
        Some(Named::Es512) => (Algorithms::NONE, true, false),
        Some(Named::RsaOaep | Named::EcdhEs) => (Algorithms::NONE, false, true),
        Some(Named::NotPublic | Named::Unknown) => return Ok(Role::Ignored),
    };
    match purpose {
        Some("sig") if encrypts => Err(Fault::new("alg", "must be for signatures, as use says")),
        Some("enc") if signs => Err(Fault::new("alg", "must be for encryption, as use says")),
        Some("sig") if verifies == Some(false) => Err(Fault::new("key_ops", "must agree with use")),
        Some("enc") if verifies == Some(true) => Err(Fault::new("key_ops", "must agree with use")),
        Some("enc") => Ok(Role::Other),
        None if encrypts || verifies == Some(false) => Ok(Role::Other),
        None | Some("sig") => Ok(Role::Signature(SignatureKey {
            key,
            algorithms,
            kid: kid.map(Into::into),
        })),
        Some(_) => Ok(Role::Ignored),
    }
}
