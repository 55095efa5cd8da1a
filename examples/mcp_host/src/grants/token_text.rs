use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// The number of a grant, which nobody can guess.
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

/// Makes a token of a grant, and what to store of it.
pub(crate) fn issue(kind: Kind, grant: &GrantId) -> (String, Digest256) {
    let secret: [u8; 32] = rand::random();
    let bytes = [grant.as_slice(), &secret].concat();
    let text = format!("{}{}", kind.prefix(), URL_SAFE_NO_PAD.encode(bytes));
    (text, digest(&secret))
}

/// The grant that a token names, and the digest of its secret.
pub(crate) fn read(kind: Kind, text: &str) -> Option<(GrantId, Digest256)> {
    let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(kind.prefix())?);
    let bytes = bytes.ok()?;
    let (grant, secret) = bytes.split_first_chunk()?;
    (secret.len() == 32).then(|| (*grant, digest(secret)))
}

pub(crate) fn digest(secret: &[u8]) -> Digest256 {
    Sha256::digest(secret).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_what_it_is() {
        let (access, stored) = issue(Kind::Access, &[7; 16]);
        assert_eq!(read(Kind::Access, &access), Some(([7; 16], stored)));
        assert_eq!(read(Kind::Refresh, &access), None);
        for broken in [
            "",
            "mcpa_",
            "mcpa_AAAA",
            &access[..60],
            &format!("{access}AAAA"),
        ] {
            assert_eq!(read(Kind::Access, broken), None, "{broken}");
        }
    }
}
