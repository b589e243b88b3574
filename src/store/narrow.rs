//! A page's query: fixed fragments and bound values, the same for both engines.

use super::Place;
use super::micros::Micros;
use crate::timeline::OwnKind;
use crate::timeline::filter::Pushed;
use sqlx::{Database, Encode, QueryBuilder, Type};

/// What is asked of a table: never by OFFSET, so a page a year back costs what the first does.
pub(super) struct Asked<'a> {
    pub(super) place: Place<'a>,
    pub(super) limit: u32,
    pub(super) pushed: &'a Pushed,
}

/// How a table calls what is asked of it.
pub(super) struct Columns {
    /// The time.
    pub(super) at: &'static str,
    /// The id, compared as bytes.
    pub(super) id: &'static str,
    /// The comparison with the type, up to the value; `None` where the table has one type.
    pub(super) kind: Option<&'static str>,
    /// The incident.
    pub(super) incident: &'static str,
    /// Who; `None` where no column says.
    pub(super) actor: Option<&'static str>,
    /// How it went; `None` where that never applies.
    pub(super) success: Option<&'static str>,
}

/// `readback_event`.
pub(super) const OWN: Columns = Columns {
    at: "occurred_at",
    id: "id",
    kind: Some("kind = "),
    incident: "incident_id",
    actor: Some("actor"),
    success: Some("success"),
};

/// `readback_review_event`; who did it stands in the record's bytes alone.
pub(super) const RECORDS: Columns =
    Columns { at: "occurred_at", id: "id", kind: None, incident: "scope", actor: None, success: None };

/// By which time the console's own rows are asked for; the log has but one.
pub(super) struct By {
    pub(super) own: Columns,
    pub(super) records: Columns,
}

/// When it happened, as somebody claims.
pub(super) const CLAIMED: By = By { own: OWN, records: RECORDS };

/// When it was recorded, by the database's clock.
pub(super) const RECORDED: By =
    By { own: Columns { at: "recorded_at", ..OWN }, records: Columns { at: "recorded_at", ..RECORDS } };

impl<'a> Asked<'a> {
    /// Whether rows of `alert_operation_log` can be among what is asked.
    pub(super) fn of_log(&self) -> bool {
        self.pushed.kind.as_deref().is_none_or(|kind| OwnKind::from_name(kind).is_none())
    }

    /// Whether the console's own events can be.
    pub(super) fn of_own(&self) -> bool {
        self.pushed.kind.as_deref().is_none_or(|kind| OwnKind::from_name(kind).is_some())
    }

    /// Whether the review's records can be.
    pub(super) fn of_records(&self) -> bool {
        let is_kind = self.pushed.kind.as_deref().is_none_or(|kind| kind == OwnKind::ReviewEvent.name());
        is_kind && self.pushed.success.is_none()
    }

    /// The query: `select` ends in a WHERE, `closing` closes the comparison with the type.
    pub(super) fn query<DB>(&self, select: &'static str, columns: &Columns, closing: &'static str) -> QueryBuilder<DB>
    where
        DB: Database,
        String: Encode<'a, DB> + Type<DB>,
        bool: Encode<'a, DB> + Type<DB>,
        i64: Encode<'a, DB> + Type<DB>,
        Micros: Encode<'a, DB> + Type<DB>,
    {
        let Columns { at, id, .. } = columns;
        let mut query = QueryBuilder::new(select);
        let (beyond, order) = if self.place.is_older() { (" < ", " DESC") } else { (" > ", " ASC") };
        if let Place::Before(cursor) | Place::After(cursor) = self.place {
            // Three comparisons with one moment: a row value would not let ties be compared as bytes.
            let reaches = if self.place.is_older() { " <= " } else { " >= " };
            query.push(" AND ").push(at).push(reaches).push_bind(Micros::from(cursor.at));
            query.push(" AND (").push(at).push(beyond).push_bind(Micros::from(cursor.at));
            query.push(" OR ").push(id).push(beyond).push_bind(cursor.id.clone()).push(")");
        }
        self.narrow(&mut query, columns, closing);
        query.push(" ORDER BY ").push(at).push(order).push(", ").push(id).push(order).push(" LIMIT ");
        query.push_bind(i64::from(self.limit));
        query
    }

    /// Adds what is asked of each row.
    pub(super) fn narrow<DB>(&self, query: &mut QueryBuilder<DB>, columns: &Columns, closing: &'static str)
    where
        DB: Database,
        String: Encode<'a, DB> + Type<DB>,
        bool: Encode<'a, DB> + Type<DB>,
        Micros: Encode<'a, DB> + Type<DB>,
    {
        let pushed = self.pushed;
        // A later console's kind is read as a note: which rows are notes the table can't tell.
        let kind = pushed.kind.as_ref().filter(|kind| *kind != OwnKind::Note.name());
        if let (Some(compare), Some(kind)) = (columns.kind, kind) {
            query.push(" AND ").push(compare).push_bind(kind.clone()).push(closing);
        }
        if let Some(incident) = &pushed.incident {
            query.push(" AND ").push(columns.incident).push(" = ").push_bind(incident.clone());
        }
        if let (Some(column), Some(actor)) = (columns.actor, &pushed.actor) {
            query.push(" AND ").push(column).push(" = ").push_bind(actor.clone());
        }
        if let (Some(column), Some(success)) = (columns.success, pushed.success) {
            query.push(" AND ").push(column).push(" = ").push_bind(success);
        }
        for (sign, moment) in [(" >= ", pushed.since), (" <= ", pushed.until)] {
            if let Some(moment) = moment {
                query.push(" AND ").push(columns.at).push(sign).push_bind(Micros::from(moment));
            }
        }
    }
}
