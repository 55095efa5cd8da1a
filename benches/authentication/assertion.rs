//! Assertions, compared with a bare verification of the signature.

use std::cell::Cell;
use std::hint::black_box;

use jsonwebtoken::Algorithm::{self, ES256, EdDSA, RS256};
use jsonwebtoken::{DecodingKey, Validation};
use serde::Deserialize;
use tower_oauth_clients::authentication::Presented;

use super::Outcome;
use super::race::Race;
use super::world::{ISSUER, Policy, World, assertions};

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are read as whoever verifies reads them")]
struct Claims {
    iss: String,
    sub: String,
    iat: u64,
    exp: u64,
    jti: String,
}

pub fn run(quick: bool) -> Outcome {
    for algorithm in [RS256, ES256, EdDSA] {
        compare(algorithm, quick)?;
    }
    Ok(())
}

fn compare(algorithm: Algorithm, quick: bool) -> Outcome {
    let (rounds, operations) = if quick { (1, 2) } else { (21, 100) };
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let world = runtime.block_on(World::new(Policy::PrivateKeyJwt))?;
    let count = (rounds + 1) * operations;
    let tokens = assertions(world.client_id.as_str(), algorithm, count)?;

    let key = match algorithm {
        RS256 => DecodingKey::from_rsa_pem(include_bytes!("../../tests/data/keys/rsa.pub.pem")),
        ES256 => DecodingKey::from_ec_pem(include_bytes!("../../tests/data/keys/p256.pub.pem")),
        _ => DecodingKey::from_ed_pem(include_bytes!("../../tests/data/keys/ed25519.pub.pem")),
    }?;
    let mut validation = Validation::new(algorithm);
    validation.set_audience(&[ISSUER]);

    let (bare, ours) = (Cell::new(tokens.iter()), Cell::new(tokens.iter()));
    let some = |tokens: &Cell<std::slice::Iter<'_, String>>| -> Vec<String> {
        let mut rest = tokens.take();
        let taken = rest.by_ref().take(operations).cloned().collect();
        tokens.set(rest);
        taken
    };
    let mut race = Race::new(u32::try_from(operations)?);
    race.enter("bare jsonwebtoken", || {
        for token in some(&bare) {
            black_box(jsonwebtoken::decode::<Claims>(&token, &key, &validation)?);
        }
        Ok(())
    });
    race.enter("authenticate what was presented", || {
        let tokens = some(&ours);
        runtime.block_on(async {
            for assertion in tokens {
                let presented = Presented::Assertion {
                    client_id: None,
                    assertion,
                };
                black_box(
                    world
                        .authenticator
                        .authenticate_presented(presented, None)
                        .await?,
                );
            }
            Ok(())
        })
    });
    race.run(&format!("private_key_jwt, {algorithm:?}"), rounds)?;
    Ok(())
}
