SELECT project_hash, project_title, feature_hash, class_kind, class_name, n_instances, n_data_units, n_on_frames
FROM {{ source('encord', 'class_balance') }}
