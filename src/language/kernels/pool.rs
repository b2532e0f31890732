//! Threads that compute together: they spin for a moment between two pieces of work and park when
//! none comes.

use std::any::Any;
use std::cell::{Cell, UnsafeCell};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{JoinHandle, Thread};

/// How often a thread looks for work before it parks: some 50 µs.
const SPINS: usize = 4_000;

type Task<'a> = dyn Fn() + Sync + 'a;

/// A pool of threads, of which the one that owns it is the first.
pub(in crate::language) struct Pool {
    shared: Arc<Shared>,
    helpers: Vec<Helper>,
    /// Only its owner hands out work, one piece at a time.
    not_sync: PhantomData<Cell<()>>,
}

struct Helper {
    thread: Thread,
    asleep: Arc<AtomicBool>,
    handle: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    /// Rises by one with each task.
    task_number: AtomicUsize,
    /// The task that `task_number` announces.
    task: TaskSlot,
    /// Helpers that have not finished it.
    running: AtomicUsize,
    ended: AtomicBool,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

#[derive(Default)]
struct TaskSlot(UnsafeCell<Option<&'static Task<'static>>>);

// SAFETY: the slot is written only while no helper runs (`running` is 0 and the next number has
// not been announced) and read only after the number was announced.
unsafe impl Sync for TaskSlot {}
// SAFETY: a `&Task` may be sent, since a `Task` is `Sync`.
unsafe impl Send for TaskSlot {}

impl Pool {
    /// A pool of `threads`, at least the calling one.
    pub(in crate::language) fn new(threads: usize) -> Self {
        let shared = Arc::new(Shared::default());
        let helpers = (1..threads)
            .map_while(|i| {
                let (shared, asleep) = (Arc::clone(&shared), Arc::new(AtomicBool::new(false)));
                let flag = Arc::clone(&asleep);
                let handle = std::thread::Builder::new()
                    .name(format!("evenkeel-model-{i}"))
                    .spawn(move || help(&shared, &flag))
                    // Fewer threads than asked for are slower, not wrong.
                    .ok()?;
                Some(Helper { thread: handle.thread().clone(), asleep, handle: Some(handle) })
            })
            .collect();
        Self { shared, helpers, not_sync: PhantomData }
    }

    /// Number of threads.
    pub(in crate::language) fn threads(&self) -> usize {
        self.helpers.len() + 1
    }

    /// Calls `work` once for every number below `parts`, on all threads, `grain` numbers at a
    /// time to whichever thread is free; returns when all are done.
    pub(in crate::language) fn split(&self, parts: usize, grain: usize, work: &(dyn Fn(usize) + Sync)) {
        let grain = grain.max(1);
        if self.helpers.is_empty() || parts <= grain {
            (0..parts).for_each(work);
            return;
        }
        let next = AtomicUsize::new(0);
        self.run(&|| {
            loop {
                let from = next.fetch_add(grain, Ordering::Relaxed);
                if from >= parts {
                    return;
                }
                (from..parts.min(from + grain)).for_each(work);
            }
        });
    }

    fn run(&self, task: &Task<'_>) {
        let shared = &*self.shared;
        // SAFETY: only the lifetime changes. Every helper has finished with the task before this
        // function returns or unwinds, since both wait for `running` to become 0.
        let task_for_helpers = unsafe { std::mem::transmute::<&Task<'_>, &'static Task<'static>>(task) };
        // SAFETY: no helper runs now, so none reads the slot.
        unsafe { *shared.task.0.get() = Some(task_for_helpers) };
        shared.running.store(self.helpers.len(), Ordering::Relaxed);
        shared.task_number.fetch_add(1, Ordering::SeqCst);
        for helper in &self.helpers {
            if helper.asleep.swap(false, Ordering::SeqCst) {
                helper.thread.unpark();
            }
        }
        let own = catch_unwind(AssertUnwindSafe(task));
        let mut spins = 0;
        while shared.running.load(Ordering::Acquire) != 0 {
            spins += 1;
            // A helper that lost its core to another program gets ours.
            if spins < SPINS { std::hint::spin_loop() } else { std::thread::yield_now() }
        }
        let theirs = shared.panic.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(panic) = own.err().or(theirs) {
            resume_unwind(panic);
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        for helper in &mut self.helpers {
            helper.thread.unpark();
            if let Some(handle) = helper.handle.take() {
                let _ = handle.join();
            }
        }
    }
}

fn help(shared: &Shared, asleep: &AtomicBool) {
    let mut done = 0;
    let mut spins = 0;
    loop {
        if shared.task_number.load(Ordering::SeqCst) == done {
            if shared.ended.load(Ordering::SeqCst) {
                return;
            }
            spins += 1;
            if spins < SPINS {
                std::hint::spin_loop();
                continue;
            }
            asleep.store(true, Ordering::SeqCst);
            // Looked at once more after saying so: who announces work looks at `asleep` after it.
            if shared.task_number.load(Ordering::SeqCst) == done && !shared.ended.load(Ordering::SeqCst) {
                std::thread::park();
            }
            asleep.store(false, Ordering::SeqCst);
            continue;
        }
        done += 1;
        spins = 0;
        // SAFETY: the number was announced after the slot was written, and it is not written
        // again before this helper has taken itself off `running`.
        let task = unsafe { *shared.task.0.get() };
        if let Some(task) = task
            && let Err(panic) = catch_unwind(AssertUnwindSafe(task))
        {
            *shared.panic.lock().unwrap_or_else(PoisonError::into_inner) = Some(panic);
        }
        shared.running.fetch_sub(1, Ordering::Release);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_part_is_done_once_with_any_number_of_threads() {
        for threads in 1..5 {
            let pool = Pool::new(threads);
            for parts in [0, 1, 2, 7, 100] {
                for grain in [1, 3, 200] {
                    let done: Vec<AtomicUsize> = (0..parts).map(|_| AtomicUsize::new(0)).collect();
                    pool.split(parts, grain, &|i| {
                        done[i].fetch_add(1, Ordering::Relaxed);
                    });
                    assert!(done.iter().all(|d| d.load(Ordering::Relaxed) == 1));
                }
            }
        }
    }

    #[test]
    fn parked_threads_wake_for_new_work() {
        let pool = Pool::new(3);
        let done = AtomicUsize::new(0);
        for _ in 0..20 {
            std::thread::sleep(Duration::from_millis(2));
            pool.split(30, 1, &|_| {
                done.fetch_add(1, Ordering::Relaxed);
            });
        }
        assert_eq!(done.into_inner(), 600);
    }

    #[test]
    fn a_panic_in_a_part_reaches_the_caller_and_the_pool_goes_on() {
        let pool = Pool::new(2);
        let caught = catch_unwind(AssertUnwindSafe(|| {
            pool.split(10, 1, &|i| assert!(i != 5, "part five"));
        }));
        assert!(caught.is_err());
        let done = AtomicUsize::new(0);
        pool.split(10, 1, &|_| {
            done.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!(done.into_inner(), 10);
    }
}
