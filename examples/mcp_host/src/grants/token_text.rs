use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The number of a grant. Its tokens tell it to whoever sees one of them.
pub(crate) type GrantId = [u8; 16];

/// A hash of a secret of 256 random bits. Such a secret needs no slow hash and no salt.
pub(crate) type Digest256 = [u8; 32];

/// What a token is for, as its first characters say.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Access,
    Refresh,
}

impl Kind {
    fn prefix(self) -> &'static str {
        match self {
            Self::Access => "mcpa_",
            Self::Refresh => "mcpr_",
        }
    }
}

/// Makes tokens, and knows its own: of a token that was replaced, nothing else is left.
pub(crate) struct Mint(Hmac<Sha256>);

impl Mint {
    /// With a key that ends with the process, like the grants.
    pub(crate) fn new() -> Self {
        Self(Hmac::new(&rand::random::<[u8; 64]>().into()))
    }

    /// Makes a token of a grant, and what to store of it.
    pub(crate) fn issue(&self, kind: Kind, grant: &GrantId) -> (String, Digest256) {
        let secret: [u8; 32] = rand::random();
        let named = [grant.as_slice(), &secret].concat();
        let proof = self.proof(kind, &named).finalize().into_bytes();
        let text = URL_SAFE_NO_PAD.encode([named.as_slice(), &proof].concat());
        (format!("{}{text}", kind.prefix()), digest(&secret))
    }

    /// The grant of a token that was issued here, and the digest of its secret.
    pub(crate) fn read(&self, kind: Kind, text: &str) -> Option<(GrantId, Digest256)> {
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(kind.prefix())?);
        let bytes = bytes.ok()?;
        let (named, proof) = bytes.split_at_checked(16 + 32)?;
        // In constant time.
        self.proof(kind, named).verify_slice(proof).ok()?;
        let (grant, secret) = named.split_first_chunk()?;
        Some((*grant, digest(secret)))
    }

    fn proof(&self, kind: Kind, named: &[u8]) -> Hmac<Sha256> {
        let mut proof = self.0.clone();
        proof.update(kind.prefix().as_bytes());
        proof.update(named);
        proof
    }
}

pub(crate) fn digest(secret: &[u8]) -> Digest256 {
    Sha256::digest(secret).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_what_it_is() {
        let mint = Mint::new();
        let (access, stored) = mint.issue(Kind::Access, &[7; 16]);
        assert_eq!(mint.read(Kind::Access, &access), Some(([7; 16], stored)));
        assert_eq!(mint.read(Kind::Refresh, &access), None);
        assert_eq!(Mint::new().read(Kind::Access, &access), None);
        for broken in [
            "",
            "mcpa_",
            "mcpa_AAAA",
            &access[..60],
            &format!("{access}AAAA"),
        ] {
            assert_eq!(mint.read(Kind::Access, broken), None, "{broken}");
        }
        let renamed = access.replacen("mcpa_", "mcpr_", 1);
        assert_eq!(mint.read(Kind::Refresh, &renamed), None);
    }
}
