//! The vault file's bytes: a header in clear, then the sealed content.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `NHVAULT` and a zero |
//! | 4 | format, little-endian: 1 |
//! | 12 | Argon2id memory (KiB), passes, lanes; little-endian |
//! | 16 | salt |
//! | 16 | verifier: the part of Argon2id's output that is not the key |
//! | 24 | nonce, fresh at each write |
//! | rest | content sealed with XChaCha20-Poly1305, the 80 bytes above as associated data |
//!
//! The verifier tells a wrong passphrase from a damaged file, and ties the file to one key.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use nurturehub_port::Secret;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

const MAGIC: [u8; 8] = *b"NHVAULT\0";
const FORMAT: u32 = 1;
const KEY_BYTES: usize = 32;
const VERIFIER_BYTES: usize = 16;
const HEADER_BYTES: usize = 80;

/// What the key derivation costs: the second of the choices that the OWASP Password Storage Cheat
/// Sheet names for Argon2id (19 MiB, two passes, one lane). Each CLI process pays it once.
const COST: Cost = Cost {
    memory_kib: 19 * 1024,
    passes: 2,
    lanes: 1,
};

/// What a file may ask for at most: enough to raise the cost one day, and no way for a planted
/// file to take the machine's memory.
const MAX_COST: Cost = Cost {
    memory_kib: 256 * 1024,
    passes: 10,
    lanes: 4,
};

/// Why a file did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OpenError {
    WrongPassphrase,
    Newer(u32),
    Randomness,
    Damaged(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// The part of the file that says how to open the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    cost: Cost,
    salt: [u8; 16],
    verifier: [u8; VERIFIER_BYTES],
    nonce: [u8; 24],
}

impl Header {
    /// Reads a header, and refuses one that no version of ours has written.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, OpenError> {
        fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Result<&'a [u8; N], OpenError> {
            let (head, tail) = rest
                .split_first_chunk()
                .ok_or(OpenError::Damaged("it is too short"))?;
            *rest = tail;
            Ok(head)
        }
        fn number(rest: &mut &[u8]) -> Result<u32, OpenError> {
            take(rest).map(|bytes| u32::from_le_bytes(*bytes))
        }
        let rest = &mut &*bytes;
        if *take::<8>(rest)? != MAGIC {
            return Err(OpenError::Damaged("it is not a vault file"));
        }
        match number(rest)? {
            FORMAT => {}
            newer if newer > FORMAT => return Err(OpenError::Newer(newer)),
            _ => return Err(OpenError::Damaged("its format has no such number")),
        }
        let cost = Cost {
            memory_kib: number(rest)?,
            passes: number(rest)?,
            lanes: number(rest)?,
        };
        let within = |value, least, most| (least..=most).contains(&value);
        if !(within(cost.memory_kib, COST.memory_kib, MAX_COST.memory_kib)
            && within(cost.passes, COST.passes, MAX_COST.passes)
            && within(cost.lanes, COST.lanes, MAX_COST.lanes))
        {
            return Err(OpenError::Damaged(
                "its key derivation is out of the allowed bounds",
            ));
        }
        Ok(Self {
            cost,
            salt: *take(rest)?,
            verifier: *take(rest)?,
            nonce: *take(rest)?,
        })
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        bytes.extend_from_slice(&MAGIC);
        for number in [
            FORMAT,
            self.cost.memory_kib,
            self.cost.passes,
            self.cost.lanes,
        ] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&self.salt);
        bytes.extend_from_slice(&self.verifier);
        bytes.extend_from_slice(&self.nonce);
        bytes
    }
}

/// A derived key, and what it was derived with.
#[derive(Debug, Clone)]
pub(super) struct Key {
    key: Secret<[u8; KEY_BYTES]>,
    verifier: [u8; VERIFIER_BYTES],
    cost: Cost,
    salt: [u8; 16],
}

impl Key {
    /// A key for a new file.
    pub(super) fn fresh(passphrase: &Secret<String>) -> Result<Self, OpenError> {
        stretch(passphrase, COST, random()?)
    }

    /// The key of an existing file.
    pub(super) fn derive(passphrase: &Secret<String>, header: &Header) -> Result<Self, OpenError> {
        let key = stretch(passphrase, header.cost, header.salt)?;
        if key.fits(header) {
            Ok(key)
        } else {
            Err(OpenError::WrongPassphrase)
        }
    }

    /// Whether it is the key of the file with this header.
    pub(super) fn fits(&self, header: &Header) -> bool {
        self.cost == header.cost
            && self.salt == header.salt
            && bool::from(self.verifier.ct_eq(&header.verifier))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.key.expose().into())
    }
}

fn stretch(passphrase: &Secret<String>, cost: Cost, salt: [u8; 16]) -> Result<Key, OpenError> {
    let fail = |_| OpenError::Damaged("its key derivation does not work");
    let params = Params::new(
        cost.memory_kib,
        cost.passes,
        cost.lanes,
        Some(KEY_BYTES + VERIFIER_BYTES),
    )
    .map_err(fail)?;
    let mut output = Zeroizing::new([0_u8; KEY_BYTES + VERIFIER_BYTES]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.expose().as_bytes(), &salt, output.as_mut_slice())
        .map_err(fail)?;
    let mut key = Zeroizing::new([0_u8; KEY_BYTES]);
    let mut verifier = [0_u8; VERIFIER_BYTES];
    let (first, last) = output.split_at(KEY_BYTES);
    key.copy_from_slice(first);
    verifier.copy_from_slice(last);
    Ok(Key {
        key: Secret::new(*key),
        verifier,
        cost,
        salt,
    })
}

fn random<const N: usize>() -> Result<[u8; N], OpenError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| OpenError::Randomness)?;
    Ok(bytes)
}

/// Header and sealed content. The plain text is sealed where it lies, and what is left is wiped.
pub(super) fn seal(key: &Key, mut plain: Zeroizing<Vec<u8>>) -> Result<Vec<u8>, OpenError> {
    let header = Header {
        cost: key.cost,
        salt: key.salt,
        verifier: key.verifier,
        nonce: random()?,
    };
    let mut bytes = header.to_bytes();
    key.cipher()
        .encrypt_in_place(&XNonce::from(header.nonce), &bytes, &mut *plain)
        .map_err(|_| OpenError::Damaged("it cannot be sealed"))?;
    bytes.extend_from_slice(&plain);
    Ok(bytes)
}

/// The content, if every bit of the file is as it was sealed.
pub(super) fn open(key: &Key, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let header = Header::parse(bytes)?;
    let (clear, sealed) = bytes
        .split_at_checked(HEADER_BYTES)
        .ok_or(OpenError::Damaged("it is too short"))?;
    let mut plain = Zeroizing::new(sealed.to_vec());
    key.cipher()
        .decrypt_in_place(&XNonce::from(header.nonce), clear, &mut *plain)
        .map_err(|_| OpenError::Damaged("it was changed or cut short"))?;
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key::fresh(&Secret::new("correct horse".to_owned())).unwrap()
    }

    #[test]
    fn no_single_bit_can_be_flipped_and_no_byte_cut_off() {
        let key = key();
        let content = b"the content of a vault".to_vec();
        let sealed = seal(&key, Zeroizing::new(content.clone())).unwrap();
        assert_eq!(
            *open(&key, &sealed).unwrap(),
            content,
            "untouched, it opens"
        );
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(
                open(&key, &changed).is_err(),
                "bit {bit} is not protected, even from one who has the key in memory"
            );
        }
        for length in 0..sealed.len() {
            assert!(
                open(&key, &sealed[..length]).is_err(),
                "cut to {length} bytes, it opens"
            );
        }
    }

    #[test]
    fn every_write_has_a_nonce_of_its_own() {
        let key = key();
        let seal = || seal(&key, Zeroizing::new(b"same".to_vec())).unwrap();
        let (first, second) = (seal(), seal());
        let nonce = |bytes: &[u8]| Header::parse(bytes).unwrap().nonce;
        assert_ne!(
            nonce(&first),
            nonce(&second),
            "a nonce used twice gives the content away"
        );
        assert_ne!(first[HEADER_BYTES..], second[HEADER_BYTES..]);
    }

    #[test]
    fn a_hostile_header_is_refused_before_any_memory_is_taken() {
        let sealed = seal(&key(), Zeroizing::new(Vec::new())).unwrap();
        let with = |offset: usize, value: u32| {
            let mut bytes = sealed.clone();
            bytes[offset..offset + 4].copy_from_slice(&value.to_le_bytes());
            Header::parse(&bytes)
        };
        let out_of_bounds = Err(OpenError::Damaged(
            "its key derivation is out of the allowed bounds",
        ));
        assert_eq!(with(12, 64 * 1024 * 1024), out_of_bounds, "64 GiB");
        assert_eq!(with(12, 8), out_of_bounds, "weaker than what we write");
        assert_eq!(with(16, u32::MAX), out_of_bounds, "passes without end");
        assert_eq!(with(16, 0), out_of_bounds, "no passes");
        assert_eq!(with(20, 0x00FF_FFFF), out_of_bounds, "lanes");
        assert_eq!(with(8, 2), Err(OpenError::Newer(2)));
        assert!(matches!(with(8, 0), Err(OpenError::Damaged(_))));
    }

    #[test]
    fn the_key_does_not_show() {
        assert!(
            format!("{:?}", key()).contains("key: Secret(***)"),
            "a derived key must not get into a log"
        );
    }
}
