//! The OpenAPI document: it is valid, has the expected contents, and matches what is served.

mod answers;
mod document;
mod requests;
mod routes;
mod schema;
mod served;
pub mod tokens;
