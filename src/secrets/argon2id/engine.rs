use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Params, Version};

use super::stored::{Recipe, Stored};
use super::{Error, ErrorKind, Plaintext};
use crate::domain::SecretHash;

/// An implementation of the Argon2 function. Everything around it is shared.
pub(super) trait Engine {
    /// The parameters of new hashes, without an output length.
    fn params(&self) -> &Params;

    /// Computes `tag` from `recipe`.
    fn fill(&self, recipe: &Recipe, plaintext: &[u8], tag: &mut [u8]) -> Result<(), Error>;
}

pub(super) fn hash(engine: &impl Engine, plaintext: &Plaintext) -> Result<SecretHash, Error> {
    let salt = rand::random::<[u8; Salt::RECOMMENDED_LENGTH]>();
    let params = engine.params();
    let recipe = Recipe {
        algorithm: Algorithm::Argon2id,
        version: Version::V0x13,
        params: params.clone(),
        salt: Salt::new(&salt).map_err(|error| failed().with_source(error))?,
    };
    let tag = tag(engine, &recipe, plaintext, Params::DEFAULT_OUTPUT_LEN)?;
    let params = ParamsString::try_from(params).map_err(|error| failed().with_source(error))?;
    let phc = PasswordHash {
        algorithm: recipe.algorithm.ident(),
        version: Some(recipe.version.into()),
        params,
        salt: Some(recipe.salt),
        hash: Some(tag),
    };
    Ok(SecretHash::new(phc.to_string()))
}

pub(super) fn verify(
    engine: &impl Engine,
    presented: &Plaintext,
    hash: &SecretHash,
) -> Result<bool, Error> {
    let stored = Stored::parse(hash)?;
    let tag = tag(engine, &stored.recipe, presented, stored.tag.len())?;
    // `Output` compares in constant time.
    Ok(tag == stored.tag)
}

pub(super) fn reads(hash: &SecretHash) -> bool {
    Stored::parse(hash).is_ok()
}

pub(super) fn work(engine: &impl Engine, hash: &SecretHash) -> u32 {
    Stored::parse(hash).map_or(1, |stored| stored.work_beside(engine.params()))
}

pub(super) fn needs_rehash(engine: &impl Engine, hash: &SecretHash) -> bool {
    Stored::parse(hash).map_or(true, |stored| stored.is_below(engine.params()))
}

fn tag(
    engine: &impl Engine,
    recipe: &Recipe,
    plaintext: &Plaintext,
    length: usize,
) -> Result<Output, Error> {
    let mut tag = [0; Output::MAX_LENGTH];
    let tag = tag.get_mut(..length).ok_or_else(failed)?;
    engine.fill(recipe, plaintext.expose().as_bytes(), tag)?;
    Output::new(tag).map_err(|error| failed().with_source(error))
}

pub(super) fn failed() -> Error {
    Error::new(ErrorKind::Other).with_source("the secret could not be hashed")
}
