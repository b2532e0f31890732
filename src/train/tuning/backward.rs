//! Functions that bring their own backward pass into candle's automatic differentiation.
//!
//! Candle computes the slope of both sides of every product, also of frozen weights; and its
//! fused norms and rotations have no backward pass at all and drop slopes silently. So each step
//! of the network says itself what its inputs' slopes are.

use std::sync::{Mutex, PoisonError};

use candle_core::{CpuStorage, CustomOp1, CustomOp2, CustomOp3, Error, Layout, Result, Shape, Tensor};

/// From the slope of a result to the slopes of its inputs; `None` for one that needs none.
type Backward<const N: usize> = Box<dyn Fn(&Tensor) -> Result<[Option<Tensor>; N]> + Send + Sync>;

/// A result that is known already, with the way back from it.
struct Known<const N: usize> {
    /// Candle takes it once, when the step becomes part of its graph.
    value: Mutex<Option<(Vec<f32>, Shape)>>,
    backward: Backward<N>,
}

impl<const N: usize> Known<N> {
    fn new(
        value: (Vec<f32>, Shape),
        backward: impl Fn(&Tensor) -> Result<[Option<Tensor>; N]> + Send + Sync + 'static,
    ) -> Self {
        Self { value: Mutex::new(Some(value)), backward: Box::new(backward) }
    }

    fn result(&self) -> Result<(CpuStorage, Shape)> {
        let value = self.value.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (values, shape) = value.ok_or_else(|| Error::Msg("a step was computed twice".into()))?;
        Ok((CpuStorage::F32(values), shape))
    }

    fn back(&self, slope: &Tensor) -> Result<[Option<Tensor>; N]> {
        (self.backward)(&slope.contiguous()?)
    }
}

/// A step with one input: `values` of some shape, and the way back.
pub(super) fn of1(
    x: &Tensor,
    values: Vec<f32>,
    shape: impl Into<Shape>,
    backward: impl Fn(&Tensor) -> Result<[Option<Tensor>; 1]> + Send + Sync + 'static,
) -> Result<Tensor> {
    x.apply_op1(Known::new((values, shape.into()), backward))
}

/// The same with two inputs.
pub(super) fn of2(
    [x, y]: [&Tensor; 2],
    values: Vec<f32>,
    shape: impl Into<Shape>,
    backward: impl Fn(&Tensor) -> Result<[Option<Tensor>; 2]> + Send + Sync + 'static,
) -> Result<Tensor> {
    x.apply_op2(y, Known::new((values, shape.into()), backward))
}

/// The same with three inputs.
pub(super) fn of3(
    [x, y, z]: [&Tensor; 3],
    values: Vec<f32>,
    shape: impl Into<Shape>,
    backward: impl Fn(&Tensor) -> Result<[Option<Tensor>; 3]> + Send + Sync + 'static,
) -> Result<Tensor> {
    x.apply_op3(y, z, Known::new((values, shape.into()), backward))
}

impl CustomOp1 for Known<1> {
    fn name(&self) -> &'static str {
        "known"
    }

    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        self.result()
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, slope: &Tensor) -> Result<Option<Tensor>> {
        let [x] = self.back(slope)?;
        Ok(x)
    }
}

impl CustomOp2 for Known<2> {
    fn name(&self) -> &'static str {
        "known"
    }

    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        self.result()
    }

    fn bwd(
        &self,
        _: &Tensor,
        _: &Tensor,
        _: &Tensor,
        slope: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let [x, y] = self.back(slope)?;
        Ok((x, y))
    }
}

impl CustomOp3 for Known<3> {
    fn name(&self) -> &'static str {
        "known"
    }

    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        self.result()
    }

    fn bwd(
        &self,
        _: &Tensor,
        _: &Tensor,
        _: &Tensor,
        _: &Tensor,
        slope: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let [x, y, z] = self.back(slope)?;
        Ok((x, y, z))
    }
}
