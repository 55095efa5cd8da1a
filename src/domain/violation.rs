use std::borrow::Cow;
use std::fmt;

/// What is wrong with one value, phrased to follow its path.
pub(crate) type Fault = Cow<'static, str>;

/// A violation in a request: where it is and what is required there. It never contains the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    path: Cow<'static, str>,
    message: Cow<'static, str>,
}

impl Violation {
    /// Creates a violation at `path` (`name`, `redirect_uris[1]`).
    pub(crate) fn new(
        path: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
        }
    }

    /// The invalid member, with an index if it is an item of a list.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The invalid member, without an index.
    pub(crate) fn field(&self) -> &str {
        self.path.split(['[', '.']).next().unwrap_or_default()
    }

    /// What is required, phrased to follow the path.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// All violations in a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// The maximum number of violations that `Display` prints.
    pub const SHOWN: usize = 20;

    pub(crate) fn push(&mut self, violation: Violation) {
        self.0.push(violation);
    }

    pub(crate) fn without(mut self, is_left_out: impl Fn(&Violation) -> bool) -> Self {
        self.0.retain(|violation| !is_left_out(violation));
        self
    }

    /// `Ok` if there are no violations.
    pub(crate) fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }

    /// The violations, in the order of the fields.
    pub fn iter(&self) -> impl Iterator<Item = &Violation> {
        self.0.iter()
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.0.iter().take(Self::SHOWN).enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            violation.fmt(f)?;
        }
        match self.0.len().saturating_sub(Self::SHOWN) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

impl std::error::Error for Violations {}
