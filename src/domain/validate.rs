use std::collections::BTreeMap;

use super::fields::Fields;
use super::input::{Input, Items};
use super::pairs::Pairs;
use super::rules;
use super::violation::{Fault, Violation, Violations};
use super::{
    AuthMethod, Client, ClientMetadata, ClientStatus, FapiProfile, GrantType, Policy, cors_origin,
    jwks_uri, name, note, redirect_uri, scope, web_url,
};
use crate::jose::JwkSet;

/// More than the known words; a longer list is refused before it is read.
pub(crate) const MAX_WORDS: usize = 8;

/// Every field after its own check; `None` if that failed.
pub(super) struct Checked {
    pub(super) name: Option<String>,
    pub(super) redirect_uris: Option<Vec<(String, redirect_uri::Kind)>>,
    pub(super) scopes: Option<Vec<String>>,
    pub(super) grant_types: Option<Vec<GrantType>>,
    pub(super) client_auth_methods: Option<Vec<AuthMethod>>,
    pub(super) fapi_profile: Option<Option<FapiProfile>>,
    pub(super) is_confidential: Option<bool>,
    pub(super) jwks: Option<Option<JwkSet>>,
    pub(super) jwks_uri: Option<Option<String>>,
    pub(super) logo_url: Option<Option<String>>,
    pub(super) privacy_policy: Option<Option<String>>,
    pub(super) terms_url: Option<Option<String>>,
    pub(super) website: Option<Option<String>>,
    pub(super) description: Option<Option<String>>,
    pub(super) contacts: Option<Vec<String>>,
    pub(super) post_logout_redirect_uris: Option<Vec<(String, redirect_uri::Kind)>>,
    pub(super) allowed_cors_origins: Option<Vec<String>>,
    pub(super) metadata: Option<BTreeMap<String, String>>,
    pub(super) status: Option<ClientStatus>,
}

impl Fields {
    /// Validates every field by itself, then the rules between them, and reports all violations.
    pub(crate) fn validate(
        self,
        policy: &Policy,
    ) -> Result<(ClientMetadata, ClientStatus), Violations> {
        let (checked, faults) = self.check(policy);
        faults.into_result()?;
        // Without a violation, every field is set.
        checked.into_metadata(None).ok_or_else(Violations::default)
    }

    pub(super) fn check(mut self, policy: &Policy) -> (Checked, Violations) {
        let mut faults = Violations::default();
        let unknown = std::mem::take(&mut self.unknown);
        let checked = Checked::read(self, policy, &mut faults);
        rules::check(&checked, &mut faults);
        for violation in unknown {
            faults.push(violation);
        }
        (checked, faults)
    }
}

impl Checked {
    fn read(fields: Fields, policy: &Policy, faults: &mut Violations) -> Self {
        let mut read = Reader { policy, faults };
        let is_confidential = read.flag("is_confidential", fields.is_confidential, true);
        Self {
            name: read.required("name", fields.name, |text| name::check(text, policy)),
            redirect_uris: read.redirect_uris(fields.redirect_uris),
            scopes: read.scopes(fields.scopes),
            grant_types: read.grant_types(fields.grant_types),
            client_auth_methods: read.auth_methods(fields.client_auth_methods, is_confidential),
            fapi_profile: read.optional("fapi_profile", fields.fapi_profile, |word| {
                FapiProfile::parse(word).ok_or_else(|| one_of(FapiProfile::ALL, FapiProfile::word))
            }),
            is_confidential,
            jwks: read.optional("jwks", fields.jwks, |text| JwkSet::parse(text, policy.jwks)),
            jwks_uri: read.optional_text("jwks_uri", fields.jwks_uri, |text| {
                jwks_uri::check(text, policy)
            }),
            logo_url: read.web_url("logo_url", fields.logo_url),
            privacy_policy: read.web_url("privacy_policy", fields.privacy_policy),
            terms_url: read.web_url("terms_url", fields.terms_url),
            website: read.web_url("website", fields.website),
            description: read.optional_text(
                "description",
                fields.description,
                note::check_description,
            ),
            contacts: read.contacts(fields.contacts),
            post_logout_redirect_uris: read
                .post_logout_redirect_uris(fields.post_logout_redirect_uris),
            allowed_cors_origins: read.cors_origins(fields.allowed_cors_origins),
            metadata: read.pairs("metadata", fields.metadata),
            status: read.status(fields.status),
        }
    }

    /// The complete state; invalid fields are taken from `stored`.
    pub(super) fn into_metadata(
        self,
        stored: Option<&Client>,
    ) -> Option<(ClientMetadata, ClientStatus)> {
        let status = self.status.or(stored.map(|stored| stored.status.clone()));
        let stored = stored.map(|stored| &stored.metadata);
        let uris = |checked: Vec<(String, redirect_uri::Kind)>| {
            checked.into_iter().map(|(uri, _)| uri).collect()
        };
        let jwks = self
            .jwks
            .map(|jwks| jwks.map(|set| set.as_str().to_owned()));
        macro_rules! or_stored {
            ($field:expr, $name:ident) => {
                $field.or_else(|| stored.map(|stored| stored.$name.clone()))?
            };
        }
        let metadata = ClientMetadata {
            name: or_stored!(self.name, name),
            redirect_uris: or_stored!(self.redirect_uris.map(uris), redirect_uris),
            scopes: or_stored!(self.scopes, scopes),
            grant_types: or_stored!(self.grant_types, grant_types),
            client_auth_methods: or_stored!(self.client_auth_methods, client_auth_methods),
            fapi_profile: or_stored!(self.fapi_profile, fapi_profile),
            is_confidential: self.is_confidential?,
            jwks: or_stored!(jwks, jwks),
            jwks_uri: or_stored!(self.jwks_uri, jwks_uri),
            logo_url: or_stored!(self.logo_url, logo_url),
            privacy_policy: or_stored!(self.privacy_policy, privacy_policy),
            terms_url: or_stored!(self.terms_url, terms_url),
            website: or_stored!(self.website, website),
            description: or_stored!(self.description, description),
            contacts: or_stored!(self.contacts, contacts),
            post_logout_redirect_uris: or_stored!(
                self.post_logout_redirect_uris.map(uris),
                post_logout_redirect_uris
            ),
            allowed_cors_origins: or_stored!(self.allowed_cors_origins, allowed_cors_origins),
            metadata: or_stored!(self.metadata, metadata),
        };
        Some((metadata, status?))
    }
}

/// Reads the fields one by one; an invalid field is reported and read as `None`.
pub(super) struct Reader<'a> {
    pub(super) policy: &'a Policy,
    pub(super) faults: &'a mut Violations,
}

impl Reader<'_> {
    fn fault<T>(&mut self, path: &'static str, fault: impl Into<Fault>) -> Option<T> {
        self.faults.push(Violation::new(path, fault));
        None
    }

    fn required(
        &mut self,
        path: &'static str,
        input: Input<String>,
        check: impl FnOnce(&str) -> Result<(), Fault>,
    ) -> Option<String> {
        match input {
            Input::Absent => self.fault(path, "is required"),
            Input::Null | Input::Mistyped => self.fault(path, "must be a string"),
            Input::Value(text) => match check(&text) {
                Ok(()) => Some(text),
                Err(fault) => self.fault(path, fault),
            },
        }
    }

    /// An optional text: `null` and `""` leave it unset.
    fn optional<T>(
        &mut self,
        path: &'static str,
        input: Input<String>,
        parse: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<Option<T>> {
        match input {
            Input::Absent | Input::Null => Some(None),
            Input::Mistyped => self.fault(path, "must be a string"),
            Input::Value(text) if text.is_empty() => Some(None),
            Input::Value(text) => match parse(&text) {
                Ok(value) => Some(Some(value)),
                Err(fault) => self.fault(path, fault),
            },
        }
    }

    fn optional_text(
        &mut self,
        path: &'static str,
        input: Input<String>,
        check: impl FnOnce(&str) -> Result<(), Fault>,
    ) -> Option<Option<String>> {
        self.optional(path, input, |text| check(text).map(|()| text.to_owned()))
    }

    fn web_url(&mut self, path: &'static str, input: Input<String>) -> Option<Option<String>> {
        let policy = self.policy;
        self.optional_text(path, input, |text| web_url::check(text, policy))
    }

    pub(super) fn flag(
        &mut self,
        path: &'static str,
        input: Input<bool>,
        default: bool,
    ) -> Option<bool> {
        match input {
            Input::Absent => Some(default),
            Input::Value(value) => Some(value),
            Input::Null | Input::Mistyped => self.fault(path, "must be true or false"),
        }
    }

    fn status(&mut self, input: Input<String>) -> Option<ClientStatus> {
        match input {
            Input::Absent => Some(ClientStatus::Active),
            Input::Null | Input::Mistyped => self.fault("status", "must be a string"),
            Input::Value(word) => ClientStatus::parse(&word)
                .or_else(|| self.fault("status", one_of(ClientStatus::ALL, ClientStatus::word))),
        }
    }

    fn redirect_uris(&mut self, input: Input<Items>) -> Option<Vec<(String, redirect_uri::Kind)>> {
        let policy = self.policy;
        let least = usize::from(!policy.optional_redirect_uris);
        if input.is_absent() && least > 0 {
            return self.fault("redirect_uris", "is required");
        }
        self.list(
            "redirect_uris",
            input,
            Vec::new(),
            least..=policy.redirect_uris,
            |text| redirect_uri::check(text, policy).map(|kind| (text.to_owned(), kind)),
        )
    }

    fn post_logout_redirect_uris(
        &mut self,
        input: Input<Items>,
    ) -> Option<Vec<(String, redirect_uri::Kind)>> {
        let policy = self.policy;
        self.list(
            "post_logout_redirect_uris",
            input,
            Vec::new(),
            0..=policy.redirect_uris,
            |text| redirect_uri::check(text, policy).map(|kind| (text.to_owned(), kind)),
        )
    }

    fn cors_origins(&mut self, input: Input<Items>) -> Option<Vec<String>> {
        let policy = self.policy;
        self.list(
            "allowed_cors_origins",
            input,
            Vec::new(),
            0..=policy.redirect_uris,
            |text| cors_origin::check(text, policy).map(|()| text.to_owned()),
        )
    }

    fn contacts(&mut self, input: Input<Items>) -> Option<Vec<String>> {
        self.list(
            "contacts",
            input,
            Vec::new(),
            0..=note::MAX_CONTACTS,
            |text| note::check_contact(text).map(|()| text.to_owned()),
        )
    }

    /// Pairs of strings: `null` removes them all.
    fn pairs(
        &mut self,
        path: &'static str,
        input: Input<Pairs>,
    ) -> Option<BTreeMap<String, String>> {
        match input {
            Input::Absent | Input::Null => Some(BTreeMap::new()),
            Input::Mistyped => self.fault(path, "must be an object of strings"),
            Input::Value(pairs) => pairs.check(path, self.faults),
        }
    }

    fn scopes(&mut self, input: Input<Items>) -> Option<Vec<String>> {
        let policy = self.policy;
        self.list("scopes", input, Vec::new(), 0..=policy.scopes, |text| {
            scope::check(text, policy).map(|()| text.to_owned())
        })
    }

    fn grant_types(&mut self, input: Input<Items>) -> Option<Vec<GrantType>> {
        let allowed = &self.policy.allowed_grant_types;
        let default = vec![GrantType::AuthorizationCode];
        self.list("grant_types", input, default, 1..=MAX_WORDS, |word| {
            GrantType::parse(word)
                .filter(|grant| allowed.contains(grant))
                .ok_or_else(|| one_of(allowed, GrantType::word))
        })
    }

    fn auth_methods(
        &mut self,
        input: Input<Items>,
        is_confidential: Option<bool>,
    ) -> Option<Vec<AuthMethod>> {
        if input.is_absent() {
            return is_confidential.map(|confidential| match confidential {
                true => vec![AuthMethod::ClientSecretBasic],
                false => vec![AuthMethod::None],
            });
        }
        self.list(
            "client_auth_methods",
            input,
            Vec::new(),
            1..=MAX_WORDS,
            |word| AuthMethod::parse(word).ok_or_else(|| one_of(AuthMethod::ALL, AuthMethod::word)),
        )
    }

    /// A list whose items are checked one by one and deduplicated.
    pub(super) fn list<T: PartialEq>(
        &mut self,
        path: &'static str,
        input: Input<Items>,
        default: Vec<T>,
        length: std::ops::RangeInclusive<usize>,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Option<Vec<T>> {
        let items = match input {
            Input::Absent => return Some(default),
            Input::Null | Input::Mistyped => {
                return self.fault(path, "must be an array of strings");
            }
            Input::Value(items) => items,
        };
        if !length.contains(&items.len()) {
            let (least, most) = length.into_inner();
            let count = items.len();
            return self.fault(
                path,
                format!("must hold {least} to {most} items, not {count}"),
            );
        }
        let mut kept = Vec::with_capacity(items.len());
        let mut sound = true;
        for (index, item) in items.into_iter().enumerate() {
            let parsed = item
                .as_deref()
                .ok_or("must be a string".into())
                .and_then(&parse);
            match parsed {
                Ok(value) if kept.contains(&value) => {}
                Ok(value) => kept.push(value),
                Err(fault) => {
                    self.faults
                        .push(Violation::new(format!("{path}[{index}]"), fault));
                    sound = false;
                }
            }
        }
        sound.then_some(kept)
    }
}

pub(crate) fn one_of<T>(words: &[T], word: impl Fn(&T) -> &'static str) -> Fault {
    let words: Vec<_> = words.iter().map(word).collect();
    format!("must be one of {}", words.join(", ")).into()
}
