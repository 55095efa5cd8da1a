//! Hostile requests against the running service, over every repository: each must get its answer,
//! and leave behind exactly what that answer says.

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
