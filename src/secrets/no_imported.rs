//! Replaces `imported` in a build without the feature `imported-hashes`: no such format is read.

use super::{Error, Plaintext};
use crate::domain::SecretHash;

/// There is none.
pub(super) enum Imported {}

impl Imported {
    pub(super) fn parse(_: &SecretHash) -> Option<Result<Self, Error>> {
        None
    }

    pub(super) fn work(&self) -> u32 {
        match *self {}
    }

    pub(super) fn verify(&self, _: &Plaintext) -> Result<bool, Error> {
        match *self {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::{AnyHash, ErrorKind, SecretHasher};
    use super::*;

    #[test]
    fn no_such_hash_is_read() {
        let hasher = AnyHash::default();
        for hash in [
            "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
            "$pbkdf2-sha256$i=4096,l=32$c2FsdA$xeR41ZKIyEGqUw22hFxMjZYok6ABzk4RpJY4c6qYE0o",
            "$scrypt$ln=4,r=8,p=1$c2FsdHNhbHQ$xeR41ZKIyEGqUw22hFxMjZYok6ABzk4RpJY4c6qYE0o",
        ] {
            let hash = SecretHash::new(hash);
            assert!(!hasher.reads(&hash));
            let refused = hasher.verify(&Plaintext::new("U*U"), &hash);
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::MalformedHash);
        }
    }
}
