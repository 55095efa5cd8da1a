use std::fmt;

use serde::{Serialize, Serializer};

use crate::domain::{
    AuthMethod, Client, ClientId, ClientStatus, FapiProfile, GrantType, Id, TenantId, Timestamp,
};
use crate::secrets::Plaintext;

/// The only type that serializes a plaintext: for the response that issues the secret.
pub(super) struct ShownOnce<'a>(&'a Plaintext);

impl<'a> ShownOnce<'a> {
    pub(super) fn new(plaintext: &'a Plaintext) -> Self {
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
/// request, the one to a clone request, a client that is read), its type, and its value.
macro_rules! client_responses {
    ($client:ident, $secret:ident: $(
        $(#[$attribute:meta])*
        [$create:tt $clone:tt $read:tt] $member:ident: $type:ty = $value:expr;
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
    };
}

client_responses! { client, secret:
    // create clone read
    [true  true  true ] id: Id = client.id;
    [false false true ] tenant_id: &'a TenantId = &client.tenant_id;
    [true  true  true ] client_id: &'a ClientId = &client.client_id;
    #[serde(skip_serializing_if = "Option::is_none")]
    [true  true  false] client_secret: Option<ShownOnce<'a>> = secret.map(ShownOnce);
    [true  true  true ] name: &'a str = &client.metadata.name;
    [true  true  true ] redirect_uris: &'a [String] = &client.metadata.redirect_uris;
    [true  true  true ] scopes: &'a [String] = &client.metadata.scopes;
    [true  true  true ] grant_types: &'a [GrantType] = &client.metadata.grant_types;
    [true  true  true ] client_auth_methods: AuthMethods<'a> =
        AuthMethods(&client.metadata.client_auth_methods);
    [true  true  true ] cors_origins: Vec<&'a str> = client.metadata.cors_origins();
    #[serde(skip_serializing_if = "Option::is_none")]
    [true  true  true ] fapi_profile: Option<&'a FapiProfile> =
        client.metadata.fapi_profile.as_ref();
    [true  false true ] is_confidential: bool = client.metadata.is_confidential;
    #[serde(skip_serializing_if = "Option::is_none")]
    [true  false false] jwks: Option<&'a str> = client.metadata.jwks.as_deref();
    #[serde(skip_serializing_if = "Option::is_none")]
    [true  true  true ] jwks_uri: Option<&'a str> = client.metadata.jwks_uri.as_deref();
    #[serde(skip_serializing_if = "Option::is_none")]
    [true  false true ] logo_url: Option<&'a str> = client.metadata.logo_url.as_deref();
    #[serde(skip_serializing_if = "Option::is_none")]
    [true  false true ] privacy_policy: Option<&'a str> = client.metadata.privacy_policy.as_deref();
    #[serde(skip_serializing_if = "Option::is_none")]
    [true  false true ] terms_url: Option<&'a str> = client.metadata.terms_url.as_deref();
    #[serde(skip_serializing_if = "Option::is_none")]
    [true  false true ] website: Option<&'a str> = client.metadata.website.as_deref();
    [true  true  true ] status: &'a ClientStatus = &client.status;
    #[serde(skip_serializing_if = "Option::is_none")]
    [false false true ] secret_last_four: Option<&'a str> = client.secret_last_four.as_deref();
    [false false true ] created_at: Timestamp = client.created_at;
    [false false true ] updated_at: Timestamp = client.updated_at;
    #[serde(skip_serializing_if = "Option::is_none")]
    [false false true ] deleted_at: Option<Timestamp> = client.deleted_at;
}
