CREATE OR REPLACE VIEW team.encord_internal.named_answer COMMENT 'One row per answer, static or dynamic, of an object or a classification, with its question and option by name; not expanded to frames.' AS
SELECT
  r.project_hash,
  r.project_title,
  r.data_hash,
  r.data_title,
  r.dataset_title,
  r.data_type,
  r.branch_name,
  a.label_hash,
  r.label_row_id,
  a.space_id,
  a.owner_kind,
  a.owner_hash,
  a.attribute_feature_hash,
  t.name AS attribute_name,
  t.answer_type,
  t.is_dynamic,
  t.depth,
  t.parent_option_hash,
  t.position AS attribute_position,
  a.position AS answer_position,
  o.position AS option_position,
  COALESCE(o.label, o.option_value, a.answer_text) AS attribute_answer,
  COALESCE(o.option_value, a.answer_text) AS attribute_answer_value,
  a.option_feature_hash AS attribute_answer_feature_hash,
  a.answer_number,
  a.frame_start,
  a.frame_end
FROM team.encord.attribute_answer AS a
JOIN team.encord.current_label_row AS r
  ON r.label_hash = a.label_hash
JOIN team.encord.ontology_attribute AS t
  ON t.project_hash = r.project_hash AND t.feature_hash = a.attribute_feature_hash
LEFT JOIN team.encord.ontology_option AS o
  ON o.project_hash = r.project_hash AND o.feature_hash = a.option_feature_hash
WHERE
  t.is_archived = FALSE AND COALESCE(o.is_archived, FALSE) = FALSE;
