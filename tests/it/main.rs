//! The service from outside: statuses, bodies, the guard, and what happens on a socket.
//!
//! Most tests run without a model. Those that need one take its path from `EVENKEEL_TEST_MODEL`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a surprise is a failed test")]

mod bodies;
mod guard;
mod health;
mod helplines;
mod house;
mod journal;
mod models;
mod openapi;
mod page;
mod questionnaires;
mod recognitions;
mod reflections;
mod reframings;
mod safety_plan;
mod screenings;
mod serving;
mod with_model;
mod writer;
