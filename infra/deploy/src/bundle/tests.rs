use super::*;

const WEBHOOK: Function = FUNCTIONS[0];

fn program(machine: u8) -> Vec<u8> {
    let mut program = b"\x7fELF\x02\x01\x01".to_vec();
    program.resize(18, 0);
    program.extend([machine, 0]);
    program.extend([7; 100]);
    program
}

fn zipped(files: &[(&str, u32)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, mode) in files {
        writer.start_file(*name, SimpleFileOptions::default().unix_permissions(*mode)).unwrap();
        writer.write_all(&program(0xB7)).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn fault(bytes: Vec<u8>) -> NotCode {
    Bundle::read(WEBHOOK, bytes, Machine::Arm64).err().expect("a fault")
}

#[test]
fn a_packed_program_is_code_and_its_zip_is_always_the_same() {
    let packed = Bundle::pack(WEBHOOK, &program(0xB7)).unwrap();
    assert!(Bundle::pack(WEBHOOK, &program(0xB7)).unwrap() == packed);
    assert!(Bundle::read(WEBHOOK, packed.bytes.clone(), Machine::Arm64).unwrap() == packed);
    let hex = hex::encode(Sha256::digest(&packed.bytes));
    assert_eq!(packed.key(), format!("code/webhook/{hex}.zip"));
    let other = Bundle::pack(WEBHOOK, &program(0x3E)).unwrap();
    assert_ne!(other.key(), packed.key());
}

#[test]
fn what_lambda_could_not_start_is_refused() {
    let name = "webhook";
    assert_eq!(fault(b"no zip".to_vec()), NotCode::NotZip { name });
    assert_eq!(fault(zipped(&[])), NotCode::NotOneBootstrap { name });
    assert_eq!(fault(zipped(&[("webhook", 0o755)])), NotCode::NotOneBootstrap { name });
    assert_eq!(fault(zipped(&[("bootstrap", 0o755), ("readme", 0o644)])), NotCode::NotOneBootstrap { name });
    assert_eq!(fault(zipped(&[("bootstrap", 0o644)])), NotCode::NotExecutable { name });
    let for_x86 = Bundle::pack(WEBHOOK, &program(0x3E)).unwrap().bytes;
    assert_eq!(fault(for_x86.clone()), NotCode::OtherMachine { name });
    assert!(Bundle::read(WEBHOOK, for_x86, Machine::Any).is_ok());
    assert_eq!(fault(Bundle::pack(WEBHOOK, b"short").unwrap().bytes), NotCode::OtherMachine { name });
}

#[test]
fn a_missing_zip_is_named() {
    let fault = Code::read(Path::new("/nowhere"), Machine::Arm64).err().expect("a fault").to_string();
    assert!(fault.contains("webhook.zip"), "{fault}");
}
