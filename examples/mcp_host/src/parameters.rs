use url::form_urlencoded;

/// How many there may be.
const MAX: usize = 64;

/// Why parameters are not read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Unread {
    Repeated,
    TooMany,
}

impl Unread {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Repeated => "a parameter is there more than once",
            Self::TooMany => "there are more than 64 parameters",
        }
    }
}

/// The parameters of a request to an endpoint of the authorization server (RFC 6749 §3.1, §3.2).
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads a query or a form. Only `resource` may be repeated (RFC 8707 §2).
    pub(crate) fn read(text: &[u8]) -> Result<Self, Unread> {
        let mut read: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(text).into_owned() {
            if name != "resource" && read.iter().any(|(known, _)| *known == name) {
                return Err(Unread::Repeated);
            }
            // More than any client sends; each is compared with those before it.
            if read.len() >= MAX {
                return Err(Unread::TooMany);
            }
            read.push((name, value));
        }
        Ok(Self(read))
    }

    /// The value of a parameter. One without a value counts as omitted (RFC 6749 §3.1).
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// The values of a parameter that may be repeated.
    pub(crate) fn all(&self, name: &'static str) -> impl Iterator<Item = &str> {
        let of_name = self.0.iter().filter(move |(known, _)| known == name);
        let values = of_name.map(|(_, value)| value.as_str());
        values.filter(|value| !value.is_empty())
    }

    /// The values of `scope`, each once.
    pub(crate) fn scopes(&self) -> Vec<&str> {
        let mut scopes = Vec::new();
        let asked = self.get("scope").unwrap_or_default();
        for scope in asked.split_ascii_whitespace() {
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
        scopes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_repeated_but_resources() {
        let read = |text: &str| Parameters::read(text.as_bytes());
        let parameters = read("state=a%20b&scope=x+y+x&empty=&resource=1&resource=2");
        let parameters = parameters.unwrap();
        assert_eq!(parameters.get("state"), Some("a b"));
        assert_eq!(parameters.scopes(), ["x", "y"]);
        assert_eq!(parameters.get("empty"), None);
        assert_eq!(parameters.all("resource").count(), 2);
        for repeated in ["state=1&state=1", "state=&state=1", &"a&".repeat(2)] {
            assert_eq!(read(repeated).err(), Some(Unread::Repeated), "{repeated}");
        }
        let many: Vec<_> = (0..65).map(|n| format!("p{n}=")).collect();
        assert_eq!(read(&many.join("&")).err(), Some(Unread::TooMany));
        assert_eq!(read(&many[1..].join("&")).err(), None);
    }
}
