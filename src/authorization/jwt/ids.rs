use std::borrow::Cow;

use crate::jose::json::{self, Object, Value};

/// Every whole number below this has one form in every JSON library (RFC 8259 §6).
const BOUND: u64 = 1 << 53;

/// The claims that name an operator or a tenant.
pub(super) struct Ids<'a> {
    claims: &'a Object<'a>,
    json: &'a [u8],
    numeric: bool,
}

impl<'a> Ids<'a> {
    pub(super) fn new(claims: &'a Object<'a>, json: &'a [u8], numeric: bool) -> Self {
        Self {
            claims,
            json,
            numeric,
        }
    }

    /// The id in this claim: a string or, where numbers are allowed, a whole number in decimal.
    ///
    /// # Errors
    ///
    /// What is required of the claim, with its name and without its value.
    pub(super) fn read(&self, name: &str) -> Result<Cow<'a, str>, String> {
        let number = || self.number(name).filter(|_| self.numeric);
        match self.claims.get(name) {
            None => Err(format!("{name}: is required")),
            Some(Value::Text(text)) => Ok(Cow::Borrowed(text)),
            Some(_) => number().map(Cow::Borrowed).ok_or_else(|| {
                let also = ", or a whole number below 2^53";
                format!(
                    "{name}: must be a string{}",
                    if self.numeric { also } else { "" }
                )
            }),
        }
    }

    /// The whole number in this claim, as it is written.
    fn number(&self, name: &str) -> Option<&'a str> {
        let written = json::written(std::str::from_utf8(self.json).ok()?, name)?;
        let digits = written.strip_prefix('-').unwrap_or(written);
        let number: u64 = digits.parse().ok()?;
        let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        (is_plain && number < BOUND && written != "-0").then_some(written)
    }
}

#[cfg(test)]
mod tests {
    use crate::authorization::jwt::claims::Rules;
    use crate::authorization::jwt::testing::NOW;
    use crate::authorization::{Error, ErrorKind, Principal};
    use crate::domain::Timestamp;

    fn judge(rules: &Rules, claims: &str) -> Result<Principal, Error> {
        rules.judge(claims.as_bytes(), Timestamp::from_micros(NOW * 1_000_000))
    }

    #[test]
    fn ids_are_whole_numbers_where_the_host_says_so() {
        let numeric = Rules {
            numeric_ids: true,
            ..Rules::default()
        };
        let seen = |more: &str| {
            let claims = format!(r#"{{"exp":{},"role":"admin",{more}}}"#, NOW + 600);
            let principal = judge(&numeric, &claims).map_err(|error| error.kind())?;
            let tenant = principal.tenant().map(ToString::to_string);
            Ok((principal.id().to_owned(), tenant))
        };
        for (more, id, tenant) in [
            (r#""sub":7"#, "7", None),
            (r#""sub":0,"tenant_id":42"#, "0", Some("42")),
            (r#""sub":-7,"tenant_id":"t""#, "-7", Some("t")),
            (r#""user_id":9007199254740991"#, "9007199254740991", None),
            (r#""\u0073ub" : 12 "#, "12", None),
            (r#""sub":"007","user_id":7"#, "007", None),
            (r#""sub":7,"tenant_id":4.5"#, "7", None),
            (r#""sub":7,"tenant_id":9007199254740992"#, "7", None),
            (r#""sub":7,"tenant_id":{"x":1}"#, "7", None),
        ] {
            let expected = (id.to_owned(), tenant.map(str::to_owned));
            assert_eq!(seen(more), Ok(expected), "{more}");
        }
        for more in [
            r#""sub":7.0"#,
            r#""sub":7.5"#,
            r#""sub":7e1"#,
            r#""sub":-0"#,
            r#""sub":9007199254740992"#,
            r#""sub":-9007199254740992"#,
            r#""sub":99999999999999999999999999"#,
            r#""sub":null,"user_id":7"#,
            r#""sub":true"#,
            r#""sub":[7]"#,
            r#""sub":{"x":7}"#,
            r#""sub":{"$serde_json::private::Number":"7"}"#,
            r#""sub":"","user_id":7"#,
            r#""sub":7,"sub":7"#,
        ] {
            assert_eq!(seen(more), Err(ErrorKind::InvalidToken), "{more}");
        }
    }

    #[test]
    fn the_log_says_which_claim_is_wrong_and_never_its_value() {
        use std::error::Error as _;

        let reason = |rules: &Rules, claims: &str| {
            let error = judge(rules, claims).unwrap_err();
            assert!(!error.to_string().contains("s3cret"));
            error.source().unwrap().to_string()
        };
        let strict = Rules {
            issuer: Some("https://id".to_owned()),
            audience: Some("https://api".to_owned()),
            ..Rules::default()
        };
        let soon = NOW + 600;
        for (claims, expected) in [
            (r#"{"sub":"s3cret"}"#.to_owned(), "exp: is required"),
            (format!(r#"{{"exp":{}}}"#, NOW - 60), "exp: expired"),
            (r#"{"exp":1e300}"#.to_owned(), "exp: a date out of range"),
            (
                format!(r#"{{"exp":{soon},"nbf":{soon}}}"#),
                "nbf: not yet valid",
            ),
            (
                format!(r#"{{"exp":{soon},"iss":"s3cret"}}"#),
                "iss: another issuer",
            ),
            (
                format!(r#"{{"exp":{soon},"iss":"https://id","aud":["s3cret"]}}"#),
                "aud: another audience",
            ),
        ] {
            assert_eq!(reason(&strict, &claims), expected, "{claims}");
        }
        let (text, number) = (
            Rules::default(),
            Rules {
                numeric_ids: true,
                ..Rules::default()
            },
        );
        for (more, rules, expected) in [
            ("", &text, "sub: is required"),
            (r#","sub":7"#, &text, "sub: must be a string"),
            (
                r#","sub":7.5"#,
                &number,
                "sub: must be a string, or a whole number below 2^53",
            ),
            (
                r#","user_id":["s3cret"]"#,
                &text,
                "user_id: must be a string",
            ),
            (
                r#","role":"admin","sub":"s3cret\n""#,
                &text,
                "sub: must be 1 to 255 bytes long, without control characters",
            ),
            (
                r#","sub":"x","role":"s3cret""#,
                &text,
                "role, roles: none is an administrator's",
            ),
        ] {
            let claims = format!(r#"{{"exp":{soon}{more}}}"#);
            assert_eq!(reason(rules, &claims), expected, "{claims}");
        }
    }
}
