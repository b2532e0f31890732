#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

use super::*;

const LIGHT: KdfCost = KdfCost { memory_kib: 64, passes: 1 };

fn vault(folder: &tempfile::TempDir) -> Vault {
    Vault::of(folder.path()).with_cost(LIGHT)
}

fn words(text: &str) -> Passphrase {
    Passphrase::new(text).unwrap()
}

#[test]
fn a_vault_without_a_passphrase_opens_by_itself_and_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault(&folder);
    assert_eq!(vault.state().unwrap(), VaultState::Absent);
    vault.create().unwrap();
    let key = vault.open(&Unlock::KeyFile).unwrap();
    vault.create().unwrap();
    assert_eq!(vault.open(&Unlock::KeyFile).unwrap(), key, "it is never replaced");
    assert_eq!(vault.state().unwrap(), VaultState::KeyFile);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no part is left");
}

#[cfg(unix)]
#[test]
fn the_key_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let vault = vault(&folder);
    let mode = || std::fs::metadata(folder.path().join(KEY_FILE)).unwrap().permissions().mode() & 0o777;
    vault.create().unwrap();
    assert_eq!(mode(), 0o600);
    vault.set_passphrase(&Unlock::KeyFile, &words("one two three four")).unwrap();
    assert_eq!(mode(), 0o600);
}

#[test]
fn passphrase_and_code_open_it_and_nothing_else_does() {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault(&folder);
    vault.create().unwrap();
    let key = vault.open(&Unlock::KeyFile).unwrap();
    let code = vault.set_passphrase(&Unlock::KeyFile, &words("caf\u{e9} at dawn")).unwrap();
    assert_eq!(vault.state().unwrap(), VaultState::Passphrase);
    assert_eq!(vault.open(&Unlock::Passphrase(words("cafe\u{301} at dawn"))).unwrap(), key);
    assert_eq!(vault.open(&Unlock::Code(code.clone())).unwrap(), key);
    assert!(matches!(vault.open(&Unlock::KeyFile), Err(VaultError::Locked)));
    assert!(matches!(
        vault.open(&Unlock::Passphrase(words("cafe at dawn"))),
        Err(VaultError::WrongPassphrase)
    ));
    let other = RecoveryCode::generate().unwrap();
    assert!(matches!(vault.open(&Unlock::Code(other)), Err(VaultError::WrongCode)));
    let bytes = std::fs::read(folder.path().join(KEY_FILE)).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(!text.contains(&secrets::hex(key.bytes())[..16]), "the key is not in the file");
}

#[test]
fn changing_the_passphrase_keeps_the_key_and_makes_the_old_ones_useless() {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault(&folder);
    vault.create().unwrap();
    let key = vault.open(&Unlock::KeyFile).unwrap();
    let (first, second) =
        (Unlock::Passphrase(words("the first one")), Unlock::Passphrase(words("the second one")));
    let old_code = vault.set_passphrase(&Unlock::KeyFile, &words("the first one")).unwrap();
    let code = vault.set_passphrase(&first, &words("the second one")).unwrap();
    assert!(matches!(vault.open(&first), Err(VaultError::WrongPassphrase)));
    assert!(matches!(vault.open(&Unlock::Code(old_code)), Err(VaultError::WrongCode)));
    assert_eq!(vault.open(&second).unwrap(), key);
    let newer = vault.renew_code(&second).unwrap();
    assert!(matches!(vault.open(&Unlock::Code(code)), Err(VaultError::WrongCode)));
    assert_eq!(vault.open(&Unlock::Code(newer)).unwrap(), key);
    vault.remove_passphrase(&second).unwrap();
    assert_eq!(vault.open(&Unlock::KeyFile).unwrap(), key);
    assert!(matches!(vault.renew_code(&Unlock::KeyFile), Err(VaultError::NotSealedNow)));
}

#[test]
fn every_damage_of_the_file_is_told_from_a_wrong_passphrase() {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault(&folder);
    let path = folder.path().join(KEY_FILE);
    vault.create().unwrap();
    let open = std::fs::read(&path).unwrap();
    vault.set_passphrase(&Unlock::KeyFile, &words("the right one")).unwrap();
    let sealed = std::fs::read(&path).unwrap();
    for (whole, unlock) in [(open, Unlock::KeyFile), (sealed, Unlock::Passphrase(words("the right one")))] {
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << (at % 8);
            std::fs::write(&path, &damaged).unwrap();
            match vault.open(&unlock) {
                Err(VaultError::KeyFileDamaged) => {}
                other => panic!("byte {at}: {other:?}"),
            }
            assert_eq!(std::fs::read(&path).unwrap(), damaged, "it is left as it is");
        }
        for length in [0, 1, whole.len() / 2] {
            std::fs::write(&path, &whole[..length]).unwrap();
            assert!(matches!(vault.open(&unlock), Err(VaultError::KeyFileDamaged)));
        }
    }
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(vault.open(&Unlock::KeyFile), Err(VaultError::KeyFileMissing(_))));
}

#[test]
fn a_newer_key_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut text =
        format!(r#"{{"evenkeel_vault": 2, "other": 1, "sum": "{}"}}"#, "0".repeat(64)).into_bytes();
    file::put_sum(&mut text);
    std::fs::write(folder.path().join(KEY_FILE), text).unwrap();
    assert!(matches!(vault(&folder).state(), Err(VaultError::NewerKeyFile)));
}
