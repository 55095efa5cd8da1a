//! Imports as they are received over HTTP.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::import::{Imported, Source, is_end_of_secret};
use super::{ClientExport, ClientImport};
use crate::domain::{ClientId, Draft, Input, Operator, SecretHash, Violation, Violations};
use crate::manager::{ClientManager, Result};
use crate::secrets::{self, Plaintext};
use crate::wire::{CLIENT_ID, LAST_FOUR, SECRET, SECRET_HASH, SystemClient, unknown_member};

/// The shortest secret that may be brought along: 16 characters, at random, can't be guessed.
pub(crate) const MIN_SECRET_LENGTH: usize = 16;

/// The longest secret that clients can authenticate with.
pub(crate) const MAX_SECRET_LENGTH: usize = 1024;

impl ClientManager {
    /// Imports a client from a transfer document.
    ///
    /// # Errors
    ///
    /// Those of [`import`](Self::import), and violations of members of wrong types.
    pub(crate) async fn import_document(
        &self,
        operator: &Operator,
        members: Map<String, Value>,
    ) -> Result<Imported> {
        let export = ClientExport::from_members(members)?;
        self.import(operator, export).await
    }

    /// Imports a client from another system, with a secret in clear or as a hash.
    ///
    /// # Errors
    ///
    /// Those of [`import`](Self::import), and those of hashing.
    pub(crate) async fn import_system(
        &self,
        operator: &Operator,
        received: SystemClient,
    ) -> Result<Imported> {
        let mut faults = Violations::default();
        let client_id = read_client_id(received.client_id).unwrap_or_else(|message| {
            faults.push(Violation::new(CLIENT_ID, message));
            None
        });
        let policy = self.policy().clone().with_optional_redirect_uris();
        let has_no_secret = match received.fields.clone().validate(&policy) {
            Ok((metadata, _)) => !metadata.uses_secret(),
            Err(violations) => {
                violations.iter().for_each(|one| faults.push(one.clone()));
                false
            }
        };
        let secret = read(received.secret, SECRET, secret_fault, &mut faults);
        let hash = read(
            received.hash,
            SECRET_HASH,
            |hash| self.hash_fault(hash),
            &mut faults,
        );
        let last_four = read(
            received.last_four,
            LAST_FOUR,
            |text| last_four_fault(text),
            &mut faults,
        );
        let mut refuse = |path, message| faults.push(Violation::new(path, message));
        if secret.is_some() && hash.is_some() {
            refuse(SECRET_HASH, "must not be set together with client_secret");
        }
        if last_four.is_some() && hash.is_none() {
            refuse(LAST_FOUR, "must not be set without client_secret_hash");
        }
        for (path, is_set) in [(SECRET, secret.is_some()), (SECRET_HASH, hash.is_some())] {
            if is_set && has_no_secret {
                refuse(path, "must not be set for a client that can't use a secret");
            }
        }
        faults.into_result()?;
        let client_id = client_id.ok_or_else(Violations::default)?;
        let secret = match (secret, hash) {
            (Some(plaintext), _) => Some(self.hash_chosen(plaintext).await?),
            (None, Some(hash)) => Some((hash, last_four.unwrap_or_default())),
            (None, None) => None,
        };
        let source = Source::System {
            client_id,
            draft: Box::new(Draft(received.fields)),
            secret,
        };
        self.import(operator, ClientImport(source)).await
    }

    async fn hash_chosen(&self, plaintext: Plaintext) -> Result<(SecretHash, String)> {
        match self.0.pool.hash(plaintext).await {
            Ok((plaintext, hash)) => Ok((hash, plaintext.last_four().to_owned())),
            Err(error) if error.kind() == secrets::ErrorKind::Refused => {
                let message = "must be a generated secret: the host hashes no others";
                let mut faults = Violations::default();
                faults.push(Violation::new(SECRET, message));
                Err(faults.into())
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn read_client_id(input: Input<String>) -> Result<Option<ClientId>, &'static str> {
    match input {
        Input::Absent | Input::Null => Err("is required"),
        Input::Mistyped => Err("must be a string"),
        Input::Value(text) => match ClientId::parse(&text) {
            None => Err(ClientId::MUST),
            client_id => Ok(client_id),
        },
    }
}

/// The value, if it is set; one with a fault is reported, too.
fn read<T>(
    input: Input<T>,
    path: &'static str,
    fault: impl FnOnce(&T) -> Option<&'static str>,
    faults: &mut Violations,
) -> Option<T> {
    let (value, fault) = match input {
        Input::Absent | Input::Null => return None,
        Input::Mistyped => (None, Some("must be a string")),
        Input::Value(value) => {
            let fault = fault(&value);
            (Some(value), fault)
        }
    };
    if let Some(message) = fault {
        faults.push(Violation::new(path, message));
    }
    value
}

/// RFC 6749 Appendix A.2.
fn secret_fault(secret: &Plaintext) -> Option<&'static str> {
    let text = secret.expose();
    if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Some("must be printable ASCII characters");
    }
    let fits = (MIN_SECRET_LENGTH..=MAX_SECRET_LENGTH).contains(&text.len());
    (!fits).then_some("must be 16 to 1024 characters long")
}

fn last_four_fault(last_four: &str) -> Option<&'static str> {
    let message = "must be at most 4 printable ASCII characters";
    (!is_end_of_secret(last_four)).then_some(message)
}

/// The members of an object in a transfer document. Faults name them, and never quote a value.
pub(super) struct Members {
    members: Map<String, Value>,
    /// Where the object is, in front of a member's name.
    prefix: String,
    known: Vec<&'static str>,
    faults: Violations,
}

impl Members {
    pub(super) fn new(members: Map<String, Value>) -> Self {
        Self {
            members,
            prefix: String::new(),
            known: Vec::new(),
            faults: Violations::default(),
        }
    }

    fn refuse(&mut self, name: &str, message: &'static str) {
        let path = format!("{}{name}", self.prefix);
        self.faults.push(Violation::new(path, message));
    }

    /// The value of a member, which may be missing if it is optional or has a default.
    pub(super) fn read<T: DeserializeOwned + Default>(
        &mut self,
        name: &'static str,
        has_default: bool,
    ) -> T {
        self.known.push(name);
        let (value, message) = match self.members.remove(name) {
            Some(value) => (value, "must be as an export writes it"),
            None if has_default => return T::default(),
            None => (Value::Null, "is required"),
        };
        serde_json::from_value(value).unwrap_or_else(|_| {
            self.refuse(name, message);
            T::default()
        })
    }

    /// The objects of a list.
    pub(super) fn list<T>(&mut self, name: &'static str, read: impl Fn(&mut Self) -> T) -> Vec<T> {
        let items: Vec<Value> = self.read(name, false);
        let mut list = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let Value::Object(members) = item else {
                self.refuse(&format!("{name}[{index}]"), "must be an object");
                continue;
            };
            let mut inner = Self {
                prefix: format!("{name}[{index}]."),
                ..Self::new(members)
            };
            let value = read(&mut inner);
            match inner.finish() {
                Ok(()) => list.push(value),
                Err(faults) => faults.iter().for_each(|one| self.faults.push(one.clone())),
            }
        }
        list
    }

    /// Returns all violations, those of unknown members included.
    pub(super) fn finish(mut self) -> Result<(), Violations> {
        for name in self.members.keys() {
            let fault = unknown_member(name, self.known.iter().copied());
            let path = format!("{}{}", self.prefix, fault.path());
            let message = fault.message().to_owned();
            self.faults.push(Violation::new(path, message));
        }
        self.faults.into_result()
    }
}

#[cfg(all(test, feature = "authentication"))]
mod tests {
    #[test]
    fn a_secret_that_is_brought_along_can_be_presented() {
        let longest = crate::authentication::MAX_SECRET_LENGTH;
        assert_eq!(super::MAX_SECRET_LENGTH, longest);
    }
}
