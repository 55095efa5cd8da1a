//! The scopes that this server has.

pub(crate) const READ: &str = "mcp:read";
pub(crate) const WRITE: &str = "mcp:write";
pub(crate) const OFFLINE: &str = "offline_access";

/// All of them: what a client that registers itself may have.
pub(crate) const ALL: [&str; 3] = [READ, WRITE, OFFLINE];

/// The ones that the tools need. A client asks for a refresh token on its own account, so
/// `offline_access` is none of the resource's.
pub(crate) const OF_TOOLS: [&str; 2] = [READ, WRITE];

/// Those of `scopes` that are among `allowed`.
pub(crate) fn within(allowed: &[String], scopes: &[String]) -> Vec<String> {
    let both = scopes.iter().filter(|scope| allowed.contains(scope));
    both.cloned().collect()
}

/// What the consent page says of one.
pub(crate) fn meaning(scope: &str) -> &'static str {
    match scope {
        READ => "See who you are",
        WRITE => "Write notes in your name",
        OFFLINE => "Stay connected while you are away",
        _ => "Something that this server has no words for",
    }
}
