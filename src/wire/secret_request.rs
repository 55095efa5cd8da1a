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
    let grace = match object.get(GRACE_PERIOD) {
        None => Input::Absent,
        Some(Value::Null) => Input::Null,
        // Read again: a number has to be asked for, and must then be one.
        Some(Value::Other | Value::Object(_)) => {
            match read_object(body, &|name| name == GRACE_PERIOD, &[GRACE_PERIOD], &[]) {
                Ok(object) => match object.get(GRACE_PERIOD) {
                    Some(Value::Number(number)) => Input::Value(seconds(*number)),
                    _ => Input::Mistyped,
                },
                Err(_) => Input::Mistyped,
            }
        }
        Some(_) => Input::Mistyped,
    };
    Ok(RotationOptions {
        secret: options_in(&object),
        grace,
    })
}

fn is_option(name: &str) -> bool {
    matches!(name, "description" | "expires_at")
}

fn options_in(object: &Object<'_>) -> SecretOptions {
    let text = |name| match object.get(name) {
        None => Input::Absent,
        Some(Value::Null) => Input::Null,
        Some(Value::Text(text)) => Input::Value(text.clone().into_owned()),
        Some(_) => Input::Mistyped,
    };
    let expires_at = match text("expires_at") {
        Input::Absent => Input::Absent,
        Input::Null => Input::Null,
        Input::Mistyped => Input::Mistyped,
        Input::Value(text) => Input::Value(Timestamp::parse(&text)),
    };
    SecretOptions {
        description: text("description"),
        expires_at,
    }
}

/// A whole number of seconds.
fn seconds(number: f64) -> Option<Duration> {
    let is_whole = number.fract() == 0.0;
    is_whole.then(|| Duration::try_from_secs_f64(number).ok())?
}
