-- What the console refuses of a review, the database refuses too, whoever writes the row: see docs/integrity.md. The rules
-- read the step out of the bytes that were hashed. They are coarse where the console's are fine (words of a name, words that
-- say nothing), for the fold over the records has the last word; a refusal has the code RB001 to RB007.

-- The step that a record holds; NULL where its bytes hold none.
CREATE OR REPLACE FUNCTION readback_step(body bytea) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE COST 1000 AS $$
BEGIN
    RETURN convert_from(body, 'UTF8')::jsonb -> 'event';
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END
$$;

-- Whether a text names the user of an actor such as console:chen.wei, word by word, in any case; a mark is no part of a word.
CREATE OR REPLACE FUNCTION readback_names(said text, actor text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT btrim(who) <> '' AND position(who IN ' ' || regexp_replace(lower(said), marks, ' ', 'g') || ' ') > 0
    FROM (SELECT ' ' || btrim(regexp_replace(lower(regexp_replace(actor, '^.*:', '')), marks, ' ', 'g')) || ' ' AS who, marks
          FROM (VALUES ('[\s!-/:-@\[-`{-~]+')) AS of (marks)) AS named
$$;

-- The names of `@` get their schema here: whatever a session searches first, a table of the same name elsewhere is not asked
-- instead. (`SET search_path` at the function would do the same, and cost each insert a millisecond.)
DO $make$
BEGIN
    EXECUTE replace($rules$
CREATE OR REPLACE FUNCTION @.readback_review_rules() RETURNS trigger LANGUAGE plpgsql
-- A plan is kept that was made while the tables were as good as empty: it would read all of them for each step.
SET enable_seqscan = off AS $$
DECLARE
    -- What is no JSON is refused here, by PostgreSQL's own words.
    step CONSTANT jsonb := convert_from(NEW.body, 'UTF8')::jsonb -> 'event';
    kind CONSTANT text := step #>> '{act,act}';
    who CONSTANT text := step ->> 'actor';
    reader text;
BEGIN
    -- The kind has to stand there as the console spells it, so that a search of the bytes finds it.
    IF kind IS NULL OR who IS NULL OR step ->> 'review' IS DISTINCT FROM NEW.review
        OR position(convert_to('"act":"' || kind || '"', 'UTF8') IN NEW.body) = 0 THEN
        RAISE EXCEPTION 'the bytes hold no step of this review' USING ERRCODE = 'RB001';
    END IF;

    -- A condition that holds a query is run as one for every step, whatever stands before its AND: the kind is asked first.
    IF kind IN ('field_set', 'corrected', 'check_decided') THEN
        -- In jsonb, which is searched as it stands: a list for IN would be made anew for each step.
        IF jsonb '[
            "accept_container_up_as_all_green", "accept_recovery_without_before_after", "accept_restart_without_actor",
            "accept_route_200_as_all_green", "accept_service_healthy_as_config_accepted", "action_buttons_allowed",
            "active_scan", "active_scan_authorized", "actor_attribution_accepted", "add_action_button",
            "admin_route_recovery_accepted", "agent_provider_health_accepted", "ansible_apply", "ansible_apply_authorized",
            "before_after_state_accepted", "compose_stack_state_accepted", "cross_project_sync_accepted",
            "dependency_impact_accepted", "docker_action_authorized", "docker_compose_action_authorized",
            "docker_compose_down", "docker_compose_pull", "docker_compose_up", "docker_daemon_state_accepted",
            "docker_kill", "docker_kill_authorized", "docker_ps_live_read", "docker_restart", "docker_restart_authorized",
            "docker_start", "docker_start_authorized", "failed_unit_review_accepted", "firewall_change",
            "hide_daemon_runner_contention", "host_file_write", "live_host_read", "live_host_read_authorized",
            "maintenance_window_accepted", "mark_readback_accepted_without_reviewer_record", "monitoring_alert_accepted",
            "nginx_reload", "nginx_reload_authorized", "no_false_green_accepted", "not_approval", "not_authorization",
            "open_runtime_gate", "operator_notification_accepted", "port_binding_state_accepted", "port_change",
            "post_incident_readback_accepted", "post_incident_readback_received", "postcheck_readback_accepted",
            "production_write", "production_write_authorized", "public_gateway_reload", "public_gateway_reload_authorized",
            "public_route_recovery_accepted", "raw_docker_log_storage", "raw_env_dump_storage", "raw_journal_storage",
            "raw_live_config_storage", "raw_log_or_config_storage_allowed", "recurrence_guard_accepted",
            "repair_bot_execute", "repair_bot_execution_authorized", "restoration_evidence_accepted",
            "rollback_owner_accepted", "route_smoke", "route_smoke_authorized", "runtime_execution_authorized",
            "runtime_gate", "secret_value_collection", "secret_value_collection_allowed", "skip_dependency_map_review",
            "skip_port_binding_review", "ssh_read", "ssh_read_authorized", "ssh_write", "ssh_write_authorized",
            "sudo_action", "systemctl_action_authorized", "systemctl_kill", "systemctl_reload", "systemctl_restart",
            "systemctl_restart_authorized", "systemctl_start", "systemd_unit_state_accepted"
        ]' ? coalesce(step #>> '{act,field}', step #>> '{act,check}') THEN
            RAISE EXCEPTION 'no review writes a runtime action or authorisation' USING ERRCODE = 'RB007';
        END IF;
    ELSIF kind = 'overridden' THEN
        IF btrim(coalesce(step #>> '{act,reason}', '')) IN ('', '-')
            OR coalesce((step #>> '{act,until}')::timestamptz <= NEW.recorded_at, true) THEN
            RAISE EXCEPTION 'an override needs a reason and an end in the future' USING ERRCODE = 'RB006';
        END IF;
    ELSIF kind IN ('signed', 'second_reader_joined') THEN
        IF kind = 'signed' AND coalesce(step #>> '{act,lane}', '') NOT IN (
            'quarantine_raw_payload', 'reject_unattributed_restart', 'waiting_post_incident_readback',
            'request_actor_supplement', 'request_before_after_supplement', 'request_service_state_supplement',
            'request_impact_supplement', 'recurrence_guard_backfill_required', 'ready_for_host_service_post_incident_review'
        ) THEN
            RAISE EXCEPTION 'a runtime gate or an unknown lane is not signed' USING ERRCODE = 'RB004';
        END IF;
        IF EXISTS (
            SELECT FROM (
                SELECT @.readback_step(body) -> 'act' AS earlier FROM @.readback_review_event WHERE review = NEW.review
            ) AS steps
            WHERE earlier ->> 'act' IN ('field_set', 'corrected') AND earlier ->> 'field' = 'actor_attribution_ref'
              AND @.readback_names(earlier ->> 'value', who)
        ) THEN
            RAISE EXCEPTION 'the actor of the change neither signs nor reads second' USING ERRCODE = 'RB002';
        END IF;
    END IF;

    -- The steps of the first reading, and of the second.
    IF kind IN ('opened', 'field_set', 'check_decided', 'submitted', 'overridden', 'corrected', 'signed',
                'second_reader_joined', 'second_answered', 'second_submitted') THEN
        SELECT @.readback_step(body) ->> 'actor' INTO reader FROM @.readback_review_event
        WHERE review = NEW.review AND position('"act":"second_reader_joined"'::bytea IN body) > 0;
        IF kind = 'second_reader_joined' THEN
            IF reader IS NOT NULL OR EXISTS (
                SELECT FROM (
                    SELECT @.readback_step(body) AS earlier FROM @.readback_review_event WHERE review = NEW.review
                ) AS steps
                WHERE earlier ->> 'actor' = who AND earlier #>> '{act,act}' IN (
                    'opened', 'field_set', 'check_decided', 'submitted', 'overridden', 'corrected', 'signed'
                )
            ) THEN
                RAISE EXCEPTION 'the second reader is one, and took no step of the first reading' USING ERRCODE = 'RB003';
            END IF;
        ELSIF coalesce(reader = who, false) <> (kind IN ('second_answered', 'second_submitted')) THEN
            RAISE EXCEPTION 'the second reader takes the steps of the second reading, and nobody else' USING ERRCODE = 'RB005';
        END IF;
    END IF;
    RETURN NEW;
END
$$;
$rules$, '@.', (SELECT relnamespace::regnamespace || '.' FROM pg_class WHERE oid = 'readback_review_event'::regclass));
END
$make$;

-- Each step asks who reads second; without this it would read through the whole review. There is one at most, and only an
-- index that says so is used whatever the planner knows of the table. (Within a text its quotes would not stand bare.)
CREATE UNIQUE INDEX IF NOT EXISTS readback_review_event_reader ON readback_review_event (review)
    WHERE position('"act":"second_reader_joined"'::bytea IN body) > 0;

DROP INDEX IF EXISTS readback_review_event_second;

DROP TRIGGER IF EXISTS readback_review_rules ON readback_review_event;
CREATE TRIGGER readback_review_rules BEFORE INSERT ON readback_review_event
    FOR EACH ROW EXECUTE FUNCTION readback_review_rules();
-- Which of our rules they are: a console that knows newer ones makes them anew.
COMMENT ON TRIGGER readback_review_rules ON readback_review_event IS 'rules 2';
