use super::{Error, ErrorKind};
use crate::domain::{Input, Items};
use crate::jose::json::{self, Fault, Object, Value};

/// Members that only responses have; an update must not contain them (RFC 7592 §2.2).
const OF_RESPONSES: [&str; 4] = [
    "client_id_issued_at",
    "client_secret_expires_at",
    "registration_access_token",
    "registration_client_uri",
];

macro_rules! members {
    ($($name:ident: $type:ty = $read:ident;)+) => {
        /// The members of a request, not validated. All others are ignored (RFC 7591 §2).
        #[derive(Clone, Default)]
        pub(crate) struct Members {
            $(pub(crate) $name: Input<$type>,)+
            /// The member of a response that is among them, if any.
            pub(super) of_response: Option<&'static str>,
        }

        impl Members {
            const NAMES: &[&str] = &[$(stringify!($name)),+];

            fn set(&mut self, name: &str, value: Value<'_>) {
                match name {
                    $(stringify!($name) => self.$name = $read(value),)+
                    _ => {}
                }
            }

            /// These members, but with what the claims say instead, if they say something.
            pub(super) fn overruled_by(self, claims: Self) -> Self {
                Self {
                    $($name: match claims.$name {
                        Input::Absent => self.$name,
                        claimed => claimed,
                    },)+
                    of_response: self.of_response,
                }
            }
        }
    };
}

members! {
    redirect_uris: Items = list;
    token_endpoint_auth_method: String = text;
    token_endpoint_auth_methods_supported: Items = list;
    grant_types: Items = list;
    response_types: Items = list;
    client_name: String = text;
    client_uri: String = text;
    logo_uri: String = text;
    scope: String = text;
    contacts: Items = list;
    tos_uri: String = text;
    policy_uri: String = text;
    jwks: String = nothing;
    jwks_uri: String = text;
    software_id: String = text;
    software_version: String = text;
    software_statement: String = text;
    application_type: String = text;
    client_id: String = text;
    client_secret: String = text;
}

impl Members {
    /// Parses a body: a single JSON object without duplicate members.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidClientMetadata`] if it is malformed. A member of a wrong type is kept as
    /// such.
    pub(super) fn read(body: &[u8]) -> Result<Self, Error> {
        let text = std::str::from_utf8(body).map_err(|_| Error::metadata("body: must be UTF-8"))?;
        Self::parse(text).map_err(|fault| match fault {
            Fault::Syntax { .. } => Error::metadata("body: must be valid JSON"),
            Fault::Type | Fault::Repeated | Fault::Deep => {
                Error::metadata("body: must be one JSON object without duplicate members")
            }
        })
    }

    /// Parses the claims of a software statement. They say nothing about the request itself.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidSoftwareStatement`] if they are malformed.
    pub(super) fn of_statement(claims: &str) -> Result<Self, Error> {
        let read = Self::parse(claims);
        let claims = read.map_err(|_| Error::from(ErrorKind::InvalidSoftwareStatement))?;
        Ok(Self {
            client_id: Input::Absent,
            client_secret: Input::Absent,
            software_statement: Input::Absent,
            of_response: None,
            ..claims
        })
    }

    /// Parses a single JSON object without duplicate members.
    ///
    /// # Errors
    ///
    /// If it is malformed. A member of a wrong type is kept as such.
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        let wanted = |name: &str| Self::NAMES.contains(&name) || OF_RESPONSES.contains(&name);
        let object = Object::read(text, &wanted, &[])?;
        let mut members = Self::default();
        let mut jwks = false;
        for (name, value) in object {
            if let Some(name) = OF_RESPONSES.iter().find(|known| **known == name) {
                if value != Value::Null {
                    members.of_response = Some(name);
                }
            } else if name == "jwks" {
                jwks = value != Value::Null;
            } else {
                members.set(&name, value);
            }
        }
        // The key set is an object, which is stored as compact text.
        if jwks {
            let written = json::written(text, "jwks").filter(|json| json.starts_with('{'));
            members.jwks =
                written.map_or(Input::Mistyped, |json| Input::Value(json::compact(json)));
        }
        Ok(members)
    }
}

/// `null` and the empty string are like an absent member (RFC 7592 §2.2).
fn text(value: Value<'_>) -> Input<String> {
    match value {
        Value::Null => Input::Absent,
        Value::Text(text) if text.is_empty() => Input::Absent,
        Value::Text(text) => Input::Value(text.into_owned()),
        _ => Input::Mistyped,
    }
}

fn list(value: Value<'_>) -> Input<Items> {
    let items = match value {
        Value::Null => return Input::Absent,
        Value::Text(text) if text.is_empty() => return Input::Absent,
        Value::List(items) => items,
        _ => return Input::Mistyped,
    };
    let items = items.into_iter().map(|item| match item {
        Value::Text(text) => Some(text.into_owned()),
        _ => None,
    });
    Input::Value(items.collect())
}

fn nothing(_: Value<'_>) -> Input<String> {
    Input::Absent
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Members {
        Members::read(body.as_bytes()).unwrap()
    }

    #[test]
    fn nothing_said_is_nothing_meant() {
        let members = read(r#"{"client_name":null,"scope":"","contacts":null,"jwks":null}"#);
        assert!(members.client_name.is_absent() && members.scope.is_absent());
        assert!(members.contacts.is_absent() && members.jwks.is_absent());
        let members = read(r#"{"client_id_issued_at":null}"#);
        assert_eq!(members.of_response, None);
        let members = read(r#"{"client_id_issued_at":1}"#);
        assert_eq!(members.of_response, Some("client_id_issued_at"));
    }

    #[test]
    fn keys_come_as_an_object() {
        let members = read(r#"{"jwks" : {"keys": [ {"kty": "EC"} ]}}"#);
        let compact = r#"{"keys":[{"kty":"EC"}]}"#.to_owned();
        assert_eq!(members.jwks, Input::Value(compact));
        for bad in [r#"{"jwks":"{}"}"#, r#"{"jwks":[]}"#, r#"{"jwks":1}"#] {
            assert_eq!(read(bad).jwks, Input::Mistyped, "{bad}");
        }
    }

    #[test]
    fn claims_overrule_and_name_no_client() {
        let plain = read(r#"{"client_name":"Plain","scope":"a","client_id":"app-1"}"#);
        let claims = r#"{"client_name":"Signed","iss":"A","client_id":"app-2","scope":""}"#;
        let both = plain.overruled_by(Members::of_statement(claims).unwrap());
        assert_eq!(both.client_name, Input::Value("Signed".into()));
        assert_eq!(both.scope, Input::Value("a".into()));
        assert_eq!(both.client_id, Input::Value("app-1".into()));
        assert!(Members::of_statement("[]").is_err());
    }

    #[test]
    fn a_body_is_one_object_without_duplicates() {
        for bad in [
            "",
            "[]",
            "null",
            "{",
            "{}{}",
            r#"{"scope":"a","scope":"b"}"#,
            r#"{"zz":1,"zz":1}"#,
            r#"{"scope":"a","\u0073cope":"b"}"#,
        ] {
            let error = Members::read(bad.as_bytes()).err().unwrap();
            assert_eq!(error.kind(), ErrorKind::InvalidClientMetadata, "{bad}");
        }
        assert!(Members::read(b"{\"scope\":\"\xff\"}").is_err());
        let deep = format!(r#"{{"zz":{}{}}}"#, "[".repeat(50_000), "]".repeat(50_000));
        assert!(Members::read(deep.as_bytes()).is_ok());
        let deep = deep.replace("zz", "scope");
        let _ = Members::read(deep.as_bytes());
    }
}
