//! The committed description is the one that the code gives, and has every route of the table.

use std::path::Path;

fn committed() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json")
}

#[test]
fn the_committed_description_is_true() {
    let now = openline_web::openapi::json();
    if std::env::var_os("OPENLINE_REWRITE").is_some() {
        std::fs::write(committed(), &now).expect("written");
    }
    let kept = std::fs::read_to_string(committed()).expect("docs/openapi.json");
    // The whole is far too long for a message; the first line that differs says where to look.
    let mut differs = kept.lines().zip(now.lines()).zip(1..);
    let first = differs.find(|((kept, now), _)| kept != now);
    assert!(
        kept == now,
        "the API has changed, first in (kept, now, line) {first:?}: look at the change, then run this test with OPENLINE_REWRITE=1"
    );
}

#[test]
fn every_route_of_the_table_is_described() {
    let table = include_str!("../src/routes.rs");
    let description: serde_json::Value =
        serde_json::from_str(&openline_web::openapi::json()).expect("JSON");
    let described = description["paths"].as_object().expect("paths");
    let after = table.split(".route(").skip(1);
    let routes: Vec<&str> = after
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
        .collect();
    assert!(routes.len() > 30, "the table was found");
    for route in &routes {
        assert!(
            *route == "/openapi.json" || described.contains_key(*route),
            "{route} is not described"
        );
    }
    for path in described.keys() {
        assert!(
            routes.contains(&path.as_str()),
            "{path} is described but not in the table"
        );
    }
}
