//! A second scoring, written from the publications as tables and without the program's files. It
//! shares nothing with the first but the numbers of the items.

/// What a table says of the answers of the items that count; `None` is one that is missing.
pub(crate) struct Said {
    pub(crate) total: u16,
    pub(crate) band: &'static str,
    /// Help, by the answer that speaks of danger.
    pub(crate) urgent: bool,
    pub(crate) emergency: bool,
    /// The advice to see a professional.
    pub(crate) advice: bool,
    /// Sums of the groups B to E and whether the provisional rule is met.
    pub(crate) groups: Option<([u16; 4], bool)>,
}

pub(crate) struct Table {
    pub(crate) id: &'static str,
    pub(crate) items: usize,
    pub(crate) least: u8,
    pub(crate) most: u8,
    /// How many may be missing.
    pub(crate) missing: usize,
    /// The first total of each band above the lowest, with its name, whether it asks for advice.
    bands: &'static [(u16, &'static str, bool)],
    lowest: &'static str,
}

pub(crate) const TABLES: [Table; 8] = [
    // The bands of the article that the project started from: 15–30, 31–45, 46–60, 61–75.
    Table {
        id: "hiq",
        items: 15,
        least: 1,
        most: 5,
        missing: 0,
        lowest: "minimal",
        bands: &[(31, "mild", false), (46, "moderate", false), (61, "severe", true)],
    },
    // "0–4, 5–9, 10–14, 15–19 and 20–27 points indicating minimal, mild, moderate, moderately
    // severe and severe": scriptsandstatistics.wordpress.com/2018/06/29, read 2026-11-26. Missing:
    // "up to two missing values … replacing any missing values with the average score of the
    // completed items": nrkoehler.github.io/qscorer/reference/scoring_phq9.html, read 2026-11-26.
    Table {
        id: "phq-9",
        items: 9,
        least: 0,
        most: 3,
        missing: 2,
        lowest: "minimal",
        bands: &[
            (5, "mild", false),
            (10, "moderate", false),
            (15, "moderately_severe", true),
            (20, "severe", true),
        ],
    },
    // "a PHQ-2 score of 3 as the optimal cutpoint": indiana.pure.elsevier.com, read 2026-11-26.
    Table {
        id: "phq-2",
        items: 2,
        least: 0,
        most: 3,
        missing: 0,
        lowest: "negative",
        bands: &[(3, "positive", false)],
    },
    // "Scores of 5, 10, and 15 represent cut points for mild, moderate, and severe":
    // scales.arabpsychology.com, read 2026-11-26.
    Table {
        id: "gad-7",
        items: 7,
        least: 0,
        most: 3,
        missing: 0,
        lowest: "minimal",
        bands: &[(5, "mild", false), (10, "moderate", false), (15, "severe", true)],
    },
    // "A score of 3 points is the preferred cut-off": help.yourcabana.com, read 2026-11-26.
    Table {
        id: "gad-2",
        items: 2,
        least: 0,
        most: 3,
        missing: 0,
        lowest: "negative",
        bands: &[(3, "positive", false)],
    },
    // A count of yes; 3 (pmc.ncbi.nlm.nih.gov/articles/PMC5023594) or 4 (PMC7862990), read 2026-11-26.
    Table {
        id: "pc-ptsd-5",
        items: 5,
        least: 0,
        most: 1,
        missing: 0,
        lowest: "negative",
        bands: &[(3, "positive", true)],
    },
    // "a cut-point score of 31-33": comorbidityguidelines.org.au, read 2026-11-26.
    Table {
        id: "pcl-5",
        items: 20,
        least: 0,
        most: 4,
        missing: 0,
        lowest: "below_cutoff",
        bands: &[(31, "within_cutoff_range", true), (33, "above_cutoff", true)],
    },
    // "In men, a score of 4 or more is considered positive … In women, a score of 3 or more":
    // primarycare.ementalhealth.ca, read 2026-11-26.
    Table {
        id: "audit-c",
        items: 3,
        least: 0,
        most: 4,
        missing: 0,
        lowest: "negative",
        bands: &[(3, "positive_for_women", true), (4, "positive", true)],
    },
];

/// Groups of the PCL-5 and how many items of 2 or more each needs: "1 Criterion B item (questions
/// 1-5), 1 Criterion C item (questions 6-7), 2 Criterion D items (questions 8-14), 2 Criterion E
/// items (questions 15-20)": comorbidityguidelines.org.au, read 2026-11-26.
const GROUPS: [(usize, usize, usize); 4] = [(1, 5, 1), (6, 7, 1), (8, 14, 2), (15, 20, 2)];

impl Table {
    pub(crate) fn max(&self) -> u16 {
        u16::from(self.most) * self.items as u16
    }

    /// What the table says; `None` where more are missing than it lets through.
    pub(crate) fn says(&self, answers: &[Option<u8>]) -> Option<Said> {
        assert_eq!(answers.len(), self.items);
        let there: Vec<f64> = answers.iter().flatten().map(|answer| f64::from(*answer)).collect();
        if answers.len() - there.len() > self.missing {
            return None;
        }
        let mean = there.iter().sum::<f64>() / there.len() as f64;
        // The mean stands in for what is missing; the sum is rounded, halves up.
        let total =
            (there.iter().sum::<f64>() + mean * (answers.len() - there.len()) as f64 + 0.5 + 1e-9).floor();
        let total = total as u16;
        let reached = self.bands.iter().rev().find(|(from, ..)| total >= *from);
        let (band, advice) = reached.map_or((self.lowest, false), |(_, band, advice)| (*band, *advice));
        let ninth = if self.id == "phq-9" { answers[8] } else { None };
        let groups = (self.id == "pcl-5").then(|| {
            let value = |n: usize| u16::from(answers[n - 1].unwrap_or(0));
            let sums = GROUPS.map(|(from, to, _)| (from..=to).map(value).sum());
            let met = GROUPS.iter().all(|(from, to, needed)| {
                (*from..=*to).filter(|n| matches!(value(*n), 2..=4)).count() >= *needed
            });
            (sums, met)
        });
        Some(Said {
            total,
            band,
            urgent: matches!(ninth, Some(1 | 2)),
            emergency: ninth == Some(3),
            advice,
            groups,
        })
    }
}
