use std::collections::HashSet;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::jose::json::{Object, Value};

/// The members that only private or symmetric keys have, of any type (RFC 7518 §6.2.2, §6.3.2,
/// §6.4.1; `priv` belongs to post-quantum keys).
const PRIVATE: [&str; 9] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

/// Whether `key` has a private member, even an empty one.
pub(super) fn is_private(key: &Object<'_>) -> bool {
    PRIVATE.iter().any(|&member| key.contains(member))
}

/// An invalid member of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::jose) struct Fault {
    member: &'static str,
    must: &'static str,
    is_weak: bool,
}

impl Fault {
    pub(super) const fn new(member: &'static str, must: &'static str) -> Self {
        Self {
            member,
            must,
            is_weak: false,
        }
    }

    /// A member that makes a key weak.
    pub(super) fn weak(member: &'static str, must: &'static str) -> Self {
        Self {
            is_weak: true,
            ..Self::new(member, must)
        }
    }

    pub(in crate::jose) fn is_weak(self) -> bool {
        self.is_weak
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.member, self.must)
    }
}

/// The members of one JSON Web Key.
#[derive(Clone, Copy)]
pub(super) struct Jwk<'a>(&'a Object<'a>);

impl<'a> Jwk<'a> {
    pub(super) fn new(members: &'a Object<'a>) -> Self {
        Self(members)
    }

    /// Whether it is symmetric, judging by its type.
    pub(super) fn is_symmetric(&self) -> bool {
        self.0.text("kty") == Some("oct")
    }

    /// The string under `member`.
    pub(super) fn text(&self, member: &'static str) -> Result<Option<&'a str>, Fault> {
        match self.0.get(member) {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(_) => Err(Fault::new(member, "must be a string")),
            None => Ok(None),
        }
    }

    /// The string under `member`, which is required.
    pub(super) fn required_text(&self, member: &'static str) -> Result<&'a str, Fault> {
        self.text(member)?
            .ok_or(Fault::new(member, "must be present"))
    }

    /// The octets of `member`, encoded as base64url without padding.
    pub(super) fn octets(&self, member: &'static str) -> Result<Vec<u8>, Fault> {
        let mut octets = Vec::new();
        self.append(member, &mut octets)?;
        Ok(octets)
    }

    /// Appends the octets of `member`, encoded as base64url without padding.
    pub(super) fn append(&self, member: &'static str, out: &mut Vec<u8>) -> Result<(), Fault> {
        URL_SAFE_NO_PAD
            .decode_vec(self.required_text(member)?, out)
            .map_err(|_| Fault::new(member, "must be canonical base64url without padding"))
    }

    /// The big-endian integer of `member`, encoded as Base64urlUInt (RFC 7518 §2).
    pub(super) fn integer(&self, member: &'static str) -> Result<Vec<u8>, Fault> {
        let octets = self.octets(member)?;
        match octets.first() {
            None | Some(0) => Err(Fault::new(
                member,
                "must start with an octet that is not zero",
            )),
            Some(_) => Ok(octets),
        }
    }

    /// Whether `key_ops` allows verification; `None` if it is absent (RFC 7517 §4.3).
    pub(super) fn verifies(&self) -> Result<Option<bool>, Fault> {
        let fault = Fault::new("key_ops", "must be an array of distinct strings");
        let operations = match self.0.get("key_ops") {
            Some(Value::List(operations)) => operations,
            Some(_) => return Err(fault),
            None => return Ok(None),
        };
        let mut distinct = HashSet::with_capacity(operations.len());
        for operation in operations {
            match operation {
                Value::Text(operation) if distinct.insert(operation.as_ref()) => {}
                _ => return Err(fault),
            }
        }
        Ok(Some(distinct.contains("verify")))
    }
}
