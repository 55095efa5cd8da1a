use std::time::Duration;

use super::request::{read_client, read_object};
use super::unknown::Body;
use crate::domain::{Fields, Input, Policy, RotationOptions, SecretOptions, Timestamp, Violation};
use crate::jose::json::{Object, Value};

const GRACE_PERIOD: &str = "grace_period";

/// Parses the body of a create request: the fields of the client, and the options of its secret.
///
/// # Errors
///
/// As in [`read_fields`](super::read_fields).
pub(crate) fn read_creation(
    bytes: &[u8],
    policy: &Policy,
) -> Result<(Fields, Input<SecretOptions>), Violation> {
    let beside = [SecretOptions::AT_CREATION];
    let (fields, mut found) = read_client(bytes, Body::Creation, policy, &beside)?;
    let options = match found.remove(SecretOptions::AT_CREATION) {
        None => Input::Absent,
        Some(Value::Null) => Input::Null,
        Some(Value::Object(object)) => Input::Value(options_in(&object)),
        Some(_) => Input::Mistyped,
    };
    Ok((fields, options))
}

/// Parses the body of a request that adds a secret. Without one, nothing is set.
///
/// # Errors
///
/// As in [`read_fields`](super::read_fields).
pub(crate) fn read_secret_options(body: &[u8]) -> Result<SecretOptions, Violation> {
    if body.is_empty() {
        return Ok(SecretOptions::new());
    }
    read_object(body, &is_option, &[], &[]).map(|object| options_in(&object))
}

/// Parses the body of a rotation. Without one, nothing is set.
///
/// # Errors
///
/// As in [`read_fields`](super::read_fields).
pub(crate) fn read_rotation(body: &[u8]) -> Result<RotationOptions, Violation> {
    if body.is_empty() {
        return Ok(RotationOptions::new());
    }
    let wanted = |name: &str| is_option(name) || name == GRACE_PERIOD;
    let object = read_object(body, &wanted, &[], &[])?;
    let grace = number_in(&object, body, GRACE_PERIOD).map(seconds);
    Ok(RotationOptions {
        secret: options_in(&object),
        grace,
    })
}

/// The number in a member of the body, whose other members were read already.
pub(super) fn number_in(object: &Object<'_>, body: &[u8], name: &str) -> Input<f64> {
    match object.get(name) {
        None => Input::Absent,
        Some(Value::Null) => Input::Null,
        // Read again: a number has to be asked for, and must then be one.
        Some(Value::Other | Value::Object(_)) => {
            match read_object(body, &|other| other == name, &[name], &[]) {
                Ok(object) => match object.get(name) {
                    Some(Value::Number(number)) => Input::Value(*number),
                    _ => Input::Mistyped,
                },
                Err(_) => Input::Mistyped,
            }
        }
        Some(_) => Input::Mistyped,
    }
}

/// The text in a member.
pub(super) fn text_in(object: &Object<'_>, name: &str) -> Input<String> {
    match object.get(name) {
        None => Input::Absent,
        Some(Value::Null) => Input::Null,
        Some(Value::Text(text)) => Input::Value(text.clone().into_owned()),
        Some(_) => Input::Mistyped,
    }
}

/// The time in a member; `None` is a text that is not a time.
pub(super) fn time_in(object: &Object<'_>, name: &str) -> Input<Option<Timestamp>> {
    text_in(object, name).map(|text| Timestamp::parse(&text))
}

fn is_option(name: &str) -> bool {
    matches!(name, "description" | "expires_at")
}

fn options_in(object: &Object<'_>) -> SecretOptions {
    SecretOptions {
        description: text_in(object, "description"),
        expires_at: time_in(object, "expires_at"),
    }
}

/// A whole number of seconds.
fn seconds(number: f64) -> Option<Duration> {
    let is_whole = number.fract() == 0.0;
    is_whole.then(|| Duration::try_from_secs_f64(number).ok())?
}
