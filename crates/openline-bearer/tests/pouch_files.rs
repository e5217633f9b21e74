//! Pouch files: whole or absent, and bounded.

use std::fs;

use openline_bearer::pouch::{
    FileError, SealKeyPair, open, read_file, read_folder, seal, write_file,
};
use openline_bearer::{BUNDLE_MAX, FOLDER_BYTES_MAX, FOLDER_FILES_MAX};

#[test]
fn a_bundle_travels_by_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("2024-001.pouch");
    let recipient = SealKeyPair::from_seed(&[5; 32]);
    let bundle = seal(recipient.public(), b"line", b"by courier").expect("fits");
    write_file(&path, &bundle).expect("written");
    let read = read_file(&path).expect("read");
    let opened = open(&[recipient], b"line", &read).expect("ours");
    assert_eq!(opened.plaintext, b"by courier");
}

#[test]
fn writing_replaces_and_leaves_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.pouch");
    write_file(&path, b"first").expect("written");
    write_file(&path, b"second").expect("written");
    assert_eq!(read_file(&path).expect("read"), b"second");
    assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 1);
}

#[test]
fn a_failed_write_leaves_what_was_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.pouch");
    // A folder of that name cannot be replaced by a file.
    fs::create_dir(&path).expect("made");
    assert!(matches!(write_file(&path, b"x"), Err(FileError::Io { .. })));
    assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 1);
    assert!(matches!(
        write_file(std::path::Path::new("/"), b"x"),
        Err(FileError::NoName { .. })
    ));
    let missing = folder.path().join("no/such/folder.pouch");
    assert!(matches!(
        write_file(&missing, b"x"),
        Err(FileError::Io { .. })
    ));
}

#[test]
fn too_large_is_refused_both_ways() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.pouch");
    let large = vec![0; BUNDLE_MAX + 1];
    assert!(matches!(
        write_file(&path, &large),
        Err(FileError::TooLarge { .. })
    ));
    // A file of holes takes no room.
    let file = fs::File::create(&path).expect("made");
    file.set_len(BUNDLE_MAX as u64 + 1).expect("grown");
    assert!(matches!(
        read_file(&path),
        Err(FileError::TooLarge { length, .. }) if length == BUNDLE_MAX as u64 + 1
    ));
}

#[test]
fn a_folder_is_read_in_order_and_each_file_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::write(at("b.pouch"), b"bee").expect("written");
    fs::write(at("a.pouch"), b"ay").expect("written");
    fs::write(at("readme.txt"), b"not one").expect("written");
    fs::write(at(".c.pouch"), b"hidden").expect("written");
    fs::write(at(".d.pouch.0123456789abcdef.part"), b"half").expect("written");
    fs::create_dir(at("e.pouch")).expect("made");
    let read = read_folder(folder.path()).expect("read");
    let names: Vec<_> = read.iter().map(|(path, _)| path.clone()).collect();
    assert_eq!(names, [at("a.pouch"), at("b.pouch"), at("e.pouch")]);
    assert_eq!(read[0].1.as_deref().expect("read"), b"ay");
    assert_eq!(read[1].1.as_deref().expect("read"), b"bee");
    assert!(matches!(read[2].1, Err(FileError::NotAFile { .. })));
    assert!(matches!(
        read_folder(&at("missing")),
        Err(FileError::Io { .. })
    ));
}

#[test]
fn a_pass_over_a_folder_is_bounded_in_files() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..FOLDER_FILES_MAX + 5 {
        fs::write(folder.path().join(format!("{number:05}.pouch")), b"x").expect("written");
    }
    let read = read_folder(folder.path()).expect("read");
    assert_eq!(read.len(), FOLDER_FILES_MAX);
    assert!(read[0].0.ends_with("00000.pouch"));
}

#[test]
fn a_pass_over_a_folder_is_bounded_in_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let fitting = FOLDER_BYTES_MAX / BUNDLE_MAX;
    for number in 0..=fitting {
        let file = fs::File::create(folder.path().join(format!("{number}.pouch"))).expect("made");
        file.set_len(BUNDLE_MAX as u64).expect("grown");
    }
    let read = read_folder(folder.path()).expect("read");
    assert_eq!(read.len(), fitting + 1);
    assert!(read[..fitting].iter().all(|(_, read)| read.is_ok()));
    assert!(matches!(read[fitting].1, Err(FileError::Later { .. })));
}
