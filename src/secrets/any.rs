use std::fmt;
use std::sync::Arc;

use super::imported::Imported;
use super::{Argon2id, Error, ErrorKind, Plaintext, SecretHasher};
use crate::domain::SecretHash;

/// Hashes with one hasher and also verifies hashes from other programs: the [`SecretHasher`] for
/// imported secrets, and a manager's default.
///
/// A hash that its own hasher can't read is tried as one of these formats. One that costs more than
/// [the import limit](Self::with_import_limit) is not [read](SecretHasher::reads), so it can't be
/// imported. If it is stored anyway it still verifies, up to a fixed limit; this is checked before
/// any work is done, and a hash beyond it is [`MalformedHash`](ErrorKind::MalformedHash).
///
/// | format | written by | imported up to | verified up to |
/// |---|---|---|---|
/// | `$argon2id$`, `$argon2i$`, `$argon2d$` | any (PHC) | 608 MiB, all passes | as [`Argon2id`] |
/// | `$2a$`, `$2b$`, `$2y$` | any bcrypt | cost 12 | cost 14 |
/// | `$pbkdf2-sha256$i=…,l=…$` | Ory Hydra, others (PHC) | 1,600,000 iterations | 4,000,000 |
/// | `$pbkdf2-sha512$i=…,l=…$` | Ory Hydra, others (PHC) | 640,000 iterations | 4,000,000 |
/// | `$pbkdf2-sha256$29000$`, `$pbkdf2-sha512$…` | Passlib | the same | the same |
/// | `pbkdf2_sha256$…` | Django | 1,600,000 iterations | 4,000,000 |
/// | `$scrypt$ln=…,r=…,p=…$` | any (PHC) | 128 MiB, all lanes | 256; 512 MiB, all lanes |
///
/// All but Argon2 need the feature `imported-hashes`. Without it, such a hash is not read, so it
/// can't be imported, and a stored one is `MalformedHash`.
///
/// "PHC" is the PHC string format. PBKDF2 computes a tag in blocks of 32 bytes (SHA-256) or 64
/// (SHA-512), and the limit applies to all blocks together. A tag has 16 to 64 bytes.
///
/// An imported hash lets anyone make the process spend what it costs, until the client's first use
/// replaces it. A hash that costs more than two new ones waits in a separate queue, gets at most
/// half of a [pool's](super::HashPool) threads, and is charged more to the failure budget.
///
/// bcrypt uses only the first 72 bytes of a secret, so any secret that begins with the same 72
/// bytes verifies. A secret of 72 bytes or more is not rehashed when a client presents it, or
/// whichever came first would become the only one that verifies; rotate such secrets. A secret that
/// contains a NUL verifies only with Argon2.
///
/// These formats are never written: [`needs_rehash`](SecretHasher::needs_rehash) is true for every
/// hash that the own hasher would write differently.
///
/// # Examples
///
/// ```
/// use tower_oauth_clients::domain::SecretHash;
/// use tower_oauth_clients::secrets::{AnyHash, HashPool, Plaintext};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let pool = HashPool::builder(AnyHash::default()).build()?;
///
/// let bcrypt = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
/// let imported = SecretHash::new(bcrypt);
/// assert!(pool.needs_rehash(&imported));
/// assert!(pool.verify(Plaintext::new("U*U"), imported).await?);
/// # Ok(())
/// # }
/// ```
pub struct AnyHash {
    own: Arc<dyn SecretHasher>,
    argon2: Argon2id,
    import_limit: u32,
}

/// The default import limit, in hashes of Argon2id with default parameters: about 400 ms of CPU
/// time, and more than other programs' current defaults cost.
const IMPORT_LIMIT: u32 = 16;

impl AnyHash {
    /// Creates an instance that hashes with `hasher`.
    pub fn new(hasher: impl SecretHasher) -> Self {
        Self {
            own: Arc::new(hasher),
            // Allocates only once a hash needs it.
            argon2: Argon2id::default(),
            import_limit: IMPORT_LIMIT,
        }
    }

    /// Sets how much work an imported hash may take, in hashes of [`Argon2id`] with default
    /// parameters. 16 by default, which comes to the limits in the table.
    ///
    /// Anyone who knows such a client's `client_id`, which is no secret, can make the process do
    /// this work, within the failure budgets.
    #[must_use]
    pub fn with_import_limit(self, work: u32) -> Self {
        Self {
            import_limit: work,
            ..self
        }
    }

    /// The work of verifying a foreign hash, in hashes of [`Argon2id`] with default parameters.
    fn imported(&self, hash: &SecretHash) -> Option<u32> {
        if self.argon2.reads(hash) {
            return Some(self.argon2.work(hash));
        }
        Some(Imported::parse(hash)?.ok()?.work())
    }
}

impl Default for AnyHash {
    /// Hashes with [`Argon2id`] at its defaults.
    fn default() -> Self {
        Self::new(Argon2id::default())
    }
}

impl SecretHasher for AnyHash {
    fn hash(&self, plaintext: &Plaintext) -> Result<SecretHash, Error> {
        self.own.hash(plaintext)
    }

    fn verify(&self, presented: &Plaintext, hash: &SecretHash) -> Result<bool, Error> {
        match self.own.verify(presented, hash) {
            Err(error) if error.kind() == ErrorKind::MalformedHash => {
                if hash.expose().starts_with("$argon2") {
                    return self.argon2.verify(presented, hash);
                }
                match Imported::parse(hash) {
                    Some(imported) => imported?.verify(presented),
                    // Its own hasher knows the reason, such as a missing pepper.
                    None => Err(error),
                }
            }
            verified => verified,
        }
    }

    fn reads(&self, hash: &SecretHash) -> bool {
        // A hash with the current parameters, or cheaper ones, is not limited.
        let is_own = self.own.reads(hash) && self.own.work(hash) <= 1;
        is_own
            || self
                .imported(hash)
                .is_some_and(|work| work <= self.import_limit)
    }

    fn work(&self, hash: &SecretHash) -> u32 {
        match self.own.reads(hash) {
            true => self.own.work(hash),
            false => self.imported(hash).unwrap_or(1),
        }
    }

    fn needs_rehash(&self, hash: &SecretHash) -> bool {
        self.own.needs_rehash(hash) || (!self.own.reads(hash) && self.imported(hash).is_some())
    }
}

impl fmt::Debug for AnyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyHash").finish_non_exhaustive()
    }
}

/// How much of a secret bcrypt uses, in bytes.
#[cfg(any(feature = "authentication", feature = "imported-hashes"))]
pub(super) const BCRYPT_READS: usize = 72;

/// Whether other secrets may verify against the same hash: bcrypt uses only the beginning of a
/// secret, so it is unknown which one is right. It holds for a host's own hasher, too.
#[cfg(feature = "authentication")]
pub(crate) fn is_cut_off(hash: &SecretHash, presented: &Plaintext) -> bool {
    hash.expose().starts_with("$2") && presented.expose().len() >= BCRYPT_READS
}
