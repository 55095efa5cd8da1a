//! Initial access tokens.

use serde::Serialize;

use super::request::{flag, list, read_object, text};
use super::response::ShownOnce;
use super::secret_request::number_in;
use super::unknown;
use crate::domain::{
    AuthMethod, GrantType, Id, InitialAccessToken, InitialAccessTokenOptions, Timestamp, Violation,
};
use crate::secrets::Plaintext;

const USES: &str = "uses";

/// The members of a request for a token.
const MEMBERS: [&str; 8] = [
    "description",
    USES,
    "expires_at",
    "grant_types",
    "client_auth_methods",
    "scopes",
    "redirect_hosts",
    "is_approved",
];

/// Parses the body of a request for an initial access token. Unknown members are always refused:
/// a misspelt bound would bound nothing.
///
/// # Errors
///
/// As in [`read_fields`](super::read_fields).
pub(crate) fn read_initial_access_token(
    body: &[u8],
) -> Result<InitialAccessTokenOptions, Violation> {
    let object = read_object(body, &|name| MEMBERS.contains(&name), &[], &[])?;
    let mut options = InitialAccessTokenOptions::new();
    options.uses = number_in(&object, body, USES).map(whole);
    for (name, value) in object {
        match &*name {
            "description" => options.description = text(value),
            "expires_at" => {
                options.expires_at = text(value).map(|text| Timestamp::parse(&text));
            }
            "grant_types" => options.grant_types = list(value),
            "client_auth_methods" => options.client_auth_methods = list(value),
            "scopes" => options.scopes = list(value),
            "redirect_hosts" => options.redirect_hosts = list(value),
            "is_approved" => options.is_approved = flag(value),
            USES => {}
            other => {
                let violation = unknown::violation(other, MEMBERS.into_iter());
                options.unknown.push(violation);
            }
        }
    }
    Ok(options)
}

/// A whole number in range.
fn whole(number: f64) -> Option<u32> {
    let is_in_range = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
    // The text of a whole number is exact.
    is_in_range.then(|| format!("{number:.0}").parse().ok())?
}

/// An initial access token, without the token itself and its hash.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct InitialAccessTokenItem<'a> {
    id: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    /// How many more clients it may register. Absent for any number.
    #[serde(skip_serializing_if = "Option::is_none")]
    uses_left: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant_types: Option<&'a [GrantType]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        schemars(schema_with = "super::schema::auth_method_list")
    )]
    client_auth_methods: Option<&'a [AuthMethod]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_hosts: Option<&'a [String]>,
    is_approved: bool,
    /// The operator who issued it.
    created_by: &'a str,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Timestamp>,
}

impl<'a> From<&'a InitialAccessToken> for InitialAccessTokenItem<'a> {
    fn from(token: &'a InitialAccessToken) -> Self {
        let bounds = &token.bounds;
        Self {
            id: token.id,
            description: token.description.as_deref(),
            uses_left: token.uses_left,
            grant_types: bounds.grant_types.as_deref(),
            client_auth_methods: bounds.client_auth_methods.as_deref(),
            scopes: bounds.scopes.as_deref(),
            redirect_hosts: bounds.redirect_hosts.as_deref(),
            is_approved: bounds.is_approved,
            created_by: &token.created_by,
            created_at: token.created_at,
            expires_at: token.expires_at,
            revoked_at: token.revoked_at,
        }
    }
}

/// The response that issues a token.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct CreateInitialAccessTokenResponse<'a> {
    token: ShownOnce<'a>,
    #[serde(flatten)]
    item: InitialAccessTokenItem<'a>,
}

impl<'a> CreateInitialAccessTokenResponse<'a> {
    pub(crate) fn new(record: &'a InitialAccessToken, plaintext: &'a Plaintext) -> Self {
        Self {
            token: ShownOnce::new(plaintext),
            item: record.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Input;

    #[test]
    fn uses_are_a_whole_number() {
        for (number, expected) in [
            ("1", Input::Value(Some(1))),
            ("4294967295", Input::Value(Some(u32::MAX))),
            ("2.0", Input::Value(Some(2))),
            ("4294967296", Input::Value(None)),
            ("0.5", Input::Value(None)),
            ("-1", Input::Value(None)),
            ("null", Input::Null),
            ("\"1\"", Input::Mistyped),
            ("[1]", Input::Mistyped),
            ("{}", Input::Mistyped),
        ] {
            let body = format!("{{\"uses\": {number}}}");
            let options = read_initial_access_token(body.as_bytes()).unwrap();
            assert_eq!(options.uses, expected, "{number}");
        }
    }

    #[test]
    fn a_misspelt_bound_is_told() {
        let options = read_initial_access_token(br#"{"redirectHosts": []}"#).unwrap();
        let told: Vec<_> = options.unknown.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            ["redirectHosts: is not a known member, use redirect_hosts"]
        );
    }
}
