use super::word::stored_words;

stored_words! {
    /// The FAPI security profile that a client keeps to.
    pub enum FapiProfile {
        /// FAPI 1.0, Part 2: Advanced.
        Fapi1 = "fapi1",
        /// FAPI 2.0 Security Profile.
        Fapi2 = "fapi2",
    }
}
