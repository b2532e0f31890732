//! Functions that bring their own backward pass into candle's automatic differentiation.
//!
//! Candle computes the slope of both sides of every product, also of frozen weights; and its
//! fused norms and rotations have no backward pass at all and drop slopes silently. So each step
//! of the network says itself what its inputs' slopes are.

use candle_core::{
    CpuStorage, CustomOp1, CustomOp2, CustomOp3, Error, Layout, Result, Shape, Storage, Tensor,
};

/// From the slope of a result to the slopes of its inputs; `None` for one that needs none.
type Backward<const N: usize> = Box<dyn Fn(&Tensor) -> Result<[Option<Tensor>; N]> + Send + Sync>;

/// A result that is known already, with the way back from it.
struct Known<const N: usize> {
    value: Tensor,
    backward: Backward<N>,
}

impl<const N: usize> Known<N> {
    fn new(
        value: Tensor,
        backward: impl Fn(&Tensor) -> Result<[Option<Tensor>; N]> + Send + Sync + 'static,
    ) -> Result<Self> {
        Ok(Self { value: value.contiguous()?, backward: Box::new(backward) })
    }

    fn result(&self) -> Result<(CpuStorage, Shape)> {
        let (storage, layout) = self.value.storage_and_layout();
        match &*storage {
            Storage::Cpu(storage) if layout.start_offset() == 0 => {
                Ok((storage.clone(), layout.shape().clone()))
            }
            _ => Err(Error::Msg("a result lies elsewhere than on the processor".into())),
        }
    }
}

/// One input.
pub(super) fn of1(
    x: &Tensor,
    value: Tensor,
    backward: impl Fn(&Tensor) -> Result<[Option<Tensor>; 1]> + Send + Sync + 'static,
) -> Result<Tensor> {
    x.apply_op1(Known::new(value, backward)?)
}

/// Two inputs.
pub(super) fn of2(
    [x, y]: [&Tensor; 2],
    value: Tensor,
    backward: impl Fn(&Tensor) -> Result<[Option<Tensor>; 2]> + Send + Sync + 'static,
) -> Result<Tensor> {
    x.apply_op2(y, Known::new(value, backward)?)
}

/// Three inputs.
pub(super) fn of3(
    [x, y, z]: [&Tensor; 3],
    value: Tensor,
    backward: impl Fn(&Tensor) -> Result<[Option<Tensor>; 3]> + Send + Sync + 'static,
) -> Result<Tensor> {
    x.apply_op3(y, z, Known::new(value, backward)?)
}

impl CustomOp1 for Known<1> {
    fn name(&self) -> &'static str {
        "known"
    }

    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        self.result()
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, slope: &Tensor) -> Result<Option<Tensor>> {
        let [x] = (self.backward)(&slope.contiguous()?)?;
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
        let [x, y] = (self.backward)(&slope.contiguous()?)?;
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
        let [x, y, z] = (self.backward)(&slope.contiguous()?)?;
        Ok((x, y, z))
    }
}
