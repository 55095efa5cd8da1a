use std::collections::BTreeSet;

use cucumber::gherkin::Step;
use cucumber::then;
use http::StatusCode;
use serde_json::Value;
use tower_oauth_clients::domain::Id;

use crate::scene::{Scene, path, rows, text};
use support::Answer;

/// The words for refusals, and their statuses.
const REFUSALS: [(&str, StatusCode); 9] = [
    ("malformed", StatusCode::BAD_REQUEST),
    ("unauthenticated", StatusCode::UNAUTHORIZED),
    ("forbidden", StatusCode::FORBIDDEN),
    ("not found", StatusCode::NOT_FOUND),
    ("not possible there", StatusCode::METHOD_NOT_ALLOWED),
    ("one too many", StatusCode::CONFLICT),
    ("stale", StatusCode::PRECONDITION_FAILED),
    ("too long", StatusCode::PAYLOAD_TOO_LARGE),
    ("not JSON", StatusCode::UNSUPPORTED_MEDIA_TYPE),
];

#[then(regex = "^(?:it|the request) is refused as ([a-zJSON ]+)$")]
fn refused(scene: &mut Scene, word: String) {
    let (_, status) = REFUSALS
        .iter()
        .find(|(known, _)| *known == word)
        .expect("a known word");
    let answer = scene.answer();
    common(answer, *status);
    envelope(answer, &["code", "message", "timestamp"]);
    assert_eq!(answer.json()["code"], u32::from(status.as_u16()) * 1000 + 1);
    assert!(!answer.message().is_empty());
    rfc3339(&answer.json()["timestamp"]);
}

#[then("the client is created")]
fn created(scene: &mut Scene) {
    let answer = scene.answer();
    common(answer, StatusCode::CREATED);
    envelope(answer, &["code", "message", "data"]);
    success(answer);
}

#[then("the clone is created")]
fn cloned(scene: &mut Scene) {
    let answer = scene.answer();
    common(answer, StatusCode::CREATED);
    envelope(answer, &["code", "message", "data", "timestamp"]);
    success(answer);
    rfc3339(&answer.json()["timestamp"]);
}

#[then(regex = "^the client is (?:shown|changed)$")]
fn shown(scene: &mut Scene) {
    let answer = scene.answer();
    common(answer, StatusCode::OK);
    envelope(answer, &["code", "message", "data", "timestamp"]);
    success(answer);
    rfc3339(&answer.json()["timestamp"]);
    assert!(answer.header("ETag").is_some());
}

#[then("it is gone, without a word")]
fn gone(scene: &mut Scene) {
    let answer = scene.answer();
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{:?}", answer.body);
    assert!(answer.body.is_empty());
    assert_eq!(answer.header("Content-Type"), None);
    assert_eq!(answer.header("Cache-Control"), Some("no-store"));
}

/// Asserts the status and what all responses have in common.
pub fn common(answer: &Answer, status: StatusCode) {
    assert_eq!(answer.status, status, "{:?}", answer.body);
    assert_eq!(answer.header("Content-Type"), Some("application/json"));
    assert_eq!(answer.header("Cache-Control"), Some("no-store"));
}

pub fn envelope(answer: &Answer, keys: &[&str]) {
    assert_eq!(
        self::keys(&answer.json()),
        keys.iter().map(|key| (*key).to_owned()).collect()
    );
}

pub fn success(answer: &Answer) {
    assert_eq!(answer.json()["code"], 0);
    assert_eq!(answer.message(), "success");
}

fn keys(object: &Value) -> BTreeSet<String> {
    object
        .as_object()
        .expect("an object")
        .keys()
        .cloned()
        .collect()
}

/// Parses a time such as `2026-04-15T10:30:00Z`.
pub fn rfc3339(value: &Value) -> jiff::Timestamp {
    let text = value.as_str().expect("a moment is a string");
    assert_eq!((text.len(), text.chars().last()), (20, Some('Z')), "{text}");
    text.parse().unwrap()
}

#[then("the answer holds exactly")]
fn holds_exactly(scene: &mut Scene, step: &Step) {
    let wanted = text(step).split_whitespace().map(str::to_owned).collect();
    assert_eq!(keys(&scene.answer().data()), wanted);
}

#[then("the answer says")]
fn says(scene: &mut Scene, step: &Step) {
    let data = scene.answer().data();
    for (field, cell) in rows(step) {
        assert_eq!(data[field], scene.value(cell), "{field}");
    }
}

#[then(expr = "the answer has no {word}")]
fn says_no(scene: &mut Scene, field: String) {
    assert_eq!(scene.answer().data().get(&field), None);
}

#[then("the client_id is made from the id")]
fn client_id_from_id(scene: &mut Scene) {
    let data = scene.answer().data();
    let id = data["id"].as_str().unwrap();
    assert!(Id::parse(id).is_some(), "{id} is no ULID");
    assert_eq!(data["client_id"], format!("app-{}", id.to_lowercase()));
}

#[then(expr = "the {word} is a moment")]
fn is_moment(scene: &mut Scene, field: String) {
    rfc3339(&scene.answer().data()[field]);
}

#[then(expr = "the {word} is {int} seconds after the {word}")]
fn is_later(scene: &mut Scene, later: String, seconds: i64, earlier: String) {
    let data = scene.answer().data();
    let between = rfc3339(&data[later]).as_second() - rfc3339(&data[earlier]).as_second();
    assert_eq!(between, seconds);
}

#[then("the message is")]
fn message_is(scene: &mut Scene, step: &Step) {
    let wanted: Vec<_> = text(step).lines().map(str::trim).collect();
    assert_eq!(scene.answer().message(), wanted.join(" "));
}

#[then(expr = "the message names {string}")]
fn message_names(scene: &mut Scene, path: String) {
    let message = scene.answer().message();
    let named = message
        .split("; ")
        .any(|fault| fault.starts_with(&format!("{path}: ")));
    assert!(named, "{message}");
}

#[then(expr = "the message names nothing but {string}")]
fn message_names_only(scene: &mut Scene, path: String) {
    let message = scene.answer().message();
    let start = format!("{path}: ");
    assert!(
        message.split("; ").all(|fault| fault.starts_with(&start)),
        "{message}"
    );
}

#[then(expr = "the message has {int} parts, and ends with {string}")]
fn message_parts(scene: &mut Scene, parts: usize, end: String) {
    let message = scene.answer().message();
    assert_eq!(message.split("; ").count(), parts, "{message}");
    assert!(message.ends_with(&end), "{message}");
}

#[then(expr = "the answer does not repeat {string}")]
fn does_not_repeat(scene: &mut Scene, text: String) {
    let answer = scene.answer();
    let body = String::from_utf8(answer.body.to_vec()).unwrap();
    assert!(!body.contains(&text), "{body}");
    let headers = format!("{:?}", answer.headers);
    assert!(!headers.contains(&text), "{headers}");
}

#[then("both answers are the same")]
fn same_answers(scene: &mut Scene) {
    let [before, after] = [scene.answer_before(), scene.answer()];
    assert_eq!(
        (before.status, &before.headers),
        (after.status, &after.headers)
    );
    assert_eq!(before.json()["message"], after.json()["message"]);
    assert_eq!(before.json()["code"], after.json()["code"]);
}

#[then(expr = "the answer says where {string} is")]
fn location(scene: &mut Scene, name: String) {
    let path = path(scene.client(&name));
    assert_eq!(scene.answer().header("Location"), Some(&*path));
}

#[then(expr = "the header {word} is {string}")]
fn header(scene: &mut Scene, name: String, value: String) {
    assert_eq!(scene.answer().header(&name), Some(&*value));
}

#[then(expr = "the header Allow names {word}")]
fn allows(scene: &mut Scene, method: String) {
    let allowed = scene.answer().header("Allow").expect("an Allow header");
    assert!(
        allowed.split(", ").any(|named| named == method),
        "{allowed}"
    );
}

#[then("the version is the same as before")]
fn same_version(scene: &mut Scene) {
    assert_eq!(
        scene.answer().header("ETag"),
        scene.answer_before().header("ETag")
    );
}

#[then("the version is another one")]
fn other_version(scene: &mut Scene) {
    assert_ne!(
        scene.answer().header("ETag"),
        scene.answer_before().header("ETag")
    );
}
