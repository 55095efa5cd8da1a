use http::Method;

/// Where everything lives, below the host's mount.
pub(crate) const CLIENTS: &str = "/admin/oauth/clients";

/// Declares the operations: one table gives the type and what is known of each.
macro_rules! operations {
    ($($method:ident $path:literal => $name:ident,)+) => {
        /// One thing that a caller can ask for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Operation { $($name,)+ }

        impl Operation {
            /// Every operation.
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)+];

            pub(crate) fn method(self) -> Method {
                match self { $(Self::$name => Method::$method,)+ }
            }

            /// The path, with a parameter where a segment is in braces.
            pub(crate) fn path(self) -> &'static str {
                match self { $(Self::$name => $path,)+ }
            }
        }
    };
}

operations! {
    POST "/admin/oauth/clients" => CreateClient,
    GET "/admin/oauth/clients" => ListClients,
    GET "/admin/oauth/clients/{client_id}" => GetClient,
    PUT "/admin/oauth/clients/{client_id}" => UpdateClient,
    DELETE "/admin/oauth/clients/{client_id}" => DeleteClient,
    POST "/admin/oauth/clients/{client_id}/clone" => CloneClient,
    POST "/admin/oauth/clients/{client_id}/rotate-secret" => RotateSecret,
    GET "/admin/oauth/clients/{client_id}/secrets" => ListSecrets,
    POST "/admin/oauth/clients/{client_id}/secrets" => CreateSecret,
    PUT "/admin/oauth/clients/{client_id}/secrets/{secret_id}/deactivate" => DeactivateSecret,
    DELETE "/admin/oauth/clients/{client_id}/secrets/{secret_id}" => DeleteSecret,
    GET "/admin/oauth/clients/{client_id}/audit-logs" => ListAuditLogs,
    GET "/admin/oauth/clients/{client_id}/stats" => GetStats,
    GET "/admin/oauth/clients/{client_id}/tokens" => ListTokens,
    DELETE "/admin/oauth/clients/{client_id}/tokens" => RevokeTokens,
}

impl Operation {
    pub(crate) fn takes_body(self) -> bool {
        matches!(self, Self::CreateClient | Self::UpdateClient)
    }
}
