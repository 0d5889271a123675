CREATE OR REPLACE VIEW team.encord.consensus_task_branch COMMENT 'One row per branch of a consensus task: whose it is. Encord forgets it once the task moves on; this does not.' AS
SELECT project_hash, data_hash, branch_name, annotator_email, stage_uuid, stage_type, subtask_status, task_uuid, first_seen, last_seen
FROM team.encord_data.consensus_task_branch;

CREATE OR REPLACE VIEW team.encord_internal.consensus_stage_read COMMENT 'One row per consensus stage whose tasks were read: they are read again when its label rows moved.' AS
SELECT DISTINCT project_hash, stage_uuid, listing_digest, read_at
FROM team.encord_data.consensus_stage_read;

CREATE OR REPLACE VIEW team.encord.consensus_threshold COMMENT 'One row per threshold of the consensus views. Yours to edit: a sync never changes it.' AS
SELECT DISTINCT project_hash, feature_hash, min_iou
FROM team.encord_data.consensus_threshold;

CREATE OR REPLACE VIEW team.encord_internal.consensus_matched_branch COMMENT 'One row per branch whose objects have been compared with those of the other branches of its data unit here.' AS
SELECT label_row_id, project_hash, data_hash, label_hash, made_from
FROM team.encord_data.consensus_matched_branch;

CREATE OR REPLACE VIEW team.encord.consensus_object_match COMMENT 'One row per pair of objects on a frame, of two branches, that are taken as one; made again when their label rows are.' AS
SELECT owned.project_hash, owned.data_hash, owned.label_row_id, owned.label_hash, owned.branch_name, owned.other_label_row_id, owned.other_label_hash, owned.other_branch_name, owned.pair_kind, owned.space_id, owned.frame, owned.object_hash, owned.feature_hash, owned.other_object_hash, owned.other_feature_hash, owned.same_class, owned.iou, owned.iou_method
FROM (SELECT DISTINCT project_hash, data_hash, commit_id FROM team.encord_data.consensus_matched_branch) AS owner
JOIN team.encord_data.consensus_object_match AS owned
  ON owned.project_hash = owner.project_hash AND owned.data_hash = owner.data_hash AND owned.commit_id = owner.commit_id;

CREATE OR REPLACE VIEW team.encord_internal.consensus_compared_object COMMENT 'One row per object on a frame of a branch that is compared: its thing, and how many annotators have it.' AS
SELECT owned.project_hash, owned.data_hash, owned.label_row_id, owned.label_hash, owned.space_id, owned.frame, owned.object_hash, owned.feature_hash, owned.thing, owned.is_medoid, owned.n_found, owned.most_found, owned.score_sum, owned.n_placed, owned.n_by_extent
FROM (SELECT DISTINCT project_hash, data_hash, commit_id FROM team.encord_data.consensus_matched_branch) AS owner
JOIN team.encord_data.consensus_compared_object AS owned
  ON owned.project_hash = owner.project_hash AND owned.data_hash = owner.data_hash AND owned.commit_id = owner.commit_id;

CREATE OR REPLACE VIEW team.encord_internal.consensus_object_track COMMENT 'One row per pair of objects of two branches that are taken as one on some frame, over the whole data unit.' AS
SELECT owned.project_hash, owned.data_hash, owned.label_row_id, owned.other_label_row_id, owned.space_id, owned.object_hash, owned.other_object_hash, owned.feature_hash, owned.other_feature_hash, owned.min_iou, owned.n_frames, owned.n_other_frames, owned.n_both, owned.n_matched, owned.n_by_extent, owned.volume_iou
FROM (SELECT DISTINCT project_hash, data_hash, commit_id FROM team.encord_data.consensus_matched_branch) AS owner
JOIN team.encord_data.consensus_object_track AS owned
  ON owned.project_hash = owner.project_hash AND owned.data_hash = owner.data_hash AND owned.commit_id = owner.commit_id;

CREATE OR REPLACE VIEW team.encord_internal.consensus_match_rules COMMENT 'One row per project whose objects have been matched: by which rules; with other ones all is matched again.' AS
SELECT DISTINCT project_hash, rules_digest
FROM team.encord_data.consensus_match_rules;

CREATE OR REPLACE VIEW team.encord.data_frame COMMENT 'One row per frame that has facts of its own: images of a group, slices of a DICOM series.' AS
SELECT project_hash, data_hash, frame, image_hash, title, width, height, file_type, dicom_instance_uid, dicom_frame_number
FROM team.encord_data.data_frame;

CREATE OR REPLACE VIEW team.encord.data_space COMMENT 'One row per part (space) of a data group\'s or scene\'s label row.' AS
SELECT owned.label_hash, owned.space_id, owned.space_type, owned.layout_key, owned.file_name, owned.stream_id, owned.event_index, owned.width, owned.height, owned.frame_count, owned.frames_per_second, owned.duration_seconds
FROM (SELECT DISTINCT project_hash, label_hash, commit_id FROM team.encord_data.label_row) AS owner
JOIN team.encord_data.data_space AS owned
  ON owned.project_hash = owner.project_hash AND owned.label_hash = owner.label_hash AND owned.commit_id = owner.commit_id;

CREATE OR REPLACE VIEW team.encord.object_instance COMMENT 'One row per object instance of a label row: the thing that keeps its identity over frames.' AS
SELECT owned.label_hash, owned.object_hash, owned.feature_hash, owned.object_number, owned.shape, owned.created_at, owned.created_by, owned.last_edited_at, owned.last_edited_by, owned.confidence, owned.is_manual
FROM (SELECT DISTINCT project_hash, label_hash, commit_id FROM team.encord_data.label_row) AS owner
JOIN team.encord_data.object_instance AS owned
  ON owned.project_hash = owner.project_hash AND owned.label_hash = owner.label_hash AND owned.commit_id = owner.commit_id;

CREATE OR REPLACE VIEW team.encord.object_annotation COMMENT 'One row per object on a frame.' AS
SELECT owned.label_hash, owned.object_hash, owned.space_id, owned.frame, owned.x, owned.y, owned.width, owned.height, owned.rotation, owned.x_min, owned.y_min, owned.x_max, owned.y_max, owned.geometry, owned.confidence, owned.is_manual, owned.created_at, owned.created_by, owned.last_edited_at, owned.last_edited_by, owned.is_deleted, owned.event, owned.interpolation
FROM (SELECT DISTINCT project_hash, label_hash, commit_id FROM team.encord_data.label_row) AS owner
JOIN team.encord_data.object_annotation AS owned
  ON owned.project_hash = owner.project_hash AND owned.label_hash = owner.label_hash AND owned.commit_id = owner.commit_id;

CREATE OR REPLACE VIEW team.encord.object_range COMMENT 'One row per range of an object that is placed on ranges: audio, text, HTML, time series, point clouds.' AS
SELECT owned.label_hash, owned.object_hash, owned.space_id, owned.position, owned.range_start, owned.range_end, owned.range_unit, owned.start_xpath, owned.start_offset, owned.end_xpath, owned.end_offset
FROM (SELECT DISTINCT project_hash, label_hash, commit_id FROM team.encord_data.label_row) AS owner
JOIN team.encord_data.object_range AS owned
  ON owned.project_hash = owner.project_hash AND owned.label_hash = owner.label_hash AND owned.commit_id = owner.commit_id;

CREATE OR REPLACE VIEW team.encord.classification_instance COMMENT 'One row per classification instance of a label row: a question answered.' AS
SELECT owned.label_hash, owned.classification_hash, owned.feature_hash, owned.confidence, owned.is_manual, owned.created_at, owned.created_by, owned.last_edited_at, owned.last_edited_by
FROM (SELECT DISTINCT project_hash, label_hash, commit_id FROM team.encord_data.label_row) AS owner
JOIN team.encord_data.classification_instance AS owned
  ON owned.project_hash = owner.project_hash AND owned.label_hash = owner.label_hash AND owned.commit_id = owner.commit_id;

CREATE OR REPLACE VIEW team.encord.classification_range COMMENT 'One row per range of frames that a classification holds for; ranges stay ranges.' AS
SELECT owned.label_hash, owned.classification_hash, owned.space_id, owned.position, owned.frame_start, owned.frame_end, owned.range_unit
FROM (SELECT DISTINCT project_hash, label_hash, commit_id FROM team.encord_data.label_row) AS owner
JOIN team.encord_data.classification_range AS owned
  ON owned.project_hash = owner.project_hash AND owned.label_hash = owner.label_hash AND owned.commit_id = owner.commit_id;

CREATE OR REPLACE VIEW team.encord.attribute_answer COMMENT 'One row per answer; of a checklist one per ticked option; of a dynamic attribute one per range too.' AS
SELECT owned.label_hash, owned.owner_kind, owned.owner_hash, owned.space_id, owned.attribute_feature_hash, owned.position, owned.option_feature_hash, owned.answer_text, owned.answer_number, owned.frame_start, owned.frame_end
FROM (SELECT DISTINCT project_hash, label_hash, commit_id FROM team.encord_data.label_row) AS owner
JOIN team.encord_data.attribute_answer AS owned
  ON owned.project_hash = owner.project_hash AND owned.label_hash = owner.label_hash AND owned.commit_id = owner.commit_id;

CREATE OR REPLACE VIEW team.encord_internal.frame_number COMMENT 'One row per frame number: joining ranges to it lets a view show frames without expanding all of them.' AS
SELECT DISTINCT frame
FROM team.encord_data.frame_number;

CREATE OR REPLACE VIEW team.encord.project COMMENT 'One row per project.' AS
SELECT project_hash, title, description, project_type, status, ontology_hash, ontology_title, ontology_content_hash, ontology_last_edited_at, created_at, last_edited_at, deleted_at, pseudonym_check
FROM team.encord_data.project;

CREATE OR REPLACE VIEW team.encord.workflow_stage COMMENT 'One row per stage of a project\'s workflow.' AS
SELECT project_hash, stage_uuid, stage_type, title, position
FROM team.encord_data.workflow_stage;

CREATE OR REPLACE VIEW team.encord.ontology_class COMMENT 'One row per object or classification class of a project\'s ontology.' AS
SELECT project_hash, feature_hash, kind, uid, name, color, shape, is_global, is_archived, position
FROM team.encord_data.ontology_class;

CREATE OR REPLACE VIEW team.encord.ontology_attribute COMMENT 'One row per attribute (a question) of a class, nested ones too; a classification\'s question is one.' AS
SELECT project_hash, feature_hash, class_feature_hash, parent_option_hash, depth, name, answer_type, is_dynamic, is_required, is_archived, position
FROM team.encord_data.ontology_attribute;

CREATE OR REPLACE VIEW team.encord.ontology_option COMMENT 'One row per option of a radio or checklist attribute.' AS
SELECT project_hash, feature_hash, attribute_feature_hash, label, option_value, is_archived, position
FROM team.encord_data.ontology_option;

CREATE OR REPLACE VIEW team.encord.data_unit COMMENT 'One row per data unit (a video, an image, an image group, …) of a project.' AS
SELECT project_hash, data_hash, dataset_hash, dataset_title, title, data_type, file_type, width, height, frame_count, frames_per_second, duration_seconds, audio_codec, audio_sample_rate, audio_bit_depth, audio_num_channels, group_hash, backing_item_uuid, client_metadata, deleted_at, spaces_digest
FROM team.encord_data.data_unit;

CREATE OR REPLACE VIEW team.encord.label_row COMMENT 'One row per data unit and branch, opened or not: what the listing says, and what was synced of it.' AS
SELECT label_row_id, project_hash, data_hash, branch_name, label_hash, label_status, annotation_task_status, workflow_stage_uuid, workflow_stage_title, task_uuid, priority, assigned_user_email, last_actioned_by_user_email, is_valid, is_shadow_data, created_at, last_edited_at, deleted_at, is_event_based, object_count, annotation_count, classification_count, warnings, content_hash, normaliser_version, synced_last_edited_at, synced_is_valid, labels_last_edited_at, is_settled, stale_reason, synced_at, run_id
FROM team.encord_data.label_row;

CREATE OR REPLACE VIEW team.encord.label_row_version COMMENT 'One row per state of a label row\'s labels that a sync found.' AS
SELECT label_hash, written_at, project_hash, data_hash, reason, unchanged_until, labels_last_edited_at, workflow_stage_title, normaliser_version, run_id
FROM team.encord_data.label_row_version;

CREATE OR REPLACE VIEW team.encord.mark COMMENT 'One row per moment that has a name: the labels of that moment are kept for ever.' AS
SELECT name, marked_at, note, made_at
FROM team.encord_data.mark;

CREATE OR REPLACE VIEW team.encord_internal.history_clock COMMENT 'One row per project with a history: when it began, and the moment of its last change.' AS
SELECT project_hash, MAX(began_at) AS began_at, MAX(known_since) AS known_since, MAX(last_at) AS last_at
FROM team.encord_data.history_clock
GROUP BY project_hash;

CREATE OR REPLACE VIEW team.encord_internal.project_history COMMENT 'One row per change of a row of project: what the row was before.' AS
SELECT project_hash, title, description, project_type, status, ontology_hash, ontology_title, ontology_content_hash, ontology_last_edited_at, created_at, last_edited_at, deleted_at, replaced_at, change
FROM team.encord_data.project_history;

CREATE OR REPLACE VIEW team.encord_internal.workflow_stage_history COMMENT 'One row per change of a row of workflow_stage: what the row was before.' AS
SELECT project_hash, stage_uuid, stage_type, title, position, replaced_at, change
FROM team.encord_data.workflow_stage_history;

CREATE OR REPLACE VIEW team.encord_internal.ontology_class_history COMMENT 'One row per change of a row of ontology_class: what the row was before.' AS
SELECT project_hash, feature_hash, kind, uid, name, color, shape, is_global, is_archived, position, replaced_at, change
FROM team.encord_data.ontology_class_history;

CREATE OR REPLACE VIEW team.encord_internal.ontology_attribute_history COMMENT 'One row per change of a row of ontology_attribute: what the row was before.' AS
SELECT project_hash, feature_hash, class_feature_hash, parent_option_hash, depth, name, answer_type, is_dynamic, is_required, is_archived, position, replaced_at, change
FROM team.encord_data.ontology_attribute_history;

CREATE OR REPLACE VIEW team.encord_internal.ontology_option_history COMMENT 'One row per change of a row of ontology_option: what the row was before.' AS
SELECT project_hash, feature_hash, attribute_feature_hash, label, option_value, is_archived, position, replaced_at, change
FROM team.encord_data.ontology_option_history;

CREATE OR REPLACE VIEW team.encord_internal.data_unit_history COMMENT 'One row per change of a row of data_unit: what the row was before.' AS
SELECT project_hash, data_hash, dataset_hash, dataset_title, title, data_type, file_type, width, height, frame_count, frames_per_second, duration_seconds, audio_codec, audio_sample_rate, audio_bit_depth, audio_num_channels, group_hash, backing_item_uuid, client_metadata, deleted_at, spaces_digest, replaced_at, change
FROM team.encord_data.data_unit_history;

CREATE OR REPLACE VIEW team.encord_internal.label_row_history COMMENT 'One row per change of a row of label_row: what the row was before.' AS
SELECT label_row_id, project_hash, data_hash, branch_name, label_hash, label_status, annotation_task_status, workflow_stage_uuid, workflow_stage_title, task_uuid, priority, assigned_user_email, last_actioned_by_user_email, is_valid, is_shadow_data, created_at, last_edited_at, deleted_at, is_event_based, object_count, annotation_count, classification_count, warnings, content_hash, labels_last_edited_at, replaced_at, change
FROM team.encord_data.label_row_history;

CREATE OR REPLACE VIEW team.encord_internal.data_frame_history COMMENT 'One row per change of a row of data_frame: what the row was before.' AS
SELECT project_hash, data_hash, frame, image_hash, title, width, height, file_type, dicom_instance_uid, dicom_frame_number, replaced_at, change
FROM team.encord_data.data_frame_history;

CREATE OR REPLACE VIEW team.encord_internal.data_space_history COMMENT 'One row per change of a row of data_space: what the row was before.' AS
SELECT label_hash, space_id, space_type, layout_key, file_name, stream_id, event_index, width, height, frame_count, frames_per_second, duration_seconds, replaced_at, change
FROM team.encord_data.data_space_history;

CREATE OR REPLACE VIEW team.encord_internal.object_instance_history COMMENT 'One row per change of a row of object_instance: what the row was before.' AS
SELECT label_hash, object_hash, feature_hash, object_number, shape, created_at, created_by, last_edited_at, last_edited_by, confidence, is_manual, replaced_at, change
FROM team.encord_data.object_instance_history;

CREATE OR REPLACE VIEW team.encord_internal.object_annotation_history COMMENT 'One row per change of a row of object_annotation: what the row was before.' AS
SELECT label_hash, object_hash, space_id, frame, x, y, width, height, rotation, x_min, y_min, x_max, y_max, geometry, confidence, is_manual, created_at, created_by, last_edited_at, last_edited_by, is_deleted, event, interpolation, replaced_at, change
FROM team.encord_data.object_annotation_history;

CREATE OR REPLACE VIEW team.encord_internal.object_range_history COMMENT 'One row per change of a row of object_range: what the row was before.' AS
SELECT label_hash, object_hash, space_id, position, range_start, range_end, range_unit, start_xpath, start_offset, end_xpath, end_offset, replaced_at, change
FROM team.encord_data.object_range_history;

CREATE OR REPLACE VIEW team.encord_internal.classification_instance_history COMMENT 'One row per change of a row of classification_instance: what the row was before.' AS
SELECT label_hash, classification_hash, feature_hash, confidence, is_manual, created_at, created_by, last_edited_at, last_edited_by, replaced_at, change
FROM team.encord_data.classification_instance_history;

CREATE OR REPLACE VIEW team.encord_internal.classification_range_history COMMENT 'One row per change of a row of classification_range: what the row was before.' AS
SELECT label_hash, classification_hash, space_id, position, frame_start, frame_end, range_unit, replaced_at, change
FROM team.encord_data.classification_range_history;

CREATE OR REPLACE VIEW team.encord_internal.attribute_answer_history COMMENT 'One row per change of a row of attribute_answer: what the row was before.' AS
SELECT label_hash, owner_kind, owner_hash, space_id, attribute_feature_hash, position, option_feature_hash, answer_text, answer_number, frame_start, frame_end, replaced_at, change
FROM team.encord_data.attribute_answer_history;

CREATE OR REPLACE VIEW team.encord.sync_run COMMENT 'One row per run of `encord-sync sync`.' AS
SELECT run_id, started_at, ended_at, outcome, command, connector_version, sdk_version, schema_version, projects, listed, loaded, unchanged, failed, skipped, tombstoned, requests, label_bytes, rows_written, message
FROM team.encord_data.sync_run;

CREATE OR REPLACE VIEW team.encord.sync_run_project COMMENT 'One row per project of a run: its receipt.' AS
SELECT run_id, project_hash, started_at, ended_at, outcome, listed, loaded, unchanged, failed, skipped, tombstoned, requests, label_bytes, rows_written, rows_by_table, stage_seconds, message, shard
FROM team.encord_data.sync_run_project;

CREATE OR REPLACE VIEW team.encord.sync_failure COMMENT 'One row per label row or listing entry that could not be read or written; gone when it heals.' AS
SELECT DISTINCT project_hash, label_hash, kind, message, first_seen, last_seen, attempts, run_id
FROM team.encord_data.sync_failure;

CREATE OR REPLACE VIEW team.encord.task_action COMMENT 'One row per thing that somebody did with a task; kept for ever.' AS
SELECT task_action_id, project_hash, data_hash, task_uuid, workflow_stage_uuid, action_type, actor_email, acted_at
FROM team.encord_data.task_action;

CREATE OR REPLACE VIEW team.encord.time_spent COMMENT 'One row per person, data unit, task, stage and day: how long the person worked on it; kept for ever.' AS
SELECT time_spent_id, project_hash, data_hash, task_uuid, workflow_stage_uuid, user_email, user_role, period_start, period_end, seconds
FROM team.encord_data.time_spent;

CREATE OR REPLACE VIEW team.encord.issue COMMENT 'One row per issue: a thread of comments about a data unit, a frame, a place or a label.' AS
SELECT issue_uuid, project_hash, data_hash, issue_type, space_id, frame, frame_ranges, annotation_id, x, y, z, tags, comment_count, author_email, created_at, is_resolved, resolution_changed_at, resolution_changed_by
FROM team.encord_data.issue;

CREATE OR REPLACE VIEW team.encord.issue_comment COMMENT 'One row per comment of an issue.' AS
SELECT issue_uuid, position, project_hash, data_hash, content, author_email, created_at
FROM team.encord_data.issue_comment;

CREATE OR REPLACE VIEW team.encord.project_user COMMENT 'One row per person who is on a project now, with the role.' AS
SELECT project_hash, user_email, user_role
FROM team.encord_data.project_user;

CREATE OR REPLACE VIEW team.encord.editor_log COMMENT 'One row per thing that somebody did in the label editor; kept for ever.' AS
SELECT editor_log_id, project_hash, data_hash, branch_name, task_uuid, workflow_stage_uuid, action, action_category, actor_email, user_role, session_id, acted_at, label_name, feature_hash, object_hash, classification_hash, frame, label_ranges
FROM team.encord_data.editor_log;

CREATE OR REPLACE VIEW team.encord_internal.stream_read COMMENT 'One row per stream of a project, or data unit of it, that was read; read again when the listing moved.' AS
SELECT DISTINCT project_hash, stream, data_hash, listing_digest, moved_at, read_at, read_through
FROM team.encord_data.stream_read;
