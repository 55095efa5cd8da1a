use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::StoredClient;
use crate::domain::{Client, Id, SecretRecord};
use crate::repository::document::{Document, Members, Unknown};

/// Members of a stored document that this version does not know.
#[derive(Clone, Default)]
pub(super) struct Kept {
    client: Unknown,
    secrets: BTreeMap<Id, Unknown>,
    beside: Unknown,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}

/// **The document contains the hashes of the secrets**: treat it like a secret.
impl Serialize for StoredClient {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Borrowed<'a> {
            client: Members<'a, Client>,
            secrets: Vec<Members<'a, SecretRecord>>,
            #[serde(flatten)]
            beside: &'a Unknown,
        }
        let (kept, nothing) = (&self.kept, Unknown::new());
        let unknown = |id| kept.secrets.get(&id).unwrap_or(&nothing);
        let secrets = self.secrets.iter();
        Borrowed {
            client: Members(&self.client, &kept.client),
            secrets: secrets
                .map(|secret| Members(secret, unknown(secret.id)))
                .collect(),
            beside: &kept.beside,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for StoredClient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Owned {
            client: Document<Client>,
            secrets: Vec<Document<SecretRecord>>,
            #[serde(flatten)]
            beside: Unknown,
        }
        let owned = Owned::deserialize(deserializer)?;
        let (client, unknown) = owned.client.into_parts();
        let mut kept = Kept {
            client: unknown,
            secrets: BTreeMap::new(),
            beside: owned.beside,
        };
        let mut secrets = Vec::with_capacity(owned.secrets.len());
        for document in owned.secrets {
            let (secret, unknown) = document.into_parts();
            if !unknown.is_empty() {
                kept.secrets.insert(secret.id, unknown);
            }
            secrets.push(secret);
        }
        Ok(Self {
            kept,
            ..Self::new(client, secrets)
        })
    }
}
