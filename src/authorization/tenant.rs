use http::HeaderMap;

use super::{Error, ErrorKind, Principal};
use crate::domain::{Operator, Role, TenantId};

const HEADER: &str = "x-tenant-id";

/// The operator, acting in its own tenant or, for a `super_admin`, in the one that `X-Tenant-ID`
/// names. An empty header is not an absent one: it names a tenant that does not exist.
pub(super) fn operator(principal: Principal, headers: &HeaderMap) -> Result<Operator, Error> {
    let named = named(headers)?;
    let (id, role, own, no_tenant) = principal.into_parts();
    let is_own = |named: &str| own.as_ref().is_some_and(|own| own.as_str() == named);
    let across = role == Role::SuperAdmin && named.is_some_and(|named| !is_own(named));
    let tenant = match named {
        Some(named) if across => TenantId::parse(named),
        Some(named) => own.filter(|own| own.as_str() == named),
        None => own,
    };
    let tenant = tenant.ok_or_else(|| {
        let error = Error::because(ErrorKind::Forbidden, "no access to this tenant");
        match no_tenant {
            Some(reason) => error.with_source(reason),
            None => error,
        }
    })?;
    Ok(Operator::new(id, role, tenant).with_across_tenants(across))
}

fn named(headers: &HeaderMap) -> Result<Option<&str>, Error> {
    let refuse = |message| Error::because(ErrorKind::BadRequest, message);
    let mut fields = headers.get_all(HEADER).iter();
    let Some(field) = fields.next() else {
        return Ok(None);
    };
    if fields.next().is_some() {
        return Err(refuse("more than one X-Tenant-ID header"));
    }
    let named = field.to_str();
    named
        .map(Some)
        .map_err(|_| refuse("X-Tenant-ID must be ASCII"))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// The principal's own tenant, the header values, and the tenant that it acts in.
    type Case<'a> = (Option<&'a str>, &'a [&'a [u8]], Result<&'a str, ErrorKind>);

    fn act(role: Role, own: Option<&str>, named: &[&[u8]]) -> Result<String, ErrorKind> {
        let mut headers = HeaderMap::new();
        for field in named {
            headers.append(HEADER, HeaderValue::from_bytes(field).unwrap());
        }
        let principal = Principal::new("someone", role, own.and_then(TenantId::parse)).unwrap();
        let operator = operator(principal, &headers);
        operator
            .map(|operator| operator.tenant.to_string())
            .map_err(|error| error.kind())
    }

    #[test]
    fn an_admin_stays_in_its_own_tenant() {
        use ErrorKind::{BadRequest, Forbidden};

        let cases: [Case<'_>; 13] = [
            (Some("tenant_a"), &[], Ok("tenant_a")),
            (Some("tenant_a"), &[b"tenant_a"], Ok("tenant_a")),
            (Some("tenant_a"), &[b"tenant_b"], Err(Forbidden)),
            (Some("tenant_a"), &[b"Tenant_a"], Err(Forbidden)),
            (Some("tenant_a"), &[b"tenant_a "], Err(Forbidden)),
            (Some("tenant_a"), &[b"tenant_a%00"], Err(Forbidden)),
            (Some("tenant_a"), &[b"tenant_a,tenant_a"], Err(Forbidden)),
            (Some("tenant_a"), &[b""], Err(Forbidden)),
            (None, &[], Err(Forbidden)),
            (None, &[b"tenant_a"], Err(Forbidden)),
            (Some("tenant_a"), &[b"\xff"], Err(BadRequest)),
            (
                Some("tenant_a"),
                &[b"tenant_a", b"tenant_a"],
                Err(BadRequest),
            ),
            (None, &[b"tenant_a", b"tenant_b"], Err(BadRequest)),
        ];
        for (own, named, expected) in cases {
            let acted = act(Role::Admin, own, named);
            assert_eq!(acted, expected.map(str::to_owned), "{own:?} {named:?}");
        }
    }

    #[test]
    fn a_super_admin_acts_where_it_says() {
        use ErrorKind::{BadRequest, Forbidden};

        let cases: [Case<'_>; 8] = [
            (Some("tenant_a"), &[], Ok("tenant_a")),
            (Some("tenant_a"), &[b"tenant_b"], Ok("tenant_b")),
            (None, &[b"tenant_b"], Ok("tenant_b")),
            (None, &[], Err(Forbidden)),
            (Some("tenant_a"), &[b""], Err(Forbidden)),
            (Some("tenant_a"), &[b"tenant_b "], Err(Forbidden)),
            (Some("tenant_a"), &[b"\xff"], Err(BadRequest)),
            (None, &[b"tenant_b", b"tenant_b"], Err(BadRequest)),
        ];
        for (own, named, expected) in cases {
            let acted = act(Role::SuperAdmin, own, named);
            assert_eq!(acted, expected.map(str::to_owned), "{own:?} {named:?}");
        }
    }

    #[test]
    fn who_acts_in_another_tenant_is_known_to() {
        let across = |role, own: Option<&str>, named: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            if let Some(named) = named {
                headers.insert(HEADER, HeaderValue::from_static(named));
            }
            let principal = Principal::new("someone", role, own.and_then(TenantId::parse)).unwrap();
            operator(principal, &headers).unwrap().across_tenants
        };
        assert!(!across(Role::Admin, Some("a"), None));
        assert!(!across(Role::Admin, Some("a"), Some("a")));
        assert!(!across(Role::SuperAdmin, Some("a"), None));
        assert!(!across(Role::SuperAdmin, Some("a"), Some("a")));
        assert!(across(Role::SuperAdmin, Some("a"), Some("b")));
        assert!(across(Role::SuperAdmin, None, Some("b")));
    }

    #[test]
    fn fields_that_only_look_like_it_are_ignored() {
        let mut headers = HeaderMap::new();
        for name in [
            "x-tenant_id",
            "x_tenant_id",
            "tenant-id",
            "x-forwarded-tenant",
        ] {
            headers.append(name, HeaderValue::from_static("tenant_b"));
        }
        assert_eq!(named(&headers).unwrap(), None);
    }
}
