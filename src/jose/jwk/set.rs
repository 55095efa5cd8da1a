use std::borrow::Cow;
use std::collections::HashSet;

use super::SignatureKey;
use super::key::{self, Role};
use super::members::{self, Jwk};
use crate::jose::json::{self, Object, Value};

/// A client's JSON Web Key Set (RFC 7517 §5), as text: only public keys, all of them checked.
///
/// The text is kept byte for byte. URLs in it (`x5u`, `jku`) are never fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct JwkSet {
    text: String,
    signature_keys: Vec<SignatureKey>,
}

/// Limits on the size of a JWK Set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// The length of the text, in bytes.
    pub(crate) bytes: usize,
    /// The number of keys, including ignored ones.
    pub(crate) keys: usize,
    /// The nesting depth of objects and arrays, including the outermost. Values above 127 have no
    /// effect.
    pub(crate) depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 32 * 1024,
            keys: 16,
            depth: 16,
        }
    }
}

impl JwkSet {
    /// Parses a set. An unsupported key is ignored, as RFC 7517 §5 requires, if there is also a
    /// usable one.
    ///
    /// # Errors
    ///
    /// The first fault: its location and the violated rule, without any value of the text.
    pub(crate) fn parse(text: &str, limits: Limits) -> Result<Self, Cow<'static, str>> {
        if text.len() > limits.bytes {
            return Err(format!("must be at most {} bytes", limits.bytes).into());
        }
        let set = match json::read(text, limits.depth) {
            Ok(Value::Object(set)) => set,
            Ok(_) | Err(json::Fault::Syntax { .. } | json::Fault::Type) => {
                return Err("must be one JSON object, and nothing else".into());
            }
            Err(json::Fault::Repeated) => return Err("must not repeat a member".into()),
            Err(json::Fault::Deep) => {
                return Err(format!("must be at most {} levels deep", limits.depth).into());
            }
        };
        // A single key instead of a set must also be reported as private first.
        if members::is_private(&set) {
            return Err("holds a private key".into());
        }
        let keys = keys(&set, limits.keys)?;
        Ok(Self {
            signature_keys: check(keys)?,
            text: text.to_owned(),
        })
    }

    /// Whether the text may hold a private key, even an unsupported one: if it can't be read,
    /// nobody knows.
    #[cfg(feature = "cimd")]
    pub(crate) fn may_be_private(text: &str, limits: Limits) -> bool {
        let Ok(Value::Object(set)) = json::read(text, limits.depth) else {
            return true;
        };
        let of_set = match set.get("keys") {
            Some(Value::List(keys)) => &**keys,
            _ => &[],
        };
        let is_private = |key: &Value<'_>| match key {
            Value::Object(key) => members::is_private(key),
            _ => false,
        };
        members::is_private(&set) || of_set.iter().any(is_private)
    }

    /// The set as it was given.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The signature keys, whether or not they can be verified with.
    pub(crate) fn signature_keys(&self) -> &[SignatureKey] {
        &self.signature_keys
    }
}

/// The members of `keys`, none of which is private.
fn keys<'a>(set: &'a Object<'a>, most: usize) -> Result<Vec<Jwk<'a>>, Cow<'static, str>> {
    let keys = match set.get("keys") {
        Some(Value::List(keys)) if (1..=most).contains(&keys.len()) => keys,
        _ => return Err(format!("keys: must be an array of 1 to {most} keys").into()),
    };
    let keys = keys.iter().enumerate().map(|(index, key)| match key {
        Value::Object(key) if members::is_private(key) => {
            Err(format!("holds a private key in keys[{index}]").into())
        }
        Value::Object(key) => Ok(Jwk::new(key)),
        _ => Err(format!("keys[{index}]: must be an object").into()),
    });
    keys.collect()
}

/// Checks each key and their uniqueness; returns the signature keys.
fn check(keys: Vec<Jwk<'_>>) -> Result<Vec<SignatureKey>, Cow<'static, str>> {
    let mut signature_keys = Vec::new();
    let mut told_apart = HashSet::new();
    let mut usable = false;
    for (index, jwk) in keys.iter().enumerate() {
        let at = |fault: members::Fault| format!("keys[{index}].{fault}");
        let role = key::check(jwk).map_err(at)?;
        if let Some(mark) = key::Mark::read(jwk).map_err(at)?
            && !told_apart.insert(mark)
        {
            let message = format!(
                "keys[{index}].kid: must be unique among keys of the same kty, crv, use and alg"
            );
            return Err(message.into());
        }
        usable |= role != Role::Ignored;
        if let Role::Signature(key) = role {
            signature_keys.push(key);
        }
    }
    if usable {
        Ok(signature_keys)
    } else {
        Err("keys: must hold an RSA, P-256, P-384, P-521 or Ed25519 key of a known use".into())
    }
}
