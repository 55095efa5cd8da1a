//! Clients that register themselves.

mod approvals;
mod cases;
mod flows;
mod hostile;
mod issuing;
mod limits;
mod manage;
mod policies;
mod reaping;
mod tokens;
