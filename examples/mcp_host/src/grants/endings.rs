//! What ends grants from outside, and what asks whether there are any.

use tower_oauth_clients::domain::{Client, ClientEvent, ClientEventKind, ClientEvents};
use tower_oauth_clients::registration::{BoxError, LiveGrants};

use super::{Agreed, Grants};

/// The reaper keeps a client that would lose something.
impl LiveGrants for Grants {
    async fn any(&self, client: &Client) -> Result<bool, BoxError> {
        let (now, state) = (self.clock.now(), self.state());
        let is_of = |agreed: &Agreed| agreed.client_id == client.client_id;
        Ok(state.grants.any(now, |grant| is_of(&grant.agreed))
            || state.codes.any(now, |code| is_of(&code.agreed)))
    }
}

/// What an administrator, the client itself or the reaper ended.
impl ClientEvents for Grants {
    fn on_event(&self, event: &ClientEvent) {
        if let ClientEventKind::Deleted
        | ClientEventKind::Suspended
        | ClientEventKind::Inactivated
        | ClientEventKind::Denied = event.kind
        {
            self.end(&event.client_id);
        }
    }
}
