use std::time::Duration;

use cucumber::given;
use serde_json::Value;

use crate::person::Person;
use crate::scene::Scene;

#[given(expr = "{word} administers the tenant {string}")]
fn administrator(scene: &mut Scene, name: String, tenant: String) {
    let person = Person::new(&name, "admin", Some(tenant));
    scene.people.insert(name, person);
}

#[given(expr = "{word} administers every tenant")]
fn super_administrator(scene: &mut Scene, name: String) {
    let person = Person::new(&name, "super_admin", None);
    scene.people.insert(name, person);
}

#[given(expr = "{word} administers every tenant, and her own is {string}")]
fn super_administrator_of(scene: &mut Scene, name: String, tenant: String) {
    let person = Person::new(&name, "super_admin", Some(tenant));
    scene.people.insert(name, person);
}

#[given(expr = "{word}'s token has the {word} {word}")]
fn token_says(scene: &mut Scene, name: String, claim: String, value: String) {
    let value: Value = serde_json::from_str(&value).unwrap();
    person(scene, &name).claims[claim] = value;
}

#[given(expr = "{word}'s token has no {word}")]
fn token_says_nothing(scene: &mut Scene, name: String, claim: String) {
    person(scene, &name).claims[claim] = Value::Null;
}

#[given(expr = "{word}'s token ends {int} seconds {word}")]
fn end(scene: &mut Scene, name: String, seconds: i64, direction: String) {
    moment(scene, &name, "exp", seconds, &direction);
}

#[given(expr = "{word}'s token starts {int} seconds {word}")]
fn start(scene: &mut Scene, name: String, seconds: i64, direction: String) {
    moment(scene, &name, "nbf", seconds, &direction);
}

fn moment(scene: &mut Scene, name: &str, claim: &str, seconds: i64, direction: &str) {
    use tower_oauth_clients::domain::Clock;

    let now = scene.service().clock.now().as_seconds();
    let at = match direction {
        "ago" => now - seconds,
        "later" => now + seconds,
        other => panic!("{other} is neither ago nor later"),
    };
    person(scene, name).claims[claim] = at.into();
}

#[given(expr = "{word}'s token is signed with another key")]
fn another_key(scene: &mut Scene, name: String) {
    person(scene, &name).key = b"another key, which the host does not know".to_vec();
}

#[given(expr = "{word}'s token names the algorithm {string}")]
fn named_algorithm(scene: &mut Scene, name: String, algorithm: String) {
    person(scene, &name).header["alg"] = algorithm.into();
}

#[given(expr = "{word} sends no token")]
fn no_token(scene: &mut Scene, name: String) {
    person(scene, &name).instead = Some(None);
}

#[given(expr = "{word} sends {string} in place of a token")]
fn something_else(scene: &mut Scene, name: String, credentials: String) {
    person(scene, &name).instead = Some(Some(credentials));
}

#[given(expr = "{word} calls from {word}")]
fn address(scene: &mut Scene, name: String, ip: String) {
    person(scene, &name).ip = Some(ip.parse().unwrap());
}

#[given(expr = "{int} seconds pass")]
#[cucumber::when(expr = "{int} seconds pass")]
fn time(scene: &mut Scene, seconds: u64) {
    scene.service().clock.advance(Duration::from_secs(seconds));
}

fn person<'a>(scene: &'a mut Scene, name: &str) -> &'a mut Person {
    scene
        .people
        .get_mut(name)
        .expect("somebody who was introduced")
}
