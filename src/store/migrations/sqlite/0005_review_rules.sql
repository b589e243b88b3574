-- What the console refuses of a review, the file refuses too, whoever writes the row: see docs/integrity.md. The rules
-- read the step out of the bytes that were hashed. They are coarse where the console's are fine (words of a name, words that
-- say nothing), for the fold over the records has the last word; a refusal has the code RB001 to RB007.
--
-- Every step pays for the first trigger, so that reads the bytes once, and has no list for IN, which would be made anew for
-- each row. What concerns one kind of step has a trigger that a search of the bytes lets pass; RB001 sees to it that the
-- search finds the kind.
DROP TRIGGER IF EXISTS readback_review_rules;
DROP TRIGGER IF EXISTS readback_review_overriding;
DROP TRIGGER IF EXISTS readback_review_signing;
DROP TRIGGER IF EXISTS readback_review_joining;
DROP TRIGGER IF EXISTS readback_review_attribution;
DROP INDEX IF EXISTS readback_review_event_second;
DROP VIEW IF EXISTS readback_review_step;

-- The steps as their bytes say; what is no JSON says nothing.
CREATE VIEW readback_review_step AS
SELECT review, version, event ->> '$.act.act' AS kind, event ->> '$.actor' AS actor, event ->> '$.act.field' AS field,
       event ->> '$.act.value' AS value
FROM (
    SELECT review, version, CASE WHEN json_valid(CAST(body AS TEXT)) THEN CAST(body AS TEXT) -> '$.event' END AS event
    FROM readback_review_event
);

-- Each step asks who reads second; without this it would read through the whole review.
CREATE INDEX IF NOT EXISTS readback_review_event_reader ON readback_review_event (review)
WHERE instr(body, CAST('"act":"second_reader_joined"' AS BLOB)) > 0;

CREATE TRIGGER readback_review_rules BEFORE INSERT ON readback_review_event
BEGIN
    SELECT CASE
        -- The kind has to stand there as the console spells it, so that a search of the bytes finds it.
        WHEN kind IS NULL OR actor IS NULL OR review IS NOT NEW.review
            OR instr(NEW.body, CAST('"act":"' || kind || '"' AS BLOB)) = 0
        THEN RAISE(ABORT, 'RB001 the bytes hold no step of this review')

        WHEN instr(' field_set corrected check_decided ', ' ' || kind || ' ') > 0 AND instr(
            ' accept_container_up_as_all_green accept_recovery_without_before_after accept_restart_without_actor '
            || 'accept_route_200_as_all_green accept_service_healthy_as_config_accepted action_buttons_allowed '
            || 'active_scan active_scan_authorized actor_attribution_accepted add_action_button '
            || 'admin_route_recovery_accepted agent_provider_health_accepted ansible_apply ansible_apply_authorized '
            || 'before_after_state_accepted compose_stack_state_accepted cross_project_sync_accepted '
            || 'dependency_impact_accepted docker_action_authorized docker_compose_action_authorized '
            || 'docker_compose_down docker_compose_pull docker_compose_up docker_daemon_state_accepted docker_kill '
            || 'docker_kill_authorized docker_ps_live_read docker_restart docker_restart_authorized docker_start '
            || 'docker_start_authorized failed_unit_review_accepted firewall_change hide_daemon_runner_contention '
            || 'host_file_write live_host_read live_host_read_authorized maintenance_window_accepted '
            || 'mark_readback_accepted_without_reviewer_record monitoring_alert_accepted nginx_reload '
            || 'nginx_reload_authorized no_false_green_accepted not_approval not_authorization open_runtime_gate '
            || 'operator_notification_accepted port_binding_state_accepted port_change '
            || 'post_incident_readback_accepted post_incident_readback_received postcheck_readback_accepted '
            || 'production_write production_write_authorized public_gateway_reload public_gateway_reload_authorized '
            || 'public_route_recovery_accepted raw_docker_log_storage raw_env_dump_storage raw_journal_storage '
            || 'raw_live_config_storage raw_log_or_config_storage_allowed recurrence_guard_accepted '
            || 'repair_bot_execute repair_bot_execution_authorized restoration_evidence_accepted '
            || 'rollback_owner_accepted route_smoke route_smoke_authorized runtime_execution_authorized '
            || 'runtime_gate secret_value_collection secret_value_collection_allowed skip_dependency_map_review '
            || 'skip_port_binding_review ssh_read ssh_read_authorized ssh_write ssh_write_authorized sudo_action '
            || 'systemctl_action_authorized systemctl_kill systemctl_reload systemctl_restart '
            || 'systemctl_restart_authorized systemctl_start systemd_unit_state_accepted ',
            ' ' || named || ' ') > 0
        THEN RAISE(ABORT, 'RB007 no review writes a runtime action or authorisation')

        WHEN (instr(' second_answered second_submitted ', ' ' || kind || ' ') > 0 AND reader IS NOT actor)
            OR (instr(' opened field_set check_decided submitted overridden corrected signed ', ' ' || kind || ' ') > 0
                AND reader = actor)
        THEN RAISE(ABORT, 'RB005 the second reader takes the steps of the second reading, and nobody else')
    END
    -- LIMIT, so that each part is read out once and not at each place that names it.
    FROM (
        SELECT event ->> '$.act.act' AS kind, event ->> '$.actor' AS actor, event ->> '$.review' AS review,
               coalesce(event ->> '$.act.field', event ->> '$.act.check') AS named,
               -- The table itself and no ORDER BY: so the index that is made for this is used. There is one at most.
               (SELECT CASE WHEN json_valid(CAST(body AS TEXT)) THEN CAST(body AS TEXT) ->> '$.event.actor' END
                FROM readback_review_event
                WHERE review = NEW.review AND instr(body, CAST('"act":"second_reader_joined"' AS BLOB)) > 0) AS reader
        FROM (
            SELECT CASE WHEN json_valid(CAST(NEW.body AS TEXT)) THEN CAST(NEW.body AS TEXT) -> '$.event' END AS event
            LIMIT 1
        )
        LIMIT 1
    );
END;

CREATE TRIGGER readback_review_overriding BEFORE INSERT ON readback_review_event
WHEN instr(NEW.body, CAST('"act":"overridden"' AS BLOB)) > 0 AND json_valid(CAST(NEW.body AS TEXT))
BEGIN
    SELECT RAISE(ABORT, 'RB006 an override needs a reason and an end in the future')
    FROM (SELECT trim(coalesce(CAST(NEW.body AS TEXT) ->> '$.event.act.reason', '')) AS reason,
                 unixepoch(CAST(NEW.body AS TEXT) ->> '$.event.act.until') * 1000000 AS until)
    WHERE CAST(NEW.body AS TEXT) ->> '$.event.act.act' = 'overridden'
      AND (reason IN ('', '-') OR coalesce(until <= NEW.recorded_at, TRUE));
END;

CREATE TRIGGER readback_review_signing BEFORE INSERT ON readback_review_event
WHEN instr(NEW.body, CAST('"act":"signed"' AS BLOB)) > 0 AND json_valid(CAST(NEW.body AS TEXT))
BEGIN
    SELECT RAISE(ABORT, 'RB004 a runtime gate or an unknown lane is not signed')
    WHERE CAST(NEW.body AS TEXT) ->> '$.event.act.act' = 'signed'
      AND coalesce(CAST(NEW.body AS TEXT) ->> '$.event.act.lane', '') NOT IN (
        'quarantine_raw_payload', 'reject_unattributed_restart', 'waiting_post_incident_readback',
        'request_actor_supplement', 'request_before_after_supplement', 'request_service_state_supplement',
        'request_impact_supplement', 'recurrence_guard_backfill_required', 'ready_for_host_service_post_incident_review'
    );
END;

CREATE TRIGGER readback_review_joining BEFORE INSERT ON readback_review_event
WHEN instr(NEW.body, CAST('"act":"second_reader_joined"' AS BLOB)) > 0 AND json_valid(CAST(NEW.body AS TEXT))
BEGIN
    SELECT RAISE(ABORT, 'RB003 the second reader is one, and took no step of the first reading')
    WHERE CAST(NEW.body AS TEXT) ->> '$.event.act.act' = 'second_reader_joined' AND EXISTS (
        SELECT 1 FROM readback_review_step AS earlier
        WHERE earlier.review = NEW.review
          AND (earlier.kind = 'second_reader_joined'
               OR (earlier.actor = CAST(NEW.body AS TEXT) ->> '$.event.actor' AND earlier.kind IN (
                   'opened', 'field_set', 'check_decided', 'submitted', 'overridden', 'corrected', 'signed')))
    );
END;

-- Whether the name of who signs or joins stands, word by word, where the actor of the change is named.
CREATE TRIGGER readback_review_attribution BEFORE INSERT ON readback_review_event
WHEN (instr(NEW.body, CAST('"act":"signed"' AS BLOB)) > 0
      OR instr(NEW.body, CAST('"act":"second_reader_joined"' AS BLOB)) > 0) AND json_valid(CAST(NEW.body AS TEXT))
BEGIN
    SELECT RAISE(ABORT, 'RB002 the actor of the change neither signs nor reads second')
    WHERE CAST(NEW.body AS TEXT) ->> '$.event.act.act' IN ('signed', 'second_reader_joined') AND EXISTS (
        WITH RECURSIVE
        -- What is no part of a word.
        blank(marks) AS (
            SELECT '.,;:!?@()[]<>{}"''/\=+*#&|~^%$_`-' || char(9) || char(10) || char(13)
        ),
        -- The user of the actor, behind its last colon, and the attributions.
        names(is_user, text) AS (
            SELECT TRUE, substr(actor, length(rtrim(actor, replace(actor, ':', ''))) + 1)
            FROM (SELECT CAST(NEW.body AS TEXT) ->> '$.event.actor' AS actor)
            UNION ALL
            SELECT FALSE, value FROM readback_review_step
            WHERE review = NEW.review AND kind IN ('field_set', 'corrected') AND field = 'actor_attribution_ref'
        ),
        -- A blank for each mark, one mark after the other; then one blank for several.
        words(is_user, step, text) AS (
            SELECT is_user, 1, ' ' || lower(text) || ' ' FROM names
            UNION ALL
            SELECT is_user, step + 1, CASE WHEN step <= length(marks)
                THEN replace(text, substr(marks, step, 1), ' ') ELSE replace(text, '  ', ' ') END
            FROM words, blank WHERE step <= length(marks) + 10
        )
        SELECT 1 FROM words AS user, words AS named, blank
        WHERE user.is_user AND NOT named.is_user AND user.step = length(marks) + 11 AND named.step = user.step
          AND trim(user.text) <> '' AND instr(named.text, user.text) > 0
    );
END;
