//! Evenkeel: a local-first assistant for the moment a thought turns on you.
//!
//! One way through the house:
//!
//! ```text
//! text ─▶ Entry ─▶ crisis::screen ─┬─ at or above the threshold ─▶ Escalation
//!                                  └─ below ─▶ distortion::recognise ─▶ reframe::suggest ─▶ Reframed
//! ```
//!
//! Each room is a module; `docs/architecture.md` has the map and says which room may know what.
//! Evenkeel is a self-help tool. It does not diagnose and is not a therapist.

pub mod archive;
pub mod assistant;
pub mod bench;
pub mod body;
pub mod checkin;
pub mod cli;
pub mod corpus;
pub mod crisis;
mod disk;
pub mod distortion;
pub mod entry;
pub mod eval;
pub mod exercise;
pub mod heads;
pub mod http;
pub mod insight;
pub mod journal;
pub mod judge;
pub mod language;
pub mod learn;
pub mod parts;
pub mod practice;
pub mod prompt;
pub mod questionnaire;
pub mod reflection;
pub mod reframe;
pub mod reminder;
pub mod report;
pub mod train;
pub mod weights;
pub mod writer;
