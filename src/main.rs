//! The binary: hands the command line to the library and its answer to the system.

use std::process::ExitCode;

/// Values are made and dropped by the million on all threads at once (see the note in `ARCHITECTURE.md`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    bearerlint::run::main()
}
