//! Bounded time for a parser that cannot be trusted with it.
//!
//! The parser asks for permission to go on only between its operations, and one operation on a hostile text may take a
//! minute. So parsing happens on threads of our own: the caller waits no longer than its budget; a thread that does not
//! answer is left behind (its next request finds it gone, and it ends when it is done) and another takes its place. A
//! thread left behind does not keep the process from ending. Knows nothing of what a job does.

use std::sync::mpsc::{RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Refusal;
use super::parse::{self, Parsing};
use super::tree::Module;

/// Room for lowering a tree of the greatest depth in a build without optimisation; only what is used is ever real.
const STACK_BYTES: usize = 16 * 1024 * 1024;

/// How long after its deadline a parse may take to notice by itself, so that the thread can be kept.
const GRACE: Duration = Duration::from_millis(250);

/// Texts from this size on are parsed one at a time: the parser needs up to 265 bytes of memory for each of theirs.
const LARGE_TEXT: usize = 1024 * 1024;

/// Held while a large text is parsed.
static LARGE_TEXTS: Mutex<()> = Mutex::new(());

/// Threads with nothing to do. There are never more threads than callers at once, beside those left behind.
static IDLE: Mutex<Vec<Worker>> = Mutex::new(Vec::new());

/// A text to parse, and who waits for it.
struct Job {
    text: Arc<str>,
    deadline: Instant,
    reply: SyncSender<Option<Module>>,
}

/// The way to a parsing thread; it ends when this is dropped.
struct Worker {
    jobs: Sender<Job>,
}

/// Parses on another thread and waits for it, at most for `budget` and a moment.
pub(super) fn parse(text: &Arc<str>, budget: Duration) -> Result<Module, Refusal> {
    let _one_at_a_time = (text.len() >= LARGE_TEXT).then(|| LARGE_TEXTS.lock().unwrap_or_else(PoisonError::into_inner));
    let (reply, answer) = sync_channel(1);
    // A budget too long for the clock is no bound at all; a day is one.
    let deadline = Instant::now() + budget.min(Duration::from_hours(24));
    let worker = give(Job { text: Arc::clone(text), deadline, reply })?;
    let wait = deadline.saturating_duration_since(Instant::now()) + GRACE;
    match answer.recv_timeout(wait) {
        Ok(module) => {
            idle().push(worker);
            module.ok_or(Refusal::TooSlow(budget))
        }
        Err(RecvTimeoutError::Timeout) => Err(Refusal::TooSlow(budget)),
        Err(RecvTimeoutError::Disconnected) => Err(Refusal::Internal),
    }
}

fn idle() -> std::sync::MutexGuard<'static, Vec<Worker>> {
    IDLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hands a job to an idle thread, or to a new one where none is idle.
fn give(job: Job) -> Result<Worker, Refusal> {
    let kept = idle().pop();
    let (worker, job) = match kept {
        None => (start()?, job),
        Some(worker) => match worker.jobs.send(job) {
            Ok(()) => return Ok(worker),
            Err(returned) => (start()?, returned.0),
        },
    };
    worker.jobs.send(job).map_err(|_| Refusal::Internal)?;
    Ok(worker)
}

fn start() -> Result<Worker, Refusal> {
    let (jobs, received) = channel::<Job>();
    std::thread::Builder::new()
        .name("parser".to_owned())
        .stack_size(STACK_BYTES)
        .spawn(move || {
            let mut parsing = Parsing::default();
            for Job { text, deadline, reply } in received {
                let module = parse::parse_until(&mut parsing, &text, deadline);
                // Nobody waits any more where the caller has given up.
                let _ = reply.send(module);
            }
        })
        .map_err(|error| Refusal::NoThread(error.to_string()))?;
    Ok(Worker { jobs })
}
