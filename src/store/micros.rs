//! Time as both engines store it exactly: whole microseconds. `PostgreSQL`'s `timestamptz` counts them in 64
//! bits from 2000, `SQLite` keeps them as an integer from 1970; no text and no floating point is between.

use jiff::Timestamp;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, PgValueFormat, PgValueRef};
use sqlx::sqlite::{SqliteArgumentsBuffer, SqliteTypeInfo, SqliteValueRef};
use sqlx::{Decode, Encode, Postgres, Sqlite, Type};

/// 2000-01-01 in microseconds since 1970.
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;

/// Microseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Micros(i64);

impl Micros {
    /// Later than every row: where a first page starts. `PostgreSQL`'s `infinity`.
    pub(super) const MAX: Self = Self(i64::MAX);

    /// So many microseconds since 1970; the ends of the range are `infinity` and `-infinity`.
    pub(super) const fn raw(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970.
    pub(super) const fn micros(self) -> i64 {
        self.0
    }
}

impl From<Timestamp> for Micros {
    fn from(at: Timestamp) -> Self {
        Self(at.as_microsecond())
    }
}

impl From<Micros> for Timestamp {
    /// What is beyond the calendar (`infinity`, a year after 9999) stands at its end: the row still shows.
    fn from(Micros(micros): Micros) -> Self {
        let end = if micros < 0 { Self::MIN } else { Self::MAX };
        Self::from_microsecond(micros).unwrap_or(end)
    }
}

impl Type<Postgres> for Micros {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("timestamptz")
    }
}

impl Encode<'_, Postgres> for Micros {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        // i64::MAX is PostgreSQL's `infinity` and has no epoch.
        let raw = if *self == Self::MAX { i64::MAX } else { self.0.saturating_sub(POSTGRES_EPOCH) };
        Encode::<Postgres>::encode(raw, buffer)
    }
}

impl<'r> Decode<'r, Postgres> for Micros {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        if value.format() == PgValueFormat::Text {
            return Err("a timestamp came as text".into());
        }
        let raw = <i64 as Decode<Postgres>>::decode(value)?;
        Ok(Self(if raw == i64::MIN { raw } else { raw.saturating_add(POSTGRES_EPOCH) }))
    }
}

impl Type<Sqlite> for Micros {
    fn type_info() -> SqliteTypeInfo {
        <i64 as Type<Sqlite>>::type_info()
    }

    fn compatible(info: &SqliteTypeInfo) -> bool {
        <i64 as Type<Sqlite>>::compatible(info)
    }
}

impl Encode<'_, Sqlite> for Micros {
    fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Sqlite>::encode(self.0, buffer)
    }
}

impl<'r> Decode<'r, Sqlite> for Micros {
    fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
        <i64 as Decode<Sqlite>>::decode(value).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_microsecond_of_the_calendar_survives_and_what_is_beyond_stands_at_its_end() {
        for at in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
            let micros = Micros::from(at);
            assert_eq!(Timestamp::from(micros).as_microsecond(), at.as_microsecond());
        }
        assert_eq!(Timestamp::from(Micros::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::from(Micros(i64::MIN)), Timestamp::MIN);
    }
}
