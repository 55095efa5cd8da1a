use std::sync::OnceLock;

use crate::domain::{Id, SecretHash, Timestamp};
use crate::secrets::{Error, HashPool, Plaintext, SecretFormat};

/// The hash of a secret that nobody has, to verify against where there is no other: so that it
/// takes as long to be nobody as to be wrong.
#[derive(Default)]
pub(super) struct Decoy(OnceLock<SecretHash>);

impl Decoy {
    /// Costs one hash, as a verification of `presented` does.
    pub(super) async fn spend(
        &self,
        pool: &HashPool,
        presented: Plaintext,
        now: Timestamp,
    ) -> Result<(), Error> {
        if let Some(hash) = self.0.get() {
            return pool.verify(presented, hash.clone()).await.map(drop);
        }
        // A secret as they are issued: there are hashers that take no other. Hashing it takes as
        // long as verifying against it.
        let plaintext = SecretFormat::default().generate(Id::generate(now))?;
        let (_, hash) = pool.hash(plaintext).await?;
        // Another one may have made one meanwhile, which is as good.
        let _ = self.0.set(hash);
        Ok(())
    }
}
