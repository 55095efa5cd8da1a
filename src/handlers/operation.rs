use http::Method;

/// One thing that a caller can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::enum_variant_names, reason = "each says what it is done to")]
pub(crate) enum Operation {
    CreateClient,
    GetClient,
    UpdateClient,
    CloneClient,
}

/// Where everything lives, below the host's mount.
pub(crate) const CLIENTS: &str = "/admin/oauth/clients";

impl Operation {
    /// The table that everything else is made of.
    pub(crate) const ALL: [Self; 4] = [
        Self::CreateClient,
        Self::GetClient,
        Self::UpdateClient,
        Self::CloneClient,
    ];

    pub(crate) fn method(self) -> Method {
        match self {
            Self::CreateClient | Self::CloneClient => Method::POST,
            Self::GetClient => Method::GET,
            Self::UpdateClient => Method::PUT,
        }
    }

    /// The path, with a parameter where a segment is in braces.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::CreateClient => CLIENTS,
            Self::GetClient | Self::UpdateClient => "/admin/oauth/clients/{client_id}",
            Self::CloneClient => "/admin/oauth/clients/{client_id}/clone",
        }
    }

    pub(crate) fn takes_body(self) -> bool {
        matches!(self, Self::CreateClient | Self::UpdateClient)
    }
}
