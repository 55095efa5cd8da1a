use std::time::Duration;

use super::{Error, ErrorKind};
use crate::domain::{Client, FapiProfile, Timestamp};
use crate::jose::json::{Object, Value};

/// The maximum length of a `jti`, in bytes.
const MAX_ID: usize = 255;

const WANTED: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// What the claims must satisfy.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) issuer: String,
    /// Values accepted in `aud` besides the issuer. While empty, `aud` must be the issuer.
    pub(super) insecure_audiences: Vec<String>,
    pub(super) max_lifetime: Duration,
    pub(super) leeway: Duration,
}

/// What remains to be checked once the claims are valid: that the assertion is used once.
#[derive(Debug)]
pub(super) struct Presented {
    pub(super) jti: String,
    /// When the assertion expires, with leeway.
    pub(super) until: Timestamp,
}

impl Rules {
    /// Checks the claims of an assertion from `client` at `now`. The signature is not verified
    /// here.
    pub(super) fn judge(
        &self,
        json: &[u8],
        client: &Client,
        now: Timestamp,
    ) -> Result<Presented, Error> {
        let claims = Object::of_token(json, &WANTED);
        let claims = claims.ok_or_else(|| malformed("malformed claims"))?;
        let own = Some(client.client_id.as_str());
        if claims.text("iss") != own || claims.text("sub") != own {
            return Err(ErrorKind::WrongClient.into());
        }
        if !self.is_audience(claims.get("aud"), client.metadata.fapi_profile.as_ref()) {
            return Err(ErrorKind::WrongAudience.into());
        }
        let until = self.check_time(&claims, now)?;
        match claims.text("jti") {
            Some(jti) if is_id(jti) => Ok(Presented {
                jti: jti.to_owned(),
                until,
            }),
            _ => Err(ErrorKind::NoId.into()),
        }
    }

    /// Whether the assertion is meant for this server. A second recipient could replay it here, and
    /// this server could be tricked into replaying it elsewhere: RFC 10070 §4, FAPI 2.0 §5.3.2.1.
    fn is_audience(&self, named: Option<&Value<'_>>, profile: Option<&FapiProfile>) -> bool {
        let insecure = match profile {
            Some(FapiProfile::Fapi2 | FapiProfile::Unknown(_)) => &[],
            _ => self.insecure_audiences.as_slice(),
        };
        match named {
            Some(Value::Text(one)) if *one == self.issuer => true,
            Some(Value::Text(one)) => insecure.iter().any(|ours| ours == one),
            Some(several) if !insecure.is_empty() => several.texts().is_some_and(|mut several| {
                several.any(|one| one == self.issuer || insecure.iter().any(|ours| ours == one))
            }),
            _ => false,
        }
    }

    /// Checks the dates and returns when the assertion expires.
    fn check_time(&self, claims: &Object<'_>, now: Timestamp) -> Result<Timestamp, Error> {
        let date = |name| {
            let micros = claims.date(name).map_err(malformed);
            micros.map(|micros| micros.map(Timestamp::from_micros))
        };
        let (issued, starts) = (date("iat")?, date("nbf")?);
        let end = date("exp")?.ok_or_else(|| malformed("no exp"))?;
        let until = end + self.leeway;
        if now >= until {
            return Err(ErrorKind::Expired.into());
        }
        let ahead = |at: &Timestamp| now + self.leeway < *at;
        if issued.iter().chain(&starts).any(ahead) {
            return Err(ErrorKind::NotYetValid.into());
        }
        let start = issued.map_or(now, |issued| issued.min(now));
        if start + self.max_lifetime + self.leeway < end {
            return Err(ErrorKind::LivesTooLong.into());
        }
        Ok(until)
    }
}

/// Whether any store can record this `jti`.
fn is_id(jti: &str) -> bool {
    (1..=MAX_ID).contains(&jti.len()) && !jti.contains(char::is_control)
}

fn malformed(reason: &'static str) -> Error {
    Error::new(ErrorKind::Malformed).with_source(reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authentication::assertion::testing::{NOW, client, now};

    const ISSUER: &str = "https://id.example.com";
    const ENDPOINT: &str = "https://id.example.com/token";

    fn rules() -> Rules {
        Rules {
            issuer: ISSUER.to_owned(),
            insecure_audiences: Vec::new(),
            max_lifetime: Duration::from_secs(300),
            leeway: Duration::from_secs(30),
        }
    }

    /// Checks otherwise valid claims with these members replaced or added.
    fn judge(rules: &Rules, changed: &str) -> Result<Presented, ErrorKind> {
        judge_of(&client(None), rules, changed)
    }

    fn judge_of(client: &Client, rules: &Rules, changed: &str) -> Result<Presented, ErrorKind> {
        let end = NOW + 60;
        let members = [
            ("iss", r#""app-1""#.to_owned()),
            ("sub", r#""app-1""#.to_owned()),
            ("aud", format!(r#""{ISSUER}""#)),
            ("exp", end.to_string()),
            ("jti", r#""1""#.to_owned()),
        ];
        let kept = members.iter().filter(|(name, _)| {
            let member = format!(r#""{name}""#);
            !changed.contains(&format!("{member}:")) && !changed.contains(&format!("-{member}"))
        });
        let mut all: Vec<_> = kept
            .map(|(name, value)| format!(r#""{name}":{value}"#))
            .collect();
        if !changed.is_empty() && !changed.starts_with('-') {
            all.push(changed.to_owned());
        }
        let json = format!("{{{}}}", all.join(","));
        let judged = rules.judge(json.as_bytes(), client, now());
        judged.map_err(|error| error.kind())
    }

    fn check(rules: &Rules, cases: &[(&str, Option<ErrorKind>)]) {
        for (changed, expected) in cases {
            assert_eq!(judge(rules, changed).err(), *expected, "{changed}");
        }
    }

    #[test]
    fn what_is_presented_has_an_id_and_an_end() {
        let presented = judge(&rules(), "").unwrap();
        assert_eq!(presented.jti, "1");
        assert_eq!(presented.until, now() + Duration::from_secs(90));
    }

    #[test]
    fn issuer_and_subject_are_the_client() {
        let wrong = Some(ErrorKind::WrongClient);
        let cases = [
            r#"-"iss""#,
            r#"-"sub""#,
            r#""iss":"app-2""#,
            r#""sub":"app-2""#,
            r#""iss":"App-1""#,
            r#""iss":"app-1 ""#,
            r#""sub":null"#,
            r#""sub":["app-1"]"#,
        ];
        check(&rules(), &cases.map(|changed| (changed, wrong)));
        let both = r#""iss":"app-2","sub":"app-2""#;
        assert_eq!(judge(&rules(), both).err(), wrong);
    }

    #[test]
    fn the_audience_is_the_issuer_and_nothing_else() {
        let cases = [
            r#"-"aud""#,
            r#""aud":"https://id.example.com/""#,
            r#""aud":"https://ID.example.com""#,
            r#""aud":"https://id.example.com/token""#,
            r#""aud":"https://evil.example""#,
            r#""aud":"""#,
            r#""aud":null"#,
            r#""aud":["https://id.example.com"]"#,
            r#""aud":["https://id.example.com","https://evil.example"]"#,
            r#""aud":{"aud":"https://id.example.com"}"#,
        ];
        check(
            &rules(),
            &cases.map(|changed| (changed, Some(ErrorKind::WrongAudience))),
        );
    }

    #[test]
    fn older_audiences_are_taken_where_that_is_wanted_and_never_under_fapi_2() {
        let older = Rules {
            insecure_audiences: vec![ENDPOINT.to_owned()],
            ..rules()
        };
        let accepted = [
            r#""aud":"https://id.example.com/token""#,
            r#""aud":["https://id.example.com"]"#,
            r#""aud":["https://evil.example","https://id.example.com/token"]"#,
        ];
        check(&older, &accepted.map(|changed| (changed, None)));
        let wrong = Some(ErrorKind::WrongAudience);
        let refused = [
            r#"-"aud""#,
            r#""aud":"https://evil.example""#,
            r#""aud":[]"#,
            r#""aud":["https://evil.example"]"#,
            r#""aud":["https://id.example.com",1]"#,
        ];
        check(&older, &refused.map(|changed| (changed, wrong)));
        let fapi1 = client(Some(FapiProfile::Fapi1));
        let fapi2 = client(Some(FapiProfile::Fapi2));
        for changed in accepted {
            assert_eq!(judge_of(&fapi1, &older, changed).err(), None, "{changed}");
            assert_eq!(judge_of(&fapi2, &older, changed).err(), wrong, "{changed}");
        }
        assert_eq!(judge_of(&fapi2, &older, "").err(), None);
    }

    #[test]
    fn it_ends_soon_but_not_yet() {
        let exp = |offset: f64| {
            let end = NOW as f64 + offset;
            judge(&rules(), &format!(r#""exp":{end}"#)).err()
        };
        assert_eq!(exp(-30.0), Some(ErrorKind::Expired));
        assert_eq!(exp(-29.5), None);
        assert_eq!(exp(330.0), None);
        assert_eq!(exp(330.5), Some(ErrorKind::LivesTooLong));
        assert_eq!(exp(1e12), Some(ErrorKind::Malformed));
        let malformed = Some(ErrorKind::Malformed);
        let cases = [
            r#"-"exp""#,
            r#""exp":null"#,
            r#""exp":"9999999999""#,
            r#""exp":[9999999999]"#,
            r#""exp":-1"#,
            r#""exp":1e999"#,
            r#""exp":1776249060,"exp":1776249060"#,
        ];
        check(&rules(), &cases.map(|changed| (changed, malformed)));
    }

    #[test]
    fn it_was_made_in_the_past_and_not_long_ago() {
        for name in ["iat", "nbf"] {
            let at = |offset: i64| {
                let at = NOW + offset;
                judge(&rules(), &format!(r#""{name}":{at}"#)).err()
            };
            // FAPI 2.0 §5.3.2.1: 10 seconds ahead must pass, more than 60 must not.
            assert_eq!(at(10), None, "{name}");
            assert_eq!(at(30), None, "{name}");
            assert_eq!(at(31), Some(ErrorKind::NotYetValid), "{name}");
            assert_eq!(at(-270), None, "{name}");
            let long_ago = (name == "iat").then_some(ErrorKind::LivesTooLong);
            assert_eq!(at(-271), long_ago, "{name}");
            for value in ["null", r#""1""#, "-1", "[1]"] {
                let changed = format!(r#""{name}":{value}"#);
                let malformed = Some(ErrorKind::Malformed);
                assert_eq!(judge(&rules(), &changed).err(), malformed, "{changed}");
            }
        }
    }

    #[test]
    fn an_id_is_a_text_that_can_be_remembered() {
        let long = format!(r#""jti":"{}""#, "x".repeat(255));
        assert_eq!(judge(&rules(), &long).err(), None);
        assert_eq!(judge(&rules(), r#""jti":"é 1""#).err(), None);
        let longer = format!(r#""jti":"{}""#, "x".repeat(256));
        let cases = [
            r#"-"jti""#,
            r#""jti":"""#,
            r#""jti":1"#,
            r#""jti":null"#,
            r#""jti":["1"]"#,
            r#""jti":"a\u0000b""#,
            &longer,
        ];
        check(
            &rules(),
            &cases.map(|changed| (changed, Some(ErrorKind::NoId))),
        );
    }

    #[test]
    fn claims_are_one_object_with_distinct_names() {
        let malformed = Some(ErrorKind::Malformed);
        for json in ["", "[]", "null", r#"{"a":1,"a":1}"#, "{} x"] {
            let judged = rules().judge(json.as_bytes(), &client(None), now());
            assert_eq!(judged.err().map(|error| error.kind()), malformed, "{json}");
        }
        let twice = r#""jti":"1","jti":"2""#;
        assert_eq!(judge(&rules(), twice).err(), malformed);
    }
}
