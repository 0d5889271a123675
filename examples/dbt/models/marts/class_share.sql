SELECT
    project_hash,
    project_title,
    feature_hash,
    class_kind,
    class_name,
    n_instances,
    n_data_units,
    n_instances = 0 AS is_unused,
    n_instances * 1.0 / nullif(sum(n_instances) OVER (PARTITION BY project_hash, class_kind), 0) AS share_of_instances
FROM {{ ref('stg_class') }}
