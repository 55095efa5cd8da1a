//! The steps of the features, one file per subject.

mod answers;
mod audit;
mod clients;
mod deletion;
mod documents;
mod host;
mod lists;
mod people;
mod registration;
mod requests;
mod rotation;
mod secrets;
