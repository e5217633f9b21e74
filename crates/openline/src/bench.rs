//! `openline bench`: the product beside a floor that does the bare minimum of the same work, in one run.

mod bulk;
mod floor;
mod pages;
mod pair;

use serde::Serialize;

use crate::failure::Failure;
use crate::output::Output;

/// Arguments of `openline bench`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A smaller run.
    #[arg(long)]
    quick: bool,
    /// The console's pages on a line with 100,000 entries (--quick: 10,000), instead of the rest.
    #[arg(long)]
    pages: bool,
    /// With --pages: fail if a page takes longer or is larger than it may.
    #[arg(long, requires = "pages")]
    check: bool,
    /// The other process of the floor; for the benchmark itself.
    #[arg(long, hide = true, value_name = "FILE")]
    floor_peer: Option<std::path::PathBuf>,
}

/// What was measured.
#[derive(Debug, Default, Serialize)]
struct Figures {
    floor_p50_ms: f64,
    latency_p50_ms: f64,
    latency_p99_ms: f64,
    latency_over_floor: f64,
    messages_per_s: f64,
    wire_bytes_per_message: f64,
    verify_entries_per_s: f64,
    open_ms: f64,
    open_entries: u64,
    idle_rss_mb: f64,
}

/// Runs the benchmark.
pub fn run(args: &Args, output: Output) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(failed)?;
    if let Some(file) = &args.floor_peer {
        return runtime.block_on(floor::peer(file));
    }
    let folder = tempfile::tempdir().map_err(failed)?;
    if args.pages {
        let entries = if args.quick { 10_000 } else { 100_000 };
        let figures = runtime.block_on(pages::run(folder.path(), entries, output))?;
        output.print(&figures, pages::Figures::text);
        return match args.check && !figures.is_held() {
            true => Err(Failure::unreachable(
                "a page takes longer or is larger than it may",
                "run it again on an idle machine; see docs/performance.md",
            )),
            false => Ok(()),
        };
    }
    let count = if args.quick { 300 } else { 3000 };
    let mut figures = Figures::default();
    output.say("floor: sign, append, QUIC, verify, append, cosign, back");
    figures.floor_p50_ms = percentile(
        &mut runtime.block_on(floor::run(folder.path(), count))?,
        0.5,
    );
    output.say("two nodes: latency, wire, throughput, memory");
    let mut pair = runtime.block_on(pair::run(
        folder.path(),
        count,
        if args.quick { 2 } else { 8 },
    ))?;
    figures.latency_p50_ms = percentile(&mut pair.latencies, 0.5);
    figures.latency_p99_ms = percentile(&mut pair.latencies, 0.99);
    figures.latency_over_floor = figures.latency_p50_ms / figures.floor_p50_ms;
    figures.messages_per_s = pair.messages_per_s;
    figures.wire_bytes_per_message = pair.wire_bytes_per_message;
    figures.idle_rss_mb = pair.idle_rss_mb;
    figures.open_entries = if args.quick { 50_000 } else { 1_000_000 };
    output.say(&format!(
        "a home with {} entries: opening it, and verifying an export",
        figures.open_entries
    ));
    let bulk = bulk::run(folder.path(), figures.open_entries, output)?;
    figures.open_ms = bulk.open_ms;
    figures.verify_entries_per_s = bulk.verify_entries_per_s;
    output.print(&figures, text);
    Ok(())
}

fn text(f: &Figures) -> String {
    format!(
        "\nlatency, release to the other side's cosignature\n  floor    p50 {:.3} ms\n  openline p50 {:.3} ms ({:.2} times the floor), p99 {:.3} ms\n\
         messages of 200 characters, 64 in flight, durable on both sides: {:.0} a second\n\
         wire, both directions, all headers: {:.0} bytes a message\n\
         verifying an export: {:.0} entries a second\n\
         opening a home with {} entries: {:.1} ms\n\
         memory of an idle node: {:.1} MB",
        f.floor_p50_ms,
        f.latency_p50_ms,
        f.latency_over_floor,
        f.latency_p99_ms,
        f.messages_per_s,
        f.wire_bytes_per_message,
        f.verify_entries_per_s,
        f.open_entries,
        f.open_ms,
        f.idle_rss_mb
    )
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::unreachable(
        format!("the benchmark could not go on: {error}"),
        "run it again",
    )
}

fn percentile(values: &mut [f64], p: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = (values.len().saturating_sub(1) as f64 * p).round() as usize;
    values.get(at).copied().unwrap_or(0.0)
}
