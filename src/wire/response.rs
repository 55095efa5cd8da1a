use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::domain::{
    AuthMethod, Client, ClientId, ClientOrigin, ClientStatus, FapiProfile, GrantType, Id, TenantId,
    Timestamp,
};
use crate::secrets::Plaintext;

/// The only type that serializes a plaintext: for the response that issues the secret.
pub(crate) struct ShownOnce<'a>(&'a Plaintext);

impl<'a> ShownOnce<'a> {
    pub(crate) fn new(plaintext: &'a Plaintext) -> Self {
        Self(plaintext)
    }
}

impl Serialize for ShownOnce<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}

/// Existing clients expect the auth methods as a string that contains a JSON array. The words need
/// no escaping.
pub(super) struct AuthMethods<'a>(&'a [AuthMethod]);

impl fmt::Display for AuthMethods<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (index, method) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}\"{}\"", method.as_str())?;
        }
        f.write_str("]")
    }
}

impl Serialize for AuthMethods<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Declares the responses that contain a client, from one table of their members in the order in
/// which they are written. A row says which of the responses has the member (the one to a create
/// request, the one to a clone request, a client that is read, the whole client), its type, and its
/// value.
macro_rules! client_responses {
    ($client:ident, $secret:ident: $(
        $(#[$attribute:meta])*
        [$create:tt $clone:tt $read:tt $full:tt] $member:ident: $type:ty = $value:expr;
    )+) => {
        /// The response to a create request.
        #[derive(Serialize)]
        #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
        pub(crate) struct CreateClientResponse<'a> {
            $(#[cfg($create)] $(#[$attribute])* $member: $type,)+
        }

        impl<'a> CreateClientResponse<'a> {
            pub(crate) fn new($client: &'a Client, $secret: Option<&'a Plaintext>) -> Self {
                Self { $(#[cfg($create)] $member: $value,)+ }
            }
        }

        /// The response to a clone request.
        #[derive(Serialize)]
        #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
        pub(crate) struct CloneClientResponse<'a> {
            $(#[cfg($clone)] $(#[$attribute])* $member: $type,)+
        }

        impl<'a> CloneClientResponse<'a> {
            pub(crate) fn new($client: &'a Client, $secret: Option<&'a Plaintext>) -> Self {
                Self { $(#[cfg($clone)] $member: $value,)+ }
            }
        }

        /// A client in responses to list, read and update requests: without `jwks` and secrets.
        #[derive(Serialize)]
        #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
        pub(crate) struct OAuthClientItem<'a> {
            $(#[cfg($read)] $(#[$attribute])* $member: $type,)+
        }

        impl<'a> From<&'a Client> for OAuthClientItem<'a> {
            fn from($client: &'a Client) -> Self {
                Self { $(#[cfg($read)] $member: $value,)+ }
            }
        }

        /// A whole client, for those who ask for the full view.
        #[derive(Serialize)]
        #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
        pub(crate) struct FullClient<'a> {
            $(#[cfg($full)] $(#[$attribute])* $member: $type,)+
        }

        impl<'a> From<&'a Client> for FullClient<'a> {
            fn from($client: &'a Client) -> Self {
                Self { $(#[cfg($full)] $member: $value,)+ }
            }
        }
    };
}

/// How much of a client a response shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum View {
    #[default]
    Documented,
    Full,
}

/// A client in a view.
#[derive(Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) enum ClientItem<'a> {
    Documented(OAuthClientItem<'a>),
    Full(FullClient<'a>),
}

impl<'a> ClientItem<'a> {
    pub(crate) fn new(client: &'a Client, view: View) -> Self {
        match view {
            View::Documented => Self::Documented(client.into()),
            View::Full => Self::Full(client.into()),
        }
    }
}

client_responses! { client, secret:
    // create clone read full
    [true  true  true  true ] id: Id = client.id;
    [false false true  true ] tenant_id: &'a TenantId = &client.tenant_id;
    [true  true  true  true ] client_id: &'a ClientId = &client.client_id;
    #[serde(skip_serializing_if = "Option::is_none")]
    [true  true  false false] client_secret: Option<ShownOnce<'a>> = secret.map(ShownOnce);
    [true  true  true  true ] name: &'a str = &client.metadata.name;
    [true  true  true  true ] redirect_uris: &'a [String] = &client.metadata.redirect_uris;
    [true  true  true  true ] scopes: &'a [String] = &client.metadata.scopes;
    [true  true  true  true ] grant_types: &'a [GrantType] = &client.metadata.grant_types;
    [true  true  true  true ] client_auth_methods: AuthMethods<'a> =
        AuthMethods(&client.metadata.client_auth_methods);
    [true  true  true  true ] cors_origins: Vec<&'a str> = client.metadata.cors_origins();
    #[serde(skip_serializing_if = "Option::is_none")]
    [true  true  true  true ] fapi_profile: Option<&'a FapiProfile> =
        client.metadata.fapi_profile.as_ref();
    [true  false true  true ] is_confidential: bool = client.metadata.is_confidential;
    #[serde(skip_serializing_if = "Option::is_none")]
    [true  false false true ] jwks: Option<&'a str> = client.metadata.jwks.as_deref();
    #[serde(skip_serializing_if = "Option::is_none")]
    [true  true  true  true ] jwks_uri: Option<&'a str> = client.metadata.jwks_uri.as_deref();
    #[serde(skip_serializing_if = "Option::is_none")]
    [true  false true  true ] logo_url: Option<&'a str> = client.metadata.logo_url.as_deref();
    #[serde(skip_serializing_if = "Option::is_none")]
    [true  false true  true ] privacy_policy: Option<&'a str> = client.metadata.privacy_policy.as_deref();
    #[serde(skip_serializing_if = "Option::is_none")]
    [true  false true  true ] terms_url: Option<&'a str> = client.metadata.terms_url.as_deref();
    #[serde(skip_serializing_if = "Option::is_none")]
    [true  false true  true ] website: Option<&'a str> = client.metadata.website.as_deref();
    #[serde(skip_serializing_if = "Option::is_none")]
    [false false false true ] description: Option<&'a str> = client.metadata.description.as_deref();
    [false false false true ] contacts: &'a [String] = &client.metadata.contacts;
    [false false false true ] post_logout_redirect_uris: &'a [String] =
        &client.metadata.post_logout_redirect_uris;
    [false false false true ] allowed_cors_origins: &'a [String] =
        &client.metadata.allowed_cors_origins;
    [false false false true ] metadata: &'a BTreeMap<String, String> = &client.metadata.metadata;
    [true  true  true  true ] status: &'a ClientStatus = &client.status;
    [false false false true ] origin: &'a ClientOrigin = &client.origin;
    #[serde(skip_serializing_if = "Option::is_none")]
    [false false true  true ] secret_last_four: Option<&'a str> = client.secret_last_four.as_deref();
    [false false true  true ] created_at: Timestamp = client.created_at;
    [false false true  true ] updated_at: Timestamp = client.updated_at;
    #[serde(skip_serializing_if = "Option::is_none")]
    [false false false true ] last_used_at: Option<Timestamp> = client.last_used_at;
    #[serde(skip_serializing_if = "Option::is_none")]
    [false false true  true ] deleted_at: Option<Timestamp> = client.deleted_at;
}
