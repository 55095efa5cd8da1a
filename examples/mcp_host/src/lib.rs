//! An MCP server and its authorization server in one app, to which MCP clients connect by
//! themselves: they register (RFC 7591) or bring a metadata document, the user agrees, and they get
//! tokens.
//!
//! The program is in `main.rs`. As a library, it is for tests that bring their own network and
//! clock.

mod authorize;
mod back;
mod clients;
mod consent;
mod discovery;
mod grants;
mod host;
mod issuer;
mod mcp;
mod origins;
mod page;
mod parameters;
mod pkce;
mod refusal;
mod scopes;
mod settings;
#[path = "../../shared/span.rs"]
mod span;
mod tickets;
mod token;
mod unread;
#[path = "../../shared/variables.rs"]
mod variables;

use std::error::Error;
use std::ops::Deref;
use std::sync::Arc;

use self::clients::Clients;
use self::discovery::Offers;
use self::grants::Grants;
use self::origins::Origins;
use self::tickets::Tickets;

pub use self::host::Host;
pub use self::issuer::Issuer;
pub use self::settings::Settings;

/// The state that all endpoints share. Cheap to clone.
#[derive(Clone)]
struct Server(Arc<Shared>);

struct Shared {
    issuer: Issuer,
    origins: Origins,
    offers: Offers,
    clients: Clients,
    grants: Grants,
    tickets: Tickets,
}

impl Deref for Server {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// An error and its sources, in one line.
pub fn tell(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line = format!("{line}: {error}");
        cause = error.source();
    }
    line
}
