//! Words that may name a member of the public: kept beside the facts, with a commitment in them.

use castellan_domain::fact::PersonalRef;
use castellan_domain::ids::AlarmId;
use castellan_domain::text::{Text, TextError};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// The matter that words belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Alarm(AlarmId),
}

impl Subject {
    /// What it is, as it is stored beside its number: two matters of different kinds may share one.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Alarm(_) => "alarm",
        }
    }

    /// Its number among those of its kind.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Alarm(alarm) => i64::from(alarm.0),
        }
    }
}

/// Content to be stored in the same transaction as the fact that refers to it.
#[derive(Debug, Clone)]
pub(crate) struct PersonalRecord {
    pub(crate) reference: PersonalRef,
    pub(crate) subject: Subject,
    pub(crate) salt: [u8; 32],
    pub(crate) content: String,
}

impl PersonalRecord {
    /// Seals words about a matter.
    pub(crate) fn seal(subject: Subject, content: String) -> Result<Self, TextError> {
        let salt: [u8; 32] = rand::random();
        Ok(Self {
            reference: PersonalRef {
                id: uuid::Uuid::new_v4(),
                commitment: commitment(&salt, &content)?,
            },
            subject,
            salt,
            content,
        })
    }
}

/// HMAC-SHA-256 of the content under its salt, in hexadecimal. With salt and content erased, the
/// commitment alone tells nothing about them.
pub(crate) fn commitment(salt: &[u8], content: &str) -> Result<Text<64>, TextError> {
    // HMAC takes keys of any length, so `new_from_slice` cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(salt) else {
        return Err(TextError::Empty);
    };
    mac.update(content.as_bytes());
    Text::new(crate::site_folder::hex(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commitment_holds_for_the_same_words_only() {
        let record =
            PersonalRecord::seal(Subject::Alarm(AlarmId(1)), "深色外套,向北".to_owned()).unwrap();
        let again = commitment(&record.salt, &record.content).unwrap();
        assert_eq!(again, record.reference.commitment);
        let other = commitment(&record.salt, "深色外套,向南").unwrap();
        assert_ne!(other, record.reference.commitment);
        let same_words =
            PersonalRecord::seal(Subject::Alarm(AlarmId(1)), "深色外套,向北".to_owned()).unwrap();
        assert_ne!(same_words.reference.commitment, record.reference.commitment);
    }
}
