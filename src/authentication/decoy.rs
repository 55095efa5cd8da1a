use std::sync::OnceLock;

use rand::TryRng;
use rand::rngs::SysRng;

use crate::domain::SecretHash;
use crate::secrets::{Error, ErrorKind, HashPool, Plaintext};

/// The hash of a secret that nobody has, to verify against where there is no other: so that it
/// takes as long to be nobody as to be wrong.
#[derive(Default)]
pub(super) struct Decoy(OnceLock<SecretHash>);

impl Decoy {
    /// Costs one hash, as a verification does.
    pub(super) async fn spend(&self, pool: &HashPool) -> Result<(), Error> {
        if let Some(hash) = self.0.get() {
            let presented = Plaintext::new("not what it was made of");
            return pool.verify(presented, hash.clone()).await.map(drop);
        }
        // Making it takes as long as verifying against it.
        let mut random = [0; 16];
        SysRng.try_fill_bytes(&mut random).map_err(|error| {
            Error::new(ErrorKind::Other, "the system gave no randomness").with_source(error)
        })?;
        let plaintext = Plaintext::new(format!("{:032x}", u128::from_le_bytes(random)));
        let (_, hash) = pool.hash(plaintext).await?;
        // Another one may have made one meanwhile, which is as good.
        let _ = self.0.set(hash);
        Ok(())
    }
}
