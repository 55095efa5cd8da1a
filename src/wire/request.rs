use std::collections::BTreeMap;

use super::unknown::{self, Body};
use crate::domain::{
    AuthMethod, ClientStatus, FapiProfile, Fields, GrantType, Input, Items, Kind, Pairs, Policy,
    Violation, fields,
};
use crate::jose::json::{self, Fault, Object, Value};

/// Sets a field to the received value.
type Set = fn(&mut Fields, Value<'_>);

macro_rules! members {
    ($($(#[$file:meta])* $name:ident: $type:ty => $schema:expr;)+) => {
        /// The known members, with the fields that they set.
        const MEMBERS: &[(&str, Set)] = &[
            $((stringify!($name), |fields, value| {
                fields.$name = <$type as Member>::read(value);
            }),)+
            ("status", |fields, value| fields.status = ClientStatus::read(value)),
        ];
    };
}

fields!(members);

/// How a field is received.
trait Member: Kind {
    fn read(value: Value<'_>) -> Input<Self::Raw>;
}

macro_rules! read {
    ($($type:ty: $read:ident;)+) => {
        $(impl Member for $type {
            fn read(value: Value<'_>) -> Input<Self::Raw> {
                $read(value)
            }
        })+
    };
}

read! {
    String: text;
    Option<String>: text;
    Option<FapiProfile>: text;
    ClientStatus: text;
    Vec<String>: list;
    Vec<GrantType>: list;
    Vec<AuthMethod>: list_or_text;
    bool: flag;
    BTreeMap<String, String>: pairs;
}

/// Parses the body of a create or update request: a single JSON object (RFC 8259 §4) without
/// duplicate members. Unknown members are ignored, unless the policy is strict.
///
/// # Errors
///
/// A violation of `body` if it is malformed. A known member of a wrong type is reported later, with
/// all other violations.
pub(crate) fn read_fields(bytes: &[u8], body: Body, policy: &Policy) -> Result<Fields, Violation> {
    read_client(bytes, body, policy, &[]).map(|(fields, _)| fields)
}

/// The values of members that are not fields.
type Found<'a> = BTreeMap<&'static str, Value<'a>>;

/// The same, and the values of the members `beside`, with their members if they are objects.
pub(super) fn read_client<'a>(
    bytes: &'a [u8],
    body: Body,
    policy: &Policy,
    beside: &[&'static str],
) -> Result<(Fields, Found<'a>), Violation> {
    let wanted = |name: &str| member(name).is_some() || beside.contains(&name);
    let objects = [&["metadata"], beside].concat();
    let object = read_object(bytes, &wanted, &[], &objects)?;
    let is_strict = policy.strict_members || body.is_strict();
    let (mut fields, mut found) = (Fields::default(), Found::new());
    for (name, value) in object {
        let known = member(&name).filter(|_| body.knows(&name));
        if let Some(set) = known {
            set(&mut fields, value);
        } else if let Some(name) = beside.iter().find(|beside| **beside == name) {
            found.insert(name, value);
        } else if is_strict && !body.ignores(&name) {
            let names = MEMBERS.iter().map(|(name, _)| name).chain(beside).copied();
            let names = names.filter(|name| body.knows(name));
            fields.unknown.push(unknown::violation(&name, names));
        }
    }
    // A key set may also be an object instead of its text. It is stored as compact text.
    if fields.jwks == Input::Mistyped {
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let object = json::written(text, "jwks").filter(|json| json.starts_with('{'));
        fields.jwks = object.map_or(Input::Mistyped, |json| Input::Value(json::compact(json)));
    }
    if let (Body::Patch, Input::Value(pairs)) = (body, &mut fields.metadata) {
        pairs.is_patch = true;
    }
    Ok((fields, found))
}

/// Parses a body that is a single JSON object, as in [`Object::read_with`].
pub(super) fn read_object<'a>(
    body: &'a [u8],
    wanted: &dyn Fn(&str) -> bool,
    numbers: &[&str],
    objects: &[&str],
) -> Result<Object<'a>, Violation> {
    as_object(body, |text| {
        Object::read_with(text, wanted, numbers, objects)
    })
}

/// Parses a body with `read`, and tells what is wrong with it.
pub(super) fn as_object<'a>(
    body: &'a [u8],
    read: impl FnOnce(&'a str) -> Result<Object<'a>, Fault>,
) -> Result<Object<'a>, Violation> {
    let text = std::str::from_utf8(body).map_err(|_| Violation::new("body", "must be UTF-8"))?;
    read(text).map_err(|fault| match fault {
        Fault::Syntax { line, column } => {
            let message = format!("must be valid JSON: it is not at line {line}, column {column}");
            Violation::new("body", message)
        }
        Fault::Type | Fault::Repeated | Fault::Deep => {
            Violation::new("body", "must be one JSON object without duplicate members")
        }
    })
}

fn member(name: &str) -> Option<Set> {
    let found = MEMBERS.iter().find(|(known, _)| *known == name);
    found.map(|(_, set)| *set)
}

pub(super) fn text(value: Value<'_>) -> Input<String> {
    match value {
        Value::Null => Input::Null,
        Value::Text(text) => Input::Value(text.into_owned()),
        _ => Input::Mistyped,
    }
}

pub(super) fn list(value: Value<'_>) -> Input<Items> {
    let items = match value {
        Value::Null => return Input::Null,
        Value::List(items) => items,
        _ => return Input::Mistyped,
    };
    let items = items.into_iter().map(|item| match item {
        Value::Text(text) => Some(text.into_owned()),
        _ => None,
    });
    Input::Value(items.collect())
}

/// A list, or a string that contains one as JSON, as in responses, so that a client can send back
/// what it read.
fn list_or_text(value: Value<'_>) -> Input<Items> {
    let Value::Text(text) = value else {
        return list(value);
    };
    match json::read_list(&text) {
        Ok(value @ Value::List(_)) => list(value),
        _ => Input::Mistyped,
    }
}

fn pairs(value: Value<'_>) -> Input<Pairs> {
    let object = match value {
        Value::Null => return Input::Null,
        Value::Object(object) => object,
        _ => return Input::Mistyped,
    };
    let values = object.into_iter();
    Input::Value(Pairs {
        values: values
            .map(|(key, value)| (key.into_owned(), text(value)))
            .collect(),
        is_patch: false,
    })
}

pub(super) fn flag(value: Value<'_>) -> Input<bool> {
    match value {
        Value::Null => Input::Null,
        Value::Bool(value) => Input::Value(value),
        _ => Input::Mistyped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_fields(body: &[u8]) -> Result<Fields, Violation> {
        super::read_fields(body, Body::Change, &Policy::default())
    }

    fn fault(body: &str) -> String {
        read_fields(body.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn one_object_and_nothing_else() {
        for bad in ["null", "[]", "7", r#""x""#, r#"["B",["https://a.b/c"]]"#] {
            assert_eq!(
                fault(bad),
                "body: must be one JSON object without duplicate members"
            );
        }
        for bad in [
            "",
            "{",
            "{} x",
            "{}{}",
            "\u{feff}{}",
            "{/*c*/}",
            r#"{"name":NaN}"#,
        ] {
            assert!(fault(bad).starts_with("body: must be valid JSON"), "{bad}");
        }
        assert_eq!(
            read_fields(b"\"\xff\"").unwrap_err().to_string(),
            "body: must be UTF-8"
        );
        assert!(read_fields(b" {} \n").is_ok());
    }

    #[test]
    fn no_member_twice_known_or_not_and_however_spelled() {
        for bad in [
            r#"{"name":"a","name":"b"}"#,
            r#"{"name":"a","n\u0061me":"b"}"#,
            r#"{"zz":1,"zz":1}"#,
            r#"{"name":null,"name":null}"#,
        ] {
            assert_eq!(
                fault(bad),
                "body: must be one JSON object without duplicate members"
            );
        }
    }

    #[test]
    fn a_wrong_type_is_kept_for_later() {
        let fields = read_fields(
            br#"{"name":7,"jwks":["keys"],"scopes":"a","is_confidential":"true",
                 "redirect_uris":["a",null,["b"]],"zz":[[[{}]]],"status":null}"#,
        )
        .unwrap();
        assert!(matches!(fields.name, Input::Mistyped));
        assert!(matches!(fields.jwks, Input::Mistyped));
        assert!(matches!(fields.scopes, Input::Mistyped));
        assert!(matches!(fields.is_confidential, Input::Mistyped));
        assert!(matches!(fields.status, Input::Null));
        let Input::Value(items) = fields.redirect_uris else {
            panic!()
        };
        assert_eq!(items, [Some("a".to_owned()), None, None]);
    }

    #[test]
    fn a_key_set_comes_as_text_or_as_an_object() {
        for body in [
            r#"{"jwks":"{\"keys\":[ ]}"}"#,
            r#"{"jwks":{"keys":[ ]}}"#,
            r#"{"\u006awks" : { "keys" : [] } }"#,
        ] {
            let fields = read_fields(body.as_bytes()).unwrap();
            let Input::Value(text) = fields.jwks else {
                panic!("{body}")
            };
            assert_eq!(text.replace(' ', ""), r#"{"keys":[]}"#);
        }
        for body in [r#"{"jwks":[{}]}"#, r#"{"jwks":1}"#, r#"{"jwks":true}"#] {
            let fields = read_fields(body.as_bytes()).unwrap();
            assert_eq!(fields.jwks, Input::Mistyped, "{body}");
        }
        assert_eq!(read_fields(br#"{"jwks":null}"#).unwrap().jwks, Input::Null);
        let twice = r#"{"jwks":{},"jwks":{}}"#;
        assert!(fault(twice).starts_with("body: must be one JSON object"));
    }

    #[test]
    fn auth_methods_come_as_a_list_or_as_its_text() {
        for body in [
            r#"{"client_auth_methods":["none"]}"#,
            r#"{"client_auth_methods":"[\"none\"]"}"#,
        ] {
            let Input::Value(items) = read_fields(body.as_bytes()).unwrap().client_auth_methods
            else {
                panic!("{body}")
            };
            assert_eq!(items, [Some("none".to_owned())]);
        }
        for body in [
            r#"{"client_auth_methods":"none"}"#,
            r#"{"client_auth_methods":"\"x\""}"#,
        ] {
            let fields = read_fields(body.as_bytes()).unwrap();
            assert!(
                matches!(fields.client_auth_methods, Input::Mistyped),
                "{body}"
            );
        }
    }

    #[test]
    fn deep_nesting_is_skipped_or_refused_without_recursion() {
        let deep = |depth| format!(r#"{{"zz":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
        assert!(read_fields(deep(50_000).as_bytes()).is_ok());
        assert!(read_fields(deep(50_000).replace("zz", "name").as_bytes()).is_err());
    }
}
