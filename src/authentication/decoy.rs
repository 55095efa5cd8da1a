use std::sync::OnceLock;

use crate::domain::{Id, SecretHash, Timestamp};
use crate::secrets::{Error, HashPool, Plaintext, SecretFormat};

/// The hash of a secret that nobody has, verified if there is no stored hash, so that an unknown
/// client takes as long as a wrong secret.
#[derive(Default)]
pub(super) struct Decoy(OnceLock<SecretHash>);

impl Decoy {
    /// Spends the time of one verification of `presented`.
    pub(super) async fn spend(
        &self,
        pool: &HashPool,
        presented: Plaintext,
        now: Timestamp,
    ) -> Result<(), Error> {
        if let Some(hash) = self.0.get() {
            return pool.verify(presented, hash.clone()).await.map(drop);
        }
        // In the format of issued secrets, since some hashers accept no other. Hashing takes as
        // long as verifying.
        let plaintext = SecretFormat::default().generate(Id::generate(now))?;
        let (_, hash) = pool.hash(plaintext).await?;
        // If another request has set one meanwhile, that one is just as good.
        let _ = self.0.set(hash);
        Ok(())
    }
}
