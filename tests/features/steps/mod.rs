//! The words of the features, one file a subject.

mod answers;
mod audit;
mod clients;
mod deletion;
mod lists;
mod people;
mod requests;
mod rotation;
mod secrets;
