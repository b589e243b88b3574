-- What the console refuses of a review, the file refuses too, whoever writes the row: see docs/integrity.md. The rules
-- read the step out of the bytes that were hashed. They are coarse where the console's are fine (words of a name, words that
-- say nothing), for the fold over the records has the last word; a refusal has the code RB001 to RB007.

-- The steps as their bytes say; what is no JSON says nothing. `plain` is a value in lower case, `words` the same with blanks
-- for whatever is no part of a name.
CREATE VIEW IF NOT EXISTS readback_review_step AS
SELECT review, version, body, kind, actor, field, plain,
       replace(replace(words, '. ', ' '), ' .', ' ') AS words
FROM (
    SELECT review, version, body, kind, actor, field, plain,
           replace(replace(replace(replace(replace(replace(words, '{', ' '), '}', ' '), '\', ' '), '#', ' '), '&', ' '), '|', ' ') AS words
    FROM (
    SELECT review, version, body, kind, actor, field, plain,
           replace(replace(replace(replace(replace(replace(words, '"', ' '), '''', ' '), '/', ' '), '=', ' '), '+', ' '), '*', ' ') AS words
    FROM (
    SELECT review, version, body, kind, actor, field, plain,
           replace(replace(replace(replace(replace(replace(words, '(', ' '), ')', ' '), '[', ' '), ']', ' '), '<', ' '), '>', ' ') AS words
    FROM (
    SELECT review, version, body, kind, actor, field, plain,
           replace(replace(replace(replace(replace(replace(plain, ',', ' '), ';', ' '), ':', ' '), '!', ' '), '?', ' '), '@', ' ') AS words
    FROM (
    SELECT review, version, body, json ->> '$.event.act.act' AS kind, json ->> '$.event.actor' AS actor,
           json ->> '$.event.act.field' AS field,
           ' ' || replace(replace(replace(lower(json ->> '$.event.act.value'), char(9), ' '), char(10), ' '), char(13), ' ')
               || ' ' AS plain
    FROM (
        SELECT review, version, body, CASE WHEN json_valid(CAST(body AS TEXT)) THEN CAST(body AS TEXT) END AS json
        FROM readback_review_event
    )
)
)
)
)
);

-- Each step asks who reads second; without this it would read through the whole review.
CREATE INDEX IF NOT EXISTS readback_review_event_second ON readback_review_event (review)
WHERE instr(body, CAST('"second_reader_joined"' AS BLOB)) > 0;

CREATE TRIGGER readback_review_rules BEFORE INSERT ON readback_review_event
BEGIN
    SELECT RAISE(ABORT, 'RB001 the bytes hold no step of this review') WHERE NOT json_valid(CAST(NEW.body AS TEXT));

    -- The kind has to stand there as the console spells it, so that a search of the bytes finds it.
    SELECT RAISE(ABORT, 'RB001 the bytes hold no step of this review')
    FROM (SELECT CAST(NEW.body AS TEXT) ->> '$.event.act.act' AS kind,
                 CAST(NEW.body AS TEXT) ->> '$.event.actor' AS actor,
                 CAST(NEW.body AS TEXT) ->> '$.event.review' AS review)
    WHERE kind IS NULL OR actor IS NULL OR review IS NOT NEW.review
       OR instr(NEW.body, CAST('"act":"' || kind || '"' AS BLOB)) = 0;

    SELECT RAISE(ABORT, 'RB007 no review writes a runtime action or authorisation')
    WHERE CAST(NEW.body AS TEXT) ->> '$.event.act.act' IN ('field_set', 'corrected', 'check_decided')
      AND coalesce(CAST(NEW.body AS TEXT) ->> '$.event.act.field', CAST(NEW.body AS TEXT) ->> '$.event.act.check') IN (
        'accept_container_up_as_all_green', 'accept_recovery_without_before_after', 'accept_restart_without_actor',
        'accept_route_200_as_all_green', 'accept_service_healthy_as_config_accepted', 'action_buttons_allowed',
        'active_scan', 'active_scan_authorized', 'actor_attribution_accepted', 'add_action_button',
        'admin_route_recovery_accepted', 'agent_provider_health_accepted', 'ansible_apply',
        'ansible_apply_authorized', 'before_after_state_accepted', 'compose_stack_state_accepted',
        'cross_project_sync_accepted', 'dependency_impact_accepted', 'docker_action_authorized',
        'docker_compose_action_authorized', 'docker_compose_down', 'docker_compose_pull', 'docker_compose_up',
        'docker_daemon_state_accepted', 'docker_kill', 'docker_kill_authorized', 'docker_ps_live_read',
        'docker_restart', 'docker_restart_authorized', 'docker_start', 'docker_start_authorized',
        'failed_unit_review_accepted', 'firewall_change', 'hide_daemon_runner_contention', 'host_file_write',
        'live_host_read', 'live_host_read_authorized', 'maintenance_window_accepted',
        'mark_readback_accepted_without_reviewer_record', 'monitoring_alert_accepted', 'nginx_reload',
        'nginx_reload_authorized', 'no_false_green_accepted', 'not_approval', 'not_authorization',
        'open_runtime_gate', 'operator_notification_accepted', 'port_binding_state_accepted', 'port_change',
        'post_incident_readback_accepted', 'post_incident_readback_received', 'postcheck_readback_accepted',
        'production_write', 'production_write_authorized', 'public_gateway_reload',
        'public_gateway_reload_authorized', 'public_route_recovery_accepted', 'raw_docker_log_storage',
        'raw_env_dump_storage', 'raw_journal_storage', 'raw_live_config_storage',
        'raw_log_or_config_storage_allowed', 'recurrence_guard_accepted', 'repair_bot_execute',
        'repair_bot_execution_authorized', 'restoration_evidence_accepted', 'rollback_owner_accepted', 'route_smoke',
        'route_smoke_authorized', 'runtime_execution_authorized', 'runtime_gate', 'secret_value_collection',
        'secret_value_collection_allowed', 'skip_dependency_map_review', 'skip_port_binding_review', 'ssh_read',
        'ssh_read_authorized', 'ssh_write', 'ssh_write_authorized', 'sudo_action', 'systemctl_action_authorized',
        'systemctl_kill', 'systemctl_reload', 'systemctl_restart', 'systemctl_restart_authorized', 'systemctl_start',
        'systemd_unit_state_accepted'
    );

    SELECT RAISE(ABORT, 'RB004 a runtime gate or an unknown lane is not signed')
    WHERE CAST(NEW.body AS TEXT) ->> '$.event.act.act' = 'signed'
      AND coalesce(CAST(NEW.body AS TEXT) ->> '$.event.act.lane', '') NOT IN (
        'quarantine_raw_payload', 'reject_unattributed_restart', 'waiting_post_incident_readback',
        'request_actor_supplement', 'request_before_after_supplement', 'request_service_state_supplement',
        'request_impact_supplement', 'recurrence_guard_backfill_required', 'ready_for_host_service_post_incident_review'
    );

    SELECT RAISE(ABORT, 'RB006 an override needs a reason and an end in the future')
    FROM (SELECT trim(coalesce(CAST(NEW.body AS TEXT) ->> '$.event.act.reason', '')) AS reason,
                 unixepoch(CAST(NEW.body AS TEXT) ->> '$.event.act.until') * 1000000 AS until)
    WHERE CAST(NEW.body AS TEXT) ->> '$.event.act.act' = 'overridden'
      AND (reason IN ('', '-') OR coalesce(until <= NEW.recorded_at, TRUE));

    SELECT RAISE(ABORT, 'RB002 the actor of the change neither signs nor reads second')
    FROM (SELECT lower(trim(substr(actor, length(rtrim(actor, replace(actor, ':', ''))) + 1))) AS user
          FROM (SELECT CAST(NEW.body AS TEXT) ->> '$.event.actor' AS actor)) AS who
    WHERE CAST(NEW.body AS TEXT) ->> '$.event.act.act' IN ('signed', 'second_reader_joined') AND who.user <> ''
      AND EXISTS (
        SELECT 1 FROM readback_review_step AS earlier
        WHERE earlier.review = NEW.review AND earlier.kind IN ('field_set', 'corrected')
          AND earlier.field = 'actor_attribution_ref'
          AND (instr(earlier.plain, ' ' || who.user || ' ') > 0 OR instr(earlier.words, ' ' || who.user || ' ') > 0)
      );

    SELECT RAISE(ABORT, 'RB003 the second reader is one, and took no step of the first reading')
    WHERE CAST(NEW.body AS TEXT) ->> '$.event.act.act' = 'second_reader_joined' AND EXISTS (
        SELECT 1 FROM readback_review_step AS earlier
        WHERE earlier.review = NEW.review
          AND (earlier.kind = 'second_reader_joined'
               OR (earlier.actor = CAST(NEW.body AS TEXT) ->> '$.event.actor' AND earlier.kind IN (
                   'opened', 'field_set', 'check_decided', 'submitted', 'overridden', 'corrected', 'signed')))
    );

    SELECT RAISE(ABORT, 'RB005 the second reader takes the steps of the second reading, and nobody else')
    FROM (SELECT CAST(NEW.body AS TEXT) ->> '$.event.act.act' AS kind,
                 CAST(NEW.body AS TEXT) ->> '$.event.actor' AS actor,
                 -- The table itself and no ORDER BY: so the index that is made for this is used. There is one at most.
                 (SELECT CAST(body AS TEXT) ->> '$.event.actor' FROM readback_review_event
                  WHERE review = NEW.review AND instr(body, CAST('"second_reader_joined"' AS BLOB)) > 0
                    AND CASE WHEN json_valid(CAST(body AS TEXT))
                        THEN CAST(body AS TEXT) ->> '$.event.act.act' END = 'second_reader_joined') AS reader)
    WHERE (kind IN ('second_answered', 'second_submitted') AND reader IS NOT actor)
       OR (kind IN ('opened', 'field_set', 'check_decided', 'submitted', 'overridden', 'corrected', 'signed')
           AND reader = actor);
END;
