use cucumber::given;

use crate::scene::Scene;

#[given("the host asks for redirect URIs only where a grant redirects")]
fn optional_redirect_uris(scene: &mut Scene) {
    scene.settle(|policy| policy.with_optional_redirect_uris());
}
