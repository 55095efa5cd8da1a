//! Hostile requests to the running service, on every repository. Each must get the expected
//! response and leave behind exactly what that response says.

mod answer;
mod body;
mod cast;
mod create;
mod forge;
mod network;
mod panics;
mod plan;
mod races;
mod read_back;
mod request;
mod socket;
mod token;
mod update;
