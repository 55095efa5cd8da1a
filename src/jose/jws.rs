use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A parsed JWS in compact form (RFC 7515 §7.1). Nothing is verified.
pub(crate) struct Jws<'a> {
    /// The signed text.
    pub(super) signed: &'a str,
    pub(super) signature: Vec<u8>,
    pub(crate) header: Vec<u8>,
    pub(crate) claims: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// Parses a text whose length the caller has limited.
    ///
    /// # Errors
    ///
    /// The part that is malformed, without any of its contents.
    pub(crate) fn read(text: &'a str) -> Result<Self, &'static str> {
        let (signed, signature) = text.rsplit_once('.').ok_or("not a JWS")?;
        let (header, claims) = signed.split_once('.').ok_or("not a JWS")?;
        Ok(Self {
            signed,
            header: decode(header).ok_or("malformed header")?,
            // The further dots of a JWE end up in the claims and are not base64url.
            claims: decode(claims).ok_or("malformed claims")?,
            signature: decode(signature).ok_or("malformed signature")?,
        })
    }
}

fn decode(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}
