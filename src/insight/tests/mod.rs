//! The room as a whole: simulated people, bad input, words.

mod bad;
mod person;
mod rates;
mod sections;
