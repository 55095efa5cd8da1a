use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A JWS in its compact form (RFC 7515 §7.1), taken apart. Nothing of it is verified.
pub(crate) struct Jws<'a> {
    /// What the signature is over.
    pub(super) signed: &'a str,
    pub(super) signature: Vec<u8>,
    pub(crate) header: Vec<u8>,
    pub(crate) claims: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// Takes a text apart, whose length the caller has bounded.
    ///
    /// # Errors
    ///
    /// What is malformed, without any of it.
    pub(crate) fn read(text: &'a str) -> Result<Self, &'static str> {
        let (signed, signature) = text.rsplit_once('.').ok_or("not a JWS")?;
        let (header, claims) = signed.split_once('.').ok_or("not a JWS")?;
        Ok(Self {
            signed,
            header: decode(header).ok_or("malformed header")?,
            // A dot in the claims, as a JWE has it, is no base64url.
            claims: decode(claims).ok_or("malformed claims")?,
            signature: decode(signature).ok_or("malformed signature")?,
        })
    }
}

fn decode(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}
