//! Bad requests to every route of the committed description: each is answered by a problem document that says what to do,
//! never by a failure of the server, and the node works afterwards.

mod http;

use std::collections::BTreeMap;
use std::path::Path;

use http::{Answer, Api, Request};
use serde_json::{Value, json};

/// Values of a path's part that name nothing.
const PARTS: [&str; 12] = [
    "nothing-of-this-name",
    "%00",
    "%FF%FE",
    "..%2F..%2Fetc%2Fpasswd",
    "-1",
    "0.5",
    "256",
    "18446744073709551616",
    "%F0%9F%92%A3",
    "%20",
    "%E2%80%AE",
    "LONG",
];
/// Routes that take no input and act: a request with a token is a good one.
const ACTS: [&str; 2] = ["/v1/shutdown", "/v1/network-changed"];

/// One operation of the description.
struct Operation {
    path: String,
    method: String,
    value: Value,
}

impl Operation {
    fn parameters(&self, place: &str) -> Vec<&Value> {
        let all = self.value["parameters"].as_array().into_iter().flatten();
        all.filter(|parameter| parameter["in"] == place).collect()
    }

    /// The path with every part but `bad` sound in form.
    fn path_with(&self, bad: Option<(&str, &str)>) -> String {
        let mut path = self.path.clone();
        for parameter in self.parameters("path") {
            let name = parameter["name"].as_str().expect("a name");
            let is_number = parameter["schema"]["type"] == "integer";
            let sound = if is_number { "0" } else { "abcd" };
            let value = bad
                .filter(|(at, _)| *at == name)
                .map_or(sound, |(_, value)| value);
            path = path.replace(&format!("{{{name}}}"), value);
        }
        path
    }

    fn request(&self) -> Request {
        Request::new(&self.method, &self.path_with(None))
    }

    fn has_json_body(&self) -> bool {
        self.value["requestBody"]["content"]["application/json"].is_object()
    }
}

fn description() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let text = std::fs::read_to_string(path).expect("docs/openapi.json");
    serde_json::from_str(&text).expect("JSON")
}

/// Every operation behind the token.
fn operations(description: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, methods) in description["paths"].as_object().expect("paths") {
        for (method, value) in methods.as_object().expect("methods") {
            if path != "/health" {
                operations.push(Operation {
                    path: path.clone(),
                    method: method.to_uppercase(),
                    value: value.clone(),
                });
            }
        }
    }
    assert!(operations.len() > 35, "the operations were found");
    operations
}

/// The answer is a problem document with this status; `None` for any that blames the request.
#[track_caller]
fn refused(answer: &Answer, status: Option<u16>, what: &str) -> String {
    let said = format!("{what}: {answer:?}");
    assert!((400..500).contains(&answer.status), "{said}");
    assert!(
        status.is_none_or(|status| answer.status == status),
        "{said}"
    );
    assert_eq!(answer.content_type, "application/problem+json", "{said}");
    let problem: Value = serde_json::from_slice(&answer.body).expect("JSON");
    let word = |key: &str| problem[key].as_str().unwrap_or_default().to_owned();
    assert_eq!(problem["status"], answer.status, "{said}");
    assert!(
        word("title").len() > 10 && word("next").len() > 10,
        "{said}"
    );
    let (kind, code) = (word("type"), word("code"));
    assert_eq!(
        kind,
        format!("https://openline.invalid/problems/{code}"),
        "{said}"
    );
    assert!(
        !answer.body.windows(8).any(|part| part == b"panicked"),
        "{said}"
    );
    code
}

#[test]
fn nobody_is_let_in_without_the_token() {
    let api = Api::start();
    for operation in operations(&description()) {
        let what = format!("{} {}", operation.method, operation.path);
        let request = || operation.request();
        assert_eq!(refused(&api.ask(&request()), Some(401), &what), "no-token");
        for value in [
            "Bearer wrong",
            "Bearer ",
            "Basic dXNlcjpwYXNz",
            "Bearer \u{fc}",
            &format!("Bearer {}0", api.token),
        ] {
            let answer = api.ask(&request().header("Authorization", value));
            assert_eq!(refused(&answer, Some(401), &what), "no-token");
        }
        let answer = api.ask(&request().token(&api).host("line.example:7000"));
        assert_eq!(refused(&answer, Some(421), &what), "wrong-host");
    }
    api.still_works();
}

#[test]
fn other_methods_and_routes_are_named() {
    let api = Api::start();
    let description = description();
    for (path, methods) in description["paths"].as_object().expect("paths") {
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"] {
            if methods[method.to_lowercase()].is_null() {
                let plain = path.replace(['{', '}'], "");
                let answer = api.ask(&Request::new(method, &plain).token(&api));
                let what = format!("{method} {path}");
                // Where two routes share a form, the other one may take the method.
                let code = refused(&answer, None, &what);
                assert!(
                    ["wrong-method", "unusable", "not-found"].contains(&&*code),
                    "{what}: {code}"
                );
            }
        }
    }
    for path in ["/v1", "/v1/status/", "/v1//status", "/v1/lines/x/y/z"] {
        let answer = api.ask(&Request::new("GET", path).token(&api));
        assert_eq!(refused(&answer, Some(404), path), "no-route");
    }
    // Everything else is the console's: it sends whoever is not signed in to its door, and has a page for what is not there.
    for (path, status) in [("/", 303), ("/v2/status", 404), ("/%00", 404)] {
        let answer = api.ask(&Request::new("GET", path).token(&api));
        assert_eq!(answer.status, status, "{path}");
    }
    api.still_works();
}

#[test]
fn parts_of_paths_that_mean_nothing_are_refused() {
    let api = Api::start();
    let long = "x".repeat(4000);
    for operation in operations(&description()) {
        for parameter in operation.parameters("path") {
            let name = parameter["name"].as_str().expect("a name");
            for part in PARTS {
                let part = if part == "LONG" { &long } else { part };
                let path = operation.path_with(Some((name, part)));
                let mut request = Request::new(&operation.method, &path).token(&api);
                if operation.has_json_body() {
                    request = request.json("{}");
                }
                let what: String = format!("{} {path}", operation.method)
                    .chars()
                    .take(100)
                    .collect();
                refused(&api.ask(&request), None, &what);
            }
        }
    }
    api.still_works();
}

#[test]
fn queries_that_do_not_fit_are_refused() {
    let api = Api::start();
    for operation in operations(&description()) {
        let query = operation.parameters("query");
        let mut bad = Vec::new();
        if !query.is_empty() {
            bad.extend(["unknown=1".to_owned(), "%FF=%FF".to_owned()]);
        }
        for parameter in query {
            let name = parameter["name"].as_str().expect("a name");
            let kind = parameter["schema"]["type"].to_string();
            if kind.contains("integer") {
                let values = [
                    "",
                    "x",
                    "-1",
                    "1.5",
                    "18446744073709551616",
                    "%00",
                    "1&{}=1",
                ];
                bad.extend(values.map(|value| format!("{name}={}", value.replace("{}", name))));
            } else if kind.contains("boolean") {
                bad.extend(["1", "yes", ""].map(|value| format!("{name}={value}")));
            } else {
                bad.push(format!("{name}=a&{name}=b"));
            }
        }
        for query in bad {
            let path = format!("{}?{query}", operation.path_with(None));
            let request = Request::new(&operation.method, &path).token(&api);
            refused(
                &api.ask(&request),
                None,
                &format!("{} {path}", operation.method),
            );
        }
    }
    api.still_works();
}

/// A value of another type than each field of a request has.
fn wrong_types(description: &Value, operation: &Operation) -> Vec<String> {
    let schema = &operation.value["requestBody"]["content"]["application/json"]["schema"];
    let name = schema["$ref"]
        .as_str()
        .and_then(|path| path.rsplit('/').next());
    let schema = &description["components"]["schemas"][name.expect("a schema by its name")];
    let fields: BTreeMap<_, _> = schema["properties"]
        .as_object()
        .expect("fields")
        .iter()
        .collect();
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut bodies = vec![json!({"unknown": 1}).to_string()];
    for (field, schema) in &fields {
        let is_text = schema["type"].to_string().contains("string");
        let wrong = if is_text {
            json!({"a": []})
        } else {
            json!("\u{202e}no")
        };
        bodies.push(json!({ *field: wrong }).to_string());
        bodies.push(format!("{{\"{field}\": 1e999}}"));
        bodies.push(format!("{{\"{field}\": null, \"{field}\": null}}"));
    }
    if !required.is_empty() {
        bodies.push("{}".to_owned());
    }
    bodies
}

#[test]
fn bodies_that_are_no_request_are_refused() {
    let api = Api::start();
    let description = description();
    let deep = "[".repeat(100_000);
    for operation in operations(&description) {
        if !operation.has_json_body() {
            continue;
        }
        let what = format!("{} {}", operation.method, operation.path);
        let plain = || operation.request().token(&api);
        let mut bodies: Vec<Vec<u8>> = vec![
            b"".to_vec(),
            b"null".to_vec(),
            b"[]".to_vec(),
            b"7".to_vec(),
            b"\"text\"".to_vec(),
            b"{\"line\": \"Watch".to_vec(),
            b"{\"line\": \"\xff\xfe\"}".to_vec(),
            b"{} {}".to_vec(),
            b"\x00".to_vec(),
            deep.clone().into_bytes(),
        ];
        bodies.extend(
            wrong_types(&description, &operation)
                .into_iter()
                .map(String::into_bytes),
        );
        for body in bodies {
            let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
            let answer = api.ask(&plain().body("application/json", body));
            refused(&answer, None, &format!("{what} {shown}"));
        }
        for kind in [
            "text/plain",
            "application/xml",
            "",
            "application/x-www-form-urlencoded",
        ] {
            let answer = api.ask(&plain().body(kind, b"{}".to_vec()));
            refused(&answer, Some(400), &format!("{what} as {kind}"));
        }
    }
    api.still_works();
}

#[test]
fn what_is_too_large_is_refused() {
    let api = Api::start();
    for operation in operations(&description()) {
        let what = format!("{} {}", operation.method, operation.path);
        let (kind, length) = if operation.has_json_body() {
            ("application/json", openline_web::BODY_MAX + 1)
        } else if operation.path == "/v1/pouches" {
            ("application/octet-stream", openline_web::BUNDLE_MAX + 1)
        } else {
            continue;
        };
        let request = operation
            .request()
            .token(&api)
            .body(kind, vec![b' '; length]);
        assert_eq!(refused(&api.ask(&request), Some(413), &what), "too-large");
    }
    api.still_works();
}

#[test]
fn bundles_cards_and_charters_that_are_none_are_refused_by_name() {
    let api = Api::start();
    let bundles: [&[u8]; 5] = [
        b"",
        b"PK\x03\x04",
        b"openline-bundle/v1\n",
        b"openline-bundle/v2\n\x84",
        &[0xff; 5000],
    ];
    for bundle in bundles {
        let request = Request::new("POST", "/v1/pouches").token(&api);
        let answer = api.ask(&request.body("application/octet-stream", bundle.to_vec()));
        refused(&answer, None, "a bundle");
    }
    let texts = [
        "",
        "openline-card/v1",
        "openline-card/v1\n",
        "OPENLINE1:",
        "openline-charter/v1\nAAAA\n",
        "\0",
        "\u{feff}x",
    ];
    for (path, field) in [("/v1/relations", "card"), ("/v1/charters/import", "file")] {
        for text in texts {
            let request = Request::new("POST", path)
                .token(&api)
                .json(&json!({ field: text }).to_string());
            refused(&api.ask(&request), Some(422), &format!("{path} {text:?}"));
        }
    }
    let folders = ["", "\0", "/proc/version/x", "relative/folder"];
    for folder in folders.iter().chain(&[&*"/x".repeat(5000)]) {
        let request = Request::new("POST", "/v1/backup").token(&api);
        let answer = api.ask(&request.json(&json!({ "folder": folder }).to_string()));
        refused(
            &answer,
            None,
            &format!("a backup to {:?}", &folder[..folder.len().min(30)]),
        );
    }
    api.still_works();
}

#[test]
fn what_is_not_http_ends_nothing() {
    let api = Api::start();
    let header = format!("GET /health HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
    let wild: [&[u8]; 7] = [
        b"",
        b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /v1/messages HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/messages HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n",
        header.as_bytes(),
    ];
    for bytes in wild {
        let answer = api.raw(bytes);
        let text = String::from_utf8_lossy(&answer);
        assert!(text.is_empty() || text.starts_with("HTTP/1.1 4"), "{text}");
    }
    assert!(
        ACTS.iter()
            .all(|path| description()["paths"][path].is_object()),
        "{ACTS:?}"
    );
    api.still_works();
}
