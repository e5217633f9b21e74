//! `openline console`: a link into the console.

use std::path::Path;

use openline_node::home::Home;
use openline_node::view::{LinkRequest, LinkView};
use serde::Serialize;

use crate::client::Client;
use crate::failure::Failure;
use crate::output::{Output, time};

/// The link, as a browser takes it.
#[derive(Debug, Serialize)]
struct Link {
    url: String,
    officer: Option<String>,
    ends_ms: i64,
}

pub(super) fn console(
    home: &Path,
    client: &Client,
    officer: Option<String>,
    output: Output,
) -> Result<(), Failure> {
    let view: LinkView = client.post("/v1/console-links", &LinkRequest { officer })?;
    let origin = super::serve::origin(&Home::open(home)?, client.port())?;
    let link = Link {
        url: format!("{}{}", origin.as_str(), view.path),
        officer: view.officer,
        ends_ms: view.ends_ms,
    };
    output.print(&link, |link| {
        let who = link
            .officer
            .as_deref()
            .unwrap_or("the administrator of this machine");
        format!(
            "{}\nIt signs in {who}, once, until {}. Open it in a browser on this machine.",
            link.url,
            time(link.ends_ms)
        )
    });
    Ok(())
}
