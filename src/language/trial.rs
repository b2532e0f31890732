//! One product of the kernels by itself, for the benches.

use super::gguf::TensorType;
use super::kernels::{Activations, Instructions, Isa, Matrix, Memory, Pool, Precision, Product, multiply};

/// A matrix of one format and activations to multiply it with, on one thread.
pub struct ProductTrial {
    pool: Pool,
    isa: Isa,
    memory: Memory,
    matrix: Matrix,
    activations: Activations,
    out: Vec<f32>,
}

impl ProductTrial {
    /// A `rows` × `columns` matrix of zeros (what numbers it holds makes no difference to its
    /// speed) and `tokens` rows of activations of 8 bits, or of 16 if `fine`. None if this processor
    /// lacks the instructions, or the rows of the format cannot be so long.
    #[must_use]
    pub fn new(
        kind: TensorType,
        (rows, columns): (usize, usize),
        tokens: usize,
        fine: bool,
        instructions: Instructions,
    ) -> Option<Self> {
        let isa = Isa::detect(Some(instructions));
        let (pool, mut memory) = (Pool::new(1), Memory::default());
        let (block, bytes) = kind.block();
        let zeros = vec![0; rows * columns / block * bytes];
        let matrix = Matrix::pack((&pool, &mut memory), kind, rows, columns, &zeros, &|r| r).ok()??;
        let precision = if fine { Precision::Words } else { Precision::Bytes };
        let mut activations = Activations::default();
        let to = activations.reset(columns, std::iter::repeat_n(precision, tokens));
        for token in 0..tokens {
            let fill = |row: &mut [f32]| {
                row.iter_mut().zip((0_u8..=255).cycle()).for_each(|(x, i)| *x = f32::from(i));
            };
            // SAFETY: one thread.
            unsafe { to.write(isa, token, fill) };
        }
        let out = vec![0.0; tokens * rows];
        (isa.instructions() == instructions).then_some(Self { pool, isa, memory, matrix, activations, out })
    }

    /// Multiplies once.
    pub fn run(&mut self) {
        let product = Product { matrix: &self.matrix, out: &mut self.out, add: false };
        multiply((&self.pool, self.isa, &self.memory), &self.activations, [product]);
    }
}
