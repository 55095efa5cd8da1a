//! Secrets, verified for the first time and from the cache.

use std::hint::black_box;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::runtime::Runtime;
use tower_oauth_clients::repository::CredentialRepository;

use super::Outcome;
use super::race::Race;
use super::world::{Policy, World};

/// Compared with a bare Argon2id of the default cost in reused memory.
pub fn first(quick: bool) -> Outcome {
    let runtime = runtime()?;
    let world = runtime.block_on(World::new(Policy::Argon2id))?;
    let verifications = if quick { 1 } else { 4 };
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default());
    let mut memory = vec![Block::default(); argon2.params().block_count()];
    let (secret, mut tag) = (world.secret.clone(), [0; 32]);
    let mut race = Race::new(verifications);
    race.enter("bare Argon2id", || {
        for _ in 0..verifications {
            argon2
                .hash_password_into_with_memory(secret.as_bytes(), &[7; 16], &mut tag, &mut memory)
                .map_err(|error| error.to_string())?;
            black_box(&tag);
        }
        Ok(())
    });
    race.enter("authenticate, uncached", || {
        runtime.block_on(async {
            for _ in 0..verifications {
                let presented = world.presents(&world.client_id, &world.secret);
                world
                    .authenticator
                    .authenticate_presented(presented, PEER)
                    .await?;
            }
            Ok(())
        })
    });
    race.run("a secret for the first time", if quick { 1 } else { 31 })?;
    Ok(())
}

const PEER: Option<std::net::IpAddr> =
    Some(std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)));

/// Compared with reading the client from storage, which happens on every request.
pub fn cached(quick: bool) -> Outcome {
    let runtime = runtime()?;
    let world = runtime.block_on(World::new(Policy::Cached))?;
    let uncached = runtime.block_on(World::new(Policy::Argon2id))?;
    // Short rounds, so that most of them are not interrupted.
    let operations = if quick { 10 } else { 2_000 };
    let head = world.head()?;
    let mut race = Race::new(operations);
    race.enter("the client's record alone", || {
        runtime.block_on(async {
            for _ in 0..operations {
                black_box(world.repository.credentials(&world.client_id).await?);
            }
            Ok(())
        })
    });
    race.enter("authenticate what was presented", || {
        runtime.block_on(async {
            for _ in 0..operations {
                let presented = world.presents(&world.client_id, &world.secret);
                let done = world
                    .authenticator
                    .authenticate_presented(presented, PEER)
                    .await?;
                black_box(done);
            }
            Ok(())
        })
    });
    race.enter("authenticate a request", || {
        runtime.block_on(async {
            for _ in 0..operations {
                let done = world.authenticator.authenticate(&head, b"", PEER).await?;
                black_box(done);
            }
            Ok(())
        })
    });
    let usage = race.run("a secret from the cache", if quick { 1 } else { 301 })?;

    let verifications = if quick { 1 } else { 4 };
    let mut race = Race::new(verifications);
    race.enter("authenticate, uncached", || {
        runtime.block_on(async {
            for _ in 0..verifications {
                let presented = uncached.presents(&uncached.client_id, &uncached.secret);
                uncached
                    .authenticator
                    .authenticate_presented(presented, PEER)
                    .await?;
            }
            Ok(())
        })
    });
    let dear = race.run("the same without a cache", if quick { 1 } else { 15 })?;
    if let ([read, presented, _], [dear]) = (&usage[..], &dear[..]) {
        println!(
            "the hit itself {:.2} µs, {:.2} µs of CPU; an uncached one is {:.0} x, {:.0} x of CPU\n",
            presented.wall - read.wall,
            presented.cpu - read.cpu,
            dear.wall / presented.wall,
            dear.cpu / presented.cpu,
        );
    }
    Ok(())
}

fn runtime() -> Outcome<Runtime> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    Ok(builder.enable_all().build()?)
}
