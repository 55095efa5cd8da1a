//! The OpenAPI document: what it looks like, that it is valid, and that it says what is served.

mod answers;
mod document;
mod requests;
mod routes;
mod schema;
mod served;
pub mod tokens;
