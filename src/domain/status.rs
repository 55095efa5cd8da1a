use super::word::stored_words;

stored_words! {
    /// Whether a client may be used. A client that is not active never authenticates; it can
    /// still be managed.
    pub enum ClientStatus {
        /// In use.
        Active = "active",
        /// Temporarily disabled.
        Suspended = "suspended",
        /// Disabled.
        Inactive = "inactive",
    }
}
