//! The words of the features, one file a subject.

mod answers;
mod audit;
mod clients;
mod people;
mod requests;
mod secrets;
