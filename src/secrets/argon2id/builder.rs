use argon2::Params;

use super::Argon2id;
#[cfg(feature = "argon2-rust")]
use super::SimdArgon2id;
use super::stored::is_bounded;
use crate::error::BuildError;

/// Builder of an [`Argon2id`].
#[derive(Clone, Debug)]
#[must_use]
pub struct Argon2idBuilder {
    memory: u32,
    iterations: u32,
    insecure: bool,
}

impl Argon2idBuilder {
    /// OWASP's equally strong parameter sets for one lane: memory in KiB, and iterations. The first
    /// one is the default.
    pub const RECOMMENDED: &'static [(u32, u32)] =
        &[(19456, 2), (47104, 1), (12288, 3), (9216, 4), (7168, 5)];

    pub(super) fn new() -> Self {
        Self {
            memory: Params::DEFAULT_M_COST,
            iterations: Params::DEFAULT_T_COST,
            insecure: false,
        }
    }

    /// Sets the memory of a hash in KiB. 19456 by default.
    pub fn with_memory(mut self, kibibytes: u32) -> Self {
        self.memory = kibibytes;
        self
    }

    /// Sets the number of passes over the memory. 2 by default.
    pub fn with_iterations(mut self, iterations: u32) -> Self {
        self.iterations = iterations;
        self
    }

    /// Allows parameters below OWASP's recommendation. For tests.
    pub fn with_insecure_cost(mut self) -> Self {
        self.insecure = true;
        self
    }

    /// Builds the hasher.
    ///
    /// # Errors
    ///
    /// [`BuildErrorKind::Setting`](crate::BuildErrorKind::Setting) if
    ///
    /// - no set in [`RECOMMENDED`](Self::RECOMMENDED) is reached in both memory and iterations:
    ///   19456 KiB and 2, 47104 and 1, 12288 and 3, 9216 and 4, or 7168 and 5;
    /// - the cost is above the limit for verification (see [`Argon2id`]);
    /// - the cost is below Argon2's own minimum: 8 KiB and one iteration.
    pub fn build(self) -> Result<Argon2id, BuildError> {
        self.params().map(Argon2id::from_params)
    }

    /// Builds a hasher that uses the `argon2-rust` crate.
    ///
    /// # Errors
    ///
    /// Those of [`build`](Self::build).
    #[cfg(feature = "argon2-rust")]
    #[cfg_attr(docsrs, doc(cfg(feature = "argon2-rust")))]
    pub fn build_simd(self) -> Result<SimdArgon2id, BuildError> {
        self.params().map(SimdArgon2id::from_params)
    }

    fn params(self) -> Result<Params, BuildError> {
        let refused = |reason| BuildError::setting(reason);
        let reached =
            |&(memory, iterations)| self.memory >= memory && self.iterations >= iterations;
        if !self.insecure && !Self::RECOMMENDED.iter().any(reached) {
            return Err(refused("Argon2id's costs are below OWASP's recommendation"));
        }
        let params = Params::new(self.memory, self.iterations, 1, None).map_err(|error| {
            refused("Argon2id's costs are below its own minimum").with_source(error)
        })?;
        if !is_bounded(&params) {
            return Err(refused(
                "Argon2id's costs are above what a verification may cost",
            ));
        }
        Ok(params)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::BuildErrorKind;

    fn build(memory: u32, iterations: u32) -> Result<Argon2id, BuildError> {
        let builder = Argon2id::builder().with_memory(memory);
        builder.with_iterations(iterations).build()
    }

    #[test]
    fn takes_what_owasp_recommends_or_more() {
        for &(memory, iterations) in Argon2idBuilder::RECOMMENDED {
            assert!(build(memory, iterations).is_ok());
            assert!(build(memory - 1, iterations).is_err());
        }
        assert!(build(65536, 3).is_ok());
    }

    #[test]
    fn the_default_is_the_first_that_owasp_recommends() {
        let builder = Argon2id::builder();
        let default = (builder.memory, builder.iterations);
        assert_eq!(Argon2idBuilder::RECOMMENDED.first(), Some(&default));
    }

    #[test]
    fn refuses_costs_out_of_bounds() {
        for (memory, iterations) in [(19456, 1), (7168, 4), (0, 0), (262_145, 1), (262_144, 5)] {
            let error = build(memory, iterations).unwrap_err();
            assert_eq!(error.kind(), BuildErrorKind::Setting);
        }
    }

    #[test]
    fn insecure_costs_still_have_argon2s_own_bounds() {
        let builder = Argon2id::builder().with_insecure_cost();
        assert!(
            builder
                .clone()
                .with_memory(8)
                .with_iterations(1)
                .build()
                .is_ok()
        );
        assert!(builder.clone().with_memory(7).build().is_err());
        assert!(builder.clone().with_iterations(0).build().is_err());
        assert!(builder.with_iterations(u32::MAX).build().is_err());
    }
}
