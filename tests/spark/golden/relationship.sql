CREATE OR REPLACE VIEW team.encord.relationship COMMENT 'One row per column of a relationship between tables, for engines and tools that see no foreign keys.' AS
SELECT
  table_name || '_to_' || referenced_table AS relationship_name,
  table_name,
  column_name,
  referenced_table,
  referenced_column,
  CAST(column_position AS BIGINT) AS column_position,
  is_declared
FROM VALUES
  (
    'classification_range',
    'label_hash',
    'classification_instance',
    'label_hash',
    0,
    TRUE
  ),
  (
    'classification_range',
    'classification_hash',
    'classification_instance',
    'classification_hash',
    1,
    TRUE
  ),
  ('data_frame', 'project_hash', 'data_unit', 'project_hash', 0, TRUE),
  ('data_frame', 'data_hash', 'data_unit', 'data_hash', 1, TRUE),
  ('data_unit', 'project_hash', 'project', 'project_hash', 0, TRUE),
  ('label_row', 'project_hash', 'data_unit', 'project_hash', 0, TRUE),
  ('label_row', 'data_hash', 'data_unit', 'data_hash', 1, TRUE),
  ('label_row', 'project_hash', 'project', 'project_hash', 0, TRUE),
  ('object_annotation', 'label_hash', 'object_instance', 'label_hash', 0, TRUE),
  ('object_annotation', 'object_hash', 'object_instance', 'object_hash', 1, TRUE),
  ('object_range', 'label_hash', 'object_instance', 'label_hash', 0, TRUE),
  ('object_range', 'object_hash', 'object_instance', 'object_hash', 1, TRUE),
  ('ontology_attribute', 'project_hash', 'project', 'project_hash', 0, TRUE),
  ('ontology_class', 'project_hash', 'project', 'project_hash', 0, TRUE),
  ('ontology_option', 'project_hash', 'project', 'project_hash', 0, TRUE),
  ('sync_run_project', 'run_id', 'sync_run', 'run_id', 0, TRUE),
  ('workflow_stage', 'project_hash', 'project', 'project_hash', 0, TRUE),
  ('data_space', 'label_hash', 'label_row', 'label_hash', 0, FALSE),
  ('object_instance', 'label_hash', 'label_row', 'label_hash', 0, FALSE),
  ('classification_instance', 'label_hash', 'label_row', 'label_hash', 0, FALSE),
  ('attribute_answer', 'label_hash', 'label_row', 'label_hash', 0, FALSE),
  ('label_row', 'project_hash', 'workflow_stage', 'project_hash', 0, FALSE),
  ('label_row', 'workflow_stage_uuid', 'workflow_stage', 'stage_uuid', 1, FALSE),
  ('consensus_task_branch', 'project_hash', 'data_unit', 'project_hash', 0, FALSE),
  ('consensus_task_branch', 'data_hash', 'data_unit', 'data_hash', 1, FALSE),
  (
    'consensus_task_branch',
    'project_hash',
    'workflow_stage',
    'project_hash',
    0,
    FALSE
  ),
  ('consensus_task_branch', 'stage_uuid', 'workflow_stage', 'stage_uuid', 1, FALSE),
  ('ontology_attribute', 'project_hash', 'ontology_class', 'project_hash', 0, FALSE),
  (
    'ontology_attribute',
    'class_feature_hash',
    'ontology_class',
    'feature_hash',
    1,
    FALSE
  ),
  (
    'ontology_option',
    'project_hash',
    'ontology_attribute',
    'project_hash',
    0,
    FALSE
  ),
  (
    'ontology_option',
    'attribute_feature_hash',
    'ontology_attribute',
    'feature_hash',
    1,
    FALSE
  ) AS link(table_name, column_name, referenced_table, referenced_column, column_position, is_declared);
