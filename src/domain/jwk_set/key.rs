use super::algorithm::{Algorithm, SignatureAlgorithm};
use super::jwk::{Fault, Jwk};
use super::{ec, okp, rsa};

/// What sort of public key it is, and how big.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Rsa {
        /// The length of the modulus.
        bits: usize,
    },
    P256,
    P384,
    P521,
    Ed25519,
}

/// A key for signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignatureKey {
    pub(crate) kind: KeyKind,
    /// The one algorithm it is for, if it names one.
    pub(crate) algorithm: Option<SignatureAlgorithm>,
    pub(super) kid: Option<String>,
}

impl SignatureKey {
    pub(super) fn serves(&self, algorithm: SignatureAlgorithm) -> bool {
        match self.algorithm {
            Some(only) => only == algorithm,
            None => algorithm.fits(self.kind),
        }
    }
}

/// What a key that has a name is told apart by from others of that name (RFC 7517 §4.5, FAPI 2.0
/// §5.4.3).
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
    /// The mark of a key; `None` where it has no name.
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

/// What a sound key is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Signature(SignatureKey),
    /// Something else, such as encryption.
    Other,
    /// Not understood.
    Ignored,
}

/// Checks one key, which holds no private member.
///
/// A key whose type is known must be sound even where its `alg` or `use` is not known: a weak key
/// must not be stored behind a word that others may understand.
pub(super) fn check(jwk: &Jwk<'_>) -> Result<Role, Fault> {
    let kty = jwk.required_text("kty")?;
    let purpose = jwk.text("use")?;
    let algorithm = jwk.text("alg")?.map(Algorithm::parse);
    jwk.text("crv")?;
    let verifies = jwk.verifies()?;
    let kid = jwk.text("kid")?;

    if algorithm == Some(Algorithm::NotPublic) {
        return Err(Fault::new("alg", "must be for public keys"));
    }
    let kind = match kty {
        "RSA" => rsa::kind(jwk)?,
        "EC" => ec::kind(jwk)?,
        "OKP" => okp::kind(jwk)?,
        "oct" => return Err(Fault::new("kty", "must not be symmetric")),
        _ => None,
    };
    let Some(kind) = kind else {
        return Ok(Role::Ignored);
    };
    if algorithm.is_some_and(|algorithm| !algorithm.fits(kind)) {
        return Err(Fault::new("alg", "must fit the type and curve of the key"));
    }
    let key = SignatureKey {
        kind,
        algorithm: None,
        kid: kid.map(str::to_owned),
    };
    role(key, purpose, algorithm, verifies)
}

/// What `use`, `alg` and `key_ops` make of a sound key. They must not contradict one another
/// (RFC 7517 §4.3).
fn role(
    key: SignatureKey,
    purpose: Option<&str>,
    algorithm: Option<Algorithm>,
    verifies: Option<bool>,
) -> Result<Role, Fault> {
    let (signature, encrypts) = match algorithm {
        None => (None, false),
        Some(Algorithm::Signature(signature)) => (Some(signature), false),
        Some(Algorithm::RsaOaep | Algorithm::EcdhEs) => (None, true),
        Some(Algorithm::NotPublic | Algorithm::Unknown) => return Ok(Role::Ignored),
    };
    match purpose {
        Some("sig") if encrypts => Err(Fault::new("alg", "must be for signatures, as use says")),
        Some("enc") if signature.is_some() => {
            Err(Fault::new("alg", "must be for encryption, as use says"))
        }
        Some("sig") if verifies == Some(false) => Err(Fault::new("key_ops", "must agree with use")),
        Some("enc") if verifies == Some(true) => Err(Fault::new("key_ops", "must agree with use")),
        Some("enc") => Ok(Role::Other),
        None if encrypts || verifies == Some(false) => Ok(Role::Other),
        None | Some("sig") => Ok(Role::Signature(SignatureKey {
            algorithm: signature,
            ..key
        })),
        Some(_) => Ok(Role::Ignored),
    }
}
