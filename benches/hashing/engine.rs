//! The hashing engines that are compared.

use std::hint::black_box;
use std::thread;

use argon2::{Algorithm, Argon2, Params, Version};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tower_oauth_clients::domain::SecretHash;
use tower_oauth_clients::secrets::{Argon2id, Argon2idBuilder, HashPool, Plaintext, SecretHasher};

use super::Outcome;

const SECRET: &str =
    "tocs_01arz3ndektsv4rrffq69g5favAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA7vTZzg";
const SALT: [u8; 16] = [7; 16];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Engine {
    C,
    Fresh,
    Hash,
    Verify,
    #[cfg(feature = "argon2-rust")]
    Simd,
    Pool,
}

impl Engine {
    /// The others are compared with the first one.
    pub(super) const ALL: &[Self] = &[
        Self::C,
        Self::Fresh,
        Self::Hash,
        Self::Verify,
        #[cfg(feature = "argon2-rust")]
        Self::Simd,
        Self::Pool,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::C => "libargon2 (C)",
            Self::Fresh => "argon2, fresh memory",
            Self::Hash => "Argon2id, hash",
            Self::Verify => "Argon2id, verify",
            #[cfg(feature = "argon2-rust")]
            Self::Simd => "SimdArgon2id (argon2-rust)",
            Self::Pool => "HashPool of Argon2id",
        }
    }
}

/// A number of hashes on a number of threads, repeatable.
pub(super) enum Work {
    OnEachThread {
        threads: u32,
        times: u32,
        hash: Box<dyn Fn() -> Outcome + Sync>,
    },
    Pooled(Crowd),
}

impl Work {
    pub(super) fn new(
        engine: Engine,
        (memory, iterations): (u32, u32),
        threads: u32,
        hashes: u32,
    ) -> Outcome<Self> {
        let hash: Box<dyn Fn() -> Outcome + Sync> = match engine {
            Engine::C => Box::new(move || hash_in_c(memory, iterations)),
            Engine::Fresh => {
                let params = Params::new(memory, iterations, 1, None);
                let params = params.map_err(|error| error.to_string())?;
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
                Box::new(move || hash_fresh(&argon2))
            }
            Engine::Hash => hash_with(builder(memory, iterations).build()?),
            Engine::Verify => {
                let hasher = builder(memory, iterations).build()?;
                let stored = hasher.hash(&Plaintext::new(SECRET))?;
                Box::new(move || verify(&hasher, &stored))
            }
            #[cfg(feature = "argon2-rust")]
            Engine::Simd => hash_with(builder(memory, iterations).build_simd()?),
            Engine::Pool => {
                let hasher = builder(memory, iterations).build()?;
                return Ok(Self::Pooled(Crowd::new(hasher, threads, hashes)?));
            }
        };
        let times = hashes.div_ceil(threads);
        Ok(Self::OnEachThread {
            threads,
            times,
            hash,
        })
    }

    pub(super) fn run(&self) -> Outcome {
        match self {
            Self::Pooled(crowd) => crowd.hash_all(),
            Self::OnEachThread {
                threads,
                times,
                hash,
            } => {
                let work = || (0..*times).try_for_each(|_| hash());
                if *threads == 1 {
                    return work();
                }
                thread::scope(|scope| {
                    let threads: Vec<_> = (0..*threads).map(|_| scope.spawn(work)).collect();
                    let mut ended = threads.into_iter().map(thread::ScopedJoinHandle::join);
                    ended.try_for_each(|end| end.map_err(|_| "a thread panicked")?)
                })
            }
        }
    }
}

fn builder(memory: u32, iterations: u32) -> Argon2idBuilder {
    let builder = Argon2id::builder().with_memory(memory);
    builder.with_iterations(iterations).with_insecure_cost()
}

fn hash_with(hasher: impl SecretHasher) -> Box<dyn Fn() -> Outcome + Sync> {
    Box::new(move || {
        black_box(hasher.hash(&Plaintext::new(SECRET))?);
        Ok(())
    })
}

fn verify(hasher: &Argon2id, stored: &SecretHash) -> Outcome {
    match hasher.verify(&Plaintext::new(SECRET), stored)? {
        true => Ok(()),
        false => Err("it did not verify".into()),
    }
}

fn hash_in_c(memory: u32, iterations: u32) -> Outcome {
    let mut tag = [0; 32];
    let (secret, salt) = (Some(SECRET.as_bytes()), Some(&SALT[..]));
    libargon2::id_hash_raw(iterations, memory, 1, secret, salt, &mut tag)
        .map_err(|error| format!("{error:?}"))?;
    black_box(tag);
    Ok(())
}

fn hash_fresh(argon2: &Argon2<'_>) -> Outcome {
    let mut tag = [0; 32];
    argon2
        .hash_password_into(SECRET.as_bytes(), &SALT, &mut tag)
        .map_err(|error| error.to_string())?;
    black_box(tag);
    Ok(())
}

/// Callers that all request a hash at once.
pub(super) struct Crowd {
    runtime: Runtime,
    pool: HashPool,
    jobs: u32,
}

impl Crowd {
    fn new(hasher: Argon2id, threads: u32, jobs: u32) -> Outcome<Self> {
        let pool = HashPool::builder(hasher).with_threads(threads.try_into()?);
        let pool = pool.with_queue(jobs.try_into()?).build()?;
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        Ok(Self {
            runtime,
            pool,
            jobs,
        })
    }

    fn hash_all(&self) -> Outcome {
        self.runtime.block_on(async {
            let mut callers = JoinSet::new();
            for _ in 0..self.jobs {
                let pool = self.pool.clone();
                callers.spawn(async move { pool.hash(Plaintext::new(SECRET)).await });
            }
            while let Some(done) = callers.join_next().await {
                done??;
            }
            Ok(())
        })
    }
}
