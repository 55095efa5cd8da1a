use super::word::stored_words;

stored_words! {
    /// How a client came to be.
    pub enum ClientOrigin {
        /// An administrator created or cloned it.
        Administrator = "administrator",
        /// It was imported from another system or storage.
        Import = "import",
        /// It registered itself (RFC 7591).
        Dynamic = "dynamic",
        /// It is not stored: its `client_id` is the URL of a document that describes it
        /// (draft-ietf-oauth-client-id-metadata-document).
        MetadataDocument = "metadata_document",
    }
}
