use std::collections::BTreeSet;

use serde_json::json;

use super::{Authority, Console, reference};
use crate::domain::TenantId;
use crate::error::BuildError;

/// A language of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Language {
    /// English.
    English,
    /// Simplified Chinese.
    SimplifiedChinese,
}

impl Language {
    /// BCP 47.
    fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::SimplifiedChinese => "zh-CN",
        }
    }
}

/// A part of the page that only some hosts have an API for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Section {
    /// The tokens of a client and how it is used: the host has a
    /// [`TokenStore`](crate::manager::tokens::TokenStore).
    Tokens,
    /// Clients that registered themselves, those that wait for an approval first, and initial
    /// access tokens: the host has a `Registrar`.
    Registration,
    /// Metadata documents that were seen, and blocked URLs and domains.
    MetadataDocuments,
}

impl Section {
    fn name(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::Registration => "registration",
            Self::MetadataDocuments => "metadata_documents",
        }
    }
}

/// Builder of a [`Console`].
#[derive(Clone, Debug)]
#[must_use]
pub struct ConsoleBuilder {
    api: String,
    authority: Authority,
    tenant: Option<TenantId>,
    language: Option<Language>,
    sections: BTreeSet<Section>,
}

impl ConsoleBuilder {
    pub(super) fn new(api: String) -> Self {
        Self {
            api,
            authority: Authority::default(),
            tenant: None,
            language: None,
            sections: BTreeSet::new(),
        }
    }

    /// Sets how the page gets the authority of its user: [`Authority::Prompt`] by default.
    pub fn with_authority(mut self, authority: Authority) -> Self {
        self.authority = authority;
        self
    }

    /// Sets the tenant that the page acts in, which it names in `X-Tenant-ID`. By default it is
    /// that of the user's token or session. The API decides whether the user may.
    pub fn with_tenant(mut self, tenant: TenantId) -> Self {
        self.tenant = Some(tenant);
        self
    }

    /// Sets the language that the page begins in. By default it is the first one of the browser's
    /// that the page has, or English. The user can switch.
    pub fn with_language(mut self, language: Language) -> Self {
        self.language = Some(language);
        self
    }

    /// Adds a part of the page that takes an API of its own. By default there is none.
    pub fn with_section(mut self, section: Section) -> Self {
        self.sections.insert(section);
        self
    }

    /// Builds the console.
    ///
    /// # Errors
    ///
    /// If a URL is not a path on the page's own origin.
    pub fn build(self) -> Result<Console, BuildError> {
        reference::check("the URL of the API", &self.api)?;
        let auth = match &self.authority {
            Authority::Prompt => json!({"kind": "prompt"}),
            Authority::Session => json!({"kind": "session"}),
            Authority::TokenEndpoint(url) => {
                reference::check("the URL of the token endpoint", url)?;
                json!({"kind": "token-endpoint", "url": url})
            }
        };
        let sections: Vec<_> = self.sections.iter().map(|section| section.name()).collect();
        let mut config = json!({"api": self.api, "auth": auth, "features": sections});
        if let (Some(tenant), Some(members)) = (&self.tenant, config.as_object_mut()) {
            members.insert("tenant".into(), tenant.as_str().into());
        }
        if let (Some(language), Some(members)) = (self.language, config.as_object_mut()) {
            members.insert("locale".into(), language.tag().into());
        }
        Ok(Console::new(config.to_string().into()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn config(builder: ConsoleBuilder) -> Value {
        serde_json::from_slice(&builder.build().unwrap().0.config.plain).unwrap()
    }

    #[test]
    fn the_page_reads_what_was_set() {
        assert_eq!(
            config(Console::builder("../api/v1")),
            json!({"api": "../api/v1", "auth": {"kind": "prompt"}, "features": []})
        );
        let all = Console::builder("/api")
            .with_authority(Authority::TokenEndpoint("../token".into()))
            .with_tenant(TenantId::parse("acme").unwrap())
            .with_language(Language::SimplifiedChinese)
            .with_section(Section::MetadataDocuments)
            .with_section(Section::Tokens)
            .with_section(Section::Tokens)
            .with_section(Section::Registration);
        assert_eq!(
            config(all),
            json!({
                "api": "/api",
                "auth": {"kind": "token-endpoint", "url": "../token"},
                "features": ["tokens", "registration", "metadata_documents"],
                "tenant": "acme",
                "locale": "zh-CN",
            })
        );
        let session = Console::builder("/api").with_authority(Authority::Session);
        assert_eq!(config(session)["auth"], json!({"kind": "session"}));
    }

    #[test]
    fn another_origin_is_refused() {
        assert!(Console::builder("https://api.example.com").build().is_err());
        let elsewhere = Authority::TokenEndpoint("//id.example.com/token".into());
        let built = Console::builder("/api").with_authority(elsewhere).build();
        let error = built.unwrap_err().to_string();
        assert!(
            error.starts_with("the URL of the token endpoint"),
            "{error}"
        );
    }
}
