use super::word::words;

words! {
    /// The FAPI security profile that a client keeps to.
    pub enum FapiProfile {
        /// FAPI 1.0, Part 2: Advanced.
        Fapi1 = "fapi1",
        /// FAPI 2.0 Security Profile.
        Fapi2 = "fapi2",
    }
}
