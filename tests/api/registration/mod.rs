//! Clients that register themselves.

mod cases;
mod flows;
mod hostile;
mod limits;
mod manage;
mod policies;
mod tokens;
