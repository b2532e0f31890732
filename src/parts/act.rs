//! What a person's turn does in the talk. The protocol leads from step to step where they work with a
//! part; whatever else they do is answered as what it is, and the step stays.

use serde::{Deserialize, Serialize};

/// What a turn of the person mainly does.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Answers the guide, or goes on with what goes on inside.
    Works,
    /// Tells of something outside, of today or that keeps happening.
    Tells,
    /// Tells of long ago, or of a loss.
    Past,
    /// Says what they, or somebody then, would have needed or liked.
    Wishes,
    /// Something has shifted or dawned on them.
    Notices,
    /// Names what they would like to speak of.
    Offers,
    /// Says that the guide got something wrong.
    Corrects,
    /// Asks the guide something.
    Asks,
    /// Jokes, mocks, tests, or talks of something unconnected.
    Plays,
    /// A bare yes.
    Assents,
    /// A no, or nothing to say.
    Declines,
    /// Says goodbye.
    Leaves,
}

impl Act {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Works,
        Self::Tells,
        Self::Past,
        Self::Wishes,
        Self::Notices,
        Self::Offers,
        Self::Corrects,
        Self::Asks,
        Self::Plays,
        Self::Assents,
        Self::Declines,
        Self::Leaves,
    ];

    /// Its name in JSON and in data files.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::Tells => "tells",
            Self::Past => "past",
            Self::Wishes => "wishes",
            Self::Notices => "notices",
            Self::Offers => "offers",
            Self::Corrects => "corrects",
            Self::Asks => "asks",
            Self::Plays => "plays",
            Self::Assents => "assents",
            Self::Declines => "declines",
            Self::Leaves => "leaves",
        }
    }

    /// Its place in [`Act::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Whether it is answered as what it is, whatever step the talk is at. A yes, a no and an answer
    /// belong to the step; so does a goodbye, which ends it.
    #[must_use]
    pub const fn stands_by_itself(self) -> bool {
        !matches!(self, Self::Works | Self::Assents | Self::Declines | Self::Leaves)
    }

    /// Whether the person tells of their life, which is heard before the work goes on.
    #[must_use]
    pub const fn tells(self) -> bool {
        matches!(self, Self::Tells | Self::Past | Self::Wishes)
    }
}
