use crate::domain::{AuthMethod, Input, Items};

/// Chooses the authentication method of a client among those that are offered.
///
/// Without any, it is `none`, and a document has no secret to share (§4.1 and §8.2 of the draft).
/// The plural member (OpenID Connect Relying Party Metadata Choices 1.0) lists what the client is
/// capable of: a key is better than nothing, and nothing is right if that is all that both can do.
pub(super) fn choose(
    one: &Input<String>,
    several: &Input<Items>,
    has_keys: bool,
    offered: &[AuthMethod],
) -> Result<AuthMethod, &'static str> {
    let one = match one {
        Input::Absent => None,
        Input::Value(word) if word.starts_with("client_secret") => {
            return Err("token_endpoint_auth_method: must not use a shared secret");
        }
        Input::Value(word) => Some(&**word),
        Input::Null | Input::Mistyped => {
            return Err("token_endpoint_auth_method: must be a string");
        }
    };
    let not_offered = "token_endpoint_auth_method: must be one that this server offers";
    let several = match several {
        Input::Absent => {
            let method = AuthMethod::parse(one.unwrap_or("none"));
            return method
                .filter(|method| offered.contains(method))
                .ok_or(not_offered);
        }
        Input::Value(items) => items.iter().flatten().map(|word| &**word),
        Input::Null | Input::Mistyped => {
            return Err("token_endpoint_auth_methods_supported: must be an array of strings");
        }
    };
    let fits = |method: &AuthMethod| {
        let mut words = several.clone().chain(one);
        offered.contains(method) && words.any(|word| word == method.as_str())
    };
    if has_keys && fits(&AuthMethod::PrivateKeyJwt) {
        return Ok(AuthMethod::PrivateKeyJwt);
    }
    fits(&AuthMethod::None)
        .then_some(AuthMethod::None)
        .ok_or(not_offered)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(one: &str, several: &[&str], offered: &[AuthMethod]) -> Option<AuthMethod> {
        let one = match one {
            "" => Input::Absent,
            word => Input::Value(word.to_owned()),
        };
        let several = match several {
            [] => Input::Absent,
            words => Input::Value(words.iter().map(|word| Some((*word).to_owned())).collect()),
        };
        choose(&one, &several, true, offered).ok()
    }

    #[test]
    fn the_best_that_both_can_do() {
        use AuthMethod::{None as Nothing, PrivateKeyJwt};

        let (keys, both) = ([Nothing, PrivateKeyJwt], ["none", "private_key_jwt"]);
        for (one, several, offered, expected) in [
            ("", &[][..], &keys[..1], Some(Nothing)),
            ("", &[], &keys[1..], None),
            ("none", &[], &keys, Some(Nothing)),
            ("private_key_jwt", &[], &keys, Some(PrivateKeyJwt)),
            ("private_key_jwt", &[], &keys[..1], None),
            ("private_key_jwt", &both, &keys[..1], Some(Nothing)),
            ("private_key_jwt", &both, &keys, Some(PrivateKeyJwt)),
            ("", &both, &keys, Some(PrivateKeyJwt)),
            ("", &both, &keys[..1], Some(Nothing)),
            ("", &both[1..], &keys[..1], None),
            ("", &["client_secret_basic", "none"], &keys, Some(Nothing)),
            ("", &["client_secret_basic"], &keys, None),
            ("client_secret_basic", &[], &keys, None),
            ("client_secret_jwt", &both, &keys, None),
            ("tls_client_auth", &[], &keys, None),
            ("tls_client_auth", &both[..1], &keys, Some(Nothing)),
        ] {
            let chosen = chosen(one, several, offered);
            assert_eq!(chosen, expected, "{one} {several:?} {offered:?}");
        }
    }

    #[test]
    fn no_key_is_chosen_where_there_is_none() {
        let offered = [AuthMethod::None, AuthMethod::PrivateKeyJwt];
        let words = ["none", "private_key_jwt"].map(|word| Some(word.to_owned()));
        let several = Input::Value(words.to_vec());
        let chosen = choose(&Input::Absent, &several, false, &offered);
        assert_eq!(chosen, Ok(AuthMethod::None));
        let mistyped = choose(&Input::Mistyped, &Input::Absent, true, &offered);
        assert!(mistyped.is_err());
        assert!(choose(&Input::Absent, &Input::Mistyped, true, &offered).is_err());
    }
}
