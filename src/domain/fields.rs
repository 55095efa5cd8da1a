use std::fmt;

use super::input::Input;
use super::kind::Kind;
use super::{Client, ClientMetadata, FieldChange, Violation};

/// The fields of [`ClientMetadata`], one row each: the name, the type (a [`Kind`]), and the schema
/// in requests (a function of `openapi/request.rs`; without the feature it is not compiled).
///
/// `fields!(render)` calls `render!` with all rows. Requests, audit messages, exports, stored
/// documents and columns follow from them, in this order. Written by hand are the struct itself,
/// its rules (`validate.rs`), its setters (`draft.rs`), the responses (`wire/response.rs`) and the
/// tables of the database (`repository/diesel/schema.rs`).
///
/// The attributes of a row are for the member in exports and documents. A list or a flag that was
/// added later has `#[serde(default)]`, since older files don't contain it.
macro_rules! fields {
    ($render:ident) => { $render! {
        name: String => name;
        redirect_uris: Vec<String> => redirect_uris;
        scopes: Vec<String> => scopes;
        grant_types: Vec<$crate::domain::GrantType> => grant_types;
        client_auth_methods: Vec<$crate::domain::AuthMethod> => client_auth_methods;
        fapi_profile: Option<$crate::domain::FapiProfile> => fapi_profile;
        is_confidential: bool => flag("Whether it can keep a credential (RFC 6749 section 2.1).");
        jwks: Option<String> => jwks;
        jwks_uri: Option<String> => url("Where its public keys are, instead of `jwks`.");
        logo_url: Option<String> => url("Its logo.");
        privacy_policy: Option<String> => url("Its privacy policy.");
        terms_url: Option<String> => url("Its terms of service.");
        website: Option<String> => url("Its home page.");
        #[serde(default)]
        description: Option<String> => description;
        #[serde(default)]
        contacts: Vec<String> => contacts;
        #[serde(default)]
        post_logout_redirect_uris: Vec<String> => post_logout_redirect_uris;
        #[serde(default)]
        allowed_cors_origins: Vec<String> => allowed_cors_origins;
        #[serde(default)]
        metadata: std::collections::BTreeMap<String, String> => metadata;
    } };
}

pub(crate) use fields;

macro_rules! requests {
    ($($(#[$file:meta])* $name:ident: $type:ty => $schema:expr;)+) => {
        /// All fields of a client in a request, not validated.
        #[derive(Clone, Default)]
        pub(crate) struct Fields {
            $(pub(crate) $name: Input<<$type as Kind>::Raw>,)+
            pub(crate) status: Input<String>,
            /// The members that are none of these, if they are refused.
            pub(crate) unknown: Vec<Violation>,
        }

        impl Fields {
            /// These fields, with absent ones taken from `client`.
            fn or(self, client: &Client) -> Self {
                Self {
                    $($name: self.$name.over(&client.metadata.$name),)+
                    status: self.status.over(&client.status),
                    unknown: self.unknown,
                }
            }

            /// Whether the two have another value of the field with this name.
            pub(super) fn differs(&self, other: &Self, field: &str) -> bool {
                match field {
                    $(stringify!($name) => self.$name != other.$name,)+
                    "status" => self.status != other.status,
                    _ => true,
                }
            }
        }

        /// Prints every value except `jwks`, which is not validated yet and may contain a private
        /// key.
        impl fmt::Debug for Fields {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let jwks = self.jwks.outline();
                let mut fields = f.debug_struct("Fields");
                $(match stringify!($name) {
                    "jwks" => fields.field("jwks", &jwks),
                    name => fields.field(name, &self.$name),
                };)+
                fields.field("status", &self.status).finish()
            }
        }

        impl ClientMetadata {
            /// The names of the fields that differ from those of `other`.
            pub(crate) fn differences(&self, other: &Self) -> impl Iterator<Item = &'static str> {
                let fields = [$((stringify!($name), self.$name != other.$name),)+];
                fields
                    .into_iter()
                    .filter_map(|(name, differs)| differs.then_some(name))
            }

            /// The fields that differ from those of `new`, with their values; without those of
            /// `jwks`, since keys don't belong into the audit trail.
            pub(crate) fn changes(&self, new: &Self) -> Vec<FieldChange> {
                let mut changes = Vec::new();
                $(if self.$name != new.$name {
                    changes.push(match stringify!($name) {
                        "jwks" => FieldChange::unrecorded("jwks"),
                        name => FieldChange::between(name, &self.$name, &new.$name),
                    });
                })+
                changes
            }
        }
    };
}

fields!(requests);

impl Fields {
    /// These fields, with absent ones taken from `client`: the state that an update asks for.
    ///
    /// The auth methods of a public client don't suit a confidential one and vice versa, so
    /// changing only `is_confidential` resets them to the default.
    pub(crate) fn over(self, client: &Client) -> Self {
        let stored = client.metadata.is_confidential;
        let kind_changes = matches!(self.is_confidential, Input::Value(asked) if asked != stored);
        let resets_methods = kind_changes && self.client_auth_methods.is_absent();
        let mut merged = self.or(client);
        if resets_methods {
            merged.client_auth_methods = Input::Absent;
        }
        merged
    }
}
