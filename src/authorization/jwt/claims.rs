use std::borrow::Cow;
use std::time::Duration;

use super::ids::Ids;
use crate::authorization::{Error, ErrorKind, Principal};
use crate::domain::{Role, TenantId, Timestamp};
use crate::error::Source;
use crate::jose::json::{Object, Value};

/// What the claims must satisfy, and their names.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) issuer: Option<String>,
    pub(super) audience: Option<String>,
    pub(super) leeway: Duration,
    /// The first of these that is present names the operator.
    pub(super) operator: [Cow<'static, str>; 2],
    pub(super) tenant: Cow<'static, str>,
    pub(super) role: Cow<'static, str>,
    pub(super) roles: Cow<'static, str>,
    /// Whether operators and tenants may be numbers.
    pub(super) numeric_ids: bool,
    pub(super) admin: Cow<'static, str>,
    pub(super) super_admin: Cow<'static, str>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            issuer: None,
            audience: None,
            leeway: Duration::from_secs(30),
            operator: ["sub".into(), "user_id".into()],
            tenant: "tenant_id".into(),
            role: "role".into(),
            roles: "roles".into(),
            numeric_ids: false,
            admin: Role::Admin.as_str().into(),
            super_admin: Role::SuperAdmin.as_str().into(),
        }
    }
}

impl Rules {
    /// The principal of these claims at `now`. The signature must have been verified.
    pub(super) fn judge(&self, json: &[u8], now: Timestamp) -> Result<Principal, Error> {
        let [subject, other] = &self.operator;
        let wanted = [
            "exp",
            "nbf",
            "iss",
            "aud",
            subject,
            other,
            &self.tenant,
            &self.role,
            &self.roles,
        ];
        let claims = Object::of_token(json, &wanted);
        let claims = claims.ok_or_else(|| {
            invalid(
                "the claims must be one object without duplicate members, with numbers as dates",
            )
        })?;
        self.check_time(&claims, now)?;
        self.check_issuer(&claims)?;
        self.check_audience(&claims)?;
        let ids = Ids::new(&claims, json, self.numeric_ids);
        let named = [subject, other];
        let named = named.into_iter().find(|name| claims.contains(name));
        let named = named.ok_or_else(|| invalid(format!("{subject}: is required")))?;
        let operator = ids.read(named).map_err(invalid)?;
        let (tenant, no_tenant) = match self.tenant(&ids) {
            Ok(tenant) => (Some(tenant), None),
            Err(reason) => (None, Some(reason)),
        };
        let role = self.role(&claims).ok_or_else(|| {
            let error = Error::because(ErrorKind::Forbidden, "an administrator's role is required");
            let (role, roles) = (&self.role, &self.roles);
            error.with_source(format!("{role}, {roles}: none is an administrator's"))
        })?;
        let principal = Principal::new(&*operator, role, tenant).map_err(|_| {
            invalid(format!(
                "{named}: must be 1 to {} bytes long, without control characters",
                Principal::MAX_ID_LENGTH
            ))
        })?;
        Ok(principal.without_tenant_because(no_tenant))
    }

    /// The tenant, or why there is none.
    fn tenant(&self, ids: &Ids<'_>) -> Result<TenantId, String> {
        let tenant = ids.read(&self.tenant)?;
        TenantId::parse(&tenant).ok_or_else(|| format!("{}: must be a tenant id", self.tenant))
    }

    fn check_time(&self, claims: &Object<'_>, now: Timestamp) -> Result<(), Error> {
        let date = |name| {
            let micros = claims.date(name);
            let micros = micros.map_err(|fault| invalid(format!("{name}: {fault}")));
            micros.map(|micros| micros.map(Timestamp::from_micros))
        };
        let end = date("exp")?.ok_or_else(|| invalid("exp: is required"))?;
        if now >= end + self.leeway {
            return Err(invalid("exp: expired"));
        }
        match date("nbf")? {
            Some(start) if now + self.leeway < start => Err(invalid("nbf: not yet valid")),
            _ => Ok(()),
        }
    }

    fn check_issuer(&self, claims: &Object<'_>) -> Result<(), Error> {
        match (&self.issuer, claims.get("iss")) {
            (None, _) => Ok(()),
            (Some(issuer), Some(Value::Text(named))) if issuer == named => Ok(()),
            _ => Err(invalid("iss: another issuer")),
        }
    }

    fn check_audience(&self, claims: &Object<'_>) -> Result<(), Error> {
        let Some(audience) = &self.audience else {
            return Ok(());
        };
        let named = match claims.get("aud") {
            Some(Value::Text(one)) => one == audience,
            Some(named) => named
                .texts()
                .is_some_and(|mut several| several.any(|one| one == audience)),
            None => false,
        };
        named
            .then_some(())
            .ok_or_else(|| invalid("aud: another audience"))
    }

    fn role(&self, claims: &Object<'_>) -> Option<Role> {
        let several = claims.get(&self.roles).and_then(Value::texts);
        let several = several.into_iter().flatten();
        let all = claims.text(&self.role).into_iter().chain(several);
        let held = |role: &str| all.clone().any(|held| held == role);
        if held(&self.super_admin) {
            Some(Role::SuperAdmin)
        } else {
            held(&self.admin).then_some(Role::Admin)
        }
    }
}

/// The reason names the claim, for the host's log, and never its value.
fn invalid(reason: impl Into<Source>) -> Error {
    Error::new(ErrorKind::InvalidToken).with_source(reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authorization::jwt::testing::NOW;

    type Seen = (String, Role, Option<String>);

    fn judge(rules: &Rules, claims: &str) -> Result<Seen, ErrorKind> {
        let now = Timestamp::from_micros(NOW * 1_000_000);
        let principal = rules.judge(claims.as_bytes(), now);
        let principal = principal.map_err(|error| error.kind())?;
        let tenant = principal.tenant().map(ToString::to_string);
        Ok((principal.id().to_owned(), principal.role(), tenant))
    }

    /// Checks `{"exp": …, <more>}` with the default rules.
    fn with(more: &str) -> Result<Seen, ErrorKind> {
        let claims = format!(r#"{{"exp":{},{more}}}"#, NOW + 600);
        judge(&Rules::default(), &claims)
    }

    #[test]
    fn the_operator_is_the_subject_or_else_the_user() {
        let id = |more: &str| with(&format!(r#""role":"admin",{more}"#)).map(|seen| seen.0);
        assert_eq!(id(r#""sub":"s""#).unwrap(), "s");
        assert_eq!(id(r#""user_id":"u""#).unwrap(), "u");
        assert_eq!(id(r#""user_id":7,"sub":"s""#).unwrap(), "s");
        let refused = [
            r#""x":1"#,
            r#""sub":"""#,
            r#""sub":"","user_id":"u""#,
            r#""sub":null,"user_id":"u""#,
            r#""sub":7"#,
            r#""sub":["s"]"#,
            r#""sub":"a\u0000b""#,
            r#""sub":"s","sub":"s""#,
            &format!(r#""sub":"{}""#, "x".repeat(256)),
        ];
        for more in refused {
            assert_eq!(id(more), Err(ErrorKind::InvalidToken), "{more}");
        }
    }

    #[test]
    fn the_tenant_is_a_tenant_id_or_none() {
        let tenant = |more: &str| {
            with(&format!(r#""sub":"s","role":"admin"{more}"#))
                .unwrap()
                .2
        };
        let cases = [
            (r#","tenant_id":"tenant_a""#, Some("tenant_a")),
            (r#","tenant_id":"%""#, Some("%")),
            (r#","tenant_id":"tenant_a ""#, None),
            (r#","tenant_id":"""#, None),
            (r#","tenant_id":null"#, None),
            (r#","tenant_id":7"#, None),
            (r#","tenant_id":["tenant_a"]"#, None),
            (r#","tenant_id":{"$ne":""}"#, None),
            ("", None),
        ];
        for (more, expected) in cases {
            assert_eq!(tenant(more).as_deref(), expected, "{more}");
        }
        let twice =
            with(r#""sub":"s","role":"admin","tenant_id":"tenant_b","tenant_id":"tenant_a""#);
        assert_eq!(twice, Err(ErrorKind::InvalidToken));
    }

    #[test]
    fn a_role_is_granted_to_the_letter() {
        let role = |more: &str| with(&format!(r#""sub":"s"{more}"#)).map(|seen| seen.1);
        let granted = [
            (r#","role":"admin""#, Role::Admin),
            (r#","role":"super_admin""#, Role::SuperAdmin),
            (r#","roles":["user","super_admin"]"#, Role::SuperAdmin),
            (r#","role":"user","roles":["admin"]"#, Role::Admin),
            (
                r#","role":"admin","roles":["super_admin"]"#,
                Role::SuperAdmin,
            ),
            (r#","role":["x"],"roles":["admin"]"#, Role::Admin),
        ];
        for (more, expected) in granted {
            assert_eq!(role(more), Ok(expected), "{more}");
        }
        let refused = [
            "",
            r#","role":"""#,
            r#","role":"user""#,
            r#","role":" admin""#,
            r#","role":"Admin""#,
            r#","role":"administrator""#,
            r#","role":"admin,user""#,
            r#","role":["admin"]"#,
            r#","role":true"#,
            r#","roles":"admin""#,
            r#","roles":[["admin"]]"#,
            r#","roles":["admin",1]"#,
            r#","roles":{"admin":true}"#,
            r#","roles":[]"#,
        ];
        for more in refused {
            assert_eq!(role(more), Err(ErrorKind::Forbidden), "{more}");
        }
    }

    #[test]
    fn dates_are_numbers_within_reach() {
        let judge = |dates: &str| {
            let claims = format!(r#"{{"sub":"s","role":"admin"{dates}}}"#);
            judge(&Rules::default(), &claims).map(|_| ())
        };
        let soon = NOW + 600;
        let accepted = [
            format!(r#","exp":{soon}"#),
            format!(r#","exp":{soon}.5"#),
            r#","exp":1.7762496e9"#.to_owned(),
            r#","exp":253402300799"#.to_owned(),
            format!(r#","exp":{soon},"nbf":0"#),
            format!(r#","exp":{soon},"nbf":{NOW}.25"#),
            format!(r#","exp":{},"nbf":{}"#, NOW - 29, NOW + 30),
        ];
        for dates in accepted {
            assert_eq!(judge(&dates), Ok(()), "{dates}");
        }
        let refused = [
            String::new(),
            r#","exp":null"#.to_owned(),
            r#","exp":"9999999999""#.to_owned(),
            r#","exp":[9999999999]"#.to_owned(),
            r#","exp":true"#.to_owned(),
            r#","exp":-1"#.to_owned(),
            r#","exp":1e308"#.to_owned(),
            r#","exp":1e999"#.to_owned(),
            r#","exp":18446744073709551615"#.to_owned(),
            format!(r#","exp":{}"#, NOW - 30),
            format!(r#","exp":{soon},"nbf":{}"#, NOW + 31),
            format!(r#","exp":{soon},"nbf":"0""#),
            format!(r#","exp":{soon},"nbf":null"#),
            format!(r#","exp":{soon},"nbf":-1e308"#),
            format!(r#","exp":{soon},"exp":{soon}"#),
        ];
        for dates in refused {
            assert_eq!(judge(&dates), Err(ErrorKind::InvalidToken), "{dates}");
        }
    }

    #[test]
    fn issuer_and_audience_are_required_where_configured() {
        let rules = Rules {
            issuer: Some("https://id".to_owned()),
            audience: Some("https://api".to_owned()),
            ..Rules::default()
        };
        let judge = |more: &str| {
            let claims = format!(r#"{{"exp":{NOW},"sub":"s","role":"admin"{more}}}"#);
            judge(&rules, &claims).map(|_| ())
        };
        let accepted = [
            r#","iss":"https://id","aud":"https://api""#,
            r#","iss":"https://id","aud":["https://other","https://api"]"#,
        ];
        for more in accepted {
            assert_eq!(judge(more), Ok(()), "{more}");
        }
        let refused = [
            "",
            r#","iss":"https://id""#,
            r#","aud":"https://api""#,
            r#","iss":"https://id/","aud":"https://api""#,
            r#","iss":["https://id"],"aud":"https://api""#,
            r#","iss":null,"aud":"https://api""#,
            r#","iss":"https://id","aud":"https://other""#,
            r#","iss":"https://id","aud":[]"#,
            r#","iss":"https://id","aud":["https://other"]"#,
            r#","iss":"https://id","aud":["https://api",1]"#,
            r#","iss":"https://id","aud":{"$in":"https://api"}"#,
            r#","iss":"https://id","aud":null"#,
        ];
        for more in refused {
            assert_eq!(judge(more), Err(ErrorKind::InvalidToken), "{more}");
        }
        assert!(with(r#""sub":"s","role":"admin","iss":1,"aud":1"#).is_ok());
    }

    #[test]
    fn claims_and_roles_may_have_other_names() {
        let rules = Rules {
            operator: ["uid".into(), "uid".into()],
            tenant: "org".into(),
            role: "groups".into(),
            roles: "groups".into(),
            super_admin: "root".into(),
            ..Rules::default()
        };
        let judge = |more: &str| judge(&rules, &format!(r#"{{"exp":{NOW},"uid":"u"{more}}}"#));
        let seen = judge(r#","sub":"s","org":"o","tenant_id":"t","groups":["root"]"#).unwrap();
        assert_eq!(seen, ("u".into(), Role::SuperAdmin, Some("o".into())));
        assert_eq!(judge(r#","groups":"admin""#).unwrap().1, Role::Admin);
        let other = judge(r#","groups":"super_admin","roles":["admin"]"#);
        assert_eq!(other, Err(ErrorKind::Forbidden));
    }
}
