//! What a client is: its fields, the rules that each field and the whole must keep, and the
//! records beside it. Nothing here waits or does I/O.

mod audit;
mod id;
mod jwk_set;
mod operator;
mod secret;
mod time;
mod violation;

pub use audit::{Action, AuditEntry};
pub use id::{ClientId, Id, TenantId};
pub use jwk_set::JwkSet;
pub use operator::{Operator, Role};
pub use secret::{SecretHash, SecretRecord, SecretStatus};
pub use time::{Clock, SystemClock, Timestamp};
pub use violation::{Violation, Violations};
