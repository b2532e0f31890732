//! What learns inside the network: two thin matrices beside every map of a layer.

use std::sync::Arc;

use candle_core::{Device, Var};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::TuneError;
use super::network::Network;
use super::steps::{Packed, Pair};

/// The maps of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Map {
    Query,
    Key,
    Value,
    Out,
    Gate,
    Up,
    Down,
}

pub(super) const MAPS: usize = Map::ALL.len();

impl Map {
    pub(super) const ALL: [Self; 7] =
        [Self::Query, Self::Key, Self::Value, Self::Out, Self::Gate, Self::Up, Self::Down];

    /// As a GGUF file names it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Query => "attn_q",
            Self::Key => "attn_k",
            Self::Value => "attn_v",
            Self::Out => "attn_output",
            Self::Gate => "ffn_gate",
            Self::Up => "ffn_up",
            Self::Down => "ffn_down",
        }
    }
}

/// The adapter: for every layer from `first` on and every map of it `A` (rank × inputs) and `B`
/// (outputs × rank), which begins as nothing.
pub(super) struct Adapter {
    first: usize,
    /// `A` and `B` of each map, layer by layer.
    pairs: Vec<[Var; 2]>,
    /// The same, packed as they were last.
    packed: Vec<Arc<Packed>>,
}

impl Adapter {
    pub(super) fn new(
        network: &Network,
        first: usize,
        rank: usize,
        rng: &mut ChaCha8Rng,
    ) -> Result<Self, TuneError> {
        let mut pairs = Vec::new();
        for _ in first..network.depth() {
            for map in Map::ALL {
                let (outputs, inputs) = network.shape(map);
                // Uniform with the variance 1/(3·inputs), as He et al. and the original code have it.
                let bound = (1.0 / inputs as f32).sqrt();
                let a: Vec<f32> = (0..rank * inputs).map(|_| rng.random_range(-bound..bound)).collect();
                let a = Var::from_vec(a, (rank, inputs), &Device::Cpu)?;
                let b = Var::from_vec(vec![0.0_f32; outputs * rank], (outputs, rank), &Device::Cpu)?;
                pairs.push([a, b]);
            }
        }
        let mut adapter = Self { first, pairs, packed: Vec::new() };
        adapter.pack()?;
        Ok(adapter)
    }

    /// An adapter that changes nothing.
    pub(super) fn none() -> Self {
        Self { first: 0, pairs: Vec::new(), packed: Vec::new() }
    }

    /// Packs the pairs anew, after they have learnt.
    pub(super) fn pack(&mut self) -> Result<(), TuneError> {
        let packed = self.pairs.iter().map(|[a, b]| Ok(Arc::new(Packed::new(a.as_tensor(), b.as_tensor())?)));
        self.packed = packed.collect::<candle_core::Result<_>>()?;
        Ok(())
    }

    /// The pair beside a map, if the layer has one.
    pub(super) fn of(&self, layer: usize, map: Map) -> Option<Pair<'_>> {
        let i = layer.checked_sub(self.first)? * MAPS + map as usize;
        let ([a, b], packed) = self.pairs.get(i).zip(self.packed.get(i))?;
        Some(Pair { a: a.as_tensor(), b: b.as_tensor(), packed })
    }

    /// All that learns, with the names of the file.
    pub(super) fn named(&self) -> impl Iterator<Item = (String, Var)> {
        self.pairs.iter().enumerate().flat_map(|(i, [a, b])| {
            let name = format!("blk.{}.{}", self.first + i / MAPS, Map::ALL[i % MAPS].name());
            [(format!("{name}.lora_a"), a.clone()), (format!("{name}.lora_b"), b.clone())]
        })
    }
}
