//! A slice that several threads write at once, each its own part.

use std::marker::PhantomData;
use std::ops::Range;

/// A mutable slice that can be handed to several threads.
#[derive(Debug)]
pub(in crate::language) struct Disjoint<'a, T> {
    first: *mut T,
    length: usize,
    slice: PhantomData<&'a mut [T]>,
}

impl<T> Clone for Disjoint<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Disjoint<'_, T> {}

// SAFETY: it gives out only `&mut` slices of `T`, and its callers promise that no two overlap;
// so sending it is sending `&mut T`.
unsafe impl<T: Send> Send for Disjoint<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Disjoint<'_, T> {}

impl<'a, T> Disjoint<'a, T> {
    pub(in crate::language) fn new(slice: &'a mut [T]) -> Self {
        Self { first: slice.as_mut_ptr(), length: slice.len(), slice: PhantomData }
    }

    /// A part of the slice; empty if it does not lie within.
    ///
    /// # Safety
    /// No other part that is alive may overlap this one.
    #[allow(clippy::mut_from_ref, reason = "its callers promise that no two parts overlap")]
    pub(in crate::language) unsafe fn slice(&self, range: Range<usize>) -> &'a mut [T] {
        if range.start > range.end || range.end > self.length {
            return &mut [];
        }
        // SAFETY: the range lies within the slice, and the caller promises that it is ours alone.
        unsafe { std::slice::from_raw_parts_mut(self.first.add(range.start), range.len()) }
    }
}
