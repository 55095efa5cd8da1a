use super::members::Members;
use super::settings::{Ceiling, RegisteredScope, Settings, UnacceptableRedirects, UnofferedMethod};
use crate::domain::{
    AuthMethod, Client, Fields, GrantType, Input, Items, Policy, ShownUrl, Violation, Violations,
    one_of,
};

/// The maximum number of words in a list, also of words that are not offered.
const MAX_WORDS: usize = 16;
const MAX_CONTACTS: usize = 5;

/// The maximum length of a contact, in bytes.
const MAX_CONTACT: usize = 254;

/// The maximum length of what a client says about its software, in bytes.
const MAX_SOFTWARE: usize = 128;

/// The name of a client that sends none.
const UNNAMED: &str = "Unnamed client";

/// What a request asks for, in terms of the domain and below the ceiling. The domain validates it.
pub(crate) struct Asked {
    pub(crate) fields: Fields,
    pub(crate) application_type: Option<String>,
    pub(super) software_id: Option<String>,
    pub(super) software_version: Option<String>,
}

/// What decides on a request.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) ceiling: &'a Ceiling,
    pub(crate) policy: &'a Policy,
}

impl Asked {
    /// Reads the members of a new registration, or of one that replaces that of `current`.
    ///
    /// # Errors
    ///
    /// All violations, except those that the domain finds.
    pub(crate) fn read(
        members: Members,
        rules: Rules<'_>,
        current: Option<&Client>,
    ) -> Result<Self, Violations> {
        let mut faults = Violations::default();
        let mut read = Reader {
            rules,
            faults: &mut faults,
        };
        let grant_types = read.grant_types(members.grant_types, current);
        read.response_types(members.response_types, &grant_types);
        let has_keys = !members.jwks.is_absent() || !members.jwks_uri.is_absent();
        let method = read.auth_method(members.token_endpoint_auth_method, has_keys);
        let is_confidential = method != AuthMethod::None;
        let (jwks, jwks_uri) = read.keys(members.jwks, members.jwks_uri, &method);
        let fields = Fields {
            name: match members.client_name {
                Input::Absent => Input::Value(UNNAMED.to_owned()),
                name => name,
            },
            redirect_uris: read.redirect_uris(members.redirect_uris, is_confidential),
            scopes: values(read.scopes(members.scope, current)),
            grant_types: values(grant_types.iter().map(|grant| grant.as_str().to_owned())),
            client_auth_methods: values([method.as_str().to_owned()]),
            is_confidential: Input::Value(is_confidential),
            jwks,
            jwks_uri,
            logo_url: read.shown_url("logo_uri", members.logo_uri),
            privacy_policy: read.shown_url("policy_uri", members.policy_uri),
            terms_url: read.shown_url("tos_uri", members.tos_uri),
            website: read.shown_url("client_uri", members.client_uri),
            contacts: read.contacts(members.contacts),
            ..Fields::default()
        };
        let asked = Self {
            fields,
            application_type: read.application_type(members.application_type),
            software_id: read.short("software_id", members.software_id),
            software_version: read.short("software_version", members.software_version),
        };
        faults.into_result()?;
        Ok(asked)
    }
}

fn values(items: impl IntoIterator<Item = String>) -> Input<Items> {
    Input::Value(items.into_iter().map(Some).collect())
}

struct Reader<'a> {
    rules: Rules<'a>,
    faults: &'a mut Violations,
}

impl Reader<'_> {
    fn fault(&mut self, path: impl Into<String>, message: impl Into<String>) {
        let violation = Violation::new(path.into(), message.into());
        self.faults.push(violation);
    }

    /// The words of a list, if it is one.
    fn words(&mut self, path: &'static str, input: Input<Items>) -> Option<Vec<String>> {
        let items = match input {
            Input::Absent => return None,
            Input::Value(items) => items,
            Input::Null | Input::Mistyped => {
                self.fault(path, "must be an array of strings");
                return None;
            }
        };
        if items.len() > MAX_WORDS {
            self.fault(path, format!("must hold at most {MAX_WORDS} items"));
            return None;
        }
        let words: Option<Vec<_>> = items.into_iter().collect();
        if words.is_none() {
            self.fault(path, "must be an array of strings");
        }
        words
    }

    /// RFC 7591 §2: `authorization_code` by default. An update adds none, since an administrator
    /// may have taken it away.
    fn grant_types(&mut self, input: Input<Items>, current: Option<&Client>) -> Vec<GrantType> {
        let path = "grant_types";
        let was_absent = input.is_absent();
        let words = match self.words(path, input) {
            Some(words) => words,
            None if was_absent => vec![GrantType::AuthorizationCode.as_str().to_owned()],
            None => return Vec::new(),
        };
        let has = |grant: &&GrantType| {
            current.is_none_or(|client| client.metadata.grant_types.contains(grant))
        };
        let offered: Vec<_> = self.rules.ceiling.grant_types.iter().filter(has).collect();
        let mut kept = Vec::new();
        for grant in words.iter().filter_map(|word| GrantType::parse(word)) {
            if offered.contains(&&grant) && !kept.contains(&grant) {
                kept.push(grant);
            }
        }
        if kept.is_empty() {
            let message = match current {
                None => {
                    let offered = one_of(&self.rules.ceiling.grant_types, GrantType::word);
                    format!("{offered} for a client that registers itself")
                }
                Some(_) => "must hold one that the client has and that is offered".to_owned(),
            };
            self.fault(path, message);
        }
        kept
    }

    /// RFC 7591 §2.1: `code` belongs to `authorization_code`. There is no other type here.
    fn response_types(&mut self, input: Input<Items>, grant_types: &[GrantType]) {
        let path = "response_types";
        let redirects = grant_types.contains(&GrantType::AuthorizationCode);
        let Some(words) = self.words(path, input) else {
            return;
        };
        let has_code = words.iter().any(|word| word == "code");
        if has_code && !redirects {
            self.fault(
                path,
                "must not hold code without the grant authorization_code",
            );
        } else if redirects && !has_code {
            self.fault(path, "must hold code for the grant authorization_code");
        }
    }

    fn auth_method(&mut self, input: Input<String>, has_keys: bool) -> AuthMethod {
        let path = "token_endpoint_auth_method";
        let Rules {
            settings, ceiling, ..
        } = self.rules;
        let (asked, was_absent) = match input {
            Input::Absent => (Some(settings.default_method.clone()), true),
            Input::Value(word) => (AuthMethod::parse(&word), false),
            Input::Null | Input::Mistyped => {
                self.fault(path, "must be a string");
                return AuthMethod::None;
            }
        };
        if let Some(method) = asked.as_ref().filter(|m| ceiling.methods.contains(m)) {
            return method.clone();
        }
        let replaces = was_absent || settings.unoffered == UnofferedMethod::Substitute;
        match substitute(&ceiling.methods, asked, has_keys).filter(|_| replaces) {
            Some(method) => method,
            None => {
                self.fault(path, one_of(&ceiling.methods, AuthMethod::word));
                AuthMethod::None
            }
        }
    }

    /// Keys are kept for a client that signs with them.
    fn keys(
        &mut self,
        jwks: Input<String>,
        jwks_uri: Input<String>,
        method: &AuthMethod,
    ) -> (Input<String>, Input<String>) {
        if !jwks.is_absent() && !jwks_uri.is_absent() {
            self.fault("jwks_uri", "must not be set together with jwks");
        }
        if jwks == Input::Mistyped {
            self.fault("jwks", "must be an object");
        }
        if jwks_uri == Input::Mistyped {
            self.fault("jwks_uri", "must be a string");
        }
        match method {
            AuthMethod::PrivateKeyJwt => (or_null(jwks), or_null(jwks_uri)),
            _ => (Input::Null, Input::Null),
        }
    }

    fn redirect_uris(&mut self, input: Input<Items>, is_confidential: bool) -> Input<Items> {
        let path = "redirect_uris";
        let items = match input {
            Input::Absent => return Input::Value(Vec::new()),
            Input::Value(items) => items,
            input => return input,
        };
        let Rules {
            settings, policy, ..
        } = self.rules;
        // A longer list, and an item that is no string, are for the domain to refuse.
        if items.len() > policy.redirect_uris || items.contains(&None) {
            return Input::Value(items);
        }
        let drops = settings.redirects == UnacceptableRedirects::Drop;
        let mut kept = Vec::with_capacity(items.len());
        for (index, uri) in items.iter().flatten().enumerate() {
            let is_bound = self.is_on_a_bound_host(uri);
            if drops && !(is_bound && policy.accepts_redirect_uri(uri, is_confidential)) {
                continue;
            }
            if !is_bound {
                let message = "must be on a host that is allowed here";
                self.fault(format!("{path}[{index}]"), message);
            }
            kept.push(Some(uri.clone()));
        }
        if kept.is_empty() && !items.is_empty() {
            self.fault(path, "must hold a URI that is acceptable");
        }
        Input::Value(kept)
    }

    fn is_on_a_bound_host(&self, uri: &str) -> bool {
        let Some(hosts) = &self.rules.ceiling.redirect_hosts else {
            return true;
        };
        let url = url::Url::parse(uri).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
        match url.as_ref().and_then(url::Url::host_str) {
            Some(host) => hosts.iter().any(|bound| bound == host),
            // Any app could have it, so that only the host of this server can vouch for it.
            None => self.rules.policy.lists_redirect_uri(uri),
        }
    }

    fn scopes(&mut self, input: Input<String>, current: Option<&Client>) -> Vec<String> {
        let Rules {
            settings, ceiling, ..
        } = self.rules;
        let asked = match input {
            Input::Absent => None,
            Input::Value(text) => Some(text),
            Input::Null | Input::Mistyped => {
                self.fault("scope", "must be a string");
                return Vec::new();
            }
        };
        // An update adds none, since an administrator may have taken it away.
        let has =
            |scope: &&String| current.is_none_or(|client| client.metadata.scopes.contains(scope));
        let offered: Vec<_> = ceiling.scopes.iter().filter(has).cloned().collect();
        match (settings.scope, asked) {
            (RegisteredScope::Requested, Some(asked)) => {
                let is_asked = |scope: &&String| asked.split(' ').any(|word| word == *scope);
                let kept: Vec<_> = offered.iter().filter(is_asked).cloned().collect();
                if kept.is_empty() && !offered.is_empty() {
                    self.fault("scope", "must hold a scope that this server offers");
                }
                kept
            }
            (RegisteredScope::Ceiling, _) | (_, None) => offered,
        }
    }

    /// What breaks a rule is not worth a refusal, as it is only shown; but a script is.
    fn shown_url(&mut self, path: &'static str, input: Input<String>) -> Input<String> {
        let text = match input {
            Input::Absent => return Input::Null,
            Input::Value(text) => text,
            Input::Null | Input::Mistyped => {
                self.fault(path, "must be a string");
                return Input::Null;
            }
        };
        match self.rules.policy.judge_shown_url(&text) {
            ShownUrl::Sound => Input::Value(text),
            ShownUrl::Unusable => Input::Null,
            ShownUrl::Hostile => {
                self.fault(path, "must be an absolute https URL");
                Input::Null
            }
        }
    }

    fn contacts(&mut self, input: Input<Items>) -> Input<Items> {
        let path = "contacts";
        let items = match input {
            Input::Absent => return Input::Value(Vec::new()),
            Input::Value(items) => items,
            input => return input,
        };
        if items.len() > MAX_CONTACTS {
            self.fault(path, format!("must hold at most {MAX_CONTACTS} items"));
        }
        let is_long = |item: &String| item.len() > MAX_CONTACT;
        if items.iter().flatten().any(is_long) {
            self.fault(
                path,
                format!("must be at most {MAX_CONTACT} bytes long each"),
            );
        }
        Input::Value(items)
    }

    /// OpenID Connect Registration §2. Another word says nothing.
    fn application_type(&mut self, input: Input<String>) -> Option<String> {
        match input {
            Input::Value(word) => Some(word).filter(|word| matches!(&**word, "native" | "web")),
            Input::Absent => None,
            Input::Null | Input::Mistyped => {
                self.fault("application_type", "must be a string");
                None
            }
        }
    }

    fn short(&mut self, path: &'static str, input: Input<String>) -> Option<String> {
        match input {
            Input::Absent => None,
            Input::Value(text) if text.len() > MAX_SOFTWARE => {
                self.fault(path, format!("must be at most {MAX_SOFTWARE} bytes long"));
                None
            }
            Input::Value(text) if text.chars().any(char::is_control) => {
                self.fault(path, "must not contain control characters");
                None
            }
            Input::Value(text) => Some(text),
            Input::Null | Input::Mistyped => {
                self.fault(path, "must be a string");
                None
            }
        }
    }
}

/// The method in place of one that is not offered: one that is as confidential, if there is one.
fn substitute(
    offered: &[AuthMethod],
    asked: Option<AuthMethod>,
    has_keys: bool,
) -> Option<AuthMethod> {
    let usable = |method: &&AuthMethod| **method != AuthMethod::PrivateKeyJwt || has_keys;
    let mut usable = offered.iter().filter(usable);
    let wants_secret = asked != Some(AuthMethod::None);
    let alike = usable.clone().find(|method| method.uses_secret());
    alike
        .filter(|_| wants_secret)
        .or_else(|| usable.next())
        .cloned()
}

/// An absent value of an update is a cleared one.
fn or_null(input: Input<String>) -> Input<String> {
    match input {
        Input::Absent => Input::Null,
        input => input,
    }
}
