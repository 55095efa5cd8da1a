//! The domain model: clients, the rules for their fields, and related records. Nothing here is
//! async or does I/O.

mod assertion_keys;
mod audit;
mod auth_method;
#[cfg(feature = "cimd")]
mod block_options;
mod change;
mod client;
mod client_origin;
mod cors_origin;
#[cfg(feature = "cimd")]
mod document;
mod draft;
mod event;
#[cfg(feature = "registration")]
mod facts;
mod fapi_profile;
mod field_change;
mod fields;
mod grant_type;
mod id;
#[cfg(feature = "registration")]
mod initial_options;
mod input;
mod jwks_uri;
mod kind;
mod listener;
mod metadata_hash;
mod name;
mod note;
mod operator;
mod page;
mod pairs;
mod policy;
mod public_host;
mod redirect_match;
mod redirect_uri;
#[cfg(feature = "registration")]
mod registrant;
#[cfg(feature = "registration")]
mod registration;
#[cfg(feature = "cimd")]
mod remote_url;
mod rules;
mod scope;
mod secret;
mod secret_options;
mod status;
pub(crate) mod text;
mod time;
mod token;
mod unseen;
mod uri;
mod validate;
mod violation;
mod web_url;
mod word;

#[cfg(all(feature = "authentication", feature = "jwt"))]
pub(crate) use assertion_keys::MAX_MEANT;
pub use audit::{Action, AuditEntry};
pub use auth_method::AuthMethod;
#[cfg(feature = "cimd")]
#[cfg_attr(docsrs, doc(cfg(feature = "cimd")))]
pub use block_options::DocumentBlockOptions;
pub use client::{Client, ClientMetadata, Version};
pub use client_origin::ClientOrigin;
#[cfg(feature = "cors")]
pub(crate) use cors_origin::MAX_LENGTH as MAX_ORIGIN_LENGTH;
#[cfg(feature = "cimd")]
#[cfg_attr(docsrs, doc(cfg(feature = "cimd")))]
pub use document::{BlockTarget, DocumentBlock, SeenDocument};
#[cfg(feature = "cimd")]
pub(crate) use document::{is_below, is_host_name};
pub use draft::{Draft, Patch};
pub use event::{ClientEvent, ClientEventKind};
#[cfg(feature = "registration")]
#[cfg_attr(docsrs, doc(cfg(feature = "registration")))]
pub use facts::ClientFacts;
pub use fapi_profile::FapiProfile;
pub use field_change::FieldChange;
pub(crate) use fields::{Fields, fields};
pub use grant_type::GrantType;
pub use id::{ClientId, Id, TenantId};
#[cfg(feature = "registration")]
pub use initial_options::InitialAccessTokenOptions;
#[cfg(all(feature = "openapi", feature = "registration"))]
pub(crate) use initial_options::{MAX_HOST_LENGTH, MAX_HOSTS};
pub(crate) use input::{Input, Items};
pub(crate) use kind::Kind;
pub use listener::ClientEvents;
pub(crate) use listener::tell;
pub use metadata_hash::MetadataHash;
pub(crate) use name::cut as cut_name;
#[cfg(feature = "openapi")]
pub(crate) use note::{MAX_CONTACT_LENGTH, MAX_CONTACTS, MAX_DESCRIPTION_LENGTH};
pub use operator::{Operator, Role};
pub use page::{Page, Slice};
pub(crate) use pairs::Pairs;
#[cfg(feature = "openapi")]
pub(crate) use pairs::{MAX_KEY_LENGTH, MAX_PAIRS, MAX_VALUE_LENGTH};
pub use policy::Policy;
#[cfg(feature = "cimd")]
pub(crate) use public_host::is_public_address;
#[cfg(feature = "registration")]
pub(crate) use registrant::ShownUrl;
#[cfg(feature = "registration")]
#[cfg_attr(docsrs, doc(cfg(feature = "registration")))]
pub use registration::{
    InitialAccessToken, RegisteredClient, Registration, RegistrationBounds, RegistrationState,
    TokenHash,
};
#[cfg(feature = "cimd")]
pub(crate) use remote_url::RemoteUrl;
pub use secret::{SecretHash, SecretRecord, SecretStatus};
pub use secret_options::{RotationOptions, SecretOptions};
pub(crate) use secret_options::{SecretLabel, SecretRules};
pub use status::ClientStatus;
pub use time::{Clock, SystemClock, Timestamp};
pub use token::{RevokedTokens, TokenPage, TokenRecord, TokenSlice, TokenStats, TokenType};
#[cfg(feature = "openapi")]
pub(crate) use validate::MAX_WORDS;
pub(crate) use validate::one_of;
pub use violation::{Violation, Violations};
pub use word::Word;
