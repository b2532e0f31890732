//! "That's not what I meant": which screenings a person may answer that to.
//!
//! The ledger remembers, in memory only, the tier of the latest screenings and a keyed hash of
//! their texts, never a text.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::crisis::Tier;
use crate::entry::Entry;

/// Screenings remembered; older ones are forgotten and asked about anew.
const REMEMBERED: usize = 10_000;

/// Why an acknowledgement was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AcknowledgementError {
    /// No such screening is remembered, or it was of another text.
    #[error(
        "There is no recent screening of this text with that id. Send the text without `acknowledges` first."
    )]
    Unknown,
    /// The words spoke of an emergency, which is not called off.
    #[error("This one can't be set aside here. Please talk to a person now; the help is in the first reply.")]
    Emergency,
}

#[derive(Default)]
pub(super) struct Ledger {
    key: RandomState,
    screenings: Mutex<Screenings>,
    turns: AtomicUsize,
}

#[derive(Default)]
struct Screenings {
    by_id: HashMap<String, Screening>,
    order: VecDeque<String>,
}

#[derive(Clone, Copy)]
struct Screening {
    text: u64,
    tier: Tier,
    acknowledged: bool,
}

impl Ledger {
    /// Rises with every reply, so that fixed texts take turns.
    pub(super) fn turn(&self) -> usize {
        self.turns.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn remember(&self, id: &str, entry: &Entry, tier: Tier) {
        let text = self.key.hash_one(entry.text());
        let mut all = self.screenings.lock().unwrap_or_else(PoisonError::into_inner);
        if all.by_id.insert(id.to_owned(), Screening { text, tier, acknowledged: false }).is_none() {
            all.order.push_back(id.to_owned());
        }
        if all.order.len() > REMEMBERED
            && let Some(oldest) = all.order.pop_front()
        {
            all.by_id.remove(&oldest);
        }
    }

    /// Records that the person answered "that's not what I meant" to a screening of this text.
    pub(super) fn acknowledge(&self, id: &str, entry: &Entry) -> Result<(), AcknowledgementError> {
        let text = self.key.hash_one(entry.text());
        let mut all = self.screenings.lock().unwrap_or_else(PoisonError::into_inner);
        match all.by_id.get_mut(id) {
            Some(screening) if screening.text == text => {
                if screening.tier == Tier::Emergency {
                    return Err(AcknowledgementError::Emergency);
                }
                screening.acknowledged = true;
                Ok(())
            }
            _ => Err(AcknowledgementError::Unknown),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::entry::Limit;

    fn entry(text: &str) -> Entry {
        Entry::new(text, Limit::Reframing).unwrap()
    }

    #[test]
    fn only_a_known_screening_of_the_same_text_can_be_set_aside() {
        let ledger = Ledger::default();
        ledger.remember("a", &entry("one"), Tier::Urgent);
        assert_eq!(ledger.acknowledge("a", &entry("one")), Ok(()));
        assert_eq!(ledger.acknowledge("a", &entry("two")), Err(AcknowledgementError::Unknown));
        assert_eq!(ledger.acknowledge("b", &entry("one")), Err(AcknowledgementError::Unknown));
    }

    #[test]
    fn an_emergency_is_never_set_aside() {
        let ledger = Ledger::default();
        ledger.remember("a", &entry("one"), Tier::Emergency);
        assert_eq!(ledger.acknowledge("a", &entry("one")), Err(AcknowledgementError::Emergency));
    }

    #[test]
    fn old_screenings_are_forgotten() {
        let ledger = Ledger::default();
        for i in 0..=REMEMBERED {
            ledger.remember(&i.to_string(), &entry("one"), Tier::Urgent);
        }
        assert_eq!(ledger.acknowledge("0", &entry("one")), Err(AcknowledgementError::Unknown));
        assert_eq!(ledger.acknowledge("1", &entry("one")), Ok(()));
    }
}
