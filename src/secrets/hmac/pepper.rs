use std::fmt;

use zeroize::Zeroizing;

use crate::error::BuildError;

/// A key for [`HmacSha256`](super::HmacSha256), stored apart from the hashes, and the id that
/// hashes refer to it by.
///
/// It can't be printed, and is wiped on drop.
pub struct Pepper {
    id: String,
    key: Zeroizing<Vec<u8>>,
}

impl Pepper {
    /// The minimum length of a key, in bytes: the length of the tag (RFC 2104 §3).
    pub const MIN_LENGTH: usize = 32;

    /// The maximum length of an id, in characters.
    pub const MAX_ID_LENGTH: usize = 32;

    /// Creates a pepper from a key. The id is public and stored with each hash: a date, or a
    /// number.
    ///
    /// # Errors
    ///
    /// [`BuildErrorKind::Setting`](crate::BuildErrorKind::Setting) if the key is shorter than 32
    /// bytes, or the id is not 1 to 32 of `A`–`Z`, `a`–`z`, `0`–`9`, `-`, `_` and `.`.
    pub fn new(id: impl Into<String>, key: impl Into<Vec<u8>>) -> Result<Self, BuildError> {
        let (id, key) = (id.into(), Zeroizing::new(key.into()));
        let refused = |reason| Err(BuildError::setting(reason));
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if !(1..=Self::MAX_ID_LENGTH).contains(&id.len()) || !id.bytes().all(allowed) {
            return refused("a pepper's id must be 1 to 32 letters, digits, '-', '_' and '.'");
        }
        if key.len() < Self::MIN_LENGTH {
            return refused("a pepper must be at least 32 bytes long");
        }
        Ok(Self { id, key })
    }

    /// The id that hashes refer to it by.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }
}

impl fmt::Debug for Pepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pepper")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
