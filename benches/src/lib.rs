//! Nothing but benchmarks: `cargo bench -p openline-benches`. What whole nodes reach is measured by `openline bench`.
