//! The CBOR reader: what the check takes, the typed reader reads and the writer gives back byte for byte.
#![no_main]

use openline_core::Rule;
use openline_core::cbor::{Reader, Type, Writer, check};
use openline_fuzz::accepted;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let is_right = accepted(check(bytes)).is_some();
    let mut reader = Reader::new(bytes, Rule::BodyShape);
    let skipped = reader.item();
    assert_eq!(is_right, skipped.is_ok() && reader.is_empty());
    if is_right {
        let mut writer = Writer::new();
        let mut reader = Reader::new(bytes, Rule::BodyShape);
        copy(&mut reader, &mut writer).expect("every item has passed the check");
        assert!(reader.is_empty());
        assert_eq!(writer.into_bytes(), bytes);
    }
});

fn copy(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<(), Rule> {
    match reader.peek()? {
        Type::Uint => writer.uint(reader.uint()?),
        Type::Nint => {
            let start = reader.clone();
            match reader.wide_int()? {
                Some(value) => writer.int(value),
                // Beyond 64 bits: well-formed, and without a value.
                None => writer.raw(start.clone().item()?),
            }
        }
        Type::Bytes => writer.bytes(reader.bytes()?),
        Type::Text => writer.text(reader.text()?),
        Type::Bool => writer.bool(reader.bool()?),
        Type::Null => {
            assert!(reader.null()?);
            writer.null()
        }
        Type::Array => {
            let len = reader.array()?;
            writer.array(usize::try_from(len).expect("each item takes a byte"));
            for _ in 0..len {
                copy(reader, writer)?;
            }
            writer
        }
        Type::Map => {
            let mut keys = reader.map()?;
            writer.map(usize::try_from(keys.left()).expect("each pair takes two bytes"));
            while let Some(key) = keys.next(reader)? {
                writer.uint(key);
                copy(reader, writer)?;
            }
            writer
        }
    };
    Ok(())
}
