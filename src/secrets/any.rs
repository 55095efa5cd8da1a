use std::fmt;
use std::sync::Arc;

use super::imported::Imported;
use super::{Argon2id, Error, ErrorKind, Plaintext, SecretHasher};
use crate::domain::SecretHash;

/// Hashes with one hasher, and verifies what other programs hashed, too: the [`SecretHasher`] for
/// secrets that were imported, and the default one of a manager.
///
/// What its own hasher can't read is tried as one of these. What costs more than
/// [the limit](Self::with_import_limit) is not [read](SecretHasher::reads), so that it is not imported. One
/// that is stored all the same still verifies, up to what no hash may cost; that is checked before the work
/// begins, and a hash over it is [`MalformedHash`](ErrorKind::MalformedHash).
///
/// | format | as written by | imported up to | verified up to |
/// |---|---|---|---|
/// | `$argon2id$`, `$argon2i$`, `$argon2d$` | everybody | 608 MiB, over all passes | that of [`Argon2id`] |
/// | `$2a$`, `$2b$`, `$2y$` | bcrypt everywhere | cost 12 | cost 14 |
/// | `$pbkdf2-sha256$i=…,l=…$`, `$pbkdf2-sha512$…` | Ory Hydra and others (PHC strings) | 1,600,000 iterations; 640,000 | 4,000,000 |
/// | `$pbkdf2-sha256$29000$`, `$pbkdf2-sha512$…` | Passlib | the same | the same |
/// | `pbkdf2_sha256$…` | Django | 1,600,000 iterations | the same |
/// | `$scrypt$ln=…,r=…,p=…$` | Passlib and others (PHC strings) | 128 MiB, over all lanes | 256 MiB, and 512 MiB over all lanes |
///
/// PBKDF2 makes a tag in blocks of 32 bytes (SHA-256) or 64 (SHA-512), and the limit is that of all
/// blocks. A tag has 16 to 64 bytes.
///
/// Whoever imports a hash lets strangers spend what it costs, until the client's first use replaces it. What
/// costs more than two hashes of today waits apart, has no more than half of a
/// [pool's](super::HashPool) threads, and spends more of the budget of failures.
///
/// bcrypt reads no more than the first 72 bytes of a secret. What follows them never counted, so it
/// does not count here: two secrets that begin with the same 72 bytes both verify. A client that presents
/// so many is not hashed anew when it authenticates, or the first one would be the only one that
/// verifies from then on; rotate its secret. A secret with a
/// NUL in it verifies with none of these but Argon2.
///
/// None of them is hashed with again: [`needs_rehash`](SecretHasher::needs_rehash) is true for all
/// that the own hasher would hash otherwise.
///
/// # Examples
///
/// ```
/// use tower_oauth_clients::domain::SecretHash;
/// use tower_oauth_clients::secrets::{AnyHash, HashPool, Plaintext};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tower_oauth_clients::secrets::Error> {
/// let pool = HashPool::builder(AnyHash::default()).build()?;
///
/// let bcrypt = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
/// let imported = SecretHash::from_phc(bcrypt);
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

/// What may be imported, in hashes of Argon2id at its defaults: some 400 ms of a processor, and more
/// than the defaults of today's programs.
const IMPORT_LIMIT: u32 = 16;

impl AnyHash {
    /// Hashes with `hasher`.
    pub fn new(hasher: impl SecretHasher) -> Self {
        Self {
            own: Arc::new(hasher),
            // Takes memory only once a hash needs it.
            argon2: Argon2id::default(),
            import_limit: IMPORT_LIMIT,
        }
    }

    /// How much work a hash may be that is imported: so many hashes of [`Argon2id`] at its defaults, 16
    /// unless set. The table has what that comes to.
    ///
    /// Whoever knows the `client_id` of such a client, which is no secret, can have the process do this
    /// work, within the budgets of failures.
    #[must_use]
    pub fn with_import_limit(self, work: u32) -> Self {
        Self {
            import_limit: work,
            ..self
        }
    }

    /// How much work a hash is that another program made, in hashes of [`Argon2id`] at its defaults.
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
                    // Its own hasher knows why, such as that a pepper is missing.
                    None => Err(error),
                }
            }
            verified => verified,
        }
    }

    fn reads(&self, hash: &SecretHash) -> bool {
        // What is of its own policy, or cheaper, is no import.
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
