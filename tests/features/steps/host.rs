use cucumber::given;

use crate::scene::Scene;

#[given("the host asks for redirect URIs only where a grant redirects")]
fn optional_redirect_uris(scene: &mut Scene) {
    scene.settle(|policy| policy.with_optional_redirect_uris());
}

#[given(expr = "the host lists the redirect URI {word}")]
fn private_use_uri(scene: &mut Scene, uri: String) {
    scene.settle(|policy| policy.with_private_use_uris([uri]));
}

#[given(expr = "the host lists the scheme {word}")]
fn private_use_scheme(scene: &mut Scene, scheme: String) {
    scene.settle(|policy| policy.with_private_use_schemes([scheme]));
}

#[given(expr = "the host lists {word} for http")]
fn http_host(scene: &mut Scene, host: String) {
    scene.settle(|policy| policy.with_insecure_http_hosts([host]));
}

#[given("the host accepts numbers as operators and tenants")]
fn numeric_ids(scene: &mut Scene) {
    scene.accept_numbers();
}

#[given("the host refuses unknown members")]
fn strict_members(scene: &mut Scene) {
    scene.settle(|policy| policy.with_strict_members());
}

#[given("the host allows imports over HTTP")]
fn imports(scene: &mut Scene) {
    scene.allow_imports();
}
