use std::fmt;
use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::{Error, ErrorKind};
use crate::domain::{Id, MAX_MEANT};
use crate::jose::{Header, Jws, Key};

/// The capacity of the cache of parsed keys, in bytes.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// The number of clients that the cache is sized for.
const CLIENTS: usize = 1024;

/// A client's parsed keys, and the text they were parsed from.
pub(super) struct RegisteredKeys {
    text: Box<str>,
    keys: Vec<Key>,
}

impl RegisteredKeys {
    fn read(text: &str) -> Result<Self, Error> {
        let keys = Key::read_jwks(text);
        let keys = keys.map_err(|error| Error::new(ErrorKind::NoKey).with_source(error))?;
        Ok(Self {
            text: text.into(),
            keys,
        })
    }

    /// Whether one of the keys that match the header made the signature. Without a `kid`, any
    /// matching key may have, as long as there are only a few: OpenID Connect Core §10.1 requires a
    /// `kid` if there are several keys.
    pub(super) fn verify(&self, header: &Header<'_>, jws: &Jws<'_>) -> Result<(), Error> {
        let meant = || self.keys.iter().filter(|key| key.is_meant(header));
        match meant().count() {
            1..=MAX_MEANT => {}
            0 => return Err(Error::new(ErrorKind::NoKey).with_source("no key is meant")),
            _ => return Err(ErrorKind::TooManyKeys.into()),
        }
        let verified = meant().any(|key| key.verifies(header.algorithm, jws));
        verified.then_some(()).ok_or(ErrorKind::BadSignature.into())
    }
}

/// Caches the parsed keys of recently seen clients.
#[derive(Clone)]
pub(super) struct KeyCache(Arc<Cache<Id, Arc<RegisteredKeys>, ByText>>);

impl KeyCache {
    pub(super) fn new() -> Self {
        Self(Arc::new(Cache::with_weighter(CLIENTS, MAX_BYTES, ByText)))
    }

    /// The keys of `client` in `text`. Entries are compared by the whole text, so that a removed
    /// key is never found again.
    pub(super) fn read(&self, client: Id, text: &str) -> Result<Arc<RegisteredKeys>, Error> {
        if let Some(known) = self.0.get(&client)
            && *known.text == *text
        {
            return Ok(known);
        }
        let keys = Arc::new(RegisteredKeys::read(text)?);
        self.0.insert(client, Arc::clone(&keys));
        Ok(keys)
    }
}

impl fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyCache({} clients)", self.0.len())
    }
}

#[derive(Clone)]
struct ByText;

impl Weighter<Id, Arc<RegisteredKeys>> for ByText {
    fn weight(&self, _: &Id, keys: &Arc<RegisteredKeys>) -> u64 {
        let bytes = keys.text.len() + keys.keys.len() * 1024;
        bytes as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authentication::assertion::testing::{JWKS, now};

    const NONE: &str = r#"{"keys":[]}"#;

    #[test]
    fn keys_are_read_once_and_again_when_the_text_is_another() {
        let (cache, id) = (KeyCache::new(), Id::generate(now()));
        let first = cache.read(id, JWKS).unwrap();
        assert!(Arc::ptr_eq(&first, &cache.read(id, JWKS).unwrap()));
        assert!(cache.read(id, NONE).unwrap().keys.is_empty());
        assert_eq!(cache.read(id, JWKS).unwrap().keys.len(), first.keys.len());
        let other = cache.read(Id::generate(now()), JWKS).unwrap();
        assert!(!Arc::ptr_eq(&first, &other));
    }

    #[test]
    fn what_is_no_key_set_is_refused_and_not_kept() {
        let (cache, id) = (KeyCache::new(), Id::generate(now()));
        let private = r#"{"keys":[{"kty":"EC","d":"AAAA"}]}"#;
        for text in ["", "[]", private, &" ".repeat(128 * 1024 + 1)] {
            let refused = cache.read(id, text).err().unwrap();
            assert_eq!(refused.kind(), ErrorKind::NoKey);
        }
        assert!(cache.0.is_empty());
    }

    #[test]
    fn the_cache_is_bounded_in_bytes() {
        let cache = KeyCache::new();
        let text = format!("{NONE}{}", " ".repeat(100 * 1024));
        for _ in 0..400 {
            cache.read(Id::generate(now()), &text).unwrap();
        }
        assert!(!cache.0.is_empty() && cache.0.weight() <= MAX_BYTES);
        let bytes = cache.0.len() * text.len();
        assert!(u64::try_from(bytes).unwrap() <= MAX_BYTES, "{bytes}");
    }

    #[test]
    fn a_key_weighs_more_than_its_text() {
        let (cache, id) = (KeyCache::new(), Id::generate(now()));
        let keys = cache.read(id, JWKS).unwrap().keys.len();
        assert!(keys > 0);
        let least = u64::try_from(keys * 1024).unwrap();
        assert!(cache.0.weight() > least, "{}", cache.0.weight());
    }
}
