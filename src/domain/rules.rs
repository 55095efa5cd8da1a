//! The rules between fields, one function each. A rule that depends on an invalid field is skipped,
//! so that a mistake is reported only once.

use super::redirect_uri::Kind;
use super::validate::Checked;
use super::violation::{Violation, Violations};
use super::{AuthMethod, FapiProfile, GrantType, assertion_keys};

type Rule = fn(&Checked) -> Option<Violation>;

const RULES: [Rule; 13] = [
    grants_that_redirect_need_a_uri,
    redirect_by_private_use_scheme_is_public,
    logout_by_private_use_scheme_is_public,
    refresh_token_needs_a_first_token,
    grants_that_need_authentication,
    kind_fits_auth_methods,
    keys_come_one_way,
    private_key_jwt_needs_a_key,
    fapi_is_confidential,
    fapi_auth_methods,
    fapi1_redirects_over_https,
    fapi2_redirects_to_no_developer,
    fapi_signature_algorithms,
];

pub(super) fn check(checked: &Checked, faults: &mut Violations) {
    for violation in RULES.iter().filter_map(|rule| rule(checked)) {
        faults.push(violation);
    }
}

/// RFC 7591 §2: redirect URIs are required for grants that redirect.
fn grants_that_redirect_need_a_uri(checked: &Checked) -> Option<Violation> {
    let none = checked.redirect_uris.as_ref()?.is_empty();
    let mut grants = checked.grant_types.as_ref()?.iter();
    let redirecting = grants.find(|grant| grant.redirects()).filter(|_| none)?;
    let message = format!("must hold at least one item for {}", redirecting.as_str());
    Some(Violation::new("redirect_uris", message))
}

/// Only a native app uses a private-use scheme, and it can't keep a secret: RFC 8252 §8.4 and §8.5.
fn redirect_by_private_use_scheme_is_public(checked: &Checked) -> Option<Violation> {
    private_use_is_public(checked, "redirect_uris", checked.redirect_uris.as_ref()?)
}

/// The same for the way back after logging out.
fn logout_by_private_use_scheme_is_public(checked: &Checked) -> Option<Violation> {
    let uris = checked.post_logout_redirect_uris.as_ref()?;
    private_use_is_public(checked, "post_logout_redirect_uris", uris)
}

fn private_use_is_public(
    checked: &Checked,
    field: &str,
    uris: &[(String, Kind)],
) -> Option<Violation> {
    let index = uris.iter().position(|(_, k)| *k == Kind::PrivateUse)?;
    checked.is_confidential?.then(|| {
        let path = format!("{field}[{index}]");
        Violation::new(
            path,
            "must not use a private-use scheme in a confidential client",
        )
    })
}

/// A refresh token is issued with another grant: RFC 6749 §6, RFC 7591 §2.1.
fn refresh_token_needs_a_first_token(checked: &Checked) -> Option<Violation> {
    let alone = checked.grant_types.as_deref()? == [GrantType::RefreshToken];
    alone.then(|| {
        Violation::new(
            "grant_types",
            "must hold another grant beside refresh_token",
        )
    })
}

/// RFC 6749 §4.4.2: client credentials are for confidential clients only. CIBA Core §7.1 requires
/// the same.
fn grants_that_need_authentication(checked: &Checked) -> Option<Violation> {
    let public = !checked.is_confidential?;
    let grants = checked.grant_types.as_ref()?;
    let index = grants
        .iter()
        .position(|grant| grant.needs_authentication())?;
    public.then(|| {
        let path = format!("grant_types[{index}]");
        Violation::new(path, "must not be used by a public client")
    })
}

/// A public client does not authenticate and a confidential one does: RFC 6749 §2.1, RFC 7591 §2.
fn kind_fits_auth_methods(checked: &Checked) -> Option<Violation> {
    let methods = checked.client_auth_methods.as_deref()?;
    let message = match checked.is_confidential? {
        true if methods.contains(&AuthMethod::None) => {
            "must not hold none in a confidential client"
        }
        false if methods != [AuthMethod::None] => "must be none alone in a public client",
        _ => return None,
    };
    Some(Violation::new("client_auth_methods", message))
}

/// RFC 7591 §2: `jwks` and `jwks_uri` must not both be present.
fn keys_come_one_way(checked: &Checked) -> Option<Violation> {
    let both = checked.jwks.as_ref()?.is_some() && checked.jwks_uri.as_ref()?.is_some();
    both.then(|| Violation::new("jwks_uri", "must not be set together with jwks"))
}

/// RFC 7523 §3 requires a signature, which needs a registered key to verify it.
fn private_key_jwt_needs_a_key(checked: &Checked) -> Option<Violation> {
    let wanted = checked
        .client_auth_methods
        .as_ref()?
        .contains(&AuthMethod::PrivateKeyJwt);
    let message = match (checked.jwks.as_ref()?, checked.jwks_uri.as_ref()?) {
        (None, None) => "must be set, or jwks_uri, for private_key_jwt".into(),
        (Some(keys), None) => assertion_keys::check(keys.signature_keys()).err()?,
        _ => return None,
    };
    wanted.then(|| Violation::new("jwks", message))
}

/// FAPI 2.0 §5.3.2.1 and FAPI 1.0 Part 2 §5.2.2 support confidential clients only.
fn fapi_is_confidential(checked: &Checked) -> Option<Violation> {
    let profile = checked.fapi_profile.as_ref()?.as_ref();
    profile.filter(|_| checked.is_confidential == Some(false))?;
    Some(Violation::new(
        "is_confidential",
        "must be true under a FAPI profile",
    ))
}

/// FAPI 2.0 §5.3.2.1 and FAPI 1.0 Part 2 §5.2.2: `private_key_jwt`, or mutual TLS, which is not
/// supported here. No shared secret.
fn fapi_auth_methods(checked: &Checked) -> Option<Violation> {
    checked.fapi_profile.as_ref()?.as_ref()?;
    let others = checked.client_auth_methods.as_deref()? != [AuthMethod::PrivateKeyJwt];
    others.then(|| {
        Violation::new(
            "client_auth_methods",
            "must be private_key_jwt under a FAPI profile",
        )
    })
}

/// FAPI 1.0 Part 1 §5.2.2: redirect URIs use https, without the loopback exception.
fn fapi1_redirects_over_https(checked: &Checked) -> Option<Violation> {
    let profile = checked.fapi_profile.as_ref()?.as_ref();
    profile.filter(|profile| **profile == FapiProfile::Fapi1)?;
    let index = checked
        .redirect_uris
        .as_ref()?
        .iter()
        .position(|(_, k)| *k != Kind::Https)?;
    Some(Violation::new(
        format!("redirect_uris[{index}]"),
        "must use https under fapi1",
    ))
}

/// FAPI 2.0 §5.3.2.2: redirect URIs use https, with the loopback exception alone.
fn fapi2_redirects_to_no_developer(checked: &Checked) -> Option<Violation> {
    let profile = checked.fapi_profile.as_ref()?.as_ref();
    profile.filter(|profile| **profile == FapiProfile::Fapi2)?;
    let mut uris = checked.redirect_uris.as_ref()?.iter();
    let index = uris.position(|(_, kind)| *kind == Kind::Development)?;
    Some(Violation::new(
        format!("redirect_uris[{index}]"),
        "must use https or a loopback address under fapi2",
    ))
}

/// FAPI 2.0 §5.4.1 allows PS256, ES256 and EdDSA; FAPI 1.0 Part 2 §8.6 allows PS256 and ES256. An
/// RSA key without `alg` can be used with PS256, so it is allowed.
fn fapi_signature_algorithms(checked: &Checked) -> Option<Violation> {
    let profile = checked.fapi_profile.as_ref()?.as_ref()?;
    let message = match profile {
        FapiProfile::Fapi1 => "must hold keys for PS256 or ES256 only under fapi1",
        FapiProfile::Fapi2 => "must hold keys for PS256, ES256 or EdDSA only under fapi2",
        FapiProfile::Unknown(_) => return None,
    };
    let allowed = profile.algorithms()?;
    let mut keys = checked.jwks.as_ref()?.as_ref()?.signature_keys().iter();
    let unfit = keys.any(|key| !key.algorithms.meets(allowed));
    unfit.then(|| Violation::new("jwks", message))
}
