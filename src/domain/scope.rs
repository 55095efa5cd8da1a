use super::Policy;
use super::violation::Fault;

/// Checks one `scope-token` (RFC 6749 §3.3), and that the host supports it.
pub(super) fn check(scope: &str, policy: &Policy) -> Result<(), Fault> {
    if scope.is_empty() {
        return Err("must not be empty".into());
    }
    if scope.len() > policy.scope_length {
        return Err(format!("must be at most {} bytes long", policy.scope_length).into());
    }
    if !scope
        .bytes()
        .all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
    {
        return Err("must hold visible ASCII characters other than \" and \\ only".into());
    }
    if policy
        .allowed_scopes
        .as_ref()
        .is_some_and(|allowed| !allowed.contains(scope))
    {
        return Err("is not a scope of this server".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edges_of_the_grammar() {
        let policy = Policy::default();
        for good in ["!", "#", "[", "]", "~", "openid", "https://a.b/c.d"] {
            assert!(check(good, &policy).is_ok(), "{good}");
        }
        for bad in ["", " ", "a b", "a\"b", "a\\b", "a\tb", "é", "a\u{7f}"] {
            assert!(check(bad, &policy).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn it_has_a_length() {
        let policy = Policy::default();
        assert!(check(&"a".repeat(128), &policy).is_ok());
        assert!(check(&"a".repeat(129), &policy).is_err());
    }

    #[test]
    fn a_host_may_name_the_scopes_it_has() {
        let policy = Policy::default().with_allowed_scopes(["openid"]);
        assert!(check("openid", &policy).is_ok());
        assert!(check("admin", &policy).is_err());
    }
}
