//! A party's home: the folder that holds its keys, its configuration and its store.
//!
//! ```text
//! openline.toml            configuration
//! policy.toml              release policy, if there is one
//! identity/party.toml      name, id, format of the home
//! identity/root.sealed     root seeds, sealed by the passphrase; needed for ceremonies only
//! identity/node.key        node seeds; sealed too if the party wants it so
//! identity/credential      the node key, certified by the root
//! identity/seal.keys       keys that pouches are sealed to, newest first: "created-ms hex-seed" a line
//! identity/next-*          a node key certified but not yet in use
//! identity/former-N-*      a node key that a key change has replaced, N its serial
//! store/                   the record
//! api.json                 where the running node's local API is; there while it runs
//! ```
//! Files are written beside their place, made durable, and then moved there. Secrets are readable by their owner only.

use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use openline_bearer::pouch::SealKeyPair;
use openline_core::card::Card;
use openline_core::credential::VerifiedCredential;
use openline_core::id::{from_hex, hex};
use openline_core::keys::SecretKeys;
use openline_core::{PartyId, Rule};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::config::{self, Config, ConfigError};
use crate::identity::{NodeKeys, SEAL_KEY_KEPT_MS, Seeds, certify, random, wall_ms};
use crate::sealing::{self, SealingError};

pub use crate::sealing::Cost;

/// The format of homes that this program makes and reads.
const FORMAT: u32 = 1;

/// A home can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HomeError {
    /// There is no home here.
    #[error("{} is not an openline home; make one with: openline init --home {}", .0.display(), .0.display())]
    NotAHome(PathBuf),
    /// There is something here already.
    #[error("{} is not empty; choose another folder, or remove what is there", .0.display())]
    NotEmpty(PathBuf),
    /// The home was made by a newer program.
    #[error(
        "the home has format {found}; this program knows {FORMAT}. Install the newer program again"
    )]
    TooNew {
        /// Its format.
        found: u32,
    },
    /// A secret can be read by others.
    #[error("{} can be read by other users; run: chmod 600 {}", .0.display(), .0.display())]
    Exposed(PathBuf),
    /// A file can't be read or written.
    #[error("{}: {error}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        error: std::io::Error,
    },
    /// A file is damaged.
    #[error("{} is damaged ({why}); restore it from a backup of the home", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A sealed key could not be opened.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// The node key is sealed and no passphrase was given.
    #[error("the node key is sealed, and its passphrase was not given")]
    NeedsPassphrase,
    /// A name or endpoint breaks a rule.
    #[error("{}", .0.fails_when())]
    Rule(Rule),
    /// There is no new key to take up.
    #[error("no new node key is waiting; make one with: openline key change")]
    NoNextKey,
}

/// What a new home is made from.
#[derive(Debug, Clone)]
pub struct InitOptions {
    /// The party's name.
    pub name: String,
    /// Seals the root key.
    pub passphrase: String,
    /// Whether to seal the node key with the same passphrase; the node then needs it to start.
    pub seals_node_key: bool,
    /// Where to listen for QUIC.
    pub listen_quic: Vec<SocketAddr>,
    /// Where to listen for TLS over TCP.
    pub listen_tls: Vec<SocketAddr>,
    /// What others shall dial.
    pub endpoints: Vec<String>,
    /// What guessing the passphrase costs.
    pub cost: Cost,
}

#[derive(Debug, Serialize, Deserialize)]
struct PartyFile {
    format: u32,
    name: String,
    id: String,
}

/// Where a running node's local API is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApiFile {
    /// Its address.
    pub address: SocketAddr,
    /// The token that every request carries.
    pub token: String,
    /// The node's process.
    pub pid: u32,
}

/// A party's home, opened.
#[derive(Debug, Clone)]
pub struct Home {
    path: PathBuf,
    config: Config,
    credential: VerifiedCredential,
}

impl Home {
    /// Makes a home: root and node keys, certificate, configuration, empty store.
    ///
    /// # Errors
    /// [`HomeError`]; [`HomeError::NotEmpty`] unless the folder is empty or not there yet.
    pub fn init(path: &Path, options: &InitOptions) -> Result<Self, HomeError> {
        check_empty(path)?;
        let (root, node) = (Seeds::generate(), Seeds::generate());
        let credential = certify(&root.keys(), &options.name, 1, &node, wall_ms())?;
        if let Some(bad) = options
            .endpoints
            .iter()
            .find(|endpoint| !openline_core::card::is_endpoint(endpoint))
        {
            tracing::debug!(bad, "not an endpoint");
            return Err(Rule::CardEndpoint.into());
        }
        let identity = path.join("identity");
        make_folder(path)?;
        make_folder(&identity)?;
        let sealed = sealing::seal(root.bytes(), &options.passphrase, options.cost);
        write(&identity.join("root.sealed"), sealed.as_bytes(), 0o600)?;
        let sealing = options
            .seals_node_key
            .then_some((&*options.passphrase, options.cost));
        let node_text = key_text(&node, sealing);
        write(&identity.join("node.key"), node_text.as_bytes(), 0o600)?;
        write(&identity.join("credential"), credential.bytes(), 0o644)?;
        let seal_line = Zeroizing::new(format!("{}\n", *seal_key_line(wall_ms())));
        write(&identity.join("seal.keys"), seal_line.as_bytes(), 0o600)?;
        let config = config::fresh(
            &options.listen_quic,
            &options.listen_tls,
            &options.endpoints,
        );
        write(&path.join(config::FILE), config.as_bytes(), 0o644)?;
        drop(
            openline_store::Store::open(path).map_err(|error| HomeError::Damaged {
                path: path.join("store"),
                why: error.to_string(),
            })?,
        );
        // Last, since it is what makes the folder a home: an init that was broken off leaves none.
        let id = credential.party_id().to_string();
        let party = PartyFile {
            format: FORMAT,
            name: options.name.clone(),
            id,
        };
        let text = toml::to_string(&party)
            .map_err(|error| damaged(&identity.join("party.toml"), error))?;
        write(&identity.join("party.toml"), text.as_bytes(), 0o644)?;
        Self::open(path)
    }

    /// Opens a home.
    ///
    /// # Errors
    /// [`HomeError`]
    pub fn open(path: &Path) -> Result<Self, HomeError> {
        let party_path = path.join("identity/party.toml");
        let text = match fs::read_to_string(&party_path) {
            Ok(text) => text,
            Err(error) if is_absent(&error) => {
                return Err(HomeError::NotAHome(path.to_owned()));
            }
            Err(error) => return Err(file(&party_path, error)),
        };
        let party: PartyFile =
            toml::from_str(&text).map_err(|error| damaged(&party_path, error))?;
        if party.format > FORMAT {
            return Err(HomeError::TooNew {
                found: party.format,
            });
        }
        finish_adoption(&path.join("identity"))?;
        let credential_path = path.join("identity/credential");
        let bytes = fs::read(&credential_path).map_err(|error| file(&credential_path, error))?;
        let credential =
            VerifiedCredential::decode(&bytes).map_err(|rule| damaged(&credential_path, rule))?;
        if credential.party_id().to_string() != party.id {
            return Err(damaged(&credential_path, "it is another party's"));
        }
        Ok(Self {
            path: path.to_owned(),
            config: Config::read(path)?,
            credential,
        })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The party's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.credential.name()
    }

    /// The party's id.
    #[must_use]
    pub fn party_id(&self) -> PartyId {
        self.credential.party_id()
    }

    /// The node key in use, certified by the root.
    #[must_use]
    pub fn credential(&self) -> &VerifiedCredential {
        &self.credential
    }

    fn identity(&self, name: &str) -> PathBuf {
        self.path.join("identity").join(name)
    }

    /// The node's keys.
    ///
    /// # Errors
    /// [`HomeError::NeedsPassphrase`], [`HomeError::Sealing`], [`HomeError::Exposed`].
    pub fn node_keys(&self, passphrase: Option<&str>) -> Result<NodeKeys, HomeError> {
        let seeds = read_seeds(&self.identity("node.key"), passphrase)?;
        if seeds.keys().ed_public() != &self.credential.keys().ed {
            return Err(damaged(
                &self.identity("node.key"),
                "it is not the certified key",
            ));
        }
        let former = self.former_keys(&seeds, passphrase)?;
        Ok(NodeKeys::new(seeds, self.seal_keys()?).with_former(former))
    }

    /// The keys that changes have replaced and that are still kept, the newest first.
    fn former_keys(
        &self,
        current: &Seeds,
        passphrase: Option<&str>,
    ) -> Result<Vec<Seeds>, HomeError> {
        let mut former = Vec::new();
        for path in self.former_files("-node.key")? {
            let seeds = read_seeds(&path, passphrase)?;
            // An adoption that was broken off early has left a copy of the key that is still in use.
            if seeds.bytes() != current.bytes() {
                former.push(seeds);
            }
        }
        Ok(former)
    }

    /// Files called `former-N-*` that end so, by N from the highest.
    fn former_files(&self, end: &str) -> Result<Vec<PathBuf>, HomeError> {
        let folder = self.path.join("identity");
        let mut found = Vec::new();
        for item in fs::read_dir(&folder).map_err(|error| file(&folder, error))? {
            let item = item.map_err(|error| file(&folder, error))?;
            let name = item.file_name();
            let serial = name
                .to_str()
                .and_then(|name| name.strip_prefix("former-")?.strip_suffix(end))
                .and_then(|serial| serial.parse::<u64>().ok());
            found.extend(serial.map(|serial| (serial, item.path())));
        }
        found.sort_by_key(|(serial, _)| std::cmp::Reverse(*serial));
        Ok(found.into_iter().map(|(_, path)| path).collect())
    }

    /// Destroys the keys that changes have replaced: every other party of every line holds the change.
    ///
    /// # Errors
    /// [`HomeError::File`]
    pub fn forget_former_keys(&self) -> Result<(), HomeError> {
        for path in self.former_files("-node.key")? {
            fs::remove_file(&path).map_err(|error| file(&path, error))?;
        }
        sync_folder(&self.path.join("identity"))
    }

    fn seal_keys(&self) -> Result<Vec<SealKeyPair>, HomeError> {
        let path = self.identity("seal.keys");
        let text = read_secret(&path)?;
        let pair = |line: &str| {
            let bytes = Zeroizing::new(from_hex(line.split_whitespace().nth(1)?)?);
            Some(SealKeyPair::from_seed(bytes.as_slice().try_into().ok()?))
        };
        let pairs: Option<Vec<SealKeyPair>> = text.lines().map(pair).collect();
        pairs
            .filter(|pairs| !pairs.is_empty())
            .ok_or_else(|| damaged(&path, "not a list of keys"))
    }

    /// Makes a new key for pouches; old ones are kept for 90 days, then destroyed. The next card tells the others.
    ///
    /// # Errors
    /// [`HomeError::File`]
    pub fn rotate_seal_key(&self) -> Result<(), HomeError> {
        let path = self.identity("seal.keys");
        let now = wall_ms();
        let text = read_secret(&path)?;
        // A key counts as old from when the next newer one was made.
        let mut newer = now;
        let fresh = seal_key_line(now);
        let mut kept = vec![fresh.as_str()];
        for line in text.lines() {
            let created = line
                .split_whitespace()
                .next()
                .and_then(|t| t.parse::<i64>().ok())
                .unwrap_or(now);
            if now - newer <= SEAL_KEY_KEPT_MS {
                kept.push(line);
            }
            newer = created;
        }
        let text = Zeroizing::new(format!("{}\n", kept.join("\n")));
        write(&path, text.as_bytes(), 0o600)
    }

    /// A fresh card: the node signs where it is reached and what pouches to it are sealed to.
    ///
    /// # Errors
    /// [`HomeError::Rule`] for endpoints that break one; as [`Home::node_keys`].
    pub fn make_card(
        &self,
        keys: &NodeKeys,
        endpoints: &[String],
        now_ms: i64,
    ) -> Result<Card, HomeError> {
        let newest = keys
            .seal_keys
            .first()
            .ok_or_else(|| damaged(&self.identity("seal.keys"), "no key"))?;
        let seal_key = Box::new(newest.public().to_bytes());
        Ok(Card::make(
            &self.credential,
            &keys.secret,
            endpoints.to_vec(),
            seal_key,
            now_ms,
        )?)
    }

    /// The root's keys, for a ceremony.
    ///
    /// # Errors
    /// [`SealingError::WrongPassphrase`]
    pub fn root(&self, passphrase: &str) -> Result<SecretKeys, HomeError> {
        Ok(read_seeds(&self.identity("root.sealed"), Some(passphrase))?.keys())
    }

    /// The ceremony of a new node key: made, certified by the root, and left in the home until the node takes it up.
    ///
    /// # Errors
    /// As [`Home::root`].
    pub fn change_node_key(
        &self,
        passphrase: &str,
        cost: Cost,
    ) -> Result<VerifiedCredential, HomeError> {
        let root = self.root(passphrase)?;
        let node = Seeds::generate();
        let credential = certify(
            &root,
            self.name(),
            self.credential.serial() + 1,
            &node,
            wall_ms(),
        )?;
        let was_sealed = sealing::is_sealed(&read_secret(&self.identity("node.key"))?);
        let text = key_text(&node, was_sealed.then_some((passphrase, cost)));
        write(&self.identity("next-node.key"), text.as_bytes(), 0o600)?;
        write(&self.identity("next-credential"), credential.bytes(), 0o644)?;
        Ok(credential)
    }

    /// The new node key that a ceremony has left.
    ///
    /// # Errors
    /// [`HomeError::NoNextKey`]
    pub fn next_key(
        &self,
        passphrase: Option<&str>,
    ) -> Result<(Seeds, VerifiedCredential), HomeError> {
        let path = self.identity("next-credential");
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(HomeError::NoNextKey);
            }
            Err(error) => return Err(file(&path, error)),
        };
        let credential = VerifiedCredential::decode(&bytes).map_err(|rule| damaged(&path, rule))?;
        let seeds = read_seeds(&self.identity("next-node.key"), passphrase)?;
        let fits = credential.party_id() == self.party_id()
            && seeds.keys().ed_public() == &credential.keys().ed;
        if fits {
            Ok((seeds, credential))
        } else {
            Err(damaged(&path, "it does not fit the home"))
        }
    }

    /// Puts the new node key in the place of the old one, which is kept beside as `former-*`.
    ///
    /// The decision is the rename of the key; [`Home::open`] does the rest if the process ends in between.
    ///
    /// # Errors
    /// [`HomeError::File`]
    pub fn adopt_next_key(&mut self, credential: VerifiedCredential) -> Result<(), HomeError> {
        let serial = self.credential.serial();
        for (name, mode) in [("node.key", 0o600), ("credential", 0o644)] {
            let current = self.identity(name);
            let bytes = fs::read(&current).map_err(|error| file(&current, error))?;
            let former = self.identity(&format!("former-{serial}-{name}"));
            write(&former, &Zeroizing::new(bytes), mode)?;
        }
        let (current, next) = (self.identity("node.key"), self.identity("next-node.key"));
        fs::rename(&next, &current).map_err(|error| file(&current, error))?;
        sync_folder(&self.path.join("identity"))?;
        finish_adoption(&self.path.join("identity"))?;
        self.credential = credential;
        Ok(())
    }

    /// Says where the running node's API is.
    ///
    /// # Errors
    /// [`HomeError::File`]
    pub fn write_api(&self, api: &ApiFile) -> Result<(), HomeError> {
        let path = self.path.join("api.json");
        let text = serde_json::to_vec(api).map_err(|error| damaged(&path, error))?;
        write(&path, &text, 0o600)
    }

    /// The node has stopped.
    pub fn remove_api(&self) {
        // A file that stays behind names a process that is gone, which readers notice.
        let _ = fs::remove_file(self.path.join("api.json"));
    }

    /// Where the running node's API is; `None` when no node runs on the home.
    ///
    /// # Errors
    /// [`HomeError::File`], [`HomeError::Damaged`]
    pub fn read_api(path: &Path) -> Result<Option<ApiFile>, HomeError> {
        let path = path.join("api.json");
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(file(&path, error)),
        };
        let api: ApiFile = serde_json::from_slice(&bytes).map_err(|error| damaged(&path, error))?;
        let is_alive = Path::new("/proc").join(api.pid.to_string()).exists()
            || !Path::new("/proc/self").exists();
        Ok(is_alive.then_some(api))
    }
}

impl From<Rule> for HomeError {
    fn from(rule: Rule) -> Self {
        Self::Rule(rule)
    }
}

fn file(path: &Path, error: std::io::Error) -> HomeError {
    HomeError::File {
        path: path.to_owned(),
        error,
    }
}

/// Whether there is nothing at a path, be it that a file stands where a folder is needed.
fn is_absent(error: &std::io::Error) -> bool {
    use std::io::ErrorKind as E;
    matches!(error.kind(), E::NotFound | E::NotADirectory)
}

fn damaged(path: &Path, why: impl ToString) -> HomeError {
    HomeError::Damaged {
        path: path.to_owned(),
        why: why.to_string(),
    }
}

/// Refuses a folder with something in it, and leaves it as it is; one that is not there is empty.
fn check_empty(path: &Path) -> Result<(), HomeError> {
    match fs::read_dir(path) {
        Ok(mut items) => match items.next() {
            None => Ok(()),
            Some(_) => Err(HomeError::NotEmpty(path.to_owned())),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(file(path, error)),
    }
}

/// A credential that waits without its key belongs to the key that has taken its place.
///
/// The ceremony writes the key first, so that this says only one thing. Another process may do the same at once.
fn finish_adoption(identity: &Path) -> Result<(), HomeError> {
    if identity.join("next-node.key").exists() {
        return Ok(());
    }
    let current = identity.join("credential");
    match fs::rename(identity.join("next-credential"), &current) {
        Ok(()) => sync_folder(identity),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(file(&current, error)),
    }
}

pub(crate) fn make_folder(path: &Path) -> Result<(), HomeError> {
    fs::create_dir_all(path).map_err(|error| file(path, error))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(|error| file(path, error))
}

fn read_secret(path: &Path) -> Result<Zeroizing<String>, HomeError> {
    check_private(path)?;
    fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|error| file(path, error))
}

/// Reads bytes that are nobody else's business.
pub(crate) fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>, HomeError> {
    check_private(path)?;
    fs::read(path)
        .map(Zeroizing::new)
        .map_err(|error| file(path, error))
}

fn check_private(path: &Path) -> Result<(), HomeError> {
    let mode = fs::metadata(path)
        .map_err(|error| file(path, error))?
        .permissions()
        .mode();
    if mode & 0o077 == 0 {
        Ok(())
    } else {
        Err(HomeError::Exposed(path.to_owned()))
    }
}

/// A key as its file has it; sealed if there is something to seal it with.
fn key_text(seeds: &Seeds, sealing: Option<(&str, Cost)>) -> Zeroizing<String> {
    Zeroizing::new(match sealing {
        Some((passphrase, cost)) => sealing::seal(seeds.bytes(), passphrase, cost),
        None => format!("{}\n", *Zeroizing::new(hex(seeds.bytes()))),
    })
}

/// A new key for pouches, as its line in the file has it.
fn seal_key_line(now_ms: i64) -> Zeroizing<String> {
    let seed = Zeroizing::new(random::<32>());
    Zeroizing::new(format!("{now_ms} {}", *Zeroizing::new(hex(&seed[..]))))
}

fn read_seeds(path: &Path, passphrase: Option<&str>) -> Result<Seeds, HomeError> {
    let text = read_secret(path)?;
    let bytes = if sealing::is_sealed(&text) {
        sealing::open(&text, passphrase.ok_or(HomeError::NeedsPassphrase)?)?
    } else {
        Zeroizing::new(from_hex(text.trim()).ok_or_else(|| damaged(path, "not a key"))?)
    };
    Seeds::from_bytes(&bytes).ok_or_else(|| damaged(path, "not a key"))
}

/// Writes a file so that after a crash either the old or the new one is there, whole.
pub(crate) fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), HomeError> {
    let beside = path.with_extension("new");
    let put = || -> std::io::Result<()> {
        let mut options = fs::OpenOptions::new();
        let mut out = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(mode)
            .open(&beside)?;
        out.write_all(bytes)?;
        out.sync_all()?;
        fs::rename(&beside, path)
    };
    put().map_err(|error| file(path, error))?;
    path.parent().map_or(Ok(()), sync_folder)
}

pub(crate) fn sync_folder(path: &Path) -> Result<(), HomeError> {
    fs::File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| file(path, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> InitOptions {
        InitOptions {
            name: "Ministry".into(),
            passphrase: "p".into(),
            seals_node_key: false,
            listen_quic: vec![],
            listen_tls: vec![],
            endpoints: vec![],
            cost: Cost {
                memory_kib: 64,
                passes: 1,
            },
        }
    }

    #[test]
    fn a_home_opens_with_the_keys_it_was_made_with() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Home::init(folder.path(), &options()).expect("made");
        let keys = home.node_keys(None).expect("keys");
        assert_eq!(keys.secret.ed_public(), &home.credential().keys().ed);
        assert!(matches!(
            Home::init(folder.path(), &options()),
            Err(HomeError::NotEmpty(_))
        ));
        assert!(matches!(
            Home::open(&folder.path().join("x")),
            Err(HomeError::NotAHome(_))
        ));
        assert!(home.root("wrong").is_err() && home.root("p").is_ok());
    }

    #[test]
    fn a_key_that_others_can_read_is_not_used() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Home::init(folder.path(), &options()).expect("made");
        let key = folder.path().join("identity/node.key");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("chmod");
        assert!(matches!(home.node_keys(None), Err(HomeError::Exposed(_))));
    }

    #[test]
    fn a_new_node_key_is_certified_by_the_root_and_adopted() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut home = Home::init(folder.path(), &options()).expect("made");
        assert!(matches!(home.next_key(None), Err(HomeError::NoNextKey)));
        let credential = home
            .change_node_key("p", options().cost)
            .expect("certified");
        assert_eq!(credential.serial(), 2);
        let (seeds, credential) = home.next_key(None).expect("waiting");
        home.adopt_next_key(credential).expect("adopted");
        let again = Home::open(folder.path()).expect("opens");
        assert_eq!(
            again.node_keys(None).expect("keys").secret.ed_public(),
            seeds.keys().ed_public()
        );
    }

    #[test]
    fn a_sealed_node_key_needs_its_passphrase() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Home::init(
            folder.path(),
            &InitOptions {
                seals_node_key: true,
                ..options()
            },
        )
        .expect("made");
        assert!(matches!(
            home.node_keys(None),
            Err(HomeError::NeedsPassphrase)
        ));
        assert!(home.node_keys(Some("p")).is_ok());
    }

    #[test]
    fn a_folder_that_is_refused_stays_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("letter"), "mine").expect("written");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("chmod");
        let refused = Home::init(folder.path(), &options());
        assert!(matches!(refused, Err(HomeError::NotEmpty(_))));
        let mode = fs::metadata(folder.path())
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o755);
    }

    #[test]
    fn an_adoption_that_was_broken_off_is_completed_when_the_home_is_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Home::init(folder.path(), &options()).expect("made");
        home.change_node_key("p", options().cost)
            .expect("certified");
        // The power fails after the first of the two renames.
        fs::rename(home.identity("next-node.key"), home.identity("node.key")).expect("renamed");
        let again = Home::open(folder.path()).expect("opens");
        assert_eq!(again.credential().serial(), 2);
        let keys = again.node_keys(None).expect("key and credential fit");
        assert_eq!(keys.secret.ed_public(), &again.credential().keys().ed);
        assert!(matches!(again.next_key(None), Err(HomeError::NoNextKey)));
    }

    #[test]
    fn the_former_key_still_signs_after_a_restart() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut home = Home::init(folder.path(), &options()).expect("made");
        let before = *home.node_keys(None).expect("keys").secret.ed_public();
        home.change_node_key("p", options().cost)
            .expect("certified");
        let (_, credential) = home.next_key(None).expect("waiting");
        home.adopt_next_key(credential).expect("adopted");
        let again = Home::open(folder.path()).expect("opens");
        let signs = |home: &Home| {
            let signers = home.node_keys(None).expect("keys").signers();
            signers.iter().any(|keys| keys.ed_public() == &before)
        };
        assert!(signs(&again));
        again.forget_former_keys().expect("destroyed");
        assert!(!signs(&again));
    }

    #[test]
    fn a_ceremony_that_was_broken_off_changes_nothing_and_can_be_held_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut home = Home::init(folder.path(), &options()).expect("made");
        let first = home.change_node_key("p", options().cost).expect("made");
        // The power fails in the second ceremony, after its key was written and before its credential was.
        home.change_node_key("p", options().cost).expect("made");
        write(&home.identity("next-credential"), first.bytes(), 0o644).expect("written");
        let mut again = Home::open(folder.path()).expect("opens");
        assert_eq!(again.credential().serial(), 1);
        assert!(matches!(
            again.next_key(None),
            Err(HomeError::Damaged { .. })
        ));
        fs::remove_file(home.identity("next-credential")).expect("removed");
        assert!(matches!(again.next_key(None), Err(HomeError::NoNextKey)));
        home.change_node_key("p", options().cost).expect("made");
        let (_, credential) = again.next_key(None).expect("waiting");
        again.adopt_next_key(credential.clone()).expect("adopted");
        home.adopt_next_key(credential)
            .expect_err("it was adopted already");
    }

    #[test]
    fn pouch_keys_are_kept_for_ninety_days_after_a_newer_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Home::init(folder.path(), &options()).expect("made");
        let first = home.seal_keys().expect("keys")[0].public().id();
        home.rotate_seal_key().expect("rotated");
        let ids = |home: &Home| -> Vec<_> {
            let keys = home.seal_keys().expect("keys");
            keys.iter().map(|pair| pair.public().id()).collect()
        };
        let both = ids(&home);
        assert_eq!((both.len(), both[1]), (2, first));
        let keys = home.node_keys(None).expect("keys");
        let card = home.make_card(&keys, &[], 5).expect("a card");
        assert_eq!(card.seal_key(), &keys.seal_keys[0].public().to_bytes());
        // Put the newest key's birth, at which the first one retired, beyond the time.
        let path = home.identity("seal.keys");
        let text = read_secret(&path).expect("read");
        let long_ago = wall_ms() - SEAL_KEY_KEPT_MS - 1000;
        let (_, rest) = text.split_once(' ').expect("a time and a key");
        let aged = format!("{long_ago} {rest}");
        write(&path, aged.as_bytes(), 0o600).expect("written");
        home.rotate_seal_key().expect("rotated");
        let left = ids(&home);
        assert_eq!((left.len(), left[1]), (2, both[0]));
    }

    #[test]
    fn a_stale_or_absent_api_file_means_that_no_node_runs() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Home::init(folder.path(), &options()).expect("made");
        let read = || Home::read_api(folder.path()).expect("readable");
        assert!(read().is_none());
        let mut api = ApiFile {
            address: "127.0.0.1:7".parse().expect("an address"),
            token: "t".to_owned(),
            pid: std::process::id(),
        };
        home.write_api(&api).expect("written");
        assert_eq!(read().map(|api| api.pid), Some(api.pid));
        let mode = fs::metadata(folder.path().join("api.json"))
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        // No system gives out so high an id.
        api.pid = u32::MAX;
        home.write_api(&api).expect("written");
        assert!(read().is_none());
        home.remove_api();
        assert!(read().is_none());
    }
}
