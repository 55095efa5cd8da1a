use super::word::stored_words;
use crate::jose::Algorithm::{EdDsa, Es256, Ps256};
use crate::jose::Algorithms;

stored_words! {
    /// The FAPI security profile that a client follows.
    pub enum FapiProfile {
        /// FAPI 1.0, Part 2: Advanced.
        Fapi1 = "fapi1",
        /// FAPI 2.0 Security Profile.
        Fapi2 = "fapi2",
    }
}

impl FapiProfile {
    /// The signature algorithms that it accepts, if the profile is known: FAPI 1.0 Part 2 §8.6,
    /// FAPI 2.0 §5.4.1.
    pub(crate) fn algorithms(&self) -> Option<Algorithms> {
        match self {
            Self::Fapi1 => Some(Algorithms::of([Ps256, Es256])),
            Self::Fapi2 => Some(Algorithms::of([Ps256, Es256, EdDsa])),
            Self::Unknown(_) => None,
        }
    }
}
