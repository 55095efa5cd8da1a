use http::Method;

use crate::telemetry::{Span, span};

/// Where everything lives, below the host's mount.
pub(crate) const CLIENTS: &str = "/admin/oauth/clients";

/// Declares the operations: one table gives the type and what is known of each.
macro_rules! operations {
    ($($method:ident $path:literal => $name:ident $word:literal,)+) => {
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

            /// What it is called where a host watches.
            pub(super) fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// The span of a request for it.
            pub(super) fn span(self) -> Span {
                match self { $(Self::$name => span!(
                    INFO, concat!("oauth_clients.", $word), operation = $word; status
                ),)+ }
            }
        }
    };
}

operations! {
    POST "/admin/oauth/clients" => CreateClient "create_client",
    GET "/admin/oauth/clients" => ListClients "list_clients",
    GET "/admin/oauth/clients/{client_id}" => GetClient "get_client",
    PUT "/admin/oauth/clients/{client_id}" => UpdateClient "update_client",
    DELETE "/admin/oauth/clients/{client_id}" => DeleteClient "delete_client",
    POST "/admin/oauth/clients/{client_id}/clone" => CloneClient "clone_client",
    POST "/admin/oauth/clients/{client_id}/rotate-secret" => RotateSecret "rotate_secret",
    GET "/admin/oauth/clients/{client_id}/secrets" => ListSecrets "list_secrets",
    POST "/admin/oauth/clients/{client_id}/secrets" => CreateSecret "create_secret",
    PUT "/admin/oauth/clients/{client_id}/secrets/{secret_id}/deactivate" => DeactivateSecret "deactivate_secret",
    DELETE "/admin/oauth/clients/{client_id}/secrets/{secret_id}" => DeleteSecret "delete_secret",
    GET "/admin/oauth/clients/{client_id}/audit-logs" => ListAuditLogs "list_audit_logs",
    GET "/admin/oauth/clients/{client_id}/stats" => GetStats "get_stats",
    GET "/admin/oauth/clients/{client_id}/tokens" => ListTokens "list_tokens",
    DELETE "/admin/oauth/clients/{client_id}/tokens" => RevokeTokens "revoke_tokens",
}

impl Operation {
    pub(crate) fn takes_body(self) -> bool {
        matches!(self, Self::CreateClient | Self::UpdateClient)
    }
}
